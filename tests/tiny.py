"""Tiny but real networks and bundles, built from text in milliseconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx.parser
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.bundle import Bundle, TrustedKeys
from edge.bundle.archive import write_archive
from edge.bundle.keys import KEYS_FOLDER, merge
from edge.bundle.manifest import NetworkName
from edge.bundle.store import FolderStore
from edge.bundle.tensors import VectorSet
from edge.durable import write_durably
from edge.runtime.ov import openvino_core, silence_telemetry
from export.keys import key_list, trusted_key
from export.pack import PackSpec, pack
from export.sign import sign
from tests.documents import TINY_FUZZY, TINY_RBF

CELLS, SIZE_PX = 4, 8
EMPTY = b'{"logits":[-9,-9,-9],"dense":true}'
KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
KEYS: TrustedKeys = merge([trusted_key(KEY, "the tests")])

COLOUR_WEIGHTS = np.array([[1.5, -1.0], [0.5, 0.25], [-2.0, 1.0]], np.float32)
MEASURE_WEIGHTS = np.array([[0.75, -0.5], [-0.25, 1.0]], np.float32)

OPINION = """
<ir_version: 8, opset_import: ["" : 17]>
tiny (float[N, 3, 8, 8] image, float[N, 2] measures) => (float[N, 2] logits)
<float[3, 2] colour = {1.5, -1.0, 0.5, 0.25, -2.0, 1.0}, float[2, 2] measure = {0.75, -0.5, -0.25, 1.0}>
{
    mean = ReduceMean <axes = [2, 3], keepdims = 0> (image)
    seen = MatMul (mean, colour)
    measured = MatMul (measures, measure)
    logits = Add (seen, measured)
}
"""
"""Two labels from the mean colour and two measures."""

NAMES = """
<ir_version: 8, opset_import: ["" : 17]>
names (float[N, 3, 8, 8] image) => (float[N, 4] logits)
<float[3, 4] colour = {1.5, -1.0, 0.5, 0.25, -2.0, 1.0, 0.5, -0.5, 1.0, 2.0, -1.5, 0.75}>
{
    mean = ReduceMean <axes = [2, 3], keepdims = 0> (image)
    logits = MatMul (mean, colour)
}
"""
"""Four labels from the mean colour."""
NAME_WEIGHTS = np.array([[1.5, -1.0, 0.5, 0.25], [-2.0, 1.0, 0.5, -0.5], [1.0, 2.0, -1.5, 0.75]], np.float32)
NAME_LABELS = ("L1", "L2", "neutrophil", "monocyte")

PLANES = """
<ir_version: 8, opset_import: ["" : 17]>
planes (float[N, 3, H, W] image) => (float[N, 3, H, W] logits)
<float[3, 3, 1, 1] weight = {-4.0, 0.5, 0.0, -6.0, 0.0, 1.5, 0.0, 2.0, -3.0}, float[3] bias = {2.0, 3.0, -1.0}>
{
    logits = Conv (image, weight, bias)
}
"""
"""Cell, nucleus and seam from the colour of the pixel alone."""
PLANE_WEIGHTS = np.array([[-4.0, 0.5, 0.0], [-6.0, 0.0, 1.5], [0.0, 2.0, -3.0]], np.float32)
PLANE_BIAS = np.array([2.0, 3.0, -1.0], np.float32)

TEXTS: Mapping[NetworkName, str] = {"opinion": OPINION, "cells": PLANES}


def tiny_onnx(text: str = OPINION) -> bytes:
    """The .onnx file of a network given as text."""
    serialised: bytes = onnx.parser.parse_model(text).SerializeToString()
    return serialised


def need_openvino() -> None:
    """Skip the test where OpenVINO is not installed; import it with its telemetry silenced first."""
    silence_telemetry()
    pytest.importorskip("openvino")


def tiny_openvino(folder: Path) -> dict[str, bytes]:
    """The same networks as OpenVINO's .xml and .bin, by name."""
    need_openvino()
    import openvino

    for network, text in TEXTS.items():
        model = openvino_core().read_model(tiny_onnx(text))
        openvino.save_model(model, str(folder / f"{network}.xml"), compress_to_fp16=False)
    names = [f"{network}{suffix}" for network in TEXTS for suffix in (".xml", ".bin")]
    return {name: (folder / name).read_bytes() for name in names}


def tiny_vectors(seed: int = 0) -> VectorSet:
    """Inputs, and what the opinion network gives for them, computed without it."""
    random = np.random.default_rng(seed)
    image = random.normal(size=(CELLS, 3, SIZE_PX, SIZE_PX)).astype(np.float32)
    measures = random.normal(size=(CELLS, 2)).astype(np.float32)
    logits = image.mean(axis=(2, 3)) @ COLOUR_WEIGHTS + measures @ MEASURE_WEIGHTS
    return VectorSet({"image": image, "measures": measures}, logits.astype(np.float32))


