"""Corrected cells as a training set that `marrowkit-export` reads; only with consent that somebody has marked.

    cells.npz                  the columns of `export.opinion.table.CellTable`: marrowkit-export train … --data
    crops/LABEL/GROUP/F-C.png  the same cells as pictures: [crops] calibration = "crops", [picture] white = 200
    about.json                 consent, kit, model, counts, what the columns mean

The group is a digest of kit and pseudonym: it keeps a patient's cells together and does not name the patient's code.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

import cv2
import numpy as np

from edge.papers.case_file import CaseFile, Consent
from edge.papers.export import Export, as_json, digest, held, safe_name
from edge.papers.faults import ConsentMissing, NothingCorrected
from edge.papers.training_cells import CLEAR, SIZE_PX, UM_PER_PX, TrainingCell
from edge.types import Features

SCHEMA = "marrowkit-training/1"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry of the zip, so that equal cells give equal bytes."""


def training_files(file: CaseFile, cells: Sequence[TrainingCell]) -> tuple[Export, ...]:
    """The files of the set.

    Raises:
        ConsentMissing: nobody has marked consent in the case.
        NothingCorrected: there are no cells.
    """
    consent = _consent(file)
    if not cells:
        raise NothingCorrected(
            "There is no cell to learn from.", "Correct a cell's class first, or choose another case."
        )
    group = group_of(file)
    pictures = [_picture(cell, group) for cell in cells]
    table = held("cells.npz", _table(file, cells, group))
    return (as_json("about.json", _about(file, consent, cells, digest(table.read()))), table, *pictures)


def training_zip(file: CaseFile, cells: Sequence[TrainingCell]) -> bytes:
    """The set as one file. Raises what `training_files` raises."""
    return zipped(training_files(file, cells))


def zipped(exports: Iterable[Export]) -> bytes:
    """Files as one zip; equal files give equal bytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in exports:
            entry = zipfile.ZipInfo(each.name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, each.read())
    return content.getvalue()


def group_of(file: CaseFile) -> str:
    """What must stay together in a split: the same for all cases of one pseudonym on one kit."""
    return hashlib.sha256(f"{file.station.id}/{file.case.pseudonym}".encode()).hexdigest()[:16]


def _consent(file: CaseFile) -> Consent:
    if file.consent is None:
        raise ConsentMissing(
            "Nobody has marked that cells of this case may be used for training.",
            "Ask for consent as your clinic's rules say, and mark it in the case.",
        )
    return file.consent


def _table(file: CaseFile, cells: Sequence[TrainingCell], group: str) -> bytes:
    digests = {each.number: each.digest for each in file.fields}
    names = [each.name for each in fields(Features)]
    count = len(cells)
    columns: dict[str, Any] = {
        "planes": np.stack([cell.planes for cell in cells]),
        "features": np.array([[getattr(cell.features, name) for name in names] for cell in cells], np.float32),
        "labels": np.array([cell.label for cell in cells]),
        "sources": np.full(count, safe_name(file.station.id)),
        "images": np.array([digests[cell.field] for cell in cells]),
        "groups": np.full(count, group),
        "positions": np.array([cell.field - 1 for cell in cells], np.int32),
        "countable": np.array([cell.countable for cell in cells], np.bool_),
        "cut_out": np.zeros(count, np.bool_),
    }
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **columns)
    return content.getvalue()


def _picture(cell: TrainingCell, group: str) -> Export:
    colours = np.ascontiguousarray(cell.planes[:3].transpose(1, 2, 0))
    _, png = cv2.imencode(".png", cv2.cvtColor(colours, cv2.COLOR_RGB2BGR))
    return held(f"crops/{safe_name(cell.label)}/{group}/{cell.field}-{cell.id}.png", png.tobytes())


def _about(file: CaseFile, consent: Consent, cells: Sequence[TrainingCell], table_digest: str) -> dict[str, Any]:
    ref = file.bundle.ref
    return {
        "schema": SCHEMA,
        "consent": asdict(consent),
        "cells_sha256": table_digest,
        "cells": len(cells),
        "cells_by_label": dict(sorted(Counter(cell.label for cell in cells).items())),
        "corrected_from": dict(sorted(Counter(f"{cell.machine} to {cell.label}" for cell in cells).items())),
        "specimen": file.case.specimen,
        "stain": file.case.stain,
        "kit": {"id": file.station.id, "software": file.station.software},
        "model": {"name": ref.name, "version": ref.version, "digest": ref.digest},
        "picture": {"side_px": SIZE_PX, "um_per_px": UM_PER_PX, "white": CLEAR, "colours": "RGB over the lamp's light"},
    }
