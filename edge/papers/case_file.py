"""Everything that a paper shows of a case, as plain frozen values: no file, no clock, no database.

Whoever fills it says each thing once, after corrections; papers count nothing anew. What a person wrote is shown as it
was written; what the kit decided is a `Reason` and is put into words by `edge.words`. Times are what the kit's clock
said (ISO 8601), which may be wrong; the order of things is told by numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from functools import cached_property
from typing import Literal

from edge.decide.systems import Systems
from edge.types import BundleRef, Counts, Decision, Features, Reason

CaseState = Literal["open", "finished", "signed", "amended"]
ControlVerdict = Literal["ok", "warn", "block"]
CorrectionKind = Literal["class", "exclude", "include", "undo", "redo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What was said when the case began, and how far it is.

    number    order of creation on this kit, from 1
    version   1, and one more with each amendment of a signed case
    specimen, stain   as the record keeps them (`marrow`, `blood`; `wright-giemsa`, …)
    objective such as `100x oil`; empty where nobody said
    amended   why the version before was reopened; empty in version 1
    """

    number: int
    pseudonym: str
    specimen: str
    stain: str
    state: CaseState
    begun: str
    objective: str = ""
    note: str = ""
    finished: str | None = None
    version: int = 1
    amended: str = ""


@dataclass(frozen=True, slots=True)
class StationFacts:
    """Which kit: its name in the clinic, its own lasting id, and the version of its software."""

    name: str
    id: str
    software: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A person's name under the result, when by the kit's clock, and the digest of what was signed.

    intact  whether what the record holds is still what was signed
    """

    name: str
    when: str
    digest: str
    statement: str = ""
    intact: bool = True


@dataclass(frozen=True, slots=True)
class Successor:
    """The version that came after the one on paper: since when, and whether a person has signed it, which replaces this
    one; else this one was only opened again.
    """

    version: int
    when: str
    signed: bool


@dataclass(frozen=True, slots=True)
class Parity:
    """How the variant in use did on the bundle's test vectors on this very device.

    difference, tolerance  the largest difference in probability found, and what the bundle allows
    """

    passed: bool
    engine: str
    difference: float
    tolerance: float


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """The model that answered. `parity` is None only where the bundle has no vectors to prove it by."""

    ref: BundleRef
    title: str
    parity: Parity | None


@dataclass(frozen=True, slots=True)
class ControlState:
    """The control slide before this case: its verdict, when it was measured, and what was wrong."""

    slide: str
    verdict: ControlVerdict
    when: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassCount:
    """Countable cells of one class after corrections, and their percentage of all with its Wilson 95 % interval."""

    label: str
    cells: int
    percent: float
    interval: tuple[float, float]
    blast: bool


@dataclass(frozen=True, slots=True)
class ManualCount:
    """A person's own count beside the kit's, and their agreement.

    by_class    cells by class
    difference  automatic minus manual blast percentage, in percentage points, with its 95 % interval
    """

    by_class: Mapping[str, int]
    percent: float
    interval: tuple[float, float]
    difference: float
    difference_interval: tuple[float, float]
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """One recorded field. `ok` is False where the gate refused it: kept, not counted.

    quality  the gate's measures by name
    reasons  why it was refused, or what is to be known of its scale
    """

    number: int
    name: str
    digest: str
    size_px: tuple[int, int]
    taken: str
    ok: bool
    counts: Counts
    um_per_px: float | None
    scale_source: str | None
    quality: Mapping[str, float] = default(default_factory=dict)
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """One cell after corrections.

    label        its class now
    machine      the class that the kit gave it
    blast        whether `label` counts as a blast
    probability  fused and calibrated, by class; what the kit thought, whatever was corrected
    rbf, network the same of each system alone
    members      the same of each network that the network asks, by its name, where it asks several
    doubt        0 (sure) … 1 (as unsure as can be), the order in which cells are looked at
    doubtful     the kit leaves its class open
    centre_px    of the nucleus, in pixels of the field
    fuzzy_score  0 (not suspicious) … 100
    rules        sentences of the fuzzy rules that fired (message ids), strongest first, with 0–1
    excluded     why it is not counted, the kit's reasons and a person's; empty if it is
    crop         makes a square picture around it, as JPEG; None where the field's picture is gone. A paper shows few
                 of a long case's cells, and the picture follows from the field's: it is no part of what is compared
    crop_um      the side of that square in micrometres
    """

    field: int
    id: int
    label: str
    machine: str
    blast: bool
    probability: Mapping[str, float]
    doubt: float
    doubtful: bool
    centre_px: tuple[float, float]
    features: Features
    fuzzy_score: float
    rbf: Mapping[str, float] = default(default_factory=dict)
    network: Mapping[str, float] = default(default_factory=dict)
    members: Mapping[str, Mapping[str, float]] = default(default_factory=dict)
    rules: tuple[tuple[str, float], ...] = ()
    excluded: tuple[Reason, ...] = ()
    crop: Callable[[], bytes] | None = default(default=None, compare=False, repr=False)
    crop_um: float = 20.0

    @property
    def crop_jpeg(self) -> bytes:
        """The picture; empty where the field's picture is gone.

        Raises:
            StoreDamaged: the field's picture cannot be read.
        """
        return b"" if self.crop is None else self.crop()

    @property
    def counted(self) -> bool:
        """Whether the cell takes part in counts and percentages."""
        return not self.excluded

    @property
    def corrected(self) -> bool:
        """Whether a person gave it another class than the kit did."""
        return self.label != self.machine

    @property
    def name(self) -> str:
        """`field-cell`, by which people speak of it."""
        return f"{self.field}-{self.id}"


@dataclass(frozen=True, slots=True)
class Correction:
    """One step that a person took: who, when, on which cell, from what to what and why. `number` is their order."""

    number: int
    by: str
    when: str
    field: int
    cell: int
    kind: CorrectionKind
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReferralAnswer:
    """What the expert answered.

    opinion    a code of `edge.papers.reply.OPINIONS`
    version    of the case that they were asked about
    percent    blasts by the expert's own eyes; None where not said
    referral   `edge.papers.digest.referral_digest` of what they were asked about; empty where nobody can tell
    recounted  cells of that version were counted or corrected after the answer
    """

    expert: str
    when: str
    opinion: str
    version: int
    percent: float | None = None
    text: str = ""
    referral: str = ""
    recounted: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """That cells of this case may be used for training: who marked it, when, and on what ground (form, protocol)."""

    by: str
    when: str
    ground: str


@dataclass(frozen=True, kw_only=True)  # without slots, which leave no place for what is worked out once
class CaseFile:
    """A case on paper.

    operator  who counted; None where the kit asks for none
    counts    sums over the counted fields, after corrections
    targets   cells for a provisional and for a full count
    by_class  every class of the bundle in its order, also those without cells
    decision  on these counts
    excluded  reason code to number of cells, most frequent first
    successor None where this is the latest version
    people    names of those who work with the kit to its own numbers for them
    systems   what each of the two systems alone says of the counted cells; None in cases signed before this was told
    """

    case: CaseFacts
    station: StationFacts
    bundle: BundleFacts
    counts: Counts
    targets: tuple[int, int]
    by_class: tuple[ClassCount, ...]
    decision: Decision
    fields: tuple[FieldFacts, ...]
    cells: tuple[CellFacts, ...]
    operator: str | None = None
    signature: Signature | None = None
    control: ControlState | None = None
    excluded: Mapping[str, int] = default(default_factory=dict)
    systems: Systems | None = None
    manual: ManualCount | None = None
    corrections: tuple[Correction, ...] = ()
    answer: ReferralAnswer | None = None
    consent: Consent | None = None
    successor: Successor | None = None
    people: Mapping[str, int] = default(default_factory=dict)

    @cached_property
    def digests(self) -> dict[str, str]:
        """Digests of it that papers have worked out so far, by what they cover; a changed copy begins without any."""
        return {}

    @property
    def preliminary(self) -> bool:
        """Whether nobody has signed this version as it is."""
        return self.signature is None or not self.signature.intact

    @property
    def replaced(self) -> bool:
        """Whether a person has signed a later version."""
        return self.successor is not None and self.successor.signed
