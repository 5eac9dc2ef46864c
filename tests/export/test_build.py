"""`marrowkit-export build`, from a trained network to a signed bundle, and every way in which it is refused."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
import torch

from edge.bundle import open_bundle
from edge.bundle.tensors import IMAGE, probabilities, read_vectors
from edge.errors import BadSetting
from edge.runtime.parity import ParityReport, check_variant
from export.building.asking import original_answers
from export.building.build import Workbench, build
from export.building.reading import build_spec
from export.building.sets import read_sets
from export.building.source import float32_network
from export.errors import (
    BadCheckpoint,
    BadCrops,
    BadOnnx,
    ExportDiffers,
    ExportFault,
    LimitsBroken,
    NoImages,
    NoNetwork,
    OtherInput,
)
from export.onnx_export import to_onnx
from firmware_bridge.imagefile import read_image
from tests.namer import LABELS, SIZE_PX, build_fields, drawn, trained, write_all
from tests.tiny import KEY, KEYS, need_openvino

Change = Callable[[dict[str, Any], Path], object]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint and its crops, not to be written to."""
    return write_all(tmp_path_factory.mktemp("namer"))


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def built(place: Path, tmp_path_factory: pytest.TempPathFactory, said: list[str]) -> Path:
    """What a whole build leaves."""
    need_openvino()
    out = tmp_path_factory.mktemp("built") / "out"
    build(Workbench(build_spec(build_fields(place)), KEY, out, said.append))
    return out


def test_a_build_leaves_a_bundle_that_a_kit_opens_a_card_and_a_report(built: Path, said: list[str]) -> None:
    assert sorted(each.name for each in built.iterdir()) == ["bundle", "card.md", "report.html", "tiny-namer-1.mkb"]
    bundle = open_bundle(built / "tiny-namer-1.mkb", KEYS)
    assert bundle.digest == open_bundle(built / "bundle", KEYS).digest
    manifest = bundle.manifest
    assert manifest.kind == "cell-classifier"
    assert manifest.labels == LABELS
    assert manifest.positives == {"L1", "L2"}
    here, graphics = ["onnx-fp32", "onnx-int8", "openvino-int8"], ["onnx-fp32-cuda", "onnx-fp32-tensorrt"]
    assert [each.name for each in manifest.variants] == [*here, *graphics, "openvino-int8-gpu"]
    assert all(check_variant(bundle, name).passed for name in here)
    assert not any(check_variant(bundle, name).passed for name in graphics)
    assert manifest.variant("onnx-fp32-cuda").files == manifest.variant("onnx-fp32").files
    assert len(manifest.files) == 5
    assert said[0] == "40 crops to calibrate with, 100 held out."


def test_its_figures_are_those_of_the_held_out_crops(built: Path) -> None:
    """Said again by torch itself, from the checkpoint and the pictures."""
    metrics = {(each.name, each.on): each for each in open_bundle(built / "bundle", KEYS).manifest.metrics}
    pictures = np.concatenate([drawn(label, 25, 2) for label in LABELS]).transpose(0, 3, 1, 2)
    module = trained()
    with torch.no_grad():
        logits = module(torch.from_numpy(pictures.astype(np.float32) / 255))
    right = (logits.argmax(1) == torch.arange(4).repeat_interleave(25)).double().mean().item()
    top1 = metrics["top-1 accuracy", "held-out cells, float32"]
    assert top1.value == pytest.approx(right)
    assert (top1.n, top1.unit) == (100, "cell")
    assert top1.low < top1.value < top1.high
    assert metrics["sensitivity to blasts", "held-out cells, onnx-int8"].n == 50
    assert not any("onnx-fp32" in on for _, on in metrics)


def test_its_vectors_are_drawings_with_float32s_answers_that_it_is_not_all_sure_of(built: Path) -> None:
    bundle = open_bundle(built / "bundle", KEYS)
    vectors = read_vectors(bundle.read(bundle.manifest.vectors["opinion"]))
    assert len(vectors.inputs[IMAGE]) == 16
    module = trained()
    with torch.no_grad():
        due = module(torch.from_numpy(vectors.inputs[IMAGE])).numpy()
    np.testing.assert_allclose(vectors.logits, due, atol=1e-3)
    sure = probabilities(vectors.logits, bundle.manifest.calibration).max(axis=1)
    assert sure.max() - sure.min() > 0.1


