"""An observation before it is put into the Bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge.papers.fhir.codes import CATEGORIES, Concept, coding

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """A name that is unique in the case, its code and content, and what of the common is not so of this one."""

    name: str
    code: Concept
    content: Resource
    without: frozenset[str] = frozenset()


def observation(known: Known, common: Resource) -> Resource:
    """The resource: what is common to all of a case, the code, the content."""
    shared = {key: value for key, value in common.items() if key not in known.without}
    category = [{"coding": [coding(CATEGORIES, "laboratory", "Laboratory")]}]
    return {"resourceType": "Observation", **shared, "category": category, "code": known.code, **known.content}
