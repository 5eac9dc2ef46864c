"""`marrowkit-export build` and `card` as typed: what is said goes before the file, and mistakes are told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from export.__main__ import main
from export.building.build import Workbench
from export.building.spec import USUAL_VARIANTS, BuildSpec
from export.commands import build as command
from export.crops.kept import Told, write_trained
from export.keys import write_private_key
from export.rooms.head import made_head
from tests.namer import LABELS, build_fields, trained, write_all
from tests.tiny import classifier_bundle

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint, its crops, a build.toml and a key; not to be written to."""
    folder = write_all(tmp_path_factory.mktemp("typed"))
    write_private_key(folder / "maker.pem")
    (folder / "build.toml").write_text(toml(build_fields(folder)), "utf-8")
    return folder


@pytest.fixture
def typed(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(place)
        monkeypatch.setattr("sys.argv", ["marrowkit-export", *words])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


OF_TRAINING = ("labels", "positive", "urgent", "network", "picture")
HEAD = made_head({"L1": (), "L2": (), "neutrophil": ("band",), "lymphocyte": ()}, ("L1", "L2"), ("L2",))


def toml(fields: dict[str, object]) -> str:
    """Tables of plain values, as TOML."""
    plain = [f"{key} = {json.dumps(value)}" for key, value in fields.items() if not isinstance(value, dict)]
    tables = [
        line
        for key, value in fields.items()
        if isinstance(value, dict)
        for line in (f"[{key}]", *(f"{inner} = {json.dumps(each)}" for inner, each in value.items()))
    ]
    return "\n".join([*plain, *tables, ""])


REFUSED = [
    ("--with labels=L1,L2 --with positive=L1", "lymphoid names 'lymphocyte', which is not one of the labels"),
    ("--with labels=L1,L2,lymphocyte", "labelled 'neutrophil', which is not one of L1, L2, lymphocyte"),
    ("--with picture.mean=123,116,103", "divide them by 255"),
    ("--with picture.mean=a,b", "picture.mean.0: .*number"),
    ("--with picture", "'picture' says no field"),
    ("--with picture=3 --with picture.size_px=3", "another word has made a value"),
    ("--with picture.depth=3", "picture.depth: Extra inputs"),
    ("--with crops.held_out=calibration", "crops are among those of"),
    ("--with network.checkpoint=nowhere.safetensors", "There is no checkpoint"),
    ("--from timm:resnet18", "Install timm"),
    ("--with variants=onnx-int4", "there is no variant 'onnx-int4', but .*onnx-fp16"),
    ("--spec nowhere.toml", "nowhere.toml cannot be read"),
    ("--spec maker.pem", "is no TOML"),
    ("--key build.toml", "Others may read|no Ed25519|cannot be read"),
]


@pytest.mark.parametrize(("flags", "told"), REFUSED, ids=[flags for flags, _ in REFUSED])
def test_mistakes_are_told_and_leave_nothing(flags: str, told: str, typed: Typed, place: Path) -> None:
    words = ["build", "--spec", "build.toml", "--key", "maker.pem", "--out", "other"]
    code, out, err = typed(*words, *flags.split())
    assert code == 1
    assert out == ""
    assert re.search(told, err), err
    assert not (place / "other").exists()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Workbench]:
    """What the command asks to be built; a bundle that was made before stands for it."""
    found: list[Workbench] = []
    made = classifier_bundle(tmp_path / "made")

    def instead(bench: Workbench) -> object:
        found.append(bench)
        return made

    monkeypatch.setattr(command, "build", instead)
    return found


def spec_of(asked: list[Workbench]) -> BuildSpec:
    return asked[-1].spec


def test_what_is_said_goes_before_the_file(typed: Typed, asked: list[Workbench]) -> None:
    said = [
        *("name=other", "version=3", "picture.view=bgr", "picture.size_px=32", "picture.um_per_px=0.25"),
        *('warnings=["one, two", "three"]', "training.terms=CC0"),
    ]
    words = [word for each in said for word in ("--with", each)]
    code, out, _ = typed("build", "--spec", "build.toml", "--key", "maker.pem", "--out", "new", *words)
    told = spec_of(asked)
    assert code == 0
    assert (told.name, told.version, told.warnings, told.training.terms) == ("other", 3, ("one, two", "three"), "CC0")
    assert (told.picture.view, told.picture.size_px, told.picture.um_per_px) == ("bgr", 32, 0.25)
    assert told.crops.most == 300
    assert "marrowkit bundle install new/other-3.mkb" in out


def test_a_training_folder_says_its_own_labels_and_picture(
    typed: Typed, asked: list[Workbench], place: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    told = Told("marrowkit2026_student", {"size": "small"}, HEAD, "rgb", 48, 0.4, ("pbc",), (), 10, 4, 0)
    write_trained(run, trained().state_dict(), told)
    (tmp_path / "rest.toml").write_text(
        toml({key: each for key, each in build_fields(place).items() if key not in OF_TRAINING})
    )
    words = ["--spec", str(tmp_path / "rest.toml"), "--from", str(run), "--key", "maker.pem", "--out", "new"]
    code, _, err = typed("build", *words, "--with", "picture.um_per_px=0.5")
    assert code == 0, err
    found = spec_of(asked)
    assert (found.network.source, found.network.settings) == ("marrowkit2026_student", {"size": "small"})
    assert found.network.checkpoint == str(run / "weights.safetensors")
    assert (found.labels, found.picture.size_px, found.picture.um_per_px) == (LABELS, 48, 0.5)
    assert (found.positive, found.urgent) == (HEAD.positive, HEAD.urgent)
    assert (found.crops.aliases["band"], found.crops.aliases["white cell"]) == ("neutrophil", "")
    assert found.crops.calibration == str(place / "calibration")


def test_variants_and_the_search_are_asked_for(typed: Typed, asked: list[Workbench]) -> None:
    words = ["build", "--spec", "build.toml", "--key", "maker.pem", "--out", "new"]
    assert typed(*words)[0] == 0
    assert (spec_of(asked).variants, spec_of(asked).search) == (USUAL_VARIANTS, False)
    assert typed(*words, "--with", "variants=openvino-int8, onnx-fp16", "--with", "search=true")[0] == 0
    assert (spec_of(asked).variants, spec_of(asked).search) == (("openvino-int8", "onnx-fp16"), True)


def test_the_card_says_what_the_manifest_says(typed: Typed, tmp_path: Path) -> None:
    bundle = classifier_bundle(tmp_path / "b", limits=["Never | alone <b>."])
    code, out, _ = typed("card", str(bundle.path))
    assert code == 0
    for said in (
        "# Names of cells",
        "`names` version 1. Decision support, never a diagnosis",
        "- Counted as blasts: L1, L2, from a probability of 0.5; doubtful 0.4 to 0.6.",
        "- It finds no cells: the kit's default bundle does",
        "- Never | alone &lt;b>.",
        "| painted | training | 12 | not known | CC0 |",
        "| AUC | painted | 0.900 | 0.800 to 0.950 | 12 × image |",
        "| onnx-fp32 | onnxruntime | fp32 | 0.00 | 0.001 (opinion) | nothing |",
    ):
        assert said in out
    assert typed("card", str(bundle.path), "--out", str(tmp_path / "card.md"))[0] == 0
    assert (tmp_path / "card.md").read_text("utf-8") == out
    assert "holds no manifest.json" in typed("card", str(tmp_path))[2]
