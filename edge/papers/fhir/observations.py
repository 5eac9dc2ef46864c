"""What was counted and decided, as FHIR Observations."""

from __future__ import annotations

from collections.abc import Iterator

from edge.nouns import CLASSES, DECISIONS
from edge.papers.case_file import CaseFile, ClassCount
from edge.papers.fhir.by_eye import by_eye
from edge.papers.fhir.codes import (
    BLASTS_IN_BLOOD,
    LOINC,
    NOT_LEUKOCYTES,
    Concept,
    cells,
    coding,
    component,
    own,
    percent,
)
from edge.papers.fhir.known import Known


def observations(file: CaseFile) -> Iterator[Known]:
    """The blast percentage, the count of each class, how many were left out, the decision, and what people did."""
    yield _blasts(file)
    for each in file.by_class:
        yield _class(each)
    yield Known(
        "counted", own("cells-counted", "Nucleated cells counted"), {"valueQuantity": cells(file.counts.countable)}
    )
    yield Known("left-out", own("cells-not-counted", "Nucleated cells not counted"),
                {"valueQuantity": cells(file.counts.excluded)})  # fmt: skip
    label = file.decision.label
    decided = {"valueCodeableConcept": own(label.replace(" ", "-"), DECISIONS[label])}
    yield Known("decision", own("decision-support", "Decision support, not a diagnosis"), decided)
    yield from by_eye(file)


def _blasts(file: CaseFile) -> Known:
    code = own("blasts-percent", "Blasts among the nucleated cells counted by a program", *_standard(file))
    if not file.counts.countable:
        return Known("blasts", code, {"dataAbsentReason": _nothing_counted()})
    low, high = file.decision.interval
    ends = [component("interval-low", "Low end of the Wilson 95 % interval", low),
            component("interval-high", "High end of the Wilson 95 % interval", high)]  # fmt: skip
    return Known("blasts", code, {"valueQuantity": percent(file.decision.score), "component": ends})


def _standard(file: CaseFile) -> list[Concept]:
    """LOINC's code where it means the same: blood, and no erythroblast among the counted."""
    others = any(each.cells for each in file.by_class if each.label in NOT_LEUKOCYTES)
    return [] if file.case.specimen != "blood" or others else [coding(LOINC, *BLASTS_IN_BLOOD)]


def _class(each: ClassCount) -> Known:
    words = CLASSES.get(each.label, each.label)
    low, high = each.interval
    parts = [component("percent", "Percentage of the counted cells", each.percent),
             component("interval-low", "Low end of the Wilson 95 % interval", low),
             component("interval-high", "High end of the Wilson 95 % interval", high)]  # fmt: skip
    code = own(f"cells-{slug(each.label)}", f"Cells counted as: {words}")
    return Known(f"class/{each.label}", code, {"valueQuantity": cells(each.cells), "component": parts})


def slug(label: str) -> str:
    """A label as a part of a code: FHIR allows no white space at its ends and none doubled."""
    return "-".join(label.split())


def _nothing_counted() -> Concept:
    system = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
    return {"coding": [coding(system, "not-performed", "Not Performed")], "text": "No cell was counted."}
