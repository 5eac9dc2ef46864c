"""The shape of a case with all that is shown of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, Field

from edge.casework.answers import answered
from edge.casework.history import History
from edge.casework.results import CaseResult, ManualSum
from edge.decide.systems import Systems
from edge.document import sentences
from edge.papers.blocks.counts import EXCLUDED
from edge.record.case_life import Fact, Signature
from edge.record.listing import Sums
from edge.record.steps import Step
from edge.types import BundleRef
from edge.web.moments import Hint
from edge.web.shapes import CaseShape, CountsShape, DecisionShape, FieldShape, case_shape, field_shape
from edge.words import Translate

Said = TypeVar("Said", bound=BaseModel)
COUNTING = frozenset({"open", "amended"})


class ClassShape(BaseModel):
    """Countable cells of one class; `machine`: how many the kit itself gave it."""

    label: str
    cells: int
    percent: float
    interval: tuple[float, float]
    blast: bool
    machine: int


class SystemShape(BaseModel):
    """Countable cells that one system alone calls a blast."""

    cells: int
    percent: float
    interval: tuple[float, float]


class SystemsShape(BaseModel):
    """Each system alone on the same cells; a class that a person gave is the word of both. `alike`: cells on which they
    say the same, a blast or none; `apart`: their counts differ by more than chance.
    """

    rbf: SystemShape
    network: SystemShape
    alike: int
    apart: bool


class ExcludedShape(BaseModel):
    """Cells that are not counted, by their first reason."""

    code: str
    cells: int
    text: str


class ManualShape(BaseModel):
    """A person's own count. `difference`: the kit's blast percentage less this one, in percentage points, with its 95 %
    interval; `agree`: chance alone explains it; null: too few cells to tell.
    """

    by_class: dict[str, int]
    cells: int
    percent: float
    interval: tuple[float, float]
    difference: float
    difference_interval: tuple[float, float]
    agree: bool | None
    operator: str
    clock_hint: Hint


class AuditStepShape(BaseModel):
    """One step of the audit log. `undone`: it was taken back."""

    number: int
    kind: str
    operator: str
    clock_hint: Hint
    version: int
    field: int | None
    cell: int | None
    before: Any
    after: Any
    reason: str
    undone: bool = False


class SignatureShape(BaseModel):
    """A person's name under one version. `digest` is the SHA-256 of all that was signed."""

    version: int
    operator: str
    clock_hint: Hint
    digest: str
    statement: str


class VersionShape(SignatureShape):
    """A signed version. `intact`: text, pictures and steps are still those that were signed."""

    intact: bool
    amended: str = Field(description="why the version after it was begun; empty for the latest")
    content: dict[str, Any]


class CanShape(BaseModel):
    """What may be done now; signing and amending ask for a PIN besides."""

    capture: bool
    correct: bool
    undo: bool
    redo: bool
    finish: bool
    resume: bool
    sign: bool
    amend: bool


class BundleShape(BaseModel):
    """The bundle that a case was counted with."""

    name: str
    version: int
    digest: str
    variant: str
    title: str
    labels: list[str]
    blast_labels: list[str]


class AnswerSaidShape(BaseModel):
    """What the expert answered; `opinion` is one of likely, unlikely, unclear, again, other.

    `version`: of the case that they were asked about; `recounted`: cells of it were counted or corrected since.
    """

    expert: str
    opinion: str
    percent: float | None
    text: str
    version: int
    recounted: bool
    operator: str
    clock_hint: Hint


class ConsentSaidShape(BaseModel):
    """That cells may be used for training, and on what ground."""

    ground: str
    operator: str
    clock_hint: Hint


class ControlSaidShape(BaseModel):
    """The control slide's run that stood when the latest field was captured; `due`: it was not of that day."""

    control: int
    slide: str
    run: int
    verdict: str
    when: str | None
    due: bool


class CaseResultShape(BaseModel):
    """A case with its fields, its sums after corrections, and what they amount to.

    `step`: the number of the latest step of its audit log, as the event `case` tells it. `seal`: a digest of all that
    is shown here and signed; whoever signs or amends the case sends it, and so says what they have seen.
    """

    case: CaseShape
    fields: list[FieldShape]
    counted_fields: int
    step: int
    seal: str
    counts: CountsShape
    doubtful: int
    corrected: int
    targets: tuple[int, int]
    decision: DecisionShape
    classes: list[ClassShape]
    systems: SystemsShape | None = Field(description="null in a case that was signed before kits told it")
    excluded: list[ExcludedShape]
    manual: ManualShape | None
    can: CanShape
    undo: AuditStepShape | None
    redo: AuditStepShape | None
    signature: SignatureShape | None
    answer: AnswerSaidShape | None
    consent: ConsentSaidShape | None
    control: ControlSaidShape | None
    bundle: BundleShape


