"""The parts of `marrowkit analyse`: what befalls one picture is its own, and lines reach whoever reads them."""

from __future__ import annotations

import errno
import io
from dataclasses import replace

import cv2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.commands import fieldlines
from edge.commands.analyse import Analysis
from edge.commands.picturefiles import PictureFile, picture_files
from edge.errors import BadSetting, RecordFault, ScaleUnknown
from edge.types import Examination, Frame
from firmware_bridge.errors import Fault
from tests.cases import PaintedExaminer
from tests.stations import simulated_field


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> PictureFile:
    path = tmp_path_factory.mktemp("parts") / "field.png"
    cv2.imwrite(str(path), simulated_field((128, 128), 1))
    return PictureFile("a", path)


class Pipe(io.StringIO):
    """A standard output that fails in its own way."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def write(self, text: str) -> int:
        raise OSError(self._number, "it fails")


def test_results_that_cannot_be_written_are_an_error(painted: Examination, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", Pipe(errno.ENOSPC))
    with pytest.raises(RecordFault, match="could not be written"):
        fieldlines.json_lines()(painted)


def test_a_closed_pipe_is_left_to_the_command_line(painted: Examination, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", Pipe(errno.EPIPE))
    with pytest.raises(BrokenPipeError):
        fieldlines.json_lines()(painted)


def test_a_name_that_the_terminal_cannot_show_is_escaped(painted: Examination, monkeypatch: pytest.MonkeyPatch) -> None:
    latin = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr("sys.stdout", latin)
    fieldlines.table(["x"])(replace(painted, frame_name="\udcff→.png"))
    latin.seek(0)
    assert "\\u" in latin.read()


@pytest.fixture(scope="module")
def painted() -> Examination:
    return PaintedExaminer().examine(Frame(simulated_field((320, 240), 2), name="painted"))


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (ScaleUnknown("No scale.", "Give one."), "error: No scale. Give one.\n"),
        (MemoryError("100 GB\n  at once"), "could not be examined (MemoryError: 100 GB at once). Report this"),
    ],
)
def test_what_befalls_one_picture_is_its_own_error(
    file: PictureFile, capsys: pytest.CaptureFixture[str], painted: Examination, trouble: Exception, said: str
) -> None:
    turns = iter([trouble, None])

    def examine(frame: Frame) -> Examination:
        befallen = next(turns)
        if befallen:
            raise befallen
        return painted

    shown: list[Examination] = []
    assert Analysis(examine, shown.append).run([file, file]) == 1
    assert shown == [painted]
    assert said in capsys.readouterr().err


def test_a_wrong_option_ends_it(file: PictureFile) -> None:
    def examine(frame: Frame) -> Examination:
        raise BadSetting("No.", "Other.")

    with pytest.raises(BadSetting):
        Analysis(examine, lambda _: None).run([file, file])


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=60))
def test_any_text_is_a_file_by_that_name_or_a_fault(text: str) -> None:
    for found in picture_files([f"/nowhere/{text}"]):
        assert isinstance(found, Fault)


@given(st.text(max_size=90), st.integers(2, 60))
def test_a_shortened_name_keeps_its_end(name: str, width: int) -> None:
    short = fieldlines._shortened(name, width)
    assert len(short) <= width
    assert name.endswith(short.removeprefix("…") if len(name) > width else short)
