"""`marrowkit operators`, as typed: a forgotten PIN does not lock a clinic out of its kit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.__main__ import app
from edge.casework import pin
from edge.casework.lockout import LOCKED
from edge.errors import PinWait, PinWrong, StoreBusy
from tests.casebooks import PIN, Clock, casework_in


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "LOG_N", 4)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with casework_in(tmp_path) as casework:
        amina = casework.staff.add("Amina", PIN, lead=True, by=None)
        casework.staff.add("Bo", "13579", lead=False, by=amina)
    return tmp_path


def typed(data: Path, *words: str, answer: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["operators", *words, "--data", str(data)], input=answer)
    return result.exit_code, result.output


def test_everybody_is_listed_with_their_number(data: Path) -> None:
    code, out = typed(data, "list")
    assert code == 0
    assert [line.split() for line in out.splitlines()] == [["1", "Amina", "(leads)"], ["2", "Bo"]]
    _, out = typed(data, "list", "--json")
    assert [each["name"] for each in json.loads(out)] == ["Amina", "Bo"]


def test_a_kit_that_knows_nobody_says_so(tmp_path: Path) -> None:
    assert typed(tmp_path, "list") == (0, "Nobody is named yet.\n")


def test_a_new_pin_takes_the_place_of_a_forgotten_one_and_ends_the_wait(data: Path) -> None:
    clock = Clock()
    with casework_in(data, clock) as casework:
        for _ in range(LOCKED):
            clock.pass_by(10_000)
            with pytest.raises(PinWrong):
                casework.staff.verify(1, "0000")
        with pytest.raises(PinWait):
            casework.staff.verify(1, PIN)
    code, out = typed(data, "pin", "1", answer="97531\n97531\n")
    assert (code, "Amina has a new PIN." in out, "97531" in out) == (0, True, False)
    with casework_in(data) as casework:
        assert casework.staff.verify(1, "97531").name == "Amina"
        assert casework.books.steps.of(None)[-1].after["new_pin"] is True


@pytest.mark.parametrize(("number", "answer"), [("9", "97531\n97531\n"), ("1", "12\n12\n")])
def test_what_cannot_be_changes_nothing(data: Path, number: str, answer: str) -> None:
    code, _ = typed(data, "pin", number, answer=answer)
    assert code != 0
    with casework_in(data) as casework:
        casework.staff.verify(1, PIN)


def test_while_the_page_is_up_it_is_refused(data: Path) -> None:
    with casework_in(data):
        result = CliRunner().invoke(app, ["operators", "list", "--data", str(data)])
    assert isinstance(result.exception, StoreBusy)
