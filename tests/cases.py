"""Cases as data: painted fields whose cells are known, and stand-ins for the parts that a test does not mean."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from edge.again import Signature, signature_of
from edge.calibration import Calibration, FittedWith, Lamp, SiteScale, SiteThreshold, Stain
from edge.casework import Model, Proof, open_casework
from edge.casework.casework import Outside
from edge.decide.roles import Roles
from edge.errors import NotRecorded
from edge.explain import Explained, RecordedField
from edge.record import Record
from edge.types import (
    Box,
    BundleRef,
    Cell,
    CellResult,
    Counts,
    Decision,
    DecisionLabel,
    Examination,
    Features,
    FiredRule,
    Frame,
    FuzzyOpinion,
    Labels,
    Opinion,
    Pixels,
    Reason,
    Scale,
    Verdict,
)
from edge.web.parts import LiveSource, WebParts
from firmware_bridge.errors import SourceFault, SourceFrozen
from firmware_bridge.imagefile import decode_image
from firmware_bridge.newest import Phase, PumpState
from firmware_bridge.recording import RecordingState
from firmware_bridge.supervision import Counts as LinkCounts
from firmware_bridge.supervision import LinkState

UM_PER_PX = 0.1
LABELS = ("blast", "lymphocyte", "granulocyte")
BUNDLE = BundleRef("painted", 3, "5ec0" * 16, "onnx-int8")
ROLES = Roles(blast=frozenset({"blast"}), lymphoid=frozenset({"lymphocyte"}))
MODEL = Model(BUNDLE, "Painted cells", LABELS, ROLES, Proof(True, "onnxruntime", 0.004, 0.03))
DARKEST, SOFTEST_UM = 100, 1.2
BACKGROUND, RED_CELL, CYTOPLASM, NUCLEUS = (238, 226, 230), (226, 176, 178), (166, 150, 205), (96, 42, 128)


def painted_pixels(seed: int = 0, cells: int = 12, size: tuple[int, int] = (960, 720)) -> Pixels:
    """A smear drawn by hand: red cells, and white cells with nucleus and cytoplasm, (height, width, 3)."""
    random = np.random.default_rng(seed)
    width, height = size
    picture = np.full((height, width, 3), BACKGROUND, np.uint8)
    for x, y in random.uniform((0, 0), size, (width * height // 6500, 2)):
        _disc(picture, (x, y), 37.0, RED_CELL)
        _disc(picture, (x, y), 15.0, (234, 200, 202))
    for x, y in _apart(random, cells, size):
        nucleus_px = float(random.choice([38.0, 44.0, 58.0, 64.0]))
        _disc(picture, (x, y), nucleus_px * float(random.uniform(1.1, 1.35)), CYTOPLASM)
        _disc(picture, (x + 3, y - 2), nucleus_px, NUCLEUS)
    grain = random.normal(0, 4, picture.shape)
    softened = cv2.GaussianBlur(picture, (0, 0), 1.2)
    return np.clip(softened + grain, 0, 255).astype(np.uint8)


def painted_frame(seed: int = 0, cells: int = 12, size: tuple[int, int] = (960, 720)) -> Frame:
    """A painted field as it would come from a source."""
    return Frame(painted_pixels(seed, cells, size), sequence=seed, name=f"painted-{seed}.png", um_per_px=UM_PER_PX)


def _apart(random: np.random.Generator, cells: int, size: tuple[int, int]) -> list[tuple[float, float]]:
    # on a jittered grid, so that no two touch; the first is cut by the left edge
    columns = max(1, math.ceil(math.sqrt(cells * size[0] / size[1])))
    step = np.array((size[0] / columns, size[1] / max(1, math.ceil(cells / columns))))
    places = [(np.array((k % columns, k // columns)) + random.uniform(0.4, 0.6, 2)) * step for k in range(cells)]
    return [(float(x) if k else 6.0, float(y)) for k, (x, y) in enumerate(places)]


def _disc(picture: Pixels, centre: tuple[float, float], diameter_px: float, colour: tuple[int, int, int]) -> None:
    x, y = centre
    cv2.circle(picture, (round(x), round(y)), round(diameter_px), colour, -1, cv2.LINE_AA)


@dataclass
class PaintedExaminer:
    """Finds the cells of painted fields for real, and makes up its opinions from their size."""

    examined: list[str] = field(default_factory=list)

    def gate(self, frame: Frame) -> Verdict:
        grey = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY)
        focus_um = min(3.0, 150.0 / max(1.0, float(cv2.Laplacian(grey, cv2.CV_64F).var())))
        level = float(np.quantile(grey, 0.9))
        reasons = []
        if level < DARKEST:
            reasons.append(Reason("light.dark", {"level": round(level), "limit": DARKEST}))
        elif focus_um > SOFTEST_UM:
            reasons.append(Reason("focus.soft", {"width_um": round(focus_um, 2), "limit_um": SOFTEST_UM}))
        measures = {"exposure": level, "unevenness": 0.12, "stained": 0.21, "clear": 0.5}
        measures |= {"focus_um": focus_um, "focus_limit_um": SOFTEST_UM}
        return Verdict(not reasons, tuple(reasons), measures)

    def examine(self, frame: Frame) -> Examination:
        verdict = self.gate(frame)
        nuclei = _labelled(frame.pixels) if verdict.ok else np.zeros(frame.pixels.shape[:2], np.uint16)
        rim = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (19, 19))
        whole = cv2.dilate(nuclei, rim).astype(np.uint16)
        cells = tuple(_result(nuclei, whole, k) for k in range(1, int(nuclei.max()) + 1))
        counts = counts_of(cells)
        height, width = nuclei.shape
        self.examined.append(frame.digest)
        return Examination(
            frame.name,
            frame.digest,
            (width, height),
            verdict,
            Scale(UM_PER_PX, 0.04, "given"),
            cells,
            counts,
            decide(counts),
            BUNDLE,
            {"gate": 4.0, "cells": 80.5, "total": 121.25},
            whole,
            nuclei,
        )


def _labelled(pixels: Pixels) -> Labels:
    red, green = pixels[..., 0].astype(int), pixels[..., 1].astype(int)
    mask = ((green < 95) & (red < 150)).astype(np.uint8)
    _, labels = cv2.connectedComponents(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)))
    return labels.astype(np.uint16)


def _result(nuclei: Labels, whole: Labels, k: int) -> CellResult:
    cell = _cell(nuclei, whole, k)
    blast = 1.0 / (1.0 + math.exp(-(cell.features.nucleus_diameter_um - 9.8)))
    fused = {"blast": blast, "lymphocyte": 0.7 * (1 - blast), "granulocyte": 0.3 * (1 - blast)}
    network = _leaning(fused, 0.08)
    return CellResult(
        cell=cell,
        fuzzy=FuzzyOpinion(
            100 * blast,
            (
                FiredRule(
                    "Medium size, high nuclear share, one smooth nucleus, no granules: like an L1 blast.",
                    round(blast, 3),
                ),
                FiredRule("Small, high nuclear share, round nucleus: like a mature lymphocyte.", round(1 - blast, 3)),
            ),
        ),
        rbf=Opinion("rbf", _leaning(fused, -0.05)),
        network=Opinion("network", network),
        label=max(fused, key=lambda label: fused[label]),
        probability=fused,
        doubtful=abs(blast - 0.5) < 0.15,
    )


def _leaning(probability: Mapping[str, float], by: float) -> dict[str, float]:
    blast = min(0.99, max(0.01, probability["blast"] + by))
    return {"blast": blast, "lymphocyte": 0.7 * (1 - blast), "granulocyte": 0.3 * (1 - blast)}


def _cell(nuclei: Labels, whole: Labels, k: int) -> Cell:
    ys, xs = np.nonzero(whole == k)
    left, top, right, bottom = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
    height, width = nuclei.shape
    cut = left == 0 or top == 0 or right == width or bottom == height
    nucleus_area = float((nuclei == k).sum()) * UM_PER_PX**2
    return Cell(
        id=k,
        centre_px=(float(xs.mean()), float(ys.mean())),
        box=Box(float(left), float(top), float(right - left), float(bottom - top)),
        features=_features(len(xs) * UM_PER_PX**2, nucleus_area),
        excluded=(Reason("cell.cut"),) if cut else (),
    )


def _features(area_um2: float, nucleus_area_um2: float) -> Features:
    return Features(
        diameter_um=2 * math.sqrt(area_um2 / math.pi),
        nucleus_diameter_um=2 * math.sqrt(nucleus_area_um2 / math.pi),
        area_um2=area_um2,
        nucleus_area_um2=nucleus_area_um2,
        nc_ratio=nucleus_area_um2 / area_um2,
        circularity=0.93,
        solidity=0.97,
        elongation=1.08,
        lobes=1.0,
        chromatin_contrast=0.21,
        chromatin_coarseness=0.34,
        nuclear_density=1.02,
        basophilia=0.41,
        cytoplasm_hue=1.6,
        granularity=0.06,
        vacuoles=0.0,
    )


def counts_of(cells: tuple[CellResult, ...]) -> Counts:
    """The counts that belong to the cells."""
    countable = [result for result in cells if result.cell.countable]
    blasts = sum(result.label == "blast" for result in countable)
    return Counts(len(cells), len(countable), len(cells) - len(countable), blasts)


def decide(counts: Counts) -> Decision:
    """Wilson's interval (1927) and the first rule that fits; no more than a test needs."""
    score, low, high = _wilson_percent(counts.blast, counts.countable)
    label: DecisionLabel = "insufficient" if counts.countable < 200 else "suspicious" if low > 20 else "not suspicious"
    reasons = (
        Reason("decide.few_cells", {"counted": counts.countable, "target": 200, "missing": 200 - counts.countable}),
    )
    return Decision(label, score, (low, high), reasons if label == "insufficient" else ())


