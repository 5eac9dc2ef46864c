"""What one picture alone may say: less than a case, and it always says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from edge.decide.case import OF_EYEPIECE, OF_SCALE, USUAL, decide_case, decision, figures, said_of
from edge.decide.concerns import concerns, urgent
from edge.decide.counts import Tally, tally, tally_document
from edge.decide.limits import Limits
from edge.decide.roles import Roles
from edge.decide.wilson import wilson_percent
from edge.types import CellResult, Decision, DecisionLabel, Reason


def decide_field(
    results: Sequence[CellResult], roles: Roles, limits: Limits = USUAL, also: Sequence[Reason] = ()
) -> Decision:
    """The decision on one picture; the first rule that applies gives the label.

    1. cells of an urgent label                                            refer
    2. fewer than 10 countable                                             insufficient
    3. 200 countable or more                                               as a case
    4. a concern that could change the call                                refer
    5. interval wholly above 20 %                                          suspicious
    6. interval wholly below 20 %, and fewer than 5 % seen                 not suspicious
    7. interval over both 5 % and 20 %: too few cells to tell them apart   insufficient
    8. anything else                                                       refer

    Rule 6 is weaker than a case's (no field of 40 cells can exclude 5 %), so every answer but the third carries
    `decide.one_field`: the field is provisional, the case decides.
    """
    return decide_counted(tally(results, roles), limits, also)


def decide_field_document(document: Mapping[str, Any], roles: Roles, limits: Limits = USUAL) -> Decision:
    """The same from a field's document, with what was to be known of its scale and of its eyepiece."""
    counted = tally_document(document["cells"], roles)
    called = decide_counted(counted, limits, said_of([document], OF_SCALE))
    return replace(called, reasons=(*called.reasons, *said_of([document], OF_EYEPIECE)))


def decide_counted(counted: Tally, limits: Limits = USUAL, also: Sequence[Reason] = ()) -> Decision:
    """The same from what was counted."""
    if counted.countable >= limits.provisional_cells:
        return decide_case(counted, limits, also)
    label, reasons = _call(counted, limits, tuple(also))
    alone = Reason("decide.one_field", {"counted": counted.countable, "target": limits.provisional_cells})
    return decision(label, counted, (*reasons, alone))


def _call(counted: Tally, limits: Limits, also: tuple[Reason, ...]) -> tuple[DecisionLabel, tuple[Reason, ...]]:
    alarms = urgent(counted, limits)
    if alarms:
        return "refer", (*alarms, *also)
    if counted.countable < limits.field_cells:
        thin = Reason("decide.thin_field", {"counted": counted.countable, "target": limits.field_cells})
        return "insufficient", (thin, *also)
    worries = (*also, *concerns(counted, limits))
    if worries:
        return "refer", (*worries, *figures(counted, limits))
    return _interval_call(counted, limits), figures(counted, limits)


def _interval_call(counted: Tally, limits: Limits) -> DecisionLabel:
    low, high = wilson_percent(counted.blast, counted.countable)
    if low > limits.blast_percent:
        return "suspicious"
    if high < limits.blast_percent and 100 * counted.blast < limits.remission_percent * counted.countable:
        return "not suspicious"
    covers_both = low <= limits.remission_percent and high >= limits.blast_percent
    return "insufficient" if covers_both else "refer"
