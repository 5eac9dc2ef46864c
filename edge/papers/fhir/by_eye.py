"""What people counted, corrected and answered, as FHIR Observations that name whoever did it.

An operator is referred to by the kit's own number for them; a name is only what it shows, as on the report. An expert
who answered has no number here, and is a name.
"""

from __future__ import annotations

from collections.abc import Iterator

from edge.nouns import CLASSES, LEFT_OUT
from edge.papers.blocks.answer import OTHER_VERSION, RECOUNTED
from edge.papers.blocks.closing import what_was_done
from edge.papers.case_file import CaseFile, Correction, ReferralAnswer
from edge.papers.fhir.codes import OPERATORS, Concept, component, own, percent, when
from edge.papers.fhir.known import Known, Resource
from edge.papers.reply import OPINIONS

NO_DEVICE = frozenset({"device"})
OF_THE_EXPERT = frozenset({"device", "performer", "effectiveDateTime", "modifierExtension"})
"""What is said of all observations of a case, and not of an answer: it was given at another place and time."""


def by_eye(file: CaseFile) -> Iterator[Known]:
    """A person's own count, what people corrected, and what the expert answered."""
    yield from _manual(file)
    yield from _corrections(file)
    yield from _answer(file)


def person(file: CaseFile, name: str) -> Concept:
    """Somebody who works with the kit."""
    number = file.people.get(name)
    if number is None:
        return {"type": "Practitioner", "display": name}
    identifier = {"system": OPERATORS, "value": f"{file.station.id}/{number}"}
    return {"type": "Practitioner", "identifier": identifier, "display": name}


def _manual(file: CaseFile) -> Iterator[Known]:
    if file.manual is None:
        return
    code = own("blasts-percent-by-hand", "Blasts among the cells counted by a person")
    low, high = file.manual.interval
    ends = [component("interval-low", "Low end of the Wilson 95 % interval", low),
            component("interval-high", "High end of the Wilson 95 % interval", high)]  # fmt: skip
    by = {"performer": [person(file, file.manual.by)]} if file.manual.by else {}
    without = NO_DEVICE if by else NO_DEVICE | {"performer"}
    yield Known("manual", code, {"valueQuantity": percent(file.manual.percent), "component": ends, **by}, without)


def _corrections(file: CaseFile) -> Iterator[Known]:
    if not file.corrections:
        return
    who = dict.fromkeys(step.by for step in file.corrections if step.by)
    by = {"performer": [person(file, name) for name in who]} if who else {}
    without = NO_DEVICE if by else NO_DEVICE | {"performer"}
    code = own("corrections", "Steps of people who corrected cells, those taken back among them")
    notes = [_note(file, step) for step in file.corrections]
    yield Known("corrections", code, {"valueInteger": len(notes), **by, "note": notes}, without)


def _note(file: CaseFile, step: Correction) -> Resource:
    before, after = (CLASSES.get(label, label) for label in (step.before, step.after))
    words = what_was_done(step).format(before=before, after=after)
    why = LEFT_OUT.get(step.reason, step.reason)
    by = {"authorReference": person(file, step.by)} if step.by else {}
    text = f"Cell {step.field}-{step.cell}: {words}{f' ({why})' if why else ''}"
    return {**by, **when("time", step.when), "text": text}


def _answer(file: CaseFile) -> Iterator[Known]:
    said = file.answer
    if said is None:
        return
    version = {
        "code": own("answered-version", "Version of the case that was asked about"),
        "valueInteger": said.version,
    }
    blasts = [] if said.percent is None else [component("percent", "Blasts by the expert's eyes", said.percent)]
    content = {
        "status": "final",
        **when("effectiveDateTime", said.when),
        **({"performer": [{"type": "Practitioner", "display": said.expert}]} if said.expert else {}),
        "valueCodeableConcept": own(f"opinion-{said.opinion}", OPINIONS.get(said.opinion, said.opinion)),
        "component": [version, *blasts],
        **_remarks(file, said),
    }
    yield Known("answer", own("referral-answer", "Answer to the referral"), content, OF_THE_EXPERT)


def _remarks(file: CaseFile, said: ReferralAnswer) -> Resource:
    other = [OTHER_VERSION.format(version=said.version)] if said.version != file.case.version else []
    again = [RECOUNTED] if said.recounted and not other else []
    texts = [*other, *again, *([said.text] if said.text else [])]
    return {"note": [{"text": text} for text in texts]} if texts else {}
