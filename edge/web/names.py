"""What things are called on the page, besides what is called the same on paper (`edge.nouns`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edge.casework.life import LONGEST_STATEMENT, LONGEST_TEXT
from edge.nouns import CLASSES, DECISIONS, FEATURES, LEFT_OUT, N_, SPECIMENS, STAINS, Figure
from edge.papers.reply import OPINIONS
from edge.quality.options import GateOptions
from edge.words import Translate

STATES: Mapping[str, str] = {
    "open": N_("Counting"),
    "finished": N_("Finished, not signed"),
    "signed": N_("Signed"),
    "amended": N_("Being amended"),
}
ORDERS: Mapping[str, str] = {
    "newest": N_("Newest first"),
    "changed": N_("Last changed first"),
    "oldest": N_("Oldest first"),
    "pseudonym": N_("By code"),
}
THEMES: Mapping[str, str] = {
    "system": N_("As this device has it"),
    "light": N_("Bright room"),
    "dark": N_("Dark room"),
    "sun": N_("Bright sun"),
}
TEXTS: Mapping[str, str] = {"normal": N_("Normal"), "large": N_("Large"), "largest": N_("Very large")}


@dataclass(frozen=True, slots=True)
class Gauge:
    """How one of the gate's measures is drawn: as a bar that is longer the better, with a mark at the limit.

    empty, full    the measure's values at the two ends of the bar
    limit          the value that the gate asks for …
    limit_measure  … or the measure that holds it, where it depends on the picture
    """

    name: str
    empty: float
    full: float
    limit: float | None = None
    limit_measure: str | None = None


_GATE = GateOptions()

GAUGES: Mapping[str, Gauge] = {
    "focus_um": Gauge(N_("Focus"), empty=3.0, full=0.4, limit_measure="focus_limit_um"),
    "exposure": Gauge(N_("Brightness"), empty=0.0, full=255.0, limit=_GATE.darkest),
    "unevenness": Gauge(N_("Even light"), empty=1.0, full=0.0, limit=_GATE.most_uneven),
    "green_share": Gauge(N_("Hue of the stain"), empty=0.28, full=0.5, limit=_GATE.look.green_share[0]),
    "stained": Gauge(N_("Cells in view"), empty=0.0, full=0.3, limit=_GATE.least_stained),
}


def for_scripts(translate: Translate, blast_labels: Iterable[str]) -> dict[str, Any]:
    """All names in the reader's language, for the page's scripts."""
    return {
        "blasts": sorted(blast_labels),
        "specimens": _all(SPECIMENS, translate),
        "stains": _all(STAINS, translate),
        "states": _all(STATES, translate),
        "classes": _all(CLASSES, translate),
        "decisions": _all(DECISIONS, translate),
        "opinions": _all(OPINIONS, translate),
        "left_out": _all(LEFT_OUT, translate),
        "english": dict(DECISIONS),
        "longest": {"note": LONGEST_TEXT, "statement": LONGEST_STATEMENT},
        "features": [{"key": key, **_said(figure, translate)} for key, figure in FEATURES.items()],
    }


def _all(names: Mapping[str, str], translate: Translate) -> dict[str, str]:
    return {key: translate(name) for key, name in names.items()}


def _said(figure: Figure, translate: Translate) -> dict[str, Any]:
    return {**asdict(figure), "name": translate(figure.name)}