def tiny_planes(seed: int = 0) -> VectorSet:
    """Two fields, and what the cells network gives for them, computed without it."""
    image = np.random.default_rng(seed).uniform(size=(2, 3, 32, 48)).astype(np.float32)
    logits = np.einsum("oc,nchw->nohw", PLANE_WEIGHTS, image) + PLANE_BIAS[:, None, None]
    return VectorSet({"image": image}, logits.astype(np.float32))


def tiny_proof(seed: int = 0) -> dict[NetworkName, VectorSet]:
    """The vectors of both networks."""
    return {"opinion": tiny_vectors(seed), "cells": tiny_planes(seed)}


def tiny_variant(name: str = "onnx-fp32", engine: str = "onnxruntime", files: str = "{}.onnx") -> dict[str, Any]:
    """A variant's entry in the manifest; in `files` the network's name stands for the braces."""
    return {
        "name": name,
        "engine": engine,
        "files": {network: files.format(network) for network in TEXTS},
        "precision": "fp32",
        "tolerance": dict.fromkeys(TEXTS, 0.001),
        "needs": [],
    }


OPENVINO = tiny_variant("openvino-fp32", "openvino", "{}.xml")


def tiny_fields(**changes: Any) -> dict[str, Any]:
    """The manifest's fields as a packer gives them; `changes` replace whole fields."""
    source = {"name": "painted", "terms": "CC0", "images": 12, "role": "training"}
    metric = {"name": "AUC", "on": "painted", "value": 0.9, "low": 0.8, "high": 0.95, "n": 12, "unit": "image"}
    return {
        "name": "tiny",
        "version": 1,
        "title": "A tiny bundle",
        "intended_use": {"specimens": ["blood"], "stains": ["Wright"], "magnification": "100x oil", "um_per_px": 0.1},
        "labels": ["blast", "other"],
        "positive_label": "blast",
        "lymphoid_labels": ["other"],
        "urgent_labels": ["blast"],
        "segmentation": {"method": "network", "um_per_px": 0.2, "multiple_px": 16, "limits": {"cell": 0.5}},
        "preprocessing": {
            "view": "rgb",
            "um_per_px": 0.25,
            "size_px": SIZE_PX,
            "mean": [0.5, 0.5, 0.5],
            "std": [0.25, 0.25, 0.25],
            "measures": ["nucleus_diameter_um", "nc_ratio"],
            "measures_mean": [9.0, 0.6],
            "measures_std": [2.0, 0.1],
        },
        "thresholds": {"positive": 0.5, "abstain": [0.4, 0.6], "network": 0.5, "rbf": 0.5},
        "calibration": {"temperature": 1.5, "bias": [0.1, -0.1]},
        "fusion": {"network": 0.6, "rbf": 0.4, "bias": 0.0},
        "fuzzy": "fuzzy.json",
        "rbf": "rbf.json",
        "stain_reference": {"density": [0.6, 0.7, 0.3]},
        "variants": [tiny_variant()],
        "training": {"data": [source], "terms": "CC0", "made_with": "tests"},
        "metrics": [metric],
        "limits": ["It knows nothing."],
        **changes,
    }


def classifier_fields(**changes: Any) -> dict[str, Any]:
    """The manifest's fields of a bundle that only names cells: four labels, two of them blasts."""
    whole = tiny_fields()
    own = {key: whole[key] for key in whole if key not in ("segmentation", "fusion", "fuzzy", "rbf")}
    return {
        **own,
        "kind": "cell-classifier",
        "name": "names",
        "title": "Names of cells",
        "labels": list(NAME_LABELS),
        "positive_label": "L1",
        "also_positive": ["L2"],
        "lymphoid_labels": [],
        "urgent_labels": [],
        "preprocessing": {**whole["preprocessing"], "measures": [], "measures_mean": [], "measures_std": []},
        "thresholds": {"positive": 0.5, "abstain": [0.4, 0.6], "network": 0.5},
        "calibration": {"temperature": 0.5, "bias": [0.0, 0.0, 0.0, 0.0]},
        "variants": [{**tiny_variant(), "files": {"opinion": "opinion.onnx"}, "tolerance": {"opinion": 0.001}}],
        **changes,
    }


def name_vectors(seed: int = 0) -> VectorSet:
    """Inputs, and what the network of four names gives for them, computed without it."""
    image = np.random.default_rng(seed).normal(size=(CELLS, 3, SIZE_PX, SIZE_PX)).astype(np.float32)
    return VectorSet({"image": image}, (image.mean(axis=(2, 3)) @ NAME_WEIGHTS).astype(np.float32))