def test_the_same_build_gives_the_same_networks(built: Path, place: Path, tmp_path: Path) -> None:
    """Everything but the figures of speed, which are not in the bundle, is the same."""
    build(Workbench(build_spec(build_fields(place)), KEY, tmp_path / "out", lambda line: None))
    again, first = (open_bundle(each / "bundle", KEYS) for each in (tmp_path / "out", built))
    assert again.digest == first.digest
    assert (tmp_path / "out" / "tiny-namer-1.mkb").read_bytes() == (built / "tiny-namer-1.mkb").read_bytes()


def test_a_broken_limit_leaves_a_report_with_the_table_and_no_bundle(place: Path, tmp_path: Path) -> None:
    fields = {**build_fields(place), "allowed": {"agreement": 100.5}, "variants": ["onnx-fp32"]}
    with pytest.raises(LimitsBroken, match=r"\| onnx-fp32 \| top-1 agreement, % \| 100\.00 \| 100\.5 \| \*\*broken"):
        build(Workbench(build_spec(fields), KEY, tmp_path / "out", lambda line: None))
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["report.html"]
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "No bundle: 2 of 3 limits are kept, 1 not estimable." in page
    assert '<td class="broken">broken</td>' in page


def test_after_a_broken_limit_one_can_try_again_in_the_same_place(place: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "report.html").write_text("of the last try")
    fields = {**build_fields(place), "variants": ["onnx-fp32"]}
    build(Workbench(build_spec(fields), KEY, tmp_path / "out", lambda line: None))
    assert "4 of 4 limits are kept" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_bundle_that_does_not_pass_here_is_taken_back(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = {**build_fields(place), "variants": ["onnx-fp32"]}
    told = ParityReport("onnx-fp32", "an engine", False, {"opinion": 0.001}, problem="drifts")
    monkeypatch.setattr("export.building.proof.check_variant", lambda bundle, name: told)
    with pytest.raises(ExportDiffers, match="onnx-fp32 does not pass here: drifts"):
        build(Workbench(build_spec(fields), KEY, tmp_path / "out", lambda line: None))
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["report.html"]


def test_nothing_is_written_over(place: Path) -> None:
    with pytest.raises(BadSetting, match="holds something"):
        build(Workbench(build_spec(build_fields(place)), KEY, place, lambda line: None))


# ---- what is refused before anything is made ----


def two_channels(fields: dict[str, Any], _folder: Path) -> None:
    fields["picture"] = {**fields["picture"], "mean": [0.5, 0.5]}


def grey_levels(fields: dict[str, Any], _folder: Path) -> None:
    fields["picture"] = {**fields["picture"], "mean": [123.0, 116.0, 103.0]}


MISTOLD: dict[str, tuple[Change, str]] = {
    "no labels": (lambda fields, _: fields.pop("labels"), r"labels: Field required.*--with labels="),
    "no source": (lambda fields, _: fields["network"].pop("source"), r"network\.source: .*--from"),
    "unknown field": (lambda fields, _: fields.update(colour="red"), "colour: Extra inputs"),
    "blasts that are no labels": (lambda fields, _: fields.update(positive=["L9"]), "positive names 'L9'"),
    "unknown view": (lambda fields, _: fields["picture"].update(view="hsv"), "there is no view 'hsv'"),
    "means of two channels": (two_channels, "has 3 channels"),
    "means of grey levels": (grey_levels, "divide them by 255"),
    "smoothing nothing": (
        lambda fields, _: fields.update(quantise={"smooth": 0.3}, variants=["onnx-int8"]),
        "smooth says something of openvino-int8 alone",
    ),
    "smoothing more than all": (lambda fields, _: fields.update(quantise={"smooth": 1.5}), r"quantise\.smooth"),
    "a date": (lambda fields, _: fields.update(version=Path("1")), "not JSON serializable"),
}


@pytest.mark.parametrize(("change", "told"), MISTOLD.values(), ids=MISTOLD)
def test_what_is_told_wrongly_is_named(change: Change, told: str, place: Path) -> None:
    fields = json.loads(json.dumps(build_fields(place)))
    change(fields, place)
    with pytest.raises(BadSetting, match=told):
        build_spec(fields)


def without(name: str) -> Change:
    return lambda fields, folder: shutil.rmtree(folder / "held-out" / name)


def shared(fields: dict[str, Any], folder: Path) -> None:
    picture = next((folder / "calibration" / "L1").iterdir())
    shutil.copy(picture, folder / "held-out" / "L1" / "again.png")


def one_patient(fields: dict[str, Any], folder: Path) -> None:
    """Whose cells were stored anew in the other set, a grey level lighter."""
    for where, change in (("calibration", 0), ("held-out", 1)):
        (folder / where / "L1" / "p7").mkdir()
        picture = read_image(folder / "calibration" / "L1" / "0.png") ^ np.uint8(change)
        cv2.imwrite(str(folder / where / "L1" / "p7" / "0.png"), picture)
    (folder / "calibration" / "L1" / "0.png").unlink()


def strange(fields: dict[str, Any], folder: Path) -> None:
    (folder / "held-out" / "L2").rename(folder / "held-out" / "L4")


def unlabelled(fields: dict[str, Any], folder: Path) -> None:
    shutil.copy(folder / "held-out" / "L1" / "0.png", folder / "held-out" / "loose.png")


def torn(fields: dict[str, Any], folder: Path) -> None:
    picture = folder / "held-out" / "L1" / "0.png"
    picture.write_bytes(picture.read_bytes()[:60])


def emptied(fields: dict[str, Any], folder: Path) -> None:
    fields["crops"]["calibration"] = str(folder / "nowhere")


def no_table(fields: dict[str, Any], folder: Path) -> None:
    (folder / "cells.npz").write_bytes(b"PK no table")
    fields["crops"]["held_out"] = str(folder / "cells.npz")


def outlines(fields: dict[str, Any], folder: Path) -> None:
    fields["picture"]["view"] = "nucleus"


BAD_CROPS: dict[str, tuple[Change, type[ExportFault], str]] = {
    "a label without crops": (without("L2"), BadCrops, "No held-out crop is labelled 'L2'"),
    "held out is seen": (shared, BadCrops, "1 of the 101 held-out crops are among"),
    "one patient in both": (one_patient, BadCrops, "both hold cells of 'p7'"),
    "a label that is not named": (strange, BadCrops, r"labelled 'L4', which is not one of.*crops\.aliases"),
    "no label at all": (unlabelled, BadCrops, "1 of the held-out crops .* have no label"),
    "a torn picture": (torn, BadCrops, r"0\.png"),
    "nothing there": (emptied, NoImages, "no crops at"),
    "no table": (no_table, BadCrops, "no file of cells"),
    "no outlines": (outlines, BadCrops, "needs outlines"),
}


@pytest.mark.parametrize(("change", "fault", "told"), BAD_CROPS.values(), ids=BAD_CROPS)
def test_crops_that_are_not_what_is_due_are_told(
    change: Change, fault: type[ExportFault], told: str, place: Path, tmp_path: Path
) -> None:
    shutil.copytree(place, tmp_path / "own")
    fields = build_fields(tmp_path / "own")
    change(fields, tmp_path / "own")
    with pytest.raises(fault, match=told) as refused:
        read_sets(build_spec(fields))
    assert refused.value.remedy


SOURCES: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no such room": ({"source": "yang2099"}, NoNetwork, "no network 'yang2099'"),
    "no such module": ({"source": "no_such.module:network"}, NoNetwork, "cannot be imported"),
    "timm is not there": ({"source": "timm:resnet18"}, NoNetwork, "Install timm"),
    "random weights": ({"source": "marrowkit2026_student"}, BadSetting, "random weights only.*--checkpoint"),
    "another network's weights": ({"source": "marrowkit2026_student"}, BadCheckpoint, "of another network"),
    "two results": ({"source": "tests.namer:pair", "checkpoint": None}, NoNetwork, "gives a tuple"),
    "no file": ({"source": "nowhere.onnx", "checkpoint": None}, BadOnnx, "no file"),
    "weights beside an ONNX": ({"source": "x.onnx"}, BadSetting, "Leave --checkpoint out"),
}


