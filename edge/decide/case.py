"""What a case's counts mean: decision support with its reasons, never a diagnosis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from edge.decide.concerns import concerns, plain_call, urgent
from edge.decide.counts import Tally, tally_document, total
from edge.decide.limits import Limits
from edge.decide.roles import Roles
from edge.decide.wilson import wilson_percent
from edge.types import Decision, DecisionLabel, Reason

USUAL = Limits()
OF_SCALE, OF_EYEPIECE = "scale.", "eyepiece."


def decide_case(tally: Tally, limits: Limits = USUAL, also: Sequence[Reason] = ()) -> Decision:
    """The decision on all fields of a case together; the first rule that applies gives the label.

    1. cells of an urgent label                     refer
    2. fewer than 200 countable                     insufficient
    3. a concern that could change the call         refer
    4. interval wholly above 20 %                   suspicious
    5. interval wholly below 5 %                    not suspicious
    6. anything between                             refer

    Args:
        tally: the sum of the fields' tallies.
        also: concerns from elsewhere (an unknown stain, a control out of its limits); each is a reason to refer.
    """
    label, reasons = _call(tally, limits, tuple(also))
    return decision(label, tally, (*reasons, *_count_so_far(tally, limits)))


def decide_documents(
    documents: Iterable[Mapping[str, Any]], roles: Roles, limits: Limits = USUAL, also: Sequence[Reason] = ()
) -> Decision:
    """The decision on a case from the documents of its counted fields, as the record keeps them (`edge.document`).

    What was to be known of a field's scale is to be known of the case, and is a reason to refer; that fields came
    through an eyepiece is told and is none. `also` as in `decide_case`.
    """
    fields = list(documents)
    counted = total(tally_document(each["cells"], roles) for each in fields)
    called = decide_case(counted, limits, (*also, *said_of(fields, OF_SCALE)))
    return replace(called, reasons=(*called.reasons, *said_of(fields, OF_EYEPIECE)))


def decision(label: DecisionLabel, tally: Tally, reasons: Sequence[Reason]) -> Decision:
    """A decision with the blast percentage and its Wilson 95 % interval; 0 in (0, 100) where nothing was counted."""
    percent = 100 * tally.blast / tally.countable if tally.countable else 0.0
    return Decision(label, percent, wilson_percent(tally.blast, tally.countable), tuple(reasons))


def figures(tally: Tally, limits: Limits) -> tuple[Reason, ...]:
    """Where the interval lies against 5, 20 and 25 %."""
    low, high = wilson_percent(tally.blast, tally.countable)
    values = {"low": low, "high": high}
    if low > limits.blast_percent:
        highest = limits.protocol_percent if low > limits.protocol_percent else limits.blast_percent
        return (Reason("decide.above", {**values, "limit": highest}),)
    if high < limits.remission_percent:
        return (Reason("decide.below", {**values, "limit": limits.remission_percent}),)
    straddled = [each for each in (limits.remission_percent, limits.blast_percent) if low <= each <= high]
    return (Reason("decide.borderline", {**values, "limit": straddled[-1]}) if straddled else _between(values, limits),)


def said_of(fields: Iterable[Mapping[str, Any]], what: str) -> tuple[Reason, ...]:
    """What is said of something on the fields, each kind once."""
    said = [code for field in fields for code in field["decision"]["codes"] if code["code"].startswith(what)]
    first = {each["code"]: Reason(each["code"], each["values"]) for each in reversed(said)}
    return tuple(first.values())


def _between(values: dict[str, float], limits: Limits) -> Reason:
    return Reason("decide.between", {**values, "lower": limits.remission_percent, "upper": limits.blast_percent})


def _call(tally: Tally, limits: Limits, also: tuple[Reason, ...]) -> tuple[DecisionLabel, tuple[Reason, ...]]:
    alarms = urgent(tally, limits)
    if alarms:
        return "refer", (*alarms, *figures(tally, limits))
    if tally.countable < limits.provisional_cells:
        return "insufficient", _high_so_far(tally, limits)
    worries = (*also, *concerns(tally, limits))
    if worries:
        return "refer", (*worries, *figures(tally, limits))
    return plain_call(tally.blast, tally.countable, limits), figures(tally, limits)


def _high_so_far(tally: Tally, limits: Limits) -> tuple[Reason, ...]:
    """A count that is too small but already alarming is not kept back."""
    low, _ = wilson_percent(tally.blast, tally.countable)
    values = {"low": low, "limit": limits.blast_percent}
    return (Reason("decide.high_so_far", values),) if low > limits.blast_percent else ()


def _count_so_far(tally: Tally, limits: Limits) -> tuple[Reason, ...]:
    """How far the count is from its target."""
    counted, full = tally.countable, limits.full_cells
    if counted < limits.provisional_cells:
        target = limits.provisional_cells
        return (Reason("decide.few_cells", {"counted": counted, "target": target, "missing": target - counted}),)
    return (Reason("decide.provisional", {"counted": counted, "target": full}),) if counted < full else ()
