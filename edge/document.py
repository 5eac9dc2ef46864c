"""An examination as plain JSON: the one shape that `analyse`, the record and the page share.

Keys are a contract (`marrowkit analyse --json`); new ones may be added, none renamed. Sentences are for reading; beside
each list of them stands `codes`, from which they can be said again in another language. Figures keep six significant
digits; what could not be measured is null, never NaN.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from edge.types import BundleRef, Cell, CellResult, Decision, Examination, Reason, Scale, Verdict
from edge.words import Translate, in_english, say

Document = dict[str, Any]
SIGNIFICANT_DIGITS = 6


def document(examination: Examination, translate: Translate = in_english) -> Document:
    """The examination without its label images, ready for `json.dumps(…, allow_nan=False)`."""
    plain = {
        "image": examination.frame_name,
        "digest": examination.frame_digest,
        "size": list(examination.size_px),
        "quality": _quality(examination.verdict),
        **_scale(examination.scale),
        "cells": [_cell(result) for result in examination.cells],
        "counts": asdict(examination.counts),
        "decision": decision_document(examination.decision),
        "bundle": _bundle(examination.bundle),
        "timing_ms": dict(examination.timing_ms),
    }
    return said_again(_plain(plain), translate)


def decision_document(decision: Decision, translate: Translate = in_english) -> Document:
    """A decision, of a field or of a case."""
    codes = _codes(decision.reasons)
    return {
        "label": decision.label,
        "score": _plain(decision.score),
        "interval": _plain(list(decision.interval)),
        "reasons": sentences(codes, translate),
        "codes": codes,
    }


def said_again(stored: Document, translate: Translate) -> Document:
    """The same document with every sentence said anew from its codes, in the language of `translate`."""
    return {
        **stored,
        "quality": {**stored["quality"], "reasons": sentences(stored["quality"]["codes"], translate)},
        "cells": [_cell_said_again(cell, translate) for cell in stored["cells"]],
        "decision": {**stored["decision"], "reasons": sentences(stored["decision"]["codes"], translate)},
    }


def sentences(codes: Iterable[Mapping[str, Any]], translate: Translate = in_english) -> list[str]:
    """Codes with figures as sentences with remedies."""
    return [str(say(Reason(each["code"], each["values"]), translate)) for each in codes]


def _bundle(bundle: BundleRef) -> Document:
    """`lender` only where there is one."""
    own = {key: value for key, value in asdict(bundle).items() if key != "lender"}
    return own if bundle.lender is None else {**own, "lender": _bundle(bundle.lender)}


def _scale(scale: Scale | None) -> Document:
    """All null where a refused picture told none."""
    return {
        "um_per_px": scale and scale.um_per_px,
        "scale_source": scale and scale.source,
        "scale_relative_sd": scale and scale.relative_sd,
        "squeeze": scale and scale.squeeze,
    }


def _quality(verdict: Verdict) -> Document:
    """Every measure under its own name; `focus` (width of edges in µm) and `exposure` are there in any case."""
    always = {"focus": verdict.measures.get("focus_um"), "exposure": None}
    return {**always, **verdict.measures, "ok": verdict.ok, "reasons": [], "codes": _codes(verdict.reasons)}


def _cell(result: CellResult) -> Document:
    return {
        **_shape(result.cell),
        "class": result.label,
        "p": dict(result.probability),
        "doubtful": result.doubtful,
        "features": asdict(result.cell.features),
        "fuzzy": {"score": result.fuzzy.score, "rules": [asdict(fired) for fired in result.fuzzy.rules]},
        "rbf": dict(result.rbf.probability),
        "network": dict(result.network.probability),
        **({"members": {each.system: dict(each.probability) for each in result.members}} if result.members else {}),
    }


def _shape(cell: Cell) -> Document:
    box = cell.box
    return {
        "id": cell.id,
        "centre": list(cell.centre_px),
        "box": [box.x_px, box.y_px, box.width_px, box.height_px],
        "countable": cell.countable,
        "excluded": [],
        "codes": _codes(cell.excluded),
    }


def _cell_said_again(cell: Document, translate: Translate) -> Document:
    rules = [{**fired, "rule": translate(fired["rule"])} for fired in cell["fuzzy"]["rules"]]
    return {
        **cell,
        "excluded": sentences(cell["codes"], translate),
        "fuzzy": {**cell["fuzzy"], "rules": rules},
    }


def _codes(reasons: Iterable[Reason]) -> list[Document]:
    return [{"code": reason.code, "values": _plain(dict(reason.values))} for reason in reasons]


def _plain(value: Any) -> Any:
    """NumPy scalars to Python's, floats to six digits, not-a-number to None, through all nesting."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    scalar = value.item() if hasattr(value, "item") else value
    return _figure(scalar) if isinstance(scalar, float) else scalar


def _figure(value: float) -> float | None:
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(value) else None
