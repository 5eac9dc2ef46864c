"""`marrowkit analyse` as a process of its own, where torch and the training side do not exist: good files, bad files,
interruptions, and how much memory it takes."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from edge.types import Pixels
from tests.architecture.test_import_ban import BAN
from tests.firmware_bridge.test_imagefile import png_of_size
from tests.stations import density_bundle, simulated_field
from tests.tiny import trusting

COMMAND = (
    BAN
    + """
import atexit
import signal
from edge.__main__ import main

# what a shell starts in the background is deaf to SIGINT, and so would be all that it starts
signal.signal(signal.SIGINT, signal.default_int_handler)

def tell_peak():
    (line,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print("peak kB:", line.split()[1], file=sys.stderr)

if sys.argv[1] == "--peak":
    del sys.argv[1]
    atexit.register(tell_peak)
main()
"""
)
PEAK_BYTES = 300e6
TOP_KEYS = {"image", "quality", "um_per_px", "scale_source", "cells", "counts", "decision", "bundle", "timing_ms"}
CELL_KEYS = {"centre", "box", "class", "p", "countable", "features", "fuzzy", "rbf"}
FEATURE_KEYS = {"diameter_um", "nucleus_diameter_um", "nc_ratio", "circularity"}
DECISIONS = {"not suspicious", "suspicious", "refer", "insufficient"}


def saved(pixels: Any, form: str, mode: str = "RGB", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, form, **options)
    return buffer.getvalue()


def turned(pixels: Pixels) -> bytes:
    """A picture held on its side, with the tag that says how to put it upright."""
    exif = Image.Exif()
    exif[274] = 6
    return saved(np.ascontiguousarray(np.rot90(pixels)), "PNG", exif=exif)


def deep(pixels: Pixels) -> bytes:
    return cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR).astype(np.uint16) * 257)[1].tobytes()


def animated(pixels: Pixels) -> bytes:
    return saved(pixels, "PNG", save_all=True, append_images=[Image.fromarray(pixels[::-1].copy())])


FIELD = simulated_field((800, 600), 12, seed=1)
JPEG = saved(FIELD, "JPEG", quality=92)
GOOD = {
    "upright.png": saved(FIELD, "PNG"),
    "turned.png": turned(FIELD),
    "sixteen.png": deep(FIELD),
    "alpha.png": saved(FIELD, "PNG", "RGBA"),
    "tiff.tif": saved(FIELD, "TIFF", compression="tiff_lzw"),
    "bitmap.bmp": saved(FIELD, "BMP"),
    "photo.JPG": JPEG,
    "print.jpg": saved(FIELD, "JPEG", "CMYK", quality=95),
}
SAME = ("upright.png", "turned.png", "sixteen.png", "alpha.png", "tiff.tif", "bitmap.bmp")
"""Those without loss: their pixels are the same, and so must the answers be."""
REFUSED = {
    "grey.png": saved(FIELD, "PNG", "L"),
    "black.png": saved(np.zeros_like(FIELD), "PNG"),
    "tiny.png": saved(FIELD[:9, :9], "PNG"),
}
BAD = {
    "animated.png": (animated(FIELD), "holds 2 pictures in one file. Save the one that is meant as its own file."),
    "truncated.jpg": (JPEG[: len(JPEG) // 2], "is damaged, not complete, or of a rare kind. Copy it again"),
    "empty.png": (b"", "is empty. Copy it again"),
    "text.png": (b"this is no picture\n" * 40, "is not a picture. Give a picture: JPEG, PNG, TIFF or BMP."),
    "enormous.png": (png_of_size(40_000, 40_000), "has 1600 megapixels; the limit is 120. Crop it or save it smaller."),
    "moving.gif": (saved(FIELD, "GIF"), "is GIF, which is not read as a picture. Save it as JPEG, PNG, TIFF or BMP."),
}


@dataclass(frozen=True)
class Told:
    """What the command left behind."""

    code: int
    answers: dict[str, Any]
    lines: int
    errors: list[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("analyse")
    density_bundle(folder / "bundle")
    trusting(folder / "data")
    (folder / "mixed").mkdir()
    for name, content in {**GOOD, **REFUSED, **{name: bad[0] for name, bad in BAD.items()}}.items():
        (folder / "mixed" / name).write_bytes(content)
    return folder


def command(place: Path, *words: str, peak: bool = False) -> list[str]:
    extra = ["--peak"] if peak else []
    options = ["--bundle", str(place / "bundle"), "--data", str(place / "data")]
    return [sys.executable, "-c", COMMAND, *extra, "analyse", *words, *options]


@pytest.fixture(scope="module")
def mixed(place: Path) -> Told:
    words = ["--json", "mixed", "absent.png", "--masks", "masks"]
    done = subprocess.run(command(place, *words), capture_output=True, text=True, cwd=place, timeout=300, check=False)
    answers = {Path(each["image"]).name: each for each in map(json.loads, done.stdout.splitlines())}
    return Told(done.returncode, answers, len(done.stdout.splitlines()), done.stderr.splitlines())


def test_every_readable_picture_has_its_line_and_the_others_make_the_exit_code(mixed: Told) -> None:
    assert mixed.code == 1
    assert set(mixed.answers) == {*GOOD, *REFUSED}
    assert mixed.lines == len(GOOD) + len(REFUSED)


def test_every_bad_file_is_told_in_one_line_what_it_is_and_what_to_do(mixed: Told) -> None:
    told = {line.split("mixed/")[1].split()[0]: line for line in mixed.errors[:-1]}
    assert set(told) == set(BAD)
    assert all(BAD[name][1] in line and line.startswith("error: ") for name, line in told.items())
    assert mixed.errors[-1] == "error: There is nothing at absent.png. Check the path."


@pytest.mark.parametrize("name", GOOD)
def test_the_contract_is_kept(mixed: Told, name: str) -> None:
    answer = mixed.answers[name]
    assert answer.keys() >= TOP_KEYS
    assert answer["quality"].keys() >= {"ok", "reasons", "focus", "exposure"}
    assert (answer["quality"]["ok"], answer["quality"]["reasons"]) == (True, [])
    assert answer["scale_source"] == "red cells"
    assert answer["um_per_px"] == pytest.approx(0.11, rel=0.1)
    assert set(answer["counts"]) == {"nucleated", "countable", "excluded", "blast"}
    assert answer["counts"]["nucleated"] == len(answer["cells"]) >= 10
    assert answer["decision"].keys() >= {"label", "score", "interval", "reasons"}
    assert answer["decision"]["label"] in DECISIONS
    assert answer["bundle"].keys() >= {"name", "version", "digest", "variant"}
    assert answer["timing_ms"]["total"] > 0


@pytest.mark.parametrize("name", GOOD)
def test_the_contract_of_a_cell_is_kept(mixed: Told, name: str) -> None:
    for cell in mixed.answers[name]["cells"]:
        assert cell.keys() >= CELL_KEYS
        assert cell["features"].keys() >= FEATURE_KEYS
        assert sum(cell["p"].values()) == pytest.approx(1, abs=1e-4)
        assert cell["class"] in cell["p"]
        assert 0 <= cell["fuzzy"]["score"] <= 100
        assert isinstance(cell["fuzzy"]["rules"], list)
        assert sum(cell["rbf"].values()) == pytest.approx(1, abs=1e-4)
        (x, y), (left, top, width, height) = cell["centre"], cell["box"]
        assert left <= x <= left + width
        assert top <= y <= top + height
        assert -1 <= left <= left + width <= 801
        assert -1 <= top <= top + height <= 601


@pytest.mark.parametrize("name", SAME[1:])
def test_depth_transparency_format_and_orientation_change_nothing(mixed: Told, name: str) -> None:
    one, other = mixed.answers[SAME[0]], mixed.answers[name]
    assert other["digest"] == one["digest"]
    assert other["cells"] == one["cells"]
    assert other["size"] == [800, 600]


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_picture_says_why(mixed: Told, name: str) -> None:
    answer = mixed.answers[name]
    assert answer.keys() >= TOP_KEYS
    assert answer["quality"]["ok"] is False
    assert answer["quality"].keys() >= {"focus", "exposure"}
    assert answer["quality"]["reasons"]
    assert answer["cells"] == []
    assert answer["decision"]["label"] == "insufficient"


def test_every_answer_has_its_masks(mixed: Told, place: Path) -> None:
    stems = [Path(name).stem for name in mixed.answers]
    wanted = {f"{stem}_{kind}.png" for stem in stems for kind in ("cells", "nuclei")}
    assert {path.name for path in (place / "masks").iterdir()} == wanted
    upright, held = (place / "masks" / f"{stem}_cells.png" for stem in ("upright", "turned"))
    assert upright.read_bytes() == held.read_bytes()


def test_ctrl_c_ends_it_at_once_and_quietly(place: Path) -> None:
    words = command(place, "--json", *["mixed/upright.png"] * 300)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=place) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (130, b"")


def test_a_reader_that_has_enough_ends_it_quietly(place: Path) -> None:
    words = command(place, "--json", *["mixed/upright.png"] * 300)
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=place) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
        process.wait(timeout=60)
    assert (process.returncode, errors) == (1, b"")


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_full_disk_under_the_results_is_an_error(place: Path, words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command(place, *words, "mixed/upright.png"), stdout=full, stderr=subprocess.PIPE, cwd=place, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: The results could not be written (No space left on device).")
    assert len(done.stderr.splitlines()) == 2


def test_one_large_field_fits_into_300_mb(place: Path) -> None:
    (place / "large.jpg").write_bytes(saved(simulated_field((1712, 1368), 40), "JPEG", quality=95))
    words = command(place, "--json", "large.jpg", "--masks", "large", peak=True)
    done = subprocess.run(words, capture_output=True, text=True, cwd=place, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["nucleated"] >= 20
    assert int(done.stderr.split("peak kB:")[1]) * 1024 <= PEAK_BYTES
