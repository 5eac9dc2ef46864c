"""A signed bundle on which a real station opens, and simulated fields for it to see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge.bundle import Bundle
from edge.bundle.manifest import NetworkName
from edge.bundle.tensors import VectorSet
from edge.types import Pixels
from firmware_bridge.sources import open_source
from tests.documents import TINY_FUZZY, TINY_RBF
from tests.tiny import tiny_bundle, tiny_files, tiny_variant, tiny_vectors

DENSITY = {"method": "density", "um_per_px": 0.2, "multiple_px": 16, "limits": {}}


def density_bundle(folder: Path, variants: Sequence[str] = ("onnx-fp32",), **changes: Any) -> Bundle:
    """Finds cells by optical density, judges them by two rules, three centres and a tiny network."""
    documents = {"fuzzy.json": json.dumps(TINY_FUZZY).encode(), "rbf.json": json.dumps(TINY_RBF).encode()}
    files = {name: content for name, content in tiny_files().items() if name != "cells.onnx"} | documents
    entries = [_opinion_only(tiny_variant(name)) for name in variants]
    vectors: dict[NetworkName, VectorSet] = {"opinion": tiny_vectors()}
    return tiny_bundle(folder, files, vectors=vectors, variants=entries, segmentation=DENSITY, **changes)


def simulated_field(size: tuple[int, int] = (960, 720), cells: int = 16, seed: int = 6) -> Pixels:
    """A field of the simulated microscope, (height, width, 3)."""
    source = open_source(f"sim:?width={size[0]}&height={size[1]}&cells={cells}&seed={seed}")
    picture = source.read()
    source.close()
    if picture is None:
        raise RuntimeError("the simulated microscope has no end")
    return picture.pixels


def _opinion_only(variant: dict[str, Any]) -> dict[str, Any]:
    return {**variant, **{key: {"opinion": variant[key]["opinion"]} for key in ("files", "tolerance")}}
