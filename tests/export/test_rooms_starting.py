"""Training from weights that somebody published: every part but its head, and a sentence where they do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from edge.errors import BadSetting
from export.crops.kept import read_told, read_trained
from export.errors import BadCheckpoint, OtherRun
from export.rooms.asked import asked
from export.rooms.starting import WHOLE, marks_of, started
from export.rooms.training import taught_by_labels
from models.backbones.alexnet import AlexNet
from models.rehman2018_alexnet.net import network
from models.yang2023_mobilevitv2.net import network as mobilevit
from models.zhou2021_ensemble.net import network as ensemble
from tests.tabled import EVERY_KIND, drawn_cells

NARROW = 0.05
ROOM = "rehman2018_alexnet"


def checkpoint(folder: Path, module: nn.Module, name: str = "public.safetensors") -> str:
    save_file({key: each.contiguous() for key, each in module.state_dict().items()}, folder / name)
    return str(folder / name)


def drawn(seed: int) -> AlexNet:
    torch.manual_seed(seed)
    return AlexNet(10, NARROW)


def test_a_part_begins_with_published_weights_and_its_own_head(tmp_path: Path) -> None:
    public, own = drawn(1), network(2, NARROW)
    head = own.state_dict()["body.classifier.6.weight"].clone()
    state = started(own, {"body": checkpoint(tmp_path, public)}).state_dict()
    assert torch.equal(state["body.features.0.weight"], public.state_dict()["features.0.weight"])
    assert torch.equal(state["body.classifier.4.weight"], public.state_dict()["classifier.4.weight"])
    assert torch.equal(state["body.classifier.6.weight"], head)


def test_a_whole_network_begins_with_one_of_other_classes(tmp_path: Path) -> None:
    public, own = mobilevit(11, 0.5), mobilevit(6, 0.5)
    state = started(own, {WHOLE: checkpoint(tmp_path, public)}).state_dict()
    changed = [name for name, each in public.state_dict().items() if not _same(state[name], each)]
    assert changed == ["head.fc.weight", "head.fc.bias"]


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.equal(one, other)


def test_parts_of_parts_are_named_with_dots(tmp_path: Path) -> None:
    own = ensemble(2, 0.25, 0.1)
    file = checkpoint(tmp_path, own.members["resnet50"])
    state = started(ensemble(2, 0.25, 0.1), {"members": {"resnet50": file}}).state_dict()
    assert torch.equal(state["members.resnet50.conv1.weight"], own.state_dict()["members.resnet50.conv1.weight"])
    assert marks_of({"members": {"resnet50": file}})[0].startswith("members.resnet50: public.safetensors (")


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    file = checkpoint(tmp_path, AlexNet(10, 2 * NARROW))
    with pytest.raises(BadCheckpoint, match=r"does not fit body: \d+ weights are of another network"):
        started(network(2, NARROW), {"body": file})
    with pytest.raises(BadSetting, match=r"no part 'trunk'.*It has prepared, body"):
        started(network(2, NARROW), {"trunk": file})
    with pytest.raises(BadSetting, match=r"'body\.features' ends in no linear layer"):
        started(network(2, NARROW), {"body.features": file})
    with pytest.raises(BadCheckpoint, match="cannot be read"):
        marks_of({"body": str(tmp_path / "nothing.pth")})


def test_a_training_says_what_it_began_with_and_goes_on_with_nothing_else(tmp_path: Path) -> None:
    cells, out = drawn_cells(5, kinds=EVERY_KIND), tmp_path / "run"
    one, other = (checkpoint(tmp_path, drawn(seed), f"{seed}.safetensors") for seed in (1, 2))
    said = ["steps=1", "batch=4", "size_px=80", f"settings.width={NARROW}", "rate=1e-7"]
    taught_by_labels(asked(ROOM, None, [*said, f"published.body={one}"]), cells, out)
    (mark,) = read_told(out).started_from
    assert mark.startswith("body: 1.safetensors (")
    weights = read_trained(out).module.state_dict()["body.features.3.weight"]
    assert torch.allclose(weights, drawn(1).state_dict()["features.3.weight"], atol=1e-5)
    with pytest.raises(OtherRun):
        taught_by_labels(asked(ROOM, None, [*said, f"published.body={other}"]), cells, out)
