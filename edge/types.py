"""The nouns of the kit, frozen, with a unit on every physical field.

They follow the picture: Frame → Verdict, Scale → Outlines → Cell (with Features) → Opinion → CellResult → Decision →
Examination. Lengths end in `_um` or `_px`, areas in `_um2`, times in `_ms`. Points and boxes are in pixels of the input
image, x to the right, y down; the middle of the first pixel is the point (0, 0), and the box around it begins at 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Labels = NDArray[np.uint16]
"""A label image: 0 is background, k is the cell with id k. Shape (height, width)."""

ScaleSource = Literal["given", "red cells", "bundle"]
DecisionLabel = Literal["not suspicious", "suspicious", "refer", "insufficient"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided, as a stable code and the figures behind it; `edge.words` puts it into words."""

    code: str
    values: Mapping[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture to examine.

    pixels    RGB uint8, (height, width, 3)
    sequence  position in its source
    taken_ms  monotonic clock, milliseconds
    name      file name or source URI
    um_per_px where the source knows its own scale, else None
    """

    pixels: Pixels
    sequence: int = 0
    taken_ms: float = 0.0
    name: str = ""
    um_per_px: float | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 of shape and pixels, hexadecimal: the same picture has the same digest wherever it came from."""
        height, width = self.pixels.shape[:2]
        running = hashlib.sha256(f"{width}x{height}:".encode())
        running.update(np.ascontiguousarray(self.pixels).data)
        return running.hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The quality gate's answer: a bad frame is a value with reasons, never an exception.

    `measures` holds what was measured, by name (`focus`, `exposure`, …); every gauge on the page is one of them.
    """

    ok: bool
    reasons: tuple[Reason, ...]
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a pixel is: micrometres per pixel and the relative standard uncertainty of that figure.

    red_cells_um_per_px  what the red cells of this frame say, where the station's calibration was believed instead
    squeeze  how many times wider the picture was before it was squeezed into a square, 1 if it was not; `um_per_px` is
             the geometric mean of both directions
    """

    um_per_px: float
    relative_sd: float
    source: ScaleSource
    red_cells_um_per_px: float | None = None
    squeeze: float = 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box in pixels of the input image: left, top, width, height."""

    x_px: float
    y_px: float
    width_px: float
    height_px: float


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """−1…1 at each working pixel, float32 (height, width)."""

    cells: NDArray[np.float32]
    nuclei: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """The cells of a field at the working scale: label images of equal shape and why some are not countable.

    cells     1…n, nucleus and cytoplasm
    nuclei    the nuclei of the same cells under the same ids
    excluded  id to reasons; a cell that is absent here is countable
    levels    how far each pixel is inside (above 0) or outside a cell, and a nucleus: their zeros are the outlines
              between the pixels; None where the pixels' own edges are all that is known
    """

    cells: Labels
    nuclei: Labels
    excluded: Mapping[int, tuple[Reason, ...]]
    levels: Levels | None = None


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of one cell. Lengths in µm, areas in µm², the rest are ratios without unit.

    diameter_um, nucleus_diameter_um  of the circle of equal area, 2·sqrt(A/π)
    nc_ratio       nuclear share of the cell's area, 0–1 (nucleus-to-cell; 1 is a naked nucleus)
    circularity    4πA/P² of the nucleus (Cox 1927), 1 for a disc
    solidity       nucleus area over its convex hull's
    elongation     major over minor axis of the nucleus
    lobes          parts the nucleus falls into at its necks
    chromatin_contrast     spread of optical density inside the nucleus over its median
    chromatin_coarseness   share of that spread that survives a 1 µm blur
    nuclear_density        median nuclear optical density over the field's reference nucleus density
    basophilia     blue-purple against red optical density of the cytoplasm, 0 (pink) to 1 (deep blue)
    cytoplasm_hue  red over green density of the cytoplasm over the nucleus's: 1 is nuclear stain, more is bluer
    granularity    fine texture of the cytoplasm
    vacuoles       share of the cytoplasm that is clear round holes
    """

    diameter_um: float
    nucleus_diameter_um: float
    area_um2: float
    nucleus_area_um2: float
    nc_ratio: float
    circularity: float
    solidity: float
    elongation: float
    lobes: float
    chromatin_contrast: float
    chromatin_coarseness: float
    nuclear_density: float
    basophilia: float
    cytoplasm_hue: float
    granularity: float
    vacuoles: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One nucleated cell found in a frame.

    id         1-based, the value of this cell in the label images
    centre_px  centre of the nucleus, (x, y)
    excluded   why it is not countable (cut by the edge, smudged, crushed, clumped); empty if countable
    """

    id: int
    centre_px: tuple[float, float]
    box: Box
    features: Features
    excluded: tuple[Reason, ...] = ()

    @property
    def countable(self) -> bool:
        """Whether the cell takes part in counts and percentages."""
        return not self.excluded


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one system thinks of one cell: label to calibrated probability, summing to 1."""

    system: str
    probability: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A fuzzy rule that took part: its sentence, and how strongly it fired, 0–1."""

    rule: str
    strength: float


@dataclass(frozen=True, slots=True)
class FuzzyOpinion:
    """The Mamdani system's answer for one cell: 0 (not suspicious) to 100 (suspicious), and why."""

    score: float
    rules: tuple[FiredRule, ...]


@dataclass(frozen=True, slots=True)
class CellResult:
    """A cell with every opinion on it and what was made of them.

    label        the class after fusion, one of the bundle's labels
    probability  the fused, calibrated probability per label
    doubtful     the opinions disagree, or the probability lies in the abstention band
    members      what each network that the network asks says by itself, where it asks several
    """

    cell: Cell
    fuzzy: FuzzyOpinion
    rbf: Opinion
    network: Opinion
    label: str
    probability: Mapping[str, float]
    doubtful: bool
    members: tuple[Opinion, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """Cells of a field or a case. `nucleated` = `countable` + `excluded`; `blast` counts among the countable."""

    nucleated: int
    countable: int
    excluded: int
    blast: int

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.nucleated + other.nucleated,
            self.countable + other.countable,
            self.excluded + other.excluded,
            self.blast + other.blast,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Decision support for a field or a case, never a diagnosis.

    score     blast percentage of the countable cells, 0–100
    interval  its Wilson 95 % interval in percent
    """

    label: DecisionLabel
    score: float
    interval: tuple[float, float]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class BundleRef:
    """Which model answered: name, version, digest of the signed manifest, and the variant in use.

    lender  the bundle that found the cells and gave the second opinion, where this one only names cells
    """

    name: str
    version: int
    digest: str
    variant: str
    lender: BundleRef | None = None


@dataclass(frozen=True, eq=False)
class Examination:
    """Everything known about one frame: what `station.examine` returns and what the record keeps.

    scale  None only where the gate refused the frame and nothing told its scale
    """

    frame_name: str
    frame_digest: str
    size_px: tuple[int, int]
    verdict: Verdict
    scale: Scale | None
    cells: tuple[CellResult, ...]
    counts: Counts
    decision: Decision
    bundle: BundleRef
    timing_ms: Mapping[str, float]
    cell_labels: Labels
    nucleus_labels: Labels
