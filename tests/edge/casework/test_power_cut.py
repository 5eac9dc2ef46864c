"""The kit is killed again and again while people work: whatever it acknowledged is there, and all of it fits.

A full disk and a second instance are the other two ways in which clinics lose work.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from edge.casework import Casework, open_casework, pin
from edge.casework.cells import Wish
from edge.casework.content import is_intact
from edge.casework.history import corrections_of
from edge.casework.life import Words
from edge.errors import StoreBusy, StoreFull
from edge.record import Record
from tests.casebooks import NEW, PIN, capture, casework_in, counted_case, hand, undo
from tests.cases import LABELS, MODEL

ROOT = Path(__file__).parents[3]
WORKER = """
import json
import random
import sys
from pathlib import Path

from edge.casework import open_casework, pin
from edge.casework.cells import Wish
from edge.errors import CaseFault
from edge.record import Record
from tests.casebooks import NEW, PIN, capture, hand, redo, undo
from tests.cases import LABELS, MODEL

pin.LOG_N = 4
random.seed(int(sys.argv[2]))
casework = open_casework(Record(Path(sys.argv[1])), MODEL)
case = casework.life.begin(NEW, by="Amina")
print(json.dumps(["begin", case.id, 0]), flush=True)


def step(kind):
    key = (random.randint(1, 2), random.randint(1, 5))
    if kind == "class":
        casework.cells.change(case.id, key, Wish(label=random.choice(LABELS)), "Amina")
    elif kind == "exclude":
        casework.cells.change(case.id, key, Wish(excluded=random.random() < 0.7), "Amina")
    elif kind in ("undo", "redo"):
        {"undo": undo, "redo": redo}[kind](casework, case.id)
    elif kind == "sign":
        casework.life.finish(case.id, "Amina")
        casework.life.sign(case.id, hand(casework, case.id))
        print(json.dumps(["signed", case.id, casework.books.record.case(case.id).version]), flush=True)
        casework.life.amend(case.id, "more", hand(casework, case.id))


for seed in (1, 2):
    capture(casework, case.id, seed)
while True:
    try:
        step(random.choice(["class", "class", "exclude", "undo", "redo", "sign"]))
    except CaseFault:
        continue
    print(json.dumps(["step", case.id, casework.books.steps.last(case.id)]), flush=True)