def _wilson_percent(hits: int, n: int) -> tuple[float, float, float]:
    if n == 0:
        return 0.0, 0.0, 100.0
    z, p = 1.959964, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 100 * p, 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


class PaintedLive:
    """A live source in a test's hands: it shows what it is told to show, and is lost when it is told so."""

    uri = "sim:painted"
    recording: RecordingState | None = None

    def __init__(self, frame: Frame | None = None) -> None:
        self._frame = frame
        self.state = pump_state("running", None if frame is None else 0.1)

    def latest(self) -> Frame | None:
        return self._frame

    def show(self, frame: Frame) -> None:
        self._frame, self.state = frame, pump_state("running", 0.1)

    def hide(self) -> None:
        self._frame = None

    def lose(self, fault: SourceFault, age_s: float | None) -> None:
        phase: Phase = "frozen" if isinstance(fault, SourceFrozen) else "reconnecting"
        link = LinkState("waiting", fault, attempt=3, next_s=1.7, counts=LinkCounts(openings=3, losses=3))
        self.state = replace(pump_state(phase, age_s, fault), link=link)

    def warn(self, fault: SourceFault) -> None:
        self.state = replace(self.state, link=LinkState("live", warnings=(fault,)))


def pump_state(phase: Phase, age_s: float | None, fault: SourceFault | None = None) -> PumpState:
    """How a source is doing, in the three things that matter to a page."""
    return PumpState(phase, fault, age_s, pictures=0 if age_s is None else 1, dropped=0, unreadable=0)


