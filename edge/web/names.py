"""What things are called on the page. `N_` marks a message id for the catalogues; it is said where it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edge.quality.options import GateOptions
from edge.words import Translate


def N_(message: str) -> str:  # noqa: N802 gettext's own name for it
    """The message itself, marked to be translated later."""
    return message


@dataclass(frozen=True, slots=True)
class Figure:
    """How a measured figure is shown: name, unit, digits after the point."""

    name: str
    unit: str = ""
    digits: int = 2


SPECIMENS: Mapping[str, str] = {"marrow": N_("Marrow aspirate"), "blood": N_("Peripheral blood")}
STAINS: Mapping[str, str] = {
    "wright-giemsa": N_("Wright-Giemsa"),
    "may-gruenwald-giemsa": N_("May-Grünwald-Giemsa"),
    "leishman": N_("Leishman"),
    "jenner-giemsa": N_("Jenner-Giemsa"),
    "other": N_("Another stain"),
}
DECISIONS: Mapping[str, str] = {
    "not suspicious": N_("Not suspicious"),
    "suspicious": N_("Suspicious"),
    "refer": N_("Refer to a haematologist"),
    "insufficient": N_("Not enough cells yet"),
}
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
    "light": N_("Light"),
    "dark": N_("Dark room"),
    "sun": N_("Bright sun"),
}
TEXTS: Mapping[str, str] = {"normal": N_("Normal"), "large": N_("Large"), "largest": N_("Very large")}
CLASSES: Mapping[str, str] = {
    "blast": N_("Blast"),
    "lymphoid": N_("Lymphoid cell"),
    "lymphocyte": N_("Lymphocyte"),
    "erythroid": N_("Erythroblast"),
    "granulocyte": N_("Granulocyte"),
    "precursor": N_("Granulocyte precursor"),
    "monocyte": N_("Monocyte"),
    "other": N_("Not a blast"),
}
FEATURES: Mapping[str, Figure] = {
    "diameter_um": Figure(N_("Cell diameter"), "µm", 1),
    "nucleus_diameter_um": Figure(N_("Nucleus diameter"), "µm", 1),
    "nc_ratio": Figure(N_("Nucleus share of the cell")),
    "circularity": Figure(N_("Roundness of the nucleus")),
    "lobes": Figure(N_("Lobes of the nucleus"), digits=0),
    "basophilia": Figure(N_("Blueness of the cytoplasm")),
    "area_um2": Figure(N_("Cell area"), "µm²", 0),
    "nucleus_area_um2": Figure(N_("Nucleus area"), "µm²", 0),
    "solidity": Figure(N_("Evenness of the outline")),
    "elongation": Figure(N_("Length over width")),
    "chromatin_contrast": Figure(N_("Chromatin contrast")),
    "chromatin_coarseness": Figure(N_("Chromatin coarseness")),
    "nuclear_density": Figure(N_("Nuclear density")),
    "cytoplasm_hue": Figure(N_("Blueness of the cytoplasm over the nucleus's")),
    "granularity": Figure(N_("Granules in the cytoplasm")),
    "vacuoles": Figure(N_("Vacuoles in the cytoplasm")),
}


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
        "english": dict(DECISIONS),
        "features": [{"key": key, **_said(figure, translate)} for key, figure in FEATURES.items()],
    }


def _all(names: Mapping[str, str], translate: Translate) -> dict[str, str]:
    return {key: translate(name) for key, name in names.items()}


def _said(figure: Figure, translate: Translate) -> dict[str, Any]:
    return {**asdict(figure), "name": translate(figure.name)}
