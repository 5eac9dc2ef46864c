"""The shape of an explanation. Curves are straight between their samples; log-odds are natural."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from edge.explain import Explained
from edge.words import Translate


class TermShape(BaseModel):
    """One term of a measure: `membership` at each point of the universe, and the cell's own, 0 to 1."""

    term: str = Field(examples=["medium"])
    membership: list[float]
    cell: float


class CurvesShape(BaseModel):
    """A measure with its terms, and the cell's value on it."""

    name: str = Field(examples=["diameter_um"])
    unit: str
    universe: list[float]
    value: float
    terms: list[TermShape]


class ConditionShape(BaseModel):
    """What a rule asks of a measure, and how far it holds."""

    measure: str
    terms: list[str]
    membership: float


class RuleShape(BaseModel):
    """A rule that fired, in words; it is as strong as the weakest of its conditions."""

    id: str
    sentence: str
    strength: float
    then: str = Field(description="the term of the output that it concludes")
    conditions: list[ConditionShape]


class FuzzyShape(BaseModel):
    """The fuzzy rules: 0 (not suspicious) to 100 (suspicious); 50 and no rules where none fired.

    `output.terms[].cell` is how strongly each term was concluded: the curves cut at these heights are what the score
    is the centre of.
    """

    score: float
    band: str
    inputs: list[CurvesShape]
    output: CurvesShape
    rules: list[RuleShape]


class TypicalCellShape(BaseModel):
    """A typical cell of those learned from. `distance`: in its own widths; `says`: in log-odds, above 0 for a blast."""

    label: str
    distance: float
    response: float
    weight: float
    says: float
    measures: dict[str, float]


class CentresShape(BaseModel):
    """The RBF network: the nearest typical cells. `base`, `others` and all `says` add up to the log-odds of `blast`."""

    blast: float
    base: float
    others: float
    values: dict[str, float]
    nearest: list[TypicalCellShape]


class LookedShape(BaseModel):
    """Where the network looked. `measures`: by how much the log-odds of a blast fall when each is replaced by its mean;
    `strongest_for`, `strongest_against`: the extremes of the map in `occlusion`, in the same unit.

    `difference` is how far the network's answer is from the recorded one: the picture is kept as JPEG.
    """

    blast: float
    measures: dict[str, float]
    strongest_for: float
    strongest_against: float
    regions: int
    difference: float
    occlusion: str = Field(description="address of the map as PNG")


class FusingShape(BaseModel):
    """How both became one: weighted log-odds; at `threshold` it is a blast, between the last two it is doubtful."""

    network: float
    rbf: float
    weights: tuple[float, float]
    blast: float
    threshold: float
    doubtful_from: float
    doubtful_to: float


class ExplanationShape(BaseModel):
    """Why a cell got its class from the kit, whatever a person made of it since."""

    field: int
    cell: int
    fuzzy: FuzzyShape
    centres: CentresShape
    network: LookedShape
    fusing: FusingShape


def explanation_shape(
    field: int, cell: int, found: Explained, occlusion: str, translate: Translate
) -> ExplanationShape:
    """An explanation as it is answered, its sentences in the reader's words."""
    why = found.explanation
    fuzzy = asdict(why.fuzzy)
    rules = [_rule(fired, translate) for fired in fuzzy.pop("fired")]
    looked = LookedShape(
        blast=why.looked.blast,
        measures=why.looked.measures,
        strongest_for=max(0.0, float(why.looked.influence.max())),
        strongest_against=max(0.0, -float(why.looked.influence.min())),
        regions=why.looked.regions,
        difference=found.difference,
        occlusion=occlusion,
    )
    return ExplanationShape(
        field=field,
        cell=cell,
        fuzzy=FuzzyShape(**fuzzy, rules=rules),
        centres=CentresShape(**asdict(why.centres)),
        network=looked,
        fusing=FusingShape(**asdict(why.fusing)),
    )


def _rule(fired: dict[str, Any], translate: Translate) -> RuleShape:
    sentence = str(fired.pop("sentence"))
    return RuleShape(sentence=translate(sentence), **fired)