@pytest.mark.parametrize(("network_told", "fault", "told"), SOURCES.values(), ids=SOURCES)
def test_sources_that_give_no_network_are_told(
    network_told: dict[str, Any], fault: type[Exception], told: str, place: Path
) -> None:
    fields = build_fields(place)
    changed = {**fields["network"], **network_told}
    if "random" in told:
        changed.pop("checkpoint")
    with pytest.raises(fault, match=told):
        float32_network(build_spec({**fields, "network": changed}))


def test_labels_that_are_not_the_networks_are_counted(place: Path) -> None:
    fields = build_fields(place)
    with pytest.raises(BadCheckpoint, match="trained for 4 classes"):
        float32_network(build_spec({**fields, "labels": ["L1", "L2", "x"], "lymphoid": []}))
    fields["network"] = {"source": "tests.namer:seven"}
    with pytest.raises(NoNetwork, match=r"gives \(2, 7\).*as many as it has"):
        float32_network(build_spec(fields))


def test_red_and_blue_exchanged_is_noticed(place: Path, tmp_path: Path) -> None:
    fields = build_fields(place)
    fields["picture"]["view"] = "bgr"
    with pytest.raises(OtherInput, match=r"with red and blue exchanged: .*--with picture.view=rgb"):
        build(Workbench(build_spec(fields), KEY, tmp_path / "out", lambda line: None))


