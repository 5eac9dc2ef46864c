"""Believable cases on paper, from the simulated microscope: its fields and cells, and what a kit might say of them.

No real picture is used. The same arguments give the same case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from typing import Any

import cv2
import numpy as np

from edge.decide.case import decide_case
from edge.decide.counts import Tally
from edge.decide.systems import systems_of
from edge.decide.wilson import wilson_percent
from edge.papers.case_file import (
    BundleFacts,
    CaseFacts,
    CaseFile,
    CellFacts,
    ClassCount,
    ControlState,
    Correction,
    FieldFacts,
    ManualCount,
    Parity,
    StationFacts,
)
from edge.types import BundleRef, Counts, Features, Pixels, Reason
from firmware_bridge.sim.field import TruthCell
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import parse_uri

UM_PER_PX = 0.15
SIZE_PX = (1280, 960)
CROP_UM, CROP_PX = 20.0, 120
LABELS = ("blast", "lymphoid", "erythroid", "granulocyte", "precursor", "monocyte")
CALLED: Mapping[str, str] = {
    "lymphoblast": "blast",
    "lymphocyte": "lymphoid",
    "erythroblast": "erythroid",
    "neutrophil": "granulocyte",
    "eosinophil": "granulocyte",
    "basophil": "granulocyte",
    "band": "granulocyte",
    "monocyte": "monocyte",
}
BUNDLE = BundleFacts(
    BundleRef("marrowkit-default", 7, "3f9c2b71" * 8, "onnx-int8"),
    "Marrowkit default",
    Parity(passed=True, engine="onnxruntime", difference=0.0031, tolerance=0.02),
)
CASE = CaseFacts(
    number=42,
    pseudonym="KIS-0042",
    specimen="marrow",
    stain="wright-giemsa",
    state="finished",
    begun="2026-11-27T08:41:05+00:00",
    finished="2026-11-27T09:12:44+00:00",
    objective="100x oil",
    note="Third smear; the first two were too thick.",
)
STATION = StationFacts("Kisumu ward 3", "kit-5f21c0", "0.1.0")
CONTROL = ControlState("C-12", "ok", "2026-11-27T07:55:10+00:00")


@dataclass(frozen=True, eq=False)
class SimField:
    """A simulated field and what is really in it."""

    number: int
    pixels: Pixels
    truth: tuple[TruthCell, ...]


@cache
def sim_fields(count: int = 2) -> tuple[SimField, ...]:
    """So many different fields of one simulated slide."""
    return tuple(_sim_field(number) for number in range(1, count + 1))


def _sim_field(number: int) -> SimField:
    width, height = SIZE_PX
    uri = f"sim:?width={width}&height={height}&um_per_px={UM_PER_PX}&cells=40&seed={30 + number}"
    source = SimSource(parse_uri(uri))
    picture = source.read()
    if picture is None:
        raise RuntimeError("the simulated microscope has no end")
    return SimField(number, picture.pixels, tuple(cell for cell in source.truth() if cell.nucleated))


@cache
def sim_cells(count: int) -> tuple[CellFacts, ...]:
    """So many cells; more than the slide has are the same ones in further fields."""
    rng = np.random.default_rng(5)
    seen = [(field, cell) for field in sim_fields() for cell in field.truth if not cell.cut]
    return tuple(_cell(rng, *seen[at % len(seen)], at, len(seen)) for at in range(count))


def _cell(rng: np.random.Generator, field: SimField, truth: TruthCell, at: int, known: int) -> CellFacts:
    label = CALLED.get(truth.kind, "precursor")
    sure = float(np.clip(rng.beta(6, 1.3), 0.34, 0.995))
    doubtful = sure < 0.6
    return CellFacts(
        field=field.number + (at // known) * len(sim_fields()),
        id=truth.id,
        label=label,
        machine=label,
        blast=label == "blast",
        probability=_shares(label, sure),
        doubt=1.0 - sure,
        doubtful=doubtful,
        centre_px=truth.centre_px,
        features=_features(rng, truth),
        fuzzy_score=round(float(np.clip(rng.normal(78 if label == "blast" else 24, 9), 0, 100)), 1),
        rbf=_shares(label, min(0.99, sure + 0.05)),
        network=_shares(label, sure),
        rules=(("Much cytoplasm.", 0.8),) if label != "blast" else (("Little cytoplasm, one nucleus.", 0.9),),
        excluded=(Reason("cell.smudged", {"percent": 41}),) if rng.random() < 0.04 else (),
        crop=cache(partial(_crop, field.pixels, truth.centre_px)),
        crop_um=CROP_UM,
    )


def _shares(label: str, sure: float) -> dict[str, float]:
    rest = (1.0 - sure) / (len(LABELS) - 1)
    return {each: round(sure if each == label else rest, 6) for each in LABELS}


def _features(rng: np.random.Generator, truth: TruthCell) -> Features:
    cell, nucleus = truth.diameter_um, max(truth.nucleus_diameter_um, 1.0)
    known = {
        "diameter_um": cell,
        "nucleus_diameter_um": nucleus,
        "area_um2": np.pi * cell**2 / 4,
        "nucleus_area_um2": np.pi * nucleus**2 / 4,
        "nc_ratio": min(1.0, (nucleus / cell) ** 2),
        "lobes": 3.0 if truth.kind in ("neutrophil", "eosinophil") else 1.0,
    }
    drawn = {each.name: float(rng.uniform(0.2, 0.95)) for each in fields(Features)}
    return Features(**{**drawn, **{name: float(value) for name, value in known.items()}})


def _crop(pixels: Pixels, centre_px: tuple[float, float]) -> bytes:
    half = round(CROP_UM / UM_PER_PX / 2)
    x, y = (round(each) for each in centre_px)
    wide = cv2.copyMakeBorder(pixels, half, half, half, half, cv2.BORDER_REPLICATE)
    square = cv2.resize(wide[y : y + 2 * half, x : x + 2 * half], (CROP_PX, CROP_PX), interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", square[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    return jpeg.tobytes()


def counted(cells: Sequence[CellFacts], **known: Any) -> dict[str, Any]:
    """What follows from the cells: counts, classes, decision, excluded, fields."""
    whole = [cell for cell in cells if cell.counted]
    blast, doubtful = sum(cell.blast for cell in whole), sum(cell.doubtful for cell in whole)
    tally = Tally(
        countable=len(whole),
        excluded=len(cells) - len(whole),
        cut=0,
        blast=blast,
        doubtful=doubtful,
        lymphoid_doubt=0,
        urgent=0,
        network_blast=blast,
        rbf_blast=max(0, blast - 3),
        alike=len(whole) - min(3, blast),
    )
    why = Counter(reason.code for cell in cells for reason in cell.excluded)
    return {
        "counts": Counts(len(cells), len(whole), len(cells) - len(whole), blast),
        "by_class": tuple(_class_count(label, whole) for label in LABELS),
        "decision": decide_case(tally),
        "systems": systems_of(tally),
        "excluded": dict(why.most_common()),
        "fields": tuple(_fields(cells)),
        "cells": tuple(cells),
        **known,
    }


def _class_count(label: str, whole: Sequence[CellFacts]) -> ClassCount:
    cells = sum(cell.label == label for cell in whole)
    percent = 100 * cells / len(whole) if whole else 0.0
    return ClassCount(label, cells, percent, wilson_percent(cells, len(whole)), label == "blast")


def _fields(cells: Sequence[CellFacts]) -> Iterator[FieldFacts]:
    for number in sorted({cell.field for cell in cells}):
        own = [cell for cell in cells if cell.field == number]
        whole = [cell for cell in own if cell.counted]
        yield FieldFacts(
            number=number,
            name=f"sim-{number:03}",
            digest=f"{number:064x}",
            size_px=SIZE_PX,
            taken=f"2026-11-27T08:{41 + number % 18:02}:00+00:00",
            ok=True,
            counts=Counts(len(own), len(whole), len(own) - len(whole), sum(cell.blast for cell in whole)),
            um_per_px=UM_PER_PX,
            scale_source="red cells",
            quality={"focus_um": 0.82, "exposure": 214.0},
        )


def case_file(cells: int = 220, **changes: Any) -> CaseFile:
    """A finished case of so many cells, three of them corrected, with a manual count beside it."""
    seen = list(sim_cells(cells))
    steps = tuple(_correct(seen)) if cells >= 20 else ()
    by_hand = manual(counted(seen)["decision"].score) if cells >= 20 else None
    return case_of(seen, **{"corrections": steps, "manual": by_hand, **changes})


def case_of(cells: Sequence[CellFacts], **changes: Any) -> CaseFile:
    """A finished case of these cells."""
    known: dict[str, Any] = {
        "case": CASE,
        "station": STATION,
        "bundle": BUNDLE,
        "targets": (200, 500),
        "operator": "Achieng O.",
        "control": CONTROL,
    }
    return CaseFile(**{**known, **counted(cells), **changes})


def _correct(cells: list[CellFacts]) -> Iterator[Correction]:
    for number, (at, label) in enumerate(((4, "monocyte"), (9, "lymphoid"), (14, "blast")), 1):
        cell = cells[at]
        cells[at] = replace(cell, label=label, blast=label == "blast")
        when = f"2026-11-27T09:0{number}:30+00:00"
        yield Correction(number, "Achieng O.", when, cell.field, cell.id, "class", cell.machine, label, "nucleoli")


def manual(kit_percent: float) -> ManualCount:
    """A person's count of a hundred cells beside the kit's percentage; the interval is made up, the rest follows."""
    difference = kit_percent - 24.0
    interval = (difference - 9.4, difference + 9.4)
    by_class = {"blast": 24, "lymphoid": 31, "granulocyte": 30, "erythroid": 10, "monocyte": 5}
    return ManualCount(by_class, 24.0, wilson_percent(24, 100), difference, interval, "Achieng O.")
