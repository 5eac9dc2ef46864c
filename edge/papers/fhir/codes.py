"""Codes of the FHIR Bundle.

LOINC and SNOMED CT only where the code's meaning was looked up and is ours: the panel of a marrow differential (LOINC
47286-0), blasts among 100 leukocytes in blood (LOINC 26446-5, a member of loinc.org's panel 24318-8), the two specimens
(SNOMED CT 119359002 and 119297000). Everything else bears a code of the kit's own system with its English words: no
LOINC term was found for blasts among all nucleated cells counted by a program, and none is claimed. v2-0074 is HL7's
table of diagnostic services, UCUM the unit system.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from edge.figures import shortened

Concept = dict[str, Any]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
SERVICES = "http://terminology.hl7.org/CodeSystem/v2-0074"
CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
OWN = "urn:marrowkit:codes"
PSEUDONYMS, CASES, KITS, SPECIMENS_OF, OPERATORS = (
    f"urn:marrowkit:{each}" for each in ("pseudonym", "case", "kit", "specimen", "operator")
)

REPLACES = "http://hl7.org/fhir/StructureDefinition/diagnosticReport-replaces"
"""HL7's extension of R4 for the report that takes another one's place …"""
REPLACED_BY = "urn:marrowkit:replaced-by"
"""… and ours on the one whose place was taken. R4 has no status for that; as a modifier it may not be passed over."""

PANELS: Mapping[str, tuple[str, str]] = {"marrow": ("47286-0", "Differential panel - Bone marrow")}
SPECIMEN_TYPES: Mapping[str, tuple[str, str]] = {
    "marrow": ("119359002", "Bone marrow specimen"),
    "blood": ("119297000", "Blood specimen"),
}
BLASTS_IN_BLOOD = ("26446-5", "Blasts/100 leukocytes in Blood")
NOT_LEUKOCYTES = frozenset({"erythroid", "erythroblast"})
"""Classes of nucleated cells that are no leukocytes: with one of them counted, a share is not one of leukocytes."""


def own(code: str, words: str, *others: Concept) -> Concept:
    """A concept in the kit's own system, and in others beside it."""
    return {"coding": [*others, coding(OWN, code, words)], "text": words}


def coding(system: str, code: str, display: str) -> Concept:
    """One code."""
    return {"system": system, "code": code, "display": display}


def percent(value: float) -> Concept:
    """A percentage, to two decimals."""
    return {"value": shortened(value, 2), "unit": "%", "system": UCUM, "code": "%"}


def cells(count: int) -> Concept:
    """A number of cells."""
    return {"value": int(count), "unit": "cells", "system": UCUM, "code": "{cells}"}


def component(code: str, words: str, value: float) -> Concept:
    """A percentage that goes with an observation."""
    return {"code": own(code, words), "valueQuantity": percent(value)}


def when(key: str, moment: str) -> dict[str, str]:
    """A time that FHIR takes, or nothing: one that the kit's clock never told is not made up."""
    return {key: moment} if MOMENT.fullmatch(moment) else {}