def painted_parts(folder: Path, live: LiveSource, outside: Outside | None = None) -> WebParts:
    """Everything the page needs, painted; the record is a real one in `folder`."""
    return WebParts(
        live=live,
        examiner=PaintedExaminer(),
        casework=open_casework(Record(folder), MODEL, outside),
        read_picture=decode_image,
    )


class PaintedStation(PaintedExaminer):
    """A whole station as `marrowkit serve` wants one."""

    model = MODEL

    def signature(self, frame: Frame) -> Signature:
        """As a station's, for a picture of a camera."""
        return signature_of(frame.pixels)

    def explain(self, field: RecordedField, cell_id: int) -> Explained:
        """It makes its opinions up."""
        raise NotRecorded(f"Nothing explains cell {cell_id} of {field.frame.name}.", "Ask a real station.")

    def close(self) -> None:
        """Nothing to free."""


def write_png(path: Path, frame: Frame) -> None:
    """The frame as a file."""
    Image.fromarray(frame.pixels).save(path)


def site_calibration(um_per_px: float = 0.12, bias: float = -0.4, digest: str = "d" * 64) -> Calibration:
    """A calibration as ten good fields give it."""
    return Calibration(
        bundle=FittedWith(name="tiny", version=1, digest=digest),
        scale=SiteScale(um_per_px=um_per_px, relative_sd=0.042, fields=10),
        lamp=Lamp(coefficients=(1.02, 0.01, 0.0, -0.05, 0.0, -0.04), unevenness=0.11, fields=10),
        stain=Stain(nuclear=(0.44, 0.78, 0.23), red_cell=(0.05, 0.1, 0.1), fields=10),
        threshold=SiteThreshold(fitted=True, bias=bias, cells=80, share_before=0.06, share_after=0.03),
        fields=("field_1.png", "field_2.png"),
    )