"""
KILL_AFTER_S = (0.0, 0.004, 0.013, 0.031)
LINES = 12


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "LOG_N", 4)


def test_whatever_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        casework.staff.add("Amina", PIN, lead=True, by=None)
    for turn, pause_s in enumerate(KILL_AFTER_S):
        told = _work_until_killed(tmp_path, turn, pause_s)
        with casework_in(tmp_path) as casework:
            _all_there(casework, told)


def _work_until_killed(folder: Path, seed: int, pause_s: float) -> list[list[Any]]:
    command = [sys.executable, "-c", WORKER, str(folder), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as worker:
        assert worker.stdout is not None
        lines = [worker.stdout.readline() for _ in range(LINES)]
        time.sleep(pause_s)
        worker.kill()
        rest = worker.stdout.read()
    whole = ("".join(lines) + rest).split("\n")[:-1]
    return [json.loads(line) for line in whole]


def _all_there(casework: Casework, told: list[list[Any]]) -> None:
    case_id = told[0][1]
    steps = casework.books.steps.of(case_id)
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert len(steps) >= max(number for kind, _, number in told if kind == "step")
    assert corrections_of(steps) == casework.books.corrections.of(case_id)
    signatures = casework.books.life.signatures(case_id)
    assert {version for kind, _, version in told if kind == "signed"} <= {each.version for each in signatures}
    assert all(is_intact(casework.books, case_id, each) for each in signatures)
    result = casework.results.of(case_id)
    assert result.case.version in (len(signatures), len(signatures) + 1)
    assert casework.books.listing.sums([case_id], ["blast"])[case_id].counts == result.figures.counts


Act = Callable[[Casework, int], Any]
WRITES: dict[str, Act] = {
    "begin": lambda c, _: c.life.begin(NEW, by=""),
    "capture": lambda c, k: capture(c, k, 3),
    "class": lambda c, k: c.cells.change(k, (1, 4), Wish(label=LABELS[2]), ""),
    "undo": lambda c, k: undo(c, k),
    "note": lambda c, k: c.life.describe(k, Words(note="thin"), ""),
    "finish": lambda c, k: c.life.finish(k, ""),
    "manual": lambda c, k: c.life.count_by_hand(k, {"blast": 2}, ""),
    "settings": lambda c, _: c.settings.change({"auto_capture": True}, ""),
    "operator": lambda c, _: c.staff.add("Bo", PIN, False, c.staff.operators()[0]),
    "control": lambda c, _: c.controls.add("Slide 1", "marrow", 5, ""),
}


def everything(casework: Casework) -> list[Any]:
    """Every row of every table."""
    tables = casework.books.database.select("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    names = [table["name"] for table in tables]
    return [casework.books.database.select(f"SELECT * FROM {name}") for name in names]  # noqa: S608 SQLite's own names


@pytest.fixture
def worked(tmp_path: Path) -> Path:
    with casework_in(tmp_path) as casework:
        casework.staff.add("Amina", PIN, lead=True, by=None)
        case = counted_case(casework)
        casework.cells.change(case.id, (2, 3), Wish(label="granulocyte"), "Amina")
    return tmp_path


class Full:
    """A connection to a disk that is full when it comes to the commit: SQLite itself is out of pages there."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: Any) -> Any:
        if statement == "COMMIT":
            self._connection.execute("PRAGMA max_page_count = 1")
            self._connection.execute("UPDATE ballast SET x = hex(randomblob(100000))")
        return self._connection.execute(statement, *values)


@pytest.mark.parametrize("write", WRITES)
def test_a_full_disk_leaves_all_as_it_was_and_the_next_try_works(worked: Path, write: str) -> None:
    with casework_in(worked) as casework:
        real = casework.books.database.connection
        real.execute("CREATE TABLE ballast (x TEXT)")
        real.execute("INSERT INTO ballast VALUES ('')")
        before = everything(casework)
        casework.books.database.connection = Full(real)  # type: ignore[assignment]
        with pytest.raises(StoreFull, match="everything before it is safe"):
            WRITES[write](casework, 1)
        casework.books.database.connection = real
        assert everything(casework) == before
        real.execute("PRAGMA max_page_count = 1000000")
        WRITES[write](casework, 1)
        assert everything(casework) != before


def test_a_disk_that_is_full_for_pictures_leaves_no_half_of_a_field(
    worked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    with casework_in(worked) as casework:
        before = everything(casework)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", refuse)
            with pytest.raises(StoreFull):
                capture(casework, 1, 3)
        assert everything(casework) == before
        assert capture(casework, 1, 3) == 3


def test_a_second_kit_is_kept_from_the_same_cases(worked: Path) -> None:
    with casework_in(worked) as casework:
        before = everything(casework)
        with pytest.raises(StoreBusy):
            Record(worked)
        assert everything(casework) == before


def test_a_signature_is_whole_or_not_there(worked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong between the first and the last row of it."""
    record = Record(worked)
    casework = open_casework(record, MODEL)
    casework.life.finish(1, "Amina")
    before = casework.books.steps.of(1)
    signer = hand(casework, 1)

    def stumble(*_: Any, **__: Any) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(casework.books.life.__class__, "change", stumble)
    with pytest.raises(KeyboardInterrupt):
        casework.life.sign(1, signer)
    monkeypatch.undo()
    assert casework.books.steps.of(1) == before
    assert casework.books.life.signatures(1) == ()
    assert casework.books.record.case(1).state == "finished"
    casework.close()
    record.close()