@dataclass(frozen=True, slots=True)
class Log:
    """A case's audit log, what of it can be undone, and the seal of what the case amounts to."""

    steps: tuple[Step, ...]
    history: History
    seal: str

    @property
    def step(self) -> int:
        """The number of the latest step; 0 where nothing was done."""
        return self.steps[-1].number if self.steps else 0


def result_shape(result: CaseResult, log: Log, translate: Translate) -> CaseResultShape:
    """A case with everything that its page shows."""
    figures, case, history = result.figures, result.case, log.history
    decision = {**figures.decision, "reasons": sentences(figures.decision["codes"], translate)}
    sums = Sums(len(result.fields), figures.counts, figures.doubtful, figures.corrected)
    return CaseResultShape(
        case=case_shape(case, sums),
        fields=[field_shape(row) for row in result.fields],
        counted_fields=result.counted_fields,
        step=log.step,
        seal=log.seal,
        counts=CountsShape(**asdict(figures.counts)),
        doubtful=figures.doubtful,
        corrected=figures.corrected,
        targets=figures.targets,
        decision=DecisionShape(**decision),
        classes=[ClassShape(**asdict(each)) for each in figures.classes],
        systems=None if figures.systems is None else _systems(figures.systems),
        excluded=[_excluded(code, cells, translate) for code, cells in figures.excluded.items()],
        manual=None if result.manual is None else _manual(result.manual),
        can=_can(result, history),
        undo=step_shape(history.done[-1]) if history.done else None,
        redo=step_shape(history.undone[-1]) if history.undone else None,
        signature=None if result.signature is None else signature_shape(result.signature),
        answer=_answer(result, log),
        consent=_said(result.facts.get("consent"), ConsentSaidShape),
        control=_said(result.facts.get("control"), ControlSaidShape),
        bundle=_bundle(result),
    )


def step_shape(step: Step, undone: bool = False) -> AuditStepShape:
    """A step of the audit log as it is answered."""
    known = {name: getattr(step, name) for name in AuditStepShape.model_fields if name != "undone"}
    return AuditStepShape(**known, undone=undone)


def signature_shape(signature: Signature) -> SignatureShape:
    """A signature as it is answered."""
    return SignatureShape(**{name: getattr(signature, name) for name in SignatureShape.model_fields})


def ref_shape(ref: BundleRef) -> dict[str, Any]:
    """Which bundle."""
    return {"name": ref.name, "version": ref.version, "digest": ref.digest, "variant": ref.variant}


def _manual(manual: ManualSum) -> ManualShape:
    plain = {name: getattr(manual, name) for name in ("cells", "percent", "interval", "operator", "clock_hint")}
    apart = manual.difference
    return ManualShape(
        **plain,
        by_class=dict(manual.by_class),
        difference=apart.points,
        difference_interval=apart.interval,
        agree=apart.agree,
    )


def _systems(systems: Systems) -> SystemsShape:
    return SystemsShape(**asdict(systems), apart=systems.apart)


def _excluded(code: str, cells: int, translate: Translate) -> ExcludedShape:
    return ExcludedShape(code=code, cells=cells, text=translate(EXCLUDED[code]) if code in EXCLUDED else code)


def _can(result: CaseResult, history: History) -> CanShape:
    state = result.case.state
    counting = state in COUNTING and result.whole
    return CanShape(
        capture=counting and result.case.purpose == "patient",
        correct=counting,
        undo=counting and bool(history.done),
        redo=counting and bool(history.undone),
        finish=counting and result.counted_fields > 0,
        resume=state == "finished",
        sign=state == "finished" and result.whole,
        amend=state == "signed",
    )


def _said(fact: Fact | None, shape: type[Said]) -> Said | None:
    return None if fact is None else shape(**{**fact.value, "operator": fact.operator, "clock_hint": fact.clock_hint})


def _answer(result: CaseResult, log: Log) -> AnswerSaidShape | None:
    fact = result.facts.get("answer")
    if fact is None:
        return None
    about = answered(fact.value, log.steps, result.case.version)
    return _said(replace(fact, value={**fact.value, **asdict(about)}), AnswerSaidShape)


def _bundle(result: CaseResult) -> BundleShape:
    model = result.model
    return BundleShape(
        **ref_shape(model.ref),
        title=model.title,
        labels=list(model.labels),
        blast_labels=sorted(model.roles.blast),
    )
