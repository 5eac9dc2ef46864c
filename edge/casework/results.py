"""What a case amounts to, after corrections: counts, classes, decision, a manual count beside it, and its signature."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from edge.casework.books import Books
from edge.casework.counting import corrected, for_decision
from edge.casework.models import Models
from edge.casework.newcombe import Difference, difference
from edge.decide.case import decide_documents
from edge.decide.counts import tally_document, total
from edge.decide.field import decide_field_document
from edge.decide.limits import Limits
from edge.decide.model import Model
from edge.decide.systems import Systems, SystemSum, systems_of
from edge.decide.wilson import wilson_percent
from edge.document import Document, decision_document
from edge.errors import NotRecorded
from edge.record import Case, FieldRow
from edge.record.case_life import Fact, Signature
from edge.record.listing import Sums
from edge.types import Counts, Reason

NO_CELLS = Counts(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ClassSum:
    """Countable cells of one class: number, percentage of all countable, its Wilson 95 % interval in percent.

    machine  how many the kit itself gave that class
    """

    label: str
    cells: int
    percent: float
    interval: tuple[float, float]
    blast: bool
    machine: int


@dataclass(frozen=True, slots=True)
class ManualSum:
    """A person's own count, and how far the kit's blast percentage lies above it, in percentage points."""

    by_class: Mapping[str, int]
    cells: int
    percent: float
    interval: tuple[float, float]
    difference: Difference
    operator: str
    clock_hint: str


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is counted in a case.

    excluded  reason code to cells
    decision  as `edge.document` lays it out
    systems   each system alone, as the decision weighs them: a class that a person gave is the word of both; None where
              the case was signed before this was told
    """

    counts: Counts
    doubtful: int
    corrected: int
    targets: tuple[int, int]
    classes: tuple[ClassSum, ...]
    excluded: Mapping[str, int]
    decision: Document
    systems: Systems | None = None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case with all that is shown of it.

    fields     with counts and decisions after corrections
    bundles    the digests of the bundles that its fields were examined with; more than one only in old cases
    signature  of this version
    facts      single things that are said of it: see `edge.record.case_life`
    whole      False for a re-analysis that has not looked at every field
    """

    case: Case
    fields: tuple[FieldRow, ...]
    figures: Figures
    manual: ManualSum | None
    model: Model
    bundles: tuple[str, ...]
    signature: Signature | None
    facts: Mapping[str, Fact]
    whole: bool = True

    @property
    def counted_fields(self) -> int:
        """Fields that the gate let through."""
        return sum(field.ok for field in self.fields)


class Results:
    """Counts cases again from their recorded documents, whenever somebody asks."""

    def __init__(self, books: Books, models: Models, limits: Callable[[], Limits]) -> None:
        self._books, self._models, self._limits = books, models, limits

    def of(self, case_id: int) -> CaseResult:
        """A case as it holds: of a signed one what was signed, whatever has changed in the kit since.

        Raises:
            NotRecorded: there is no such case.
        """
        return self.with_documents(case_id)[0]

    def with_documents(self, case_id: int) -> tuple[CaseResult, Mapping[int, Document]]:
        """The same with the corrected documents of its counted fields, read once for both; raises as `of`."""
        with self._books.database.alone():
            result, documents = self._counted(case_id)
        if result.signature is None:
            return result, documents
        return replace(result, figures=figures_of(json.loads(result.signature.content)["figures"])), documents

    def live(self, case_id: int) -> CaseResult:
        """A case counted now; raises as `of`."""
        return self._counted(case_id)[0]

    def _counted(self, case_id: int) -> tuple[CaseResult, Mapping[int, Document]]:
        record = self._books.record
        case, rows, facts = record.case(case_id), record.fields(case_id), self._books.life.facts(case_id)
        bundles = self._books.record.bundles(case_id)
        model = self._models.of(bundles[-1] if bundles else None)
        documents = self.documents(case_id, model)
        figures = self._figures(case_id, documents, model, facts)
        shown = tuple(self.shown(row, documents.get(row.number), model) for row in rows)
        manual = manual_sum(facts.get("manual"), figures.counts, model)
        about = (self._signature(case), facts, self._books.is_whole(case))
        return CaseResult(case, shown, figures, manual, model, bundles, *about), documents

    def documents(self, case_id: int, model: Model) -> Mapping[int, Document]:
        """The corrected documents of the counted fields of a case, by number."""
        corrections = self._books.corrections.of(case_id)
        plain = self._books.record.counted_by_number(case_id)
        return {number: corrected(document, number, corrections, model.roles) for number, document in plain}

    def document(self, case_id: int, number: int) -> Document:
        """The corrected document of one field, counted or not.

        Raises:
            NotRecorded: the case has none with that number.
        """
        plain, corrections = self._books.record.document(case_id, number), self._books.corrections.of(case_id)
        model = self._models.of(plain["bundle"]["digest"])
        whole = corrected(plain, number, corrections, model.roles)
        if all(field != number for field, _ in corrections):
            return whole
        decided = decide_field_document(for_decision(whole), model.roles, self._limits())
        return {**whole, "decision": decision_document(decided)}

    def sums(self, case_ids: Sequence[int]) -> Mapping[int, Sums]:
        """What cases amount to, for a list of them: each by the labels of its own bundle."""
        bundles = self._books.listing.bundles(case_ids)
        by_labels: dict[frozenset[str], list[int]] = defaultdict(list)
        for case_id in case_ids:
            by_labels[self._models.of(bundles.get(case_id)).roles.blast].append(case_id)
        return {
            case_id: sums
            for labels, ids in by_labels.items()
            for case_id, sums in self._books.listing.sums(ids, sorted(labels)).items()
        }

    def field(self, row: FieldRow) -> FieldRow:
        """A field with counts after corrections."""
        if not row.ok:
            return row
        model = self._models.of(self._books.record.document(row.case_id, row.number)["bundle"]["digest"])
        return self.shown(row, self.document(row.case_id, row.number), model)

    def model(self, case_id: int) -> Model:
        """The bundle that a case was counted with.

        Raises:
            NotRecorded: there is no such case.
        """
        self._books.record.case(case_id)
        bundles = self._books.record.bundles(case_id)
        return self._models.of(bundles[-1] if bundles else None)

    def _figures(
        self, case_id: int, documents: Mapping[int, Document], model: Model, facts: Mapping[str, Fact]
    ) -> Figures:
        limits = self._limits()
        cells = [cell for document in documents.values() for cell in document["cells"]]
        counted = sum((Counts(**document["counts"]) for document in documents.values()), NO_CELLS)
        also = control_concerns(facts.get("control"))
        weighed = [for_decision(document) for document in documents.values()]
        decision = decide_documents(weighed, model.roles, limits, also)
        return Figures(
            counts=counted,
            doubtful=sum(cell["doubtful"] and cell["countable"] for cell in cells),
            corrected=sum(cell["corrected"] for cell in cells),
            targets=(limits.provisional_cells, limits.full_cells),
            classes=_classes(cells, model),
            excluded=_excluded(cells),
            decision=decision_document(decision),
            systems=systems_of(total(tally_document(document["cells"], model.roles) for document in weighed)),
        )

    def shown(self, row: FieldRow, document: Document | None, model: Model) -> FieldRow:
        """A field with counts and decision of its corrected document; `document` None for one that is not counted."""
        if document is None or not any(cell["corrected"] for cell in document["cells"]):
            counts = row.counts if document is None else Counts(**document["counts"])
            return replace(row, counts=counts)
        decided = decide_field_document(for_decision(document), model.roles, self._limits())
        return replace(row, counts=Counts(**document["counts"]), decision=decided.label)

    def _signature(self, case: Case) -> Signature | None:
        signed = [each for each in self._books.life.signatures(case.id) if each.version == case.version]
        return signed[0] if signed else None


def control_concerns(fact: Fact | None) -> tuple[Reason, ...]:
    """A control slide that was out of its limits is a reason to refer."""
    if fact is None or fact.value["verdict"] != "block":
        return ()
    return (Reason("control.out", {"slide": fact.value["slide"]}),)


def as_document(figures: Figures) -> dict[str, Any]:
    """Figures as plain JSON, for a signature to cover."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(figures)))
    return plain


