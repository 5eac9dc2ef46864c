"""What things are called, on the page and on paper. `N_` marks a message id; it is said where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 gettext's own name for it
    """The message itself, marked to be translated later."""
    return message


@dataclass(frozen=True, slots=True)
class Figure:
    """How a measured figure is shown: name, unit, digits after the point."""

    name: str
    unit: str = ""
    digits: int = 2


ORIGINAL = "en"
"""The language that everything was written in."""
REVIEWED: frozenset[str] = frozenset()
"""Codes of translations whose words of results a person who works in a laboratory there has read: none yet."""
UNREVIEWED = N_("No person has reviewed the words of results in this language yet.")
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
LEFT_OUT: Mapping[str, str] = {
    "smudged": N_("Smudged or crushed"),
    "cut": N_("Cut by the edge"),
    "several": N_("Several cells in one"),
    "not-nucleated": N_("Not a nucleated cell"),
    "already": N_("Counted already"),
    "by-eye": N_("Left out by eye"),
}
"""Why a person leaves a cell out, by what is written down of it; whatever else is written there are their own words."""
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


def is_unread(code: str) -> bool:
    """Whether a language is a translation whose words of results nobody from a laboratory has read."""
    return code not in {ORIGINAL, *REVIEWED}
