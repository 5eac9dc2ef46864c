"""A case from its beginning to its signature, and after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from edge.casework.books import Books
from edge.casework.content import seal, sealed
from edge.casework.personal import code_looks_like, note_looks_like
from edge.casework.results import CaseResult, Results
from edge.casework.staff import Staff
from edge.casework.states import (
    require_counting,
    require_finished,
    require_signed,
    require_unsigned,
)
from edge.errors import BadSetting, CaseChanged, CaseEmpty, LooksPersonal, UnknownClass
from edge.papers.reply import OPINIONS
from edge.record import Case, NewCase
from edge.record.case_life import Signature
from edge.record.clock import clock_hint
from edge.record.steps import Doing

MOST_BY_HAND = 100_000
"""Of one class, by a person with a tally counter."""
LONGEST_TEXT, LONGEST_STATEMENT = 4000, 1000
"""Letters of a note or an answer, and of what is said with a PIN: that is printed beside the signature."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is to change of what is said of a case; None: stays. `confirmed`: it is known that it looks personal."""

    objective: str | None = None
    note: str | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand signs: the person, the PIN that proves it, what they have seen, and what they say.

    seal  `edge.casework.content.seal` of the case as it was shown to them
    """

    operator_id: int
    pin: str
    seal: str
    statement: str = ""


class Life:
    """What happens to cases as a whole. Each method is one transaction and one step in the audit log."""

    def __init__(self, books: Books, staff: Staff, results: Results) -> None:
        self._books, self._staff, self._results = books, staff, results

    def begin(self, new: NewCase, by: str, confirmed: bool = False) -> Case:
        """Begin a case.

        Raises:
            LooksPersonal: its code or note does, and nobody has confirmed it.
            BadSetting: see `NewCase`; or the note is too long.
        """
        if not confirmed:
            _require_impersonal(code_looks_like(new.pseudonym), "code")
            _require_impersonal(note_looks_like(new.note), "note")
        with self._books.database.writing():
            case = self._books.record.begin_case(replace(new, note=_text(new.note)))
            self._step(case, Doing(kind="begin", operator=by, after=new.pseudonym))
        return self._books.record.case(case.id)

    def describe(self, case_id: int, words: Words, by: str) -> Case:
        """Change objective or note.

        Raises:
            CaseSigned, CaseFinished, LooksPersonal, BadSetting, NotRecorded.
        """
        with self._books.database.writing():
            case = self._books.case(case_id)
            require_counting(case)
            if words.note is not None and not words.confirmed:
                _require_impersonal(note_looks_like(words.note), "note")
            for name in ("objective", "note"):
                self._say(case, name, getattr(words, name), by)
        return self._books.record.case(case_id)

    def finish(self, case_id: int, by: str) -> None:
        """Close the count: the result is preliminary until somebody signs it.

        Raises:
            CaseSigned, CaseFinished, RunUnfinished, NotRecorded; CaseEmpty: no field of it could be counted.
        """
        with self._books.database.writing():
            case = self._books.whole(case_id)
            require_counting(case)
            if not self._books.record.tally(case_id).counted:
                raise CaseEmpty("There is no field in this case that could be counted.", "Capture a good field first.")
            self._books.life.set_fact(case_id, "finished", {}, by)
            self._move(case, "finished", Doing(kind="finish", operator=by))

    def resume(self, case_id: int, by: str) -> None:
        """Go on counting.

        Raises:
            CaseSigned, NotRecorded; CaseOpen: it was never closed.
        """
        with self._books.database.writing():
            case = self._books.case(case_id)
            require_finished(case)
            self._books.life.drop_fact(case_id, "finished")
            self._move(case, "open" if case.version == 1 else "amended", Doing(kind="resume", operator=by))

    def sign(self, case_id: int, hand: Hand) -> Signature:
        """Put a person's name under everything that the case holds now, which is what they have seen.

        Raises:
            CaseSigned, CaseOpen, CaseChanged, RunUnfinished, NotRecorded, PinWrong, PinWait, NotSignedIn.
        """
        require_finished(self._books.whole(case_id))
        person = self._staff.verify(hand.operator_id, hand.pin)
        with self._books.database.writing():
            case = self._books.whole(case_id)
            require_finished(case)
            result = self._seen(case_id, hand)
            statement = _text(hand.statement, LONGEST_STATEMENT)
            step = self._step(case, Doing(kind="sign", operator=person.name, reason=statement))
            content, digest = sealed(self._books, result)
            signature = Signature(case.version, person.id, person.name, statement, digest, content, step, clock_hint())
            self._books.life.sign(case_id, signature)
            self._books.life.change(case_id, state="signed")
        return signature

    def amend(self, case_id: int, reason: str, hand: Hand) -> None:
        """Reopen a signed case as its next version; what was signed stays as it was.

        Raises:
            CaseUnsigned, CaseChanged, NotRecorded, PinWrong, PinWait, NotSignedIn; BadSetting: no reason is given.
        """
        require_signed(self._books.case(case_id))
        if not reason.strip():
            raise BadSetting("A signed case is amended for a reason.", "Say why.")
        person = self._staff.verify(hand.operator_id, hand.pin)
        with self._books.database.writing():
            case = self._books.case(case_id)
            require_signed(case)
            self._seen(case_id, hand)
            self._books.life.change(case_id, state="amended", version=case.version + 1)
            self._books.life.drop_fact(case_id, "finished")
            amended = self._books.record.case(case_id)
            self._step(amended, Doing(kind="amend", operator=person.name, reason=_text(reason, LONGEST_STATEMENT)))

    def count_by_hand(self, case_id: int, counts: Mapping[str, int], by: str) -> None:
        """A person's own count, to stand beside the kit's.

        Raises:
            CaseSigned, NotRecorded, UnknownClass; BadSetting: a number that is none.
        """
        with self._books.database.writing():
            case = self._books.case(case_id)
            require_unsigned(case)
            unknown = set(counts) - set(self._results.model(case_id).labels)
            if unknown:
                raise UnknownClass(f"The case's bundle knows no class {min(unknown)!r}.", "Use the classes shown.")
            if not all(0 <= number <= MOST_BY_HAND for number in counts.values()):
                raise BadSetting("That is no count of cells.", f"Give whole numbers from 0 to {MOST_BY_HAND}.")
            if not any(counts.values()):
                raise BadSetting("Nothing was counted by hand.", "Count some cells first, or leave the count away.")
            self._set(case, "manual", {"counts": dict(counts)}, by)

    def drop_hand_count(self, case_id: int, by: str) -> None:
        """Without a person's own count again.

        Raises:
            CaseSigned, NotRecorded.
        """
        with self._books.database.writing():
            case = self._books.case(case_id)
            require_unsigned(case)
            self._set(case, "manual", None, by)

    def answer(self, case_id: int, answer: Mapping[str, Any], by: str) -> None:
        """What the expert answered; it may come long after the signature, and stands beside what was signed.

        `answer` may say which `version` of the case they were asked about; else it is the one that stands.

        Raises:
            NotRecorded; BadSetting: an opinion that the referral's form does not have, or no version of this case.
        """
        if answer["opinion"] not in OPINIONS:
            raise BadSetting(f"There is no opinion {answer['opinion']!r}.", f"There are: {', '.join(OPINIONS)}.")
        with self._books.database.writing():
            case = self._books.case(case_id)
            version = answer.get("version") or case.version
            if not 1 <= version <= case.version:
                raise BadSetting(f"There is no version {version} of this case.", f"It is at version {case.version}.")
            self._set(case, "answer", {**answer, "version": version}, by)

    def consent(self, case_id: int, ground: str | None, by: str) -> None:
        """Whether cells of the case may be used for training, on what ground; None takes it back.

        Raises:
            NotRecorded; BadSetting: the ground is blank or too long.
        """
        if ground is not None and not ground.strip():
            raise BadSetting("Consent is given on some ground.", "Say on which, as the number of a form.")
        with self._books.database.writing():
            value = None if ground is None else {"ground": _text(ground)}
            self._set(self._books.case(case_id), "consent", value, by)

    def _seen(self, case_id: int, hand: Hand) -> CaseResult:
        """The case as it is, which has to be what was shown to whoever signs."""
        result = self._results.of(case_id)
        if seal(self._books, result) != hand.seal:
            what = f"Case {result.case.pseudonym} has changed since it was shown."
            raise CaseChanged(what, "Look at it as it is now, then do it again.")
        return result

    def _say(self, case: Case, name: str, text: str | None, by: str) -> None:
        before = getattr(case, name)
        if text is not None and _text(text) != before:
            self._books.life.change(case.id, **{name: _text(text)})
            self._step(case, Doing(kind=name, operator=by, before=before, after=_text(text)))

    def _set(self, case: Case, kind: str, value: dict[str, Any] | None, by: str) -> None:
        known = self._books.life.facts(case.id).get(kind)
        before = None if known is None else dict(known.value)
        if value == before:
            return
        if value is None:
            self._books.life.drop_fact(case.id, kind)
        else:
            self._books.life.set_fact(case.id, kind, value, by)
        self._step(case, Doing(kind=kind, operator=by, before=before, after=value))

    def _move(self, case: Case, state: str, doing: Doing) -> None:
        self._books.life.change(case.id, state=state)
        self._step(case, replace(doing, before=case.state, after=state))

    def _step(self, case: Case, doing: Doing) -> int:
        return self._books.steps.add(case.id, doing, case.version)


def _text(text: str, longest: int = LONGEST_TEXT) -> str:
    said = text.strip()
    if len(said) > longest:
        raise BadSetting("The text is too long.", f"Keep it below {longest} letters.")
    return said


def _require_impersonal(looks_like: str | None, where: str) -> None:
    if looks_like is not None:
        what = f"The {where} looks like something personal ({looks_like})."
        raise LooksPersonal(what, "Use a code instead, or confirm that it is one.")
