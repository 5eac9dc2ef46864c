"""People: who is let in by whom, PINs that cannot be guessed in a row, sessions that end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.casework import Casework, pin
from edge.casework.books import open_books
from edge.casework.lockout import LOCKED, LOCKED_S, wait_s
from edge.casework.sessions import KEPT_EVERY_S, machine_up_s
from edge.casework.staff import Change, Staff
from edge.errors import (
    BadSetting,
    LastLead,
    NameTaken,
    NotLead,
    NotSignedIn,
    PinForm,
    PinWait,
    PinWeak,
    PinWrong,
    StoreFull,
)
from edge.record import Record
from edge.record.people import Operator
from tests.casebooks import PIN, Clock, casework_in

HOUR_S = 3600.0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same scrypt with less of it."""
    monkeypatch.setattr(pin, "LOG_N", 4)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def casework(tmp_path: Path, clock: Clock) -> Iterator[Casework]:
    with casework_in(tmp_path, clock) as made:
        yield made


@pytest.fixture
def amina(casework: Casework) -> Operator:
    return casework.staff.add("Amina", PIN, lead=False, by=None)


@pytest.fixture
def bo(casework: Casework, amina: Operator) -> Operator:
    return casework.staff.add("Bo", "13579", lead=False, by=amina)


def test_the_first_person_leads_and_lets_others_in(casework: Casework, amina: Operator, bo: Operator) -> None:
    assert (amina.lead, bo.lead) == (True, False)
    assert [each.name for each in casework.staff.operators()] == ["Amina", "Bo"]


def test_nobody_lets_themselves_in(casework: Casework, amina: Operator, bo: Operator) -> None:
    with pytest.raises(NotSignedIn):
        casework.staff.add("Eve", "1397", lead=True, by=None)
    with pytest.raises(NotLead, match="Bo"):
        casework.staff.add("Eve", "1397", lead=True, by=bo)


@pytest.mark.parametrize("name", ["amina", " Amina ", "AMINA"])
def test_names_are_there_once(casework: Casework, amina: Operator, name: str) -> None:
    with pytest.raises(NameTaken):
        casework.staff.add(name, PIN, lead=False, by=amina)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\tb\x00"])
def test_a_name_can_be_printed(casework: Casework, name: str) -> None:
    with pytest.raises(BadSetting):
        casework.staff.add(name, PIN, lead=False, by=None)


@pytest.mark.parametrize("given", ["", "123", "1234567890123", "12a4", "١٢٣٤", " 1234", "1234\n"])
def test_a_pin_is_4_to_12_figures(given: str) -> None:
    with pytest.raises(PinForm):
        pin.hashed(given)


@pytest.mark.parametrize("given", ["0000", "777777", "1234", "123456789012", "7890", "4321", "3210", "2109"])
def test_a_pin_that_is_tried_first_is_not_chosen(casework: Casework, amina: Operator, bo: Operator, given: str) -> None:
    with pytest.raises(PinWeak):
        casework.staff.add("Eve", given, lead=False, by=amina)
    with pytest.raises(PinWeak):
        casework.staff.change(bo.id, Change(pin=given), by=amina)
    with pytest.raises(PinWeak):
        casework.staff.renew_pin(bo.id, given)
    casework.staff.verify(bo.id, "13579")


@pytest.mark.parametrize("given", ["1235", "1122", "2468", "9988", "0101"])
def test_other_figures_make_a_pin(given: str) -> None:
    assert pin.chosen(given) == given


@pytest.mark.parametrize("given", ["0000", "2468", "123456789012"])
def test_a_pin_matches_itself_only_and_is_salted(given: str) -> None:
    kept = pin.hashed(given)
    assert pin.matches(given, kept)
    assert not pin.matches(given[:-1] + "9", kept) or given.endswith("9")
    assert pin.hashed(given) != kept
    assert given not in kept


def test_pins_are_kept_with_scrypt_of_16_mb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert pin.hashed(PIN).split(":")[:4] == ["scrypt", "14", "8", "1"]


def test_what_is_kept_with_other_figures_still_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = pin.hashed(PIN)
    monkeypatch.setattr(pin, "LOG_N", 5)
    assert pin.matches(PIN, kept)


