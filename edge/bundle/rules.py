"""What a JSON Schema cannot say of a manifest: that its parts fit. Each rule yields (JSON path, sentence)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import PurePosixPath

from edge.bundle.manifest import OPINION, Manifest, NetworkName
from edge.types import Features

Problem = tuple[str, str]

MAX_FILE_BYTES = 200 * 2**20
MAX_TOTAL_BYTES = 500 * 2**20
MAX_FILES = 64
MAX_DEPTH = 3
"""Folders within folders, as many as the manifest's paths may name."""
RESERVED = frozenset({"manifest.json", "manifest.sig"})


def problems(manifest: Manifest) -> Iterator[Problem]:
    """Everything that does not fit, in the manifest's own order; nothing if it is sound."""
    for rule in _RULES:
        yield from rule(manifest)


def _kind(manifest: Manifest) -> Iterator[Problem]:
    """A whole bundle brings everything; a classifier borrows what is no classifier's."""
    brought = {
        "segmentation": manifest.segmentation,
        "fusion": manifest.fusion,
        "fuzzy": manifest.fuzzy,
        "rbf": manifest.rbf,
        "thresholds.rbf": manifest.thresholds.rbf,
    }
    whole = manifest.kind == OPINION
    for key, value in brought.items():
        if (value is not None) != whole:
            yield key, f"a bundle of kind {manifest.kind!r} {'needs one' if whole else 'has none'}"


def _labels(manifest: Manifest) -> Iterator[Problem]:
    yield from _repeated("labels", manifest.labels)
    if manifest.positive_label not in manifest.labels:
        yield "positive_label", f"{manifest.positive_label!r} is not one of the labels"
    if manifest.positives >= set(manifest.labels):
        yield "also_positive", "no label is left for cells that are not counted"
    yield from _repeated("also_positive", (manifest.positive_label, *(manifest.also_positive or ())))
    for key in ("also_positive", "urgent_labels", "lymphoid_labels"):
        for index, label in enumerate(getattr(manifest, key) or ()):
            if label not in manifest.labels:
                yield f"{key}[{index}]", f"{label!r} is not one of the labels"


def _preprocessing(manifest: Manifest) -> Iterator[Problem]:
    inputs = manifest.preprocessing
    if len(inputs.std) != len(inputs.mean):
        yield "preprocessing.std", "needs as many values as mean"
    known = {field.name for field in fields(Features)}
    yield from _repeated("preprocessing.measures", inputs.measures)
    for index, name in enumerate(inputs.measures):
        if name not in known:
            yield f"preprocessing.measures[{index}]", f"{name!r} is not something this kit measures"
    for key, values in (("measures_mean", inputs.measures_mean), ("measures_std", inputs.measures_std)):
        if len(values) != len(inputs.measures):
            yield f"preprocessing.{key}", "needs as many values as measures"


def _decision(manifest: Manifest) -> Iterator[Problem]:
    low, high = manifest.thresholds.abstain
    if low > high:
        yield "thresholds.abstain", "the lower bound is above the upper one"
    elif not low <= manifest.thresholds.positive <= high:
        yield "thresholds.positive", f"it lies outside the band of doubt, {low:g} to {high:g}"
    if len(manifest.calibration.bias) != len(manifest.labels):
        yield "calibration.bias", "needs one value per label"
    if manifest.fusion is not None and manifest.fusion.network + manifest.fusion.rbf <= 0:
        yield "fusion", "at least one weight must be above zero"


def _variants(manifest: Manifest) -> Iterator[Problem]:
    yield from _repeated("variants", [variant.name for variant in manifest.variants])
    for index, variant in enumerate(manifest.variants):
        yield from _one_each(manifest, f"variants[{index}].files", variant.files)
        yield from _one_each(manifest, f"variants[{index}].tolerance", variant.tolerance)
        for network, path in variant.files.items():
            yield from _network_file(manifest, f"variants[{index}].files.{network}", path)


def _vectors(manifest: Manifest) -> Iterator[Problem]:
    yield from _one_each(manifest, "vectors", manifest.vectors)
    for network, path in manifest.vectors.items():
        yield from _listed(manifest, f"vectors.{network}", path)


def _parts(manifest: Manifest) -> Iterator[Problem]:
    for key, path in (("fuzzy", manifest.fuzzy), ("rbf", manifest.rbf)):
        if path is not None:
            yield from _listed(manifest, key, path)


def _files(manifest: Manifest) -> Iterator[Problem]:
    if len(manifest.files) > MAX_FILES:
        yield "files", f"more than {MAX_FILES} files"
    if sum(entry.bytes for entry in manifest.files.values()) > MAX_TOTAL_BYTES:
        yield "files", f"more than {MAX_TOTAL_BYTES >> 20} MB altogether"
    # A USB stick's file system does not tell `A` from `a`.
    yield from _repeated("files", [path.lower() for path in manifest.files])
    for path, entry in manifest.files.items():
        if entry.bytes > MAX_FILE_BYTES:
            yield f"files.{path}.bytes", f"more than {MAX_FILE_BYTES >> 20} MB"
        if path.lower() in RESERVED:
            yield f"files.{path}", "is not a name that a listed file can have"


def _metrics(manifest: Manifest) -> Iterator[Problem]:
    for index, metric in enumerate(manifest.metrics):
        if not metric.low <= metric.value <= metric.high:
            yield f"metrics[{index}]", "the value lies outside its own interval"


def _network_file(manifest: Manifest, where: str, path: str) -> Iterator[Problem]:
    yield from _listed(manifest, where, path)
    if PurePosixPath(path).suffix == ".xml":
        yield from _listed(manifest, where, str(PurePosixPath(path).with_suffix(".bin")))


def _one_each(manifest: Manifest, where: str, given: Collection[NetworkName]) -> Iterator[Problem]:
    if set(given) != set(manifest.networks):
        finds = f"segmentation.method is {manifest.segmentation.method!r}" if manifest.segmentation else manifest.kind
        yield where, f"needs {' and '.join(manifest.networks)}, no more: {finds}"


def _listed(manifest: Manifest, where: str, path: str) -> Iterator[Problem]:
    if path not in manifest.files:
        yield where, f"{path!r} is not listed in files"


def _repeated(where: str, values: Sequence[str]) -> Iterator[Problem]:
    for value, times in Counter(values).items():
        if times > 1:
            yield where, f"{value!r} appears {times} times"


_RULES: tuple[Callable[[Manifest], Iterable[Problem]], ...] = (
    _kind,
    _labels,
    _preprocessing,
    _decision,
    _variants,
    _vectors,
    _parts,
    _files,
    _metrics,
)
