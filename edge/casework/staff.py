"""People: who may come in, with which PIN, and for how long."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from edge.casework import pin as pins
from edge.casework.books import Books
from edge.casework.lockout import wait_s
from edge.casework.sessions import Sessions
from edge.errors import BadSetting, LastLead, NotLead, NotSignedIn, PinWait, PinWrong
from edge.record.people import Operator
from edge.record.steps import Doing

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change of an operator; None: stays. `own_pin` is the present PIN, where somebody changes their own."""

    name: str | None = None
    lead: bool | None = None
    active: bool | None = None
    pin: str | None = None
    own_pin: str | None = None

    @property
    def is_only_pin(self) -> bool:
        """Whether everybody may do it to themselves."""
        return self.pin is not None and (self.name, self.lead, self.active) == (None, None, None)


class Staff:
    """The operators of a kit. `clock` counts seconds and never goes back; a kit's wall clock may. `up`: `Sessions`."""

    def __init__(
        self,
        books: Books,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        up: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._books, self._people, self._clock = books, books.people, clock
        self._door = threading.Lock()
        self.sessions = Sessions(books.people, clock, wall, up)
        # a restart must not shorten a wait: whoever had to wait, waits anew
        self._wrong_at_s = dict.fromkeys((each.id for each in self._people.operators() if each.wrong), clock())

    def operators(self) -> tuple[Operator, ...]:
        """Everybody, whether or not they may sign in."""
        return self._people.operators()

    def add(self, name: str, pin: str, lead: bool, by: Operator | None) -> Operator:
        """Let somebody in. The first one leads and needs nobody; later ones need somebody who leads.

        Raises:
            NotSignedIn, NotLead, NameTaken, PinForm, PinWeak, BadSetting.
        """
        name, kept = _name(name), pins.hashed(pins.chosen(pin))
        with self._books.database.writing():
            first = not self._people.operators()
            if not first:
                require_lead(by)
            added = self._people.add(name, lead or first, kept)
            self._note("operator", by, None, {"id": added.id, "name": added.name, "lead": added.lead})
        return added

    def change(self, operator_id: int, change: Change, by: Operator | None) -> Operator:
        """Change somebody: one's own PIN with the present one, everything else as somebody who leads.

        Whoever leads shows the present PIN too: a kit left signed in for a minute gives nobody their signature.

        Raises:
            NotSignedIn, NotLead, NameTaken, LastLead, NotRecorded, PinForm, PinWeak, PinWrong, PinWait, BadSetting.
        """
        is_own = by is not None and by.id == operator_id
        if not (is_own and change.is_only_pin):
            require_lead(by)
        if is_own and change.pin is not None:
            self.verify(operator_id, change.own_pin or "")
        kept = None if change.pin is None else pins.hashed(pins.chosen(change.pin))
        with self._books.database.writing():
            before = self._people.operator(operator_id)
            after = _changed(before, change)
            self._require_some_lead(after)
            self._people.change(after)
            if kept is not None:
                self._people.set_pin(operator_id, kept)
            if not after.active:
                self._people.end_sessions(operator_id)
            self._note("operator", by, _shown(before), {**_shown(after), "new_pin": kept is not None})
        return self._people.operator(operator_id)

    def renew_pin(self, operator_id: int, pin: str) -> Operator:
        """A new PIN for somebody who has forgotten theirs, given by whoever holds the machine.

        Raises:
            NotRecorded, PinForm, PinWeak.
        """
        kept = pins.hashed(pins.chosen(pin))
        with self._books.database.writing():
            operator = self._people.operator(operator_id)
            self._people.set_pin(operator_id, kept)
            self._note("operator", None, _shown(operator), {**_shown(operator), "new_pin": True})
        return self._people.operator(operator_id)

    def verify(self, operator_id: int, pin: str) -> Operator:
        """Whether it is this person's PIN; one at a time, and later after wrong ones.

        Raises:
            PinWait, PinWrong, NotRecorded; NotSignedIn: the person may not sign in any more.
        """
        with self._door:
            operator = self._people.operator(operator_id)
            if not operator.active:
                raise NotSignedIn(f"{operator.name} does not work here any more.", "Choose another name.")
            self._require_waited(operator)
            # written before it is looked at: pulling the plug does not give a free try
            self._people.change(replace(operator, wrong=operator.wrong + 1))
            self._wrong_at_s[operator_id] = self._clock()
            if not pins.matches(pin, self._people.pin(operator_id)):
                raise PinWrong("This is not the right PIN.", _after_wrong(operator.wrong + 1))
            cleared = replace(operator, wrong=0)
            self._people.change(cleared)
        return cleared

    def sign_in(self, operator_id: int, pin: str) -> str:
        """A token for the browser to keep; raises as `verify`."""
        return self.sessions.begin(self.verify(operator_id, pin))

    def _require_waited(self, operator: Operator) -> None:
        left_s = self._wrong_at_s.get(operator.id, -1e9) + wait_s(operator.wrong) - self._clock()
        if left_s > 0:
            what = f"Too many wrong PINs for {operator.name}."
            raise PinWait(what, f"Wait {left_s:.0f} s, then try again.", left_s)

    def _require_some_lead(self, after: Operator) -> None:
        others = [each for each in self._people.operators() if each.id != after.id]
        if not any(each.lead and each.active for each in (*others, after)):
            raise LastLead("Nobody would be left who leads.", "Let somebody else lead first.")

    def _note(self, kind: str, by: Operator | None, before: object, after: object) -> None:
        name = "" if by is None else by.name
        self._books.steps.add(None, Doing(kind=kind, operator=name, before=before, after=after))


def require_lead(by: Operator | None) -> None:
    """Only somebody who leads may go on.

    Raises:
        NotSignedIn, NotLead.
    """
    if by is None:
        raise NotSignedIn("This needs a person who leads.", "Sign in with your PIN.")
    if not by.lead:
        raise NotLead(f"{by.name} may not change this.", "Ask a person who leads to do it.")


def _after_wrong(wrong: int) -> str:
    left_s = wait_s(wrong)
    return f"Wait {left_s:.0f} s, then try again." if left_s else "Try again."


def _name(name: str) -> str:
    said = " ".join(name.split())
    if not said or len(said) > LONGEST_NAME or not said.isprintable():
        raise BadSetting("A name is missing, too long, or cannot be printed.", f"Give 1 to {LONGEST_NAME} letters.")
    return said


def _changed(before: Operator, change: Change) -> Operator:
    name = before.name if change.name is None else _name(change.name)
    lead = before.lead if change.lead is None else change.lead
    active = before.active if change.active is None else change.active
    return replace(before, name=name, lead=lead, active=active)


def _shown(operator: Operator) -> dict[str, object]:
    return {"id": operator.id, "name": operator.name, "lead": operator.lead, "active": operator.active}
