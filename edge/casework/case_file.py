"""A case as papers want it: `edge.papers.case_file.CaseFile`, filled from the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, cast

from edge.casework.answers import answered
from edge.casework.books import Books
from edge.casework.content import is_intact
from edge.casework.counting import doubt
from edge.casework.kit_id import KitName
from edge.casework.results import CaseResult
from edge.casework.snapshot import Snapshot
from edge.casework.views import crops
from edge.document import Document
from edge.figures import shortened
from edge.papers.case_file import (
    BundleFacts,
    CaseFacts,
    CaseFile,
    CellFacts,
    ClassCount,
    Consent,
    ControlState,
    Correction,
    CorrectionKind,
    FieldFacts,
    ManualCount,
    Parity,
    ReferralAnswer,
    Signature,
    StationFacts,
    Successor,
)
from edge.record import Case, FieldRow
from edge.record.case_life import Fact
from edge.record.steps import Step
from edge.types import Decision, Features, Reason

CROP_UM, CROP_PX = 20.0, 144
CELL_STEPS = frozenset({"class", "exclude", "include", "restore", "undo", "redo"})


def case_file(books: Books, kit: KitName, snapshot: Snapshot) -> CaseFile:
    """Everything that a paper shows of a case.

    Raises:
        StoreDamaged: a picture is missing or cannot be read.
    """
    result, documents, steps = snapshot.result, snapshot.documents, snapshot.steps
    rows = {row.number: row for row in result.fields}
    figures, facts, decision = result.figures, result.facts, result.figures.decision
    reasons = _reasons(decision["codes"])
    return CaseFile(
        case=_case(result, steps),
        station=StationFacts(kit.name, kit.id, kit.software),
        bundle=_bundle(result),
        counts=figures.counts,
        targets=figures.targets,
        by_class=tuple(ClassCount(c.label, c.cells, c.percent, c.interval, c.blast) for c in figures.classes),
        decision=Decision(decision["label"], decision["score"], tuple(decision["interval"]), reasons),
        fields=tuple(
            _field(row, documents.get(row.number) or books.record.document(row.case_id, row.number))
            for row in result.fields
        ),
        cells=tuple(_cells(books, documents, rows, result)),
        operator=_operator(steps),
        signature=_signature(books, result),
        control=_control(facts.get("control")),
        excluded=figures.excluded,
        systems=figures.systems,
        manual=_manual(result),
        corrections=tuple(_correction(step, documents) for step in steps if step.kind in CELL_STEPS),
        answer=_answer(facts.get("answer"), steps, result.case.version),
        consent=_consent(facts.get("consent")),
        successor=_successor(books, result.case),
        people={each.name: each.id for each in books.people.operators()},
    )


def _case(result: CaseResult, steps: Iterable[Step]) -> CaseFacts:
    case, finished = result.case, result.facts.get("finished")
    amended = [step.reason for step in steps if step.kind == "amend" and step.version == case.version]
    return CaseFacts(
        number=case.id,
        pseudonym=case.pseudonym,
        specimen=case.specimen,
        stain=case.stain,
        state=cast(Literal["open", "finished", "signed", "amended"], case.state),
        begun=case.clock_hint,
        objective=case.objective,
        note=case.note,
        finished=None if finished is None else finished.clock_hint,
        version=case.version,
        amended=amended[-1] if amended else "",
    )


def _bundle(result: CaseResult) -> BundleFacts:
    model, proof = result.model, result.model.proof
    parity = None if proof is None else Parity(proof.passed, proof.engine, proof.difference, proof.tolerance)
    return BundleFacts(model.ref, model.title, parity)


def _field(row: FieldRow, document: Document) -> FieldFacts:
    quality = document["quality"]
    measures = {name: value for name, value in quality.items() if isinstance(value, float)}
    scale = [code for code in document["decision"]["codes"] if code["code"].startswith(("scale.", "eyepiece."))]
    return FieldFacts(
        number=row.number,
        name=row.frame_name,
        digest=row.frame_digest,
        size_px=(row.width_px, row.height_px),
        taken=row.clock_hint,
        ok=row.ok,
        counts=row.counts,
        um_per_px=document["um_per_px"],
        scale_source=document["scale_source"],
        quality=measures,
        reasons=_reasons([*quality["codes"], *scale]),
    )


def _cells(
    books: Books, documents: Mapping[int, Document], rows: Mapping[int, FieldRow], result: CaseResult
) -> Iterator[CellFacts]:
    for number, document in documents.items():
        image, um_per_px = books.record.picture(rows[number].image), document["um_per_px"]
        for cell in document["cells"]:
            yield _cell(number, cell, cache(partial(_crop, image, um_per_px, cell)), result)


def _crop(image: Path, um_per_px: float, cell: Mapping[str, Any]) -> bytes:
    return crops(image, [cell], um_per_px, CROP_UM, CROP_PX)[0]


def _cell(number: int, cell: Mapping[str, Any], crop: Callable[[], bytes], result: CaseResult) -> CellFacts:
    roles = result.model.roles
    x, y = cell["centre"]
    rules = sorted(((fired["rule"], fired["strength"]) for fired in cell["fuzzy"]["rules"]), key=lambda rule: -rule[1])
    return CellFacts(
        field=number,
        id=cell["id"],
        label=cell["class"],
        machine=cell["machine"]["class"],
        blast=cell["class"] in roles.blast,
        probability=cell["p"],
        doubt=shortened(doubt(cell, roles), 6),
        doubtful=cell["doubtful"],
        centre_px=(x, y),
        features=Features(**cell["features"]),
        fuzzy_score=cell["fuzzy"]["score"],
        rbf=cell["rbf"],
        network=cell["network"],
        members=cell.get("members", {}),
        rules=tuple(rules),
        excluded=_reasons(cell["codes"]),
        crop=crop,
        crop_um=CROP_UM,
    )


def _operator(steps: Iterable[Step]) -> str | None:
    """Who counted: whoever finished it, else whoever captured its latest field."""
    names = [step.operator for step in steps if step.kind in ("field", "finish") and step.operator]
    return names[-1] if names else None


def _signature(books: Books, result: CaseResult) -> Signature | None:
    signed = result.signature
    if signed is None:
        return None
    intact = is_intact(books, result.case.id, signed)
    return Signature(signed.operator, signed.clock_hint, signed.digest, signed.statement, intact)


def _successor(books: Books, case: Case) -> Successor | None:
    """The latest version that somebody signed after this one, or the one that was begun."""
    latest = books.record.case(case.id).version
    if latest == case.version:
        return None
    later = [each for each in books.life.signatures(case.id) if each.version > case.version]
    if later:
        return Successor(later[-1].version, later[-1].clock_hint, signed=True)
    begun = [step for step in books.steps.of(case.id) if step.kind == "amend" and step.version == latest]
    return Successor(latest, begun[-1].clock_hint, signed=False)


def _control(fact: Fact | None) -> ControlState | None:
    if fact is None:
        return None
    said = fact.value
    reasons = (Reason("control.out", {"slide": said["slide"]}),) if said["verdict"] == "block" else ()
    return ControlState(said["slide"], said["verdict"], said["when"] or "", reasons)


def _manual(result: CaseResult) -> ManualCount | None:
    said = result.manual
    if said is None:
        return None
    apart = said.difference
    return ManualCount(said.by_class, said.percent, said.interval, apart.points, apart.interval, said.operator)


def _correction(step: Step, documents: Mapping[int, Document]) -> Correction:
    """A step in a reader's words; back to the kit's word is said as the change that it makes."""
    before, after = (_said(step, value, documents) for value in (step.before, step.after))
    kind = step.kind
    if kind == "restore":
        kind = "class" if before[0] != after[0] else ("include" if after[1] else "exclude")
    who = (step.number, step.operator, step.clock_hint, step.field or 0, step.cell or 0)
    return Correction(*who, cast(CorrectionKind, kind), before[0], after[0], step.reason)


def _said(step: Step, value: Mapping[str, Any] | None, documents: Mapping[int, Document]) -> tuple[str, bool]:
    """Class and countability of a cell at one end of a step."""
    machine = _machine(step, documents)
    if value is None:
        return machine["class"], machine["countable"]
    counted = machine["countable"] if value["counted"] is None else value["counted"]
    return value["label"] or machine["class"], counted


def _machine(step: Step, documents: Mapping[int, Document]) -> Mapping[str, Any]:
    cells = documents[step.field]["cells"] if step.field is not None and step.field in documents else []
    found: list[Mapping[str, Any]] = [cell["machine"] for cell in cells if cell["id"] == step.cell]
    return found[0] if found else {"class": "", "countable": False}


def _answer(fact: Fact | None, steps: Sequence[Step], version: int) -> ReferralAnswer | None:
    if fact is None:
        return None
    said, about = fact.value, answered(fact.value, steps, version)
    return ReferralAnswer(
        expert=said["expert"],
        when=said.get("when") or fact.clock_hint,
        opinion=said["opinion"],
        version=about.version,
        percent=said["percent"],
        text=said["text"],
        referral=said.get("referral", ""),
        recounted=about.recounted,
    )


def _consent(fact: Fact | None) -> Consent | None:
    return None if fact is None else Consent(fact.operator, fact.clock_hint, fact.value["ground"])


def _reasons(codes: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(each["code"], each["values"]) for each in codes)