def test_labels_in_another_order_are_noticed(place: Path, tmp_path: Path) -> None:
    fields = {**build_fields(place), "labels": ["neutrophil", "lymphocyte", "L1", "L2"]}
    with pytest.raises(
        OtherInput, match=r"names [0-9]+% of each label's cells rightly, and chance 25%.*order of the lab"
    ):
        build(Workbench(build_spec(fields), KEY, tmp_path / "out", lambda line: None))
    assert not (tmp_path / "out").exists()


def test_an_onnx_file_is_as_good_as_its_module(place: Path, tmp_path: Path) -> None:
    """Under any names, with a softmax at its end."""
    module = torch.nn.Sequential(trained(), torch.nn.Softmax(1))
    content = to_onnx(Wrapped(module), {"x": torch.rand(2, 3, SIZE_PX, SIZE_PX)}, {"x": {0: "n"}}, ("y",))
    (tmp_path / "any.onnx").write_bytes(content)
    spec = build_spec({**build_fields(place), "network": {"source": str(tmp_path / "any.onnx")}})
    own = build_spec(build_fields(place))
    held_out, inputs = read_sets(own).held_out, own.picture.inputs
    found, due = (original_answers(float32_network(each), held_out, inputs) for each in (spec, own))
    np.testing.assert_allclose(found, due, atol=1e-3)
    assert {node.op_type for node in onnx.load_model_from_string(float32_network(spec)).graph.node}.isdisjoint(
        {"Softmax"}
    )


class Wrapped(torch.nn.Module):
    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x)  # type: ignore[no-any-return]


def test_the_report_is_whole_and_asks_nobody(built: Path) -> None:
    page = (built / "report.html").read_text("utf-8")
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "//" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", page)
    assert "default-src 'none'" in page
    forms = [f"Confusion, {each}" for each in ("float32", "onnx-fp32", "onnx-int8", "openvino-int8")]
    for title in ("Accuracy", "Calibration", *forms, "Speed on the machine", "Size"):
        assert f"<figcaption>{title}" in page
    assert "12 of 12 limits are kept" in page
    assert "Sensitivity of layers" not in page