def figures_of(document: Mapping[str, Any]) -> Figures:
    """Figures from what `as_document` made of them."""
    classes = (ClassSum(**{**each, "interval": tuple(each["interval"])}) for each in document["classes"])
    low, high = document["targets"]
    parts = {"counts": Counts(**document["counts"]), "targets": (low, high), "classes": tuple(classes)}
    return Figures(**{**document, **parts, "systems": _systems_of(document.get("systems"))})


def _systems_of(document: Mapping[str, Any] | None) -> Systems | None:
    if document is None:
        return None
    rbf, network = (
        SystemSum(**{**document[name], "interval": tuple(document[name]["interval"])}) for name in ("rbf", "network")
    )
    return Systems(rbf, network, document["alike"])


def _classes(cells: Sequence[Mapping[str, Any]], model: Model) -> tuple[ClassSum, ...]:
    now = Counter(cell["class"] for cell in cells if cell["countable"])
    machine = Counter(cell["machine"]["class"] for cell in cells if cell["machine"]["countable"])
    total = now.total()
    labels = [*model.labels, *(label for label in now if label not in model.labels)]
    return tuple(
        ClassSum(
            label=label,
            cells=now[label],
            percent=100 * now[label] / total if total else 0.0,
            interval=wilson_percent(now[label], total),
            blast=label in model.roles.blast,
            machine=machine[label],
        )
        for label in labels
    )


def _excluded(cells: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Each cell under its first reason, the commonest first."""
    return dict(Counter(cell["codes"][0]["code"] for cell in cells if not cell["countable"]).most_common())


def manual_sum(fact: Fact | None, counts: Counts, model: Model) -> ManualSum | None:
    """A person's own count beside the kit's counts."""
    if fact is None:
        return None
    by_class: dict[str, int] = fact.value["counts"]
    total, hits = sum(by_class.values()), sum(n for label, n in by_class.items() if label in model.roles.blast)
    apart = difference((counts.blast, counts.countable), (hits, total))
    percent = 100 * hits / total if total else 0.0
    return ManualSum(by_class, total, percent, wilson_percent(hits, total), apart, fact.operator, fact.clock_hint)


def require_case(case: Case, purpose: str) -> None:
    """The case is of that purpose.

    Raises:
        NotRecorded: it is not, and so not what was asked for.
    """
    if case.purpose != purpose:
        raise NotRecorded(f"There is no case number {case.id}.", "Choose one from the list of cases.")
