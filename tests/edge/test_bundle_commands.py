"""`marrowkit bundle` and `marrowkit doctor`, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.bundle import shelf
from edge.bundle.shelf import current_version
from edge.commands.options import data_folder
from edge.runtime.fake import FAKE_ENGINES
from firmware_bridge.errors import BadDataFolder
from tests.tiny import OTHER_KEY, fake_bundle, tiny_archive, tiny_bundle, tiny_fields, tiny_variant, trusting


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shelf, "shipped_folder", lambda: tmp_path / "shipped")
    return trusting(tmp_path / "data")


class Typed:
    """Types a command and keeps what came of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path) -> None:
        self._monkeypatch, self._capsys, self._data = monkeypatch, capsys, data

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.argv", ["marrowkit", *words, "--data", str(self._data)])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = self._capsys.readouterr()
        return int(end.value.code or 0), out, err


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path) -> Typed:
    return Typed(monkeypatch, capsys, data)


def test_install_show_list_rollback(typed: Typed, tmp_path: Path, data: Path) -> None:
    for version in (1, 2):
        file = tiny_archive(tiny_bundle(tmp_path / f"b{version}", version=version), tmp_path / f"{version}.mkb")
        code, out, _ = typed("bundle", "install", str(file))
        assert code == 0
        assert f"Installed tiny {version}" in out
        assert "onnx-fp32          in use" in out
    code, out, _ = typed("bundle", "show", "tiny")
    assert code == 0
    for said in (
        *("tiny 2: A tiny bundle", "signed by  the tests", "painted: 12 images", "AUC on painted", "Limits"),
        "scale      0.1 µm per pixel where neither red cells nor anyone tells it",
        "finds      cells by network at 0.2 µm per pixel",
        "counts     blast from p = 0.5, in doubt from 0.4 to 0.6",
        "alone      the network from p = 0.5, the fuzzy-RBF from p = 0.5",
    ):
        assert said in out
    assert "* tiny 2" in typed("bundle", "list")[1]
    assert "Back to tiny 1" in typed("bundle", "rollback", "tiny")[1]
    assert current_version("tiny", data) == 1


def test_json_is_whole(typed: Typed, tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "b")
    shown = json.loads(typed("bundle", "show", str(bundle.path), "--json")[1])
    assert shown["digest"] == bundle.digest
    assert shown["thresholds"] == tiny_fields()["thresholds"]
    assert shown["parity"] is None
    typed("bundle", "install", str(bundle.path))
    assert json.loads(typed("bundle", "show", "tiny", "--json")[1])["parity"]["variant"] == "onnx-fp32"
    assert [row["version"] for row in json.loads(typed("bundle", "list", "--json")[1])] == [1]


def test_verify_says_who_signed_and_changes_nothing(typed: Typed, tmp_path: Path, data: Path) -> None:
    code, out, _ = typed("bundle", "verify", str(tiny_bundle(tmp_path / "b").path))
    assert code == 0
    assert "tiny 1 is intact, signed by the tests" in out
    assert not (data / "bundles").exists()


def test_a_fault_is_two_lines_on_stderr_and_a_non_zero_exit(typed: Typed, tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "b", key=OTHER_KEY)
    for words in (["verify", str(bundle.path)], ["install", str(bundle.path)], ["show", str(bundle.path)]):
        code, out, err = typed("bundle", *words)
        assert (code, out) == (1, "")
        assert err.startswith("error: ")
        assert len(err.splitlines()) == 2


def test_nothing_installed_is_said(typed: Typed) -> None:
    assert "No bundle is installed." in typed("bundle", "list")[1]
    assert typed("bundle", "show")[0] == 1


def levels(out: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in json.loads(out):
        found.setdefault(finding["check"], set()).add(finding["level"])
    return found


def test_the_doctor_is_content_with_a_sound_station(typed: Typed, tmp_path: Path) -> None:
    tiny_bundle(tmp_path / "shipped" / "marrowkit-default", name="marrowkit-default")
    code, out, _ = typed("doctor", "--json")
    assert code == 0
    found = levels(out)
    assert found["bundle"] == found["parity"] == found["data folder"] == found["python"] == {"OK"}
    assert {"engine", "processor", "camera", "clock"} <= found.keys()
    code, out, _ = typed("doctor")
    assert code == 0
    assert "OK       bundle: marrowkit-default 1" in out


def test_the_doctor_finds_no_bundle_and_says_what_to_do(typed: Typed) -> None:
    code, out, _ = typed("doctor")
    assert code == 1
    assert "ISSUE    bundle: No bundle named 'marrowkit-default'" in out
    assert "→ Install one" in out


def test_the_doctor_finds_a_bundle_that_fails_here(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tiny_bundle(tmp_path / "b", variants=[tiny_variant(engine="abacus")])
    code, out, _ = typed("doctor", "--bundle", str(bundle.path), "--json")
    assert code == 1
    assert levels(out)["parity"] == {"ISSUE"}
    monkeypatch.setattr("edge.commands.checks.choose_variant", lambda found, data: chosen(found, data))
    mixed = fake_bundle(tmp_path / "m", {"good": b'{"logits":[0,1]}', "bad": b'{"logits":[1,0]}'})
    code, out, _ = typed("doctor", "--bundle", str(mixed.path), "--json")
    assert code == 0
    assert levels(out)["parity"] == {"OK", "WARNING"}


def chosen(bundle: object, data: Path) -> object:
    from edge.runtime.choose import choose_variant
    from edge.runtime.parity import check_variant

    return choose_variant(bundle, data, engines=FAKE_ENGINES, check=check_variant)  # type: ignore[arg-type]


def test_the_doctor_tells_of_a_newer_bundle_that_came_with_the_kit(typed: Typed, tmp_path: Path) -> None:
    typed("bundle", "install", str(tiny_bundle(tmp_path / "b", name="marrowkit-default").path))
    tiny_bundle(tmp_path / "shipped" / "marrowkit-default", name="marrowkit-default", version=4)
    code, out, _ = typed("doctor")
    assert code == 0
    assert "INFO     bundle: version 4 came with this kit" in out
    (tmp_path / "shipped" / "marrowkit-default" / "rbf.json").unlink()
    assert "WARNING  bundle: the one that came with this kit" in typed("doctor")[1]


def test_the_doctor_finds_a_data_folder_that_cannot_be_written(typed: Typed, data: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    code, out, _ = Typed(typed._monkeypatch, typed._capsys, blocked / "data")("doctor")
    assert code == 1
    assert "ISSUE    data folder" in out


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(BadDataFolder, match="is a file") as caught:
        data_folder(file)
    assert "--data" in caught.value.remedy


def test_the_data_folder_is_the_given_one_else_the_environments_else_xdg() -> None:
    assert data_folder(Path("given"), {"MARROWKIT_DATA": "named"}) == Path("given")
    assert data_folder(None, {"MARROWKIT_DATA": "named", "XDG_DATA_HOME": "/x"}) == Path("named")
    assert data_folder(None, {"XDG_DATA_HOME": "/x"}) == Path("/x/marrowkit")
    assert data_folder(None, {}) == Path.home() / ".local/share/marrowkit"