def test_waits_grow_and_end_in_a_lock() -> None:
    waits = [wait_s(wrong) for wrong in range(LOCKED + 3)]
    assert waits == sorted(waits)
    assert waits[:5] == [0, 0, 0, 2, 4]
    assert waits[LOCKED:] == [LOCKED_S] * 3
    years = 10_000 / 2 * LOCKED_S / 86400
    assert years > 50, "half of all PINs of four figures take more than fifty days"


def wrong(casework: Casework, operator: Operator, times: int, clock: Clock) -> None:
    for _ in range(times):
        clock.pass_by(HOUR_S)
        with pytest.raises(PinWrong):
            casework.staff.verify(operator.id, "0000")


def test_after_wrong_pins_even_the_right_one_waits(casework: Casework, amina: Operator, clock: Clock) -> None:
    wrong(casework, amina, 4, clock)
    clock.pass_by(3.9)
    with pytest.raises(PinWait) as told:
        casework.staff.verify(amina.id, PIN)
    assert told.value.wait_s == pytest.approx(0.1)
    clock.pass_by(0.2)
    assert casework.staff.verify(amina.id, PIN).wrong == 0
    wrong(casework, amina, 1, clock)
    casework.staff.verify(amina.id, PIN)


def test_one_persons_wrong_pins_do_not_lock_another(
    casework: Casework, amina: Operator, bo: Operator, clock: Clock
) -> None:
    wrong(casework, bo, LOCKED, clock)
    with pytest.raises(PinWait):
        casework.staff.verify(bo.id, "13579")
    casework.staff.verify(amina.id, PIN)


def test_a_restart_does_not_shorten_the_wait(tmp_path: Path) -> None:
    clock = Clock()
    with casework_in(tmp_path, clock) as casework:
        amina = casework.staff.add("Amina", PIN, lead=True, by=None)
        wrong(casework, amina, LOCKED, clock)
    with casework_in(tmp_path, clock) as casework:
        with pytest.raises(PinWait):
            casework.staff.verify(amina.id, PIN)
        clock.pass_by(LOCKED_S + 1)
        casework.staff.verify(amina.id, PIN)


