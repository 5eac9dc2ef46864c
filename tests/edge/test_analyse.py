"""`marrowkit analyse`: every picture in its turn, every fault in its place, every mask beside no other."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge.__main__ import main
from edge.commands import masks
from tests.stations import density_bundle, simulated_field
from tests.tiny import trusting

Typed = Callable[..., tuple[int, str, str]]
SIZE = (800, 600)


def save(path: Path, pixels: Any) -> Path:
    path.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return path


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a bundle beside it, and a folder of two fields and one out of focus."""
    place = tmp_path_factory.mktemp("station")
    density_bundle(place / "bundle")
    trusting(place / "data")
    field = simulated_field(SIZE, 12)
    save(place / "fields" / "f10.png", simulated_field(SIZE, 12, seed=1))
    save(place / "fields" / "f2.png", field)
    save(place / "fields" / "soft.png", cv2.GaussianBlur(field, (0, 0), 15))
    return place


@pytest.fixture
def typed(station: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types `marrowkit analyse` with these words in the station's folder."""

    def run(*words: str, bundle: str = "./bundle") -> tuple[int, str, str]:
        monkeypatch.chdir(station)
        monkeypatch.setattr("sys.argv", ["marrowkit", "analyse", *words, "--bundle", bundle, "--data", "data"])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


def told(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_folder_is_read_in_order_and_every_answer_bears_the_path_as_it_was_typed(typed: Typed) -> None:
    code, out, err = typed("--json", "./fields/f10.png", "fields/")
    assert (code, err) == (0, "")
    names = ["./fields/f10.png", "fields/f2.png", "fields/f10.png", "fields/soft.png"]
    assert [each["image"] for each in told(out)] == names


def test_a_picture_of_poor_quality_is_an_answer_and_no_error(typed: Typed) -> None:
    code, out, err = typed("--json", "fields/soft.png")
    (answer,) = told(out)
    assert (code, err) == (0, "")
    assert not answer["quality"]["ok"]
    assert "fine focus" in answer["quality"]["reasons"][0]
    assert answer["decision"]["label"] == "insufficient"
    assert answer["cells"] == []


def test_anyway_examines_it_and_the_verdict_stays(typed: Typed) -> None:
    (answer,) = told(typed("--json", "--anyway", "fields/soft.png")[1])
    assert not answer["quality"]["ok"]
    assert "segment" in answer["timing_ms"]


def test_a_given_scale_is_used_and_told(typed: Typed) -> None:
    measured, given_scale = (
        told(typed("--json", "fields/f2.png", *words)[1])[0] for words in ([], ["--um-per-px", "0.11"])
    )
    assert (measured["scale_source"], given_scale["scale_source"]) == ("red cells", "given")
    assert given_scale["um_per_px"] == 0.11
    assert measured["um_per_px"] == pytest.approx(0.11, rel=0.1)


@pytest.mark.parametrize("scale", ["nan", "0", "-1", "1e9", "inf"])
def test_a_scale_that_no_microscope_has_is_one_error_for_all(typed: Typed, scale: str) -> None:
    code, out, err = typed("--json", "fields", "--um-per-px", scale)
    assert (code, out) == (1, "")
    assert err.count("error:") == 1
    assert "none that a microscope has" in err


def test_the_table_is_for_people(typed: Typed) -> None:
    code, out, err = typed("fields")
    head, *rows = out.splitlines()
    assert (code, err) == (0, "")
    assert head.split() == ["image", "quality", "cells", "blasts", "(95", "%", "interval)", "decision", "why"]
    assert [row.split()[:2] for row in rows] == [
        ["fields/f2.png", "good"],
        ["fields/f10.png", "good"],
        ["fields/soft.png", "poor"],
    ]
    assert " of 8, " in rows[1]
    assert "Out of focus" in rows[2]


def test_what_cannot_be_read_costs_the_others_nothing(typed: Typed, station: Path) -> None:
    (station / "notes.txt").write_text("not a picture")
    code, out, err = typed("--json", "absent.png", "notes.txt", "", "fields/f2.png", "x" * 5000)
    assert code == 1
    assert [each["image"] for each in told(out)] == ["fields/f2.png"]
    nothing, text, empty, long = err.splitlines()
    assert nothing == "error: There is nothing at absent.png. Check the path."
    assert text == "error: notes.txt is not a picture. Give a picture: JPEG, PNG, TIFF or BMP."
    assert empty == "error: A path is empty. Name a file or folder."
    assert "cannot be read (File name too long)" in long


def test_no_bundle_is_one_error(typed: Typed) -> None:
    code, out, err = typed("--json", "fields", bundle="./nowhere")
    assert (code, out) == (1, "")
    assert "There is no bundle at 'nowhere'." in err


def label_image(path: Path) -> Any:
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_masks_are_label_images_of_the_cells_in_the_answer(typed: Typed, station: Path) -> None:
    code, out, _ = typed("--json", "fields", "--masks", "deep/masks")
    assert code == 0
    folder = station / "deep" / "masks"
    wanted = {f"{stem}_{kind}.png" for stem in ("f2", "f10", "soft") for kind in ("cells", "nuclei")}
    assert {path.name for path in folder.iterdir()} == wanted
    for answer in told(out):
        stem = Path(answer["image"]).stem
        cells, nuclei = (label_image(folder / f"{stem}_{kind}.png") for kind in ("cells", "nuclei"))
        assert cells.dtype == nuclei.dtype == np.uint16
        assert cells.shape == nuclei.shape == (SIZE[1], SIZE[0])
        ids = {cell["id"] for cell in answer["cells"]}
        assert set(np.unique(cells)) - {0} == set(np.unique(nuclei)) - {0} == ids
        assert ((nuclei == 0) | (nuclei == cells)).all()
        for cell in answer["cells"]:
            ys, xs = np.nonzero(cells == cell["id"])
            x, y, width, height = cell["box"]
            assert np.allclose((xs.min(), ys.min(), xs.max() + 1, ys.max() + 1), (x, y, x + width, y + height), atol=3)


@pytest.mark.parametrize("twin", ["f2.bmp", "F2.png"])
def test_of_two_pictures_of_one_mask_the_first_has_it_and_both_have_figures(
    typed: Typed, station: Path, twin: str
) -> None:
    save(station / "twins" / twin, simulated_field((128, 128), 1))
    code, out, err = typed("--json", "fields/f2.png", f"twins/{twin}", "--masks", "twin-masks")
    assert (code, len(told(out))) == (1, 2)
    assert f"The masks of twins/{twin} would replace those of fields/f2.png." in err
    mask = label_image(station / "twin-masks" / "f2_cells.png")
    assert mask.shape[:2] != (128, 128)
    (station / "twins" / twin).unlink()


def test_what_is_no_picture_takes_no_mask(typed: Typed, station: Path) -> None:
    (station / "twins" / "f2.txt").write_text("a note beside it")
    save(station / "twins" / "f2.png", simulated_field((128, 128), 1))
    code, out, err = typed("--json", "twins/f2.txt", "twins/f2.png", "--masks", "beside")
    assert (code, len(told(out)), "f2.txt" in err) == (1, 1, True)
    assert (station / "beside" / "f2_cells.png").exists()


def test_the_same_file_twice_has_one_mask(typed: Typed) -> None:
    code, out, _ = typed("--json", "fields/f2.png", "./fields/../fields/f2.png", "--masks", "again")
    assert code == 0
    assert len(out.splitlines()) == 2


def test_a_mask_never_replaces_a_picture(typed: Typed, station: Path) -> None:
    picture = save(station / "own" / "a.png", simulated_field((128, 128), 1))
    other = save(station / "own" / "a_nuclei.png", simulated_field((128, 128), 1))
    before = other.read_bytes()
    code, out, err = typed("--json", str(picture), str(other), "--masks", "own")
    assert (code, len(told(out))) == (1, 2)
    assert "would replace the picture" in err
    assert other.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_said_at_once(typed: Typed, station: Path) -> None:
    (station / "file").write_text("")
    code, out, err = typed("--json", "fields", "--masks", "file/masks")
    assert (code, out) == (1, "")
    assert "The folder file/masks cannot be made" in err


def test_a_full_disk_costs_the_masks_and_nothing_else(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(masks, "write_durably", full)
    code, out, err = typed("--json", "fields", "--masks", "never")
    assert code == 1
    assert len(told(out)) == 3
    assert err.count("could not be written (No space left on device). Free some space") == 3