def classifier_bundle(folder: Path, **changes: Any) -> Bundle:
    """A signed bundle that only names cells; `changes` replace whole fields of its manifest."""
    pack(
        PackSpec(classifier_fields(**changes), {"opinion.onnx": tiny_onnx(NAMES)}, {"opinion": name_vectors()}), folder
    )
    return sign(folder, KEY)


def tiny_files(**more: bytes) -> dict[str, bytes]:
    """The files of a tiny bundle, by path; keywords with `__` for a dot add or replace some."""
    added = {name.replace("__", "."): content for name, content in more.items()}
    networks = {f"{network}.onnx": tiny_onnx(text) for network, text in TEXTS.items()}
    documents = {"fuzzy.json": TINY_FUZZY, "rbf.json": TINY_RBF}
    return {**networks, **{name: json.dumps(each).encode() for name, each in documents.items()}, **added}


@cache
def judging_files() -> Mapping[str, bytes]:
    """A real fuzzy.json, compiled from the room's rules, and a real rbf.json, fitted on cells drawn by chance."""
    # late: scikit-fuzzy takes a second to import, and most bundles of the tests are never asked
    from models.ordaz2014_fuzzy_rbf.compile import compiled
    from models.ordaz2014_fuzzy_rbf.definition import load
    from models.ordaz2014_fuzzy_rbf.fit import fit
    from models.ordaz2014_fuzzy_rbf.training_set import training_set

    random = np.random.default_rng(0)
    blast, other = (random.normal(mean, [1.0, 0.08, 10.0], (60, 3)) for mean in ([10.5, 0.75, 65], [7.5, 0.5, 35]))
    measures = ("nucleus_diameter_um", "nc_ratio", "fuzzy_score")
    cells = training_set(np.concatenate((blast, other)), ["blast"] * 60 + ["other"] * 60, measures)
    return {"fuzzy.json": json.dumps(compiled(load())).encode(), "rbf.json": json.dumps(fit(cells)).encode()}


def judging_bundle(
    folder: Path, method: str = "network", files: Mapping[str, bytes] | None = None, **changes: Any
) -> Bundle:
    """A bundle that a whole station opens on: cells by their colour (`network`), or by a method without a network."""
    networks: tuple[NetworkName, ...] = ("opinion", "cells") if method == "network" else ("opinion",)
    variant = tiny_variant()
    variant |= {key: {name: variant[key][name] for name in networks} for key in ("files", "tolerance")}
    content = {**tiny_files(), **judging_files(), **(files or {})}
    found = {"segmentation": {**tiny_fields()["segmentation"], "method": method}, "variants": [variant]}
    return tiny_bundle(folder, content, vectors={name: tiny_proof()[name] for name in networks}, **{**found, **changes})


def tiny_bundle(
    folder: Path,
    files: Mapping[str, bytes] | None = None,
    key: Ed25519PrivateKey = KEY,
    vectors: Mapping[NetworkName, VectorSet] | None = None,
    **changes: Any,
) -> Bundle:
    """A signed bundle in a new folder; `changes` replace whole fields of its manifest."""
    content = tiny_files() if files is None else files
    pack(PackSpec(tiny_fields(**changes), content, vectors or tiny_proof()), folder)
    return sign(folder, key)


def fake_bundle(
    folder: Path, scripts: Mapping[str, bytes], planes: Mapping[str, bytes] | None = None, **changes: Any
) -> Bundle:
    """A bundle whose variants run on `edge.runtime.fake`.

    scripts   variant to what its opinion network does (JSON); `{"logits": [0, 1]}` is right
    planes    likewise for its cells network; right where a variant is not named
    """
    cells = {**dict.fromkeys(scripts, EMPTY), **(planes or {})}
    files = {f"opinion-{name}.json": script for name, script in scripts.items()}
    files |= {f"cells-{name}.json": script for name, script in cells.items()}
    variants = [tiny_variant(name, "fake", "{}-" + name + ".json") for name in scripts]
    return tiny_bundle(folder, {**tiny_files(), **files}, vectors=_flat(), variants=variants, **changes)


def _flat() -> dict[NetworkName, VectorSet]:
    opinion, cells = tiny_vectors().inputs, tiny_planes().inputs
    answer = np.tile(np.array([0.0, 1.0], np.float32), (CELLS, 1))
    return {"opinion": VectorSet(opinion, answer), "cells": VectorSet(cells, np.full_like(cells["image"], -9.0))}


def tiny_archive(bundle: Bundle, file: Path) -> Path:
    """The bundle as one .mkb file."""
    write_durably(file, write_archive(FolderStore(bundle.path)))
    return file


def trusting(data_dir: Path, key: Ed25519PrivateKey = KEY) -> Path:
    """A data folder whose kit believes the key."""
    (data_dir / KEYS_FOLDER).mkdir(parents=True, exist_ok=True)
    (data_dir / KEYS_FOLDER / "tests.json").write_bytes(key_list(trusted_key(key, "the tests")))
    return data_dir