def test_a_try_counts_before_it_is_looked_at(
    casework: Casework, amina: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever pulls the plug while the PIN is being looked at has had a try."""

    def cut(*_: Any) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(pin, "matches", cut)
    with pytest.raises(KeyboardInterrupt):
        casework.staff.verify(amina.id, "0000")
    assert casework.books.people.operator(amina.id).wrong == 1


def test_a_session_holds_until_it_is_idle_or_ended(casework: Casework, amina: Operator, clock: Clock) -> None:
    token = casework.staff.sign_in(amina.id, PIN)
    for _ in range(3):
        clock.pass_by(HOUR_S - 1)
        assert casework.staff.sessions.who(token, HOUR_S) == amina
    clock.pass_by(HOUR_S + 1)
    assert casework.staff.sessions.who(token, HOUR_S) is None
    assert casework.staff.sessions.who(token, 1e9) is None, "an idle session does not come back"
    fresh = casework.staff.sign_in(amina.id, PIN)
    casework.staff.sessions.end(fresh)
    assert casework.staff.sessions.who(fresh, HOUR_S) is None


@pytest.mark.parametrize("token", ["", "x", "ä" * 50])
def test_a_made_up_token_is_nobody(casework: Casework, amina: Operator, token: str) -> None:
    assert casework.staff.sessions.who(token, HOUR_S) is None


def test_a_session_survives_a_restart_and_its_token_is_not_kept(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        amina = casework.staff.add("Amina", PIN, lead=True, by=None)
        token = casework.staff.sign_in(amina.id, PIN)
    with casework_in(tmp_path) as casework:
        assert casework.staff.sessions.who(token, HOUR_S) == amina
    assert token.encode() not in (tmp_path / "marrowkit.db").read_bytes()


def test_one_changes_ones_own_pin_with_the_old_one(
    casework: Casework, amina: Operator, bo: Operator, clock: Clock
) -> None:
    token = casework.staff.sign_in(bo.id, "13579")
    casework.staff.change(bo.id, Change(pin="24680", own_pin="13579"), by=bo)
    casework.staff.verify(bo.id, "24680")
    assert casework.staff.sessions.who(token, HOUR_S) is None, "old sessions end with the old PIN"
    with pytest.raises(PinWrong):
        casework.staff.change(bo.id, Change(pin="1397", own_pin="0000"), by=bo)


@pytest.mark.parametrize(
    "change", [Change(pin="1397"), Change(lead=True), Change(name="Amina B"), Change(pin="1397", own_pin="13579")]
)
def test_nobody_changes_somebody_else_without_leading(
    casework: Casework, amina: Operator, bo: Operator, change: Change
) -> None:
    with pytest.raises(NotLead):
        casework.staff.change(amina.id, change, by=bo)
    casework.staff.verify(amina.id, PIN)


def test_whoever_leads_shows_the_present_pin_too_for_their_own(casework: Casework, amina: Operator) -> None:
    for own_pin in (None, "0000"):
        with pytest.raises(PinWrong):
            casework.staff.change(amina.id, Change(pin="1397", own_pin=own_pin), by=amina)
    casework.staff.verify(amina.id, PIN)
    casework.staff.change(amina.id, Change(pin="1397", own_pin=PIN), by=amina)
    casework.staff.verify(amina.id, "1397")


def test_own_pin_changes_nothing_else(casework: Casework, amina: Operator, bo: Operator) -> None:
    with pytest.raises(NotLead):
        casework.staff.change(bo.id, Change(lead=True, own_pin="13579"), by=bo)


def test_who_leads_resets_a_pin_and_sends_somebody_away(casework: Casework, amina: Operator, bo: Operator) -> None:
    token = casework.staff.sign_in(bo.id, "13579")
    casework.staff.change(bo.id, Change(pin="5791"), by=amina)
    casework.staff.verify(bo.id, "5791")
    casework.staff.change(bo.id, Change(active=False), by=amina)
    with pytest.raises(NotSignedIn, match="Bo"):
        casework.staff.verify(bo.id, "5791")
    assert casework.staff.sessions.who(token, HOUR_S) is None


@pytest.mark.parametrize("change", [Change(lead=False), Change(active=False)])
def test_somebody_always_leads(casework: Casework, amina: Operator, bo: Operator, change: Change) -> None:
    with pytest.raises(LastLead):
        casework.staff.change(amina.id, change, by=amina)
    casework.staff.change(bo.id, Change(lead=True), by=amina)
    casework.staff.change(amina.id, change, by=amina)


def test_what_is_done_to_people_is_in_the_log_without_pins(casework: Casework, amina: Operator, bo: Operator) -> None:
    casework.staff.change(bo.id, Change(pin="5791", name="Bo B"), by=amina)
    steps = casework.books.steps.of(None)
    assert [step.operator for step in steps] == ["", "Amina", "Amina"]
    assert (steps[-1].before["name"], steps[-1].after["name"], steps[-1].after["new_pin"]) == ("Bo", "Bo B", True)
    assert "5791" not in repr(steps)


@pytest.mark.parametrize(
    ("away_s", "stays"),
    [(HOUR_S - 2, True), (HOUR_S + 1, False), (100 * HOUR_S, False), (-2.0, False)],
    ids=["shortly", "longer", "for days", "the clock went back"],
)
def test_a_restart_does_not_bring_an_idle_session_back(tmp_path: Path, away_s: float, stays: bool) -> None:
    clock, wall = Clock(), Clock()
    with closing(Record(tmp_path)) as record:
        staff = Staff(open_books(record), clock, wall)
        token = staff.sign_in(staff.add("Amina", PIN, lead=True, by=None).id, PIN)
    wall.pass_by(away_s)
    with closing(Record(tmp_path)) as record:
        sessions = Staff(open_books(record), Clock(), wall).sessions
        assert (sessions.who(token, HOUR_S) is not None) == stays
        assert (sessions.who(token, 1e9) is not None) == stays


@pytest.mark.parametrize(("up_s", "stays"), [(HOUR_S, True), (30.0, False)], ids=["the kit", "the machine"])
def test_a_clock_that_stood_still_brings_nobody_back(tmp_path: Path, up_s: float, stays: bool) -> None:
    """Without a battery, the clock of a machine that was off over night says that a minute has passed."""
    wall = Clock()
    with closing(Record(tmp_path)) as record:
        staff = Staff(open_books(record), Clock(), wall)
        token = staff.sign_in(staff.add("Amina", PIN, lead=True, by=None).id, PIN)
    wall.pass_by(60)
    with closing(Record(tmp_path)) as record:
        sessions = Staff(open_books(record), Clock(), wall, up=lambda: up_s).sessions
        assert (sessions.who(token, HOUR_S) is not None) == stays


def test_the_machine_tells_how_long_it_is_up() -> None:
    assert machine_up_s() >= time.monotonic() - 1


def test_what_was_done_before_the_restart_counts(tmp_path: Path) -> None:
    clock, wall = Clock(), Clock()
    with closing(Record(tmp_path)) as record:
        staff = Staff(open_books(record), clock, wall)
        token = staff.sign_in(staff.add("Amina", PIN, lead=True, by=None).id, PIN)
        for _ in range(5):
            clock.pass_by(HOUR_S / 2)
            wall.pass_by(HOUR_S / 2)
            assert staff.sessions.who(token, HOUR_S)
    wall.pass_by(HOUR_S / 2)
    with closing(Record(tmp_path)) as record:
        after = Staff(open_books(record), clock, wall).sessions
        assert after.looks_on(token, HOUR_S)
        clock.pass_by(HOUR_S / 2 + 1)
        assert after.looks_on(token, HOUR_S) is None, "the time before the restart counts too"


@given(pauses_s=st.lists(st.floats(0, 2 * HOUR_S), max_size=12), restarts=st.sets(st.integers(0, 12)))
def test_nobody_stays_longer_for_a_restart(
    tmp_path_factory: pytest.TempPathFactory, pauses_s: list[float], restarts: set[int]
) -> None:
    """Whoever is let in was here within the limit, however often the kit was started again."""
    with closing(Record(tmp_path_factory.mktemp("kit"))) as record:
        record.database.connection.execute("PRAGMA synchronous = OFF")
        clock, wall = Clock(), Clock()
        staff = Staff(open_books(record), clock, wall)
        token = staff.sign_in(staff.add("Amina", PIN, lead=True, by=None).id, PIN)
        for number, pause_s in enumerate(pauses_s):
            if number in restarts:
                staff = Staff(open_books(record), clock, wall)
            clock.pass_by(pause_s)
            wall.pass_by(pause_s)
            came_in = staff.sessions.who(token, HOUR_S)
            assert came_in is None or pause_s <= HOUR_S
            if came_in is None:
                break


def test_being_here_is_written_down_once_a_minute(casework: Casework, amina: Operator, clock: Clock) -> None:
    token, written = casework.staff.sign_in(amina.id, PIN), casework.books.database.connection
    before = written.total_changes
    for _ in range(300):
        clock.pass_by(1.0)
        casework.staff.sessions.who(token, HOUR_S)
    assert written.total_changes - before == 300 / KEPT_EVERY_S


def test_a_full_disk_keeps_nobody_out(
    casework: Casework, amina: Operator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFull("The disk is full.", "Free some room.")

    token = casework.staff.sign_in(amina.id, PIN)
    monkeypatch.setattr(casework.books.people, "keep_session", full)
    clock.pass_by(2 * KEPT_EVERY_S)
    assert casework.staff.sessions.who(token, HOUR_S) == amina


def test_looking_on_is_not_being_here(casework: Casework, amina: Operator, clock: Clock) -> None:
    sessions = casework.staff.sessions
    token = sessions.begin(amina)
    for _ in range(4):
        assert sessions.looks_on(token, HOUR_S) == amina
        clock.pass_by(HOUR_S / 4)
    clock.pass_by(1.0)
    assert sessions.looks_on(token, HOUR_S) is None
    assert sessions.looks_on("", HOUR_S) is None
