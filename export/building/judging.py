"""What the variants say of the held-out crops, beside float32."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge.bundle.manifest import Calibration
from edge.bundle.tensors import Floats
from edge.errors import BadSetting
from export.building.asking import answers, loaded, network_of, original_answers
from export.building.crops import UNKNOWN, Crops
from export.building.outcome import Outcome, Said
from export.building.sets import Sets
from export.building.spec import BuildSpec
from export.building.temperature import fitted
from export.variants import BuiltVariants


@dataclass(frozen=True, eq=False)
class Original:
    """The float32 network, and its logits of the held-out crops, (n, labels)."""

    network: bytes
    logits: Floats


def judged(spec: BuildSpec, original: Original, built: BuiltVariants, sets: Sets) -> Outcome:
    """Every variant asked about every held-out crop. Raises EngineFault where one does not run here."""
    return Outcome(
        spec=spec,
        truth=sets.held_out.labels,
        groups=sets.held_out.groups,
        original=original.logits,
        said=said_by(spec, original, built, sets.held_out),
        calibration=_calibration(spec, original.network, sets.calibration),
    )


def said_by(spec: BuildSpec, original: Original, built: BuiltVariants, held_out: Crops) -> Sequence[Said]:
    """Every variant's answers, in order."""
    return [_said(spec, original, entry, built.files, held_out) for entry in built.variants]


def _said(
    spec: BuildSpec, original: Original, entry: Mapping[str, Any], files: Mapping[str, bytes], held_out: Crops
) -> Said:
    stem = f"{entry['name']}/"
    weight = sum(len(content) for path, content in files.items() if path.startswith(stem))
    with closing(loaded(entry, files)) as session:
        # The same file in the same engine need not be asked twice.
        same = network_of(entry, files).graph == original.network
        logits = original.logits if same else answers(session, held_out, spec.picture.inputs)
        return Said(entry["name"], session.engine, logits, weight)


def _calibration(spec: BuildSpec, network: bytes, crops: Crops) -> Calibration:
    none = (0.0,) * len(spec.labels)
    if spec.temperature != "fit":
        return Calibration(temperature=spec.temperature, bias=none)
    labelled = crops.rows(np.flatnonzero(crops.labels != UNKNOWN))
    if not len(labelled):
        remedy = "Put the calibration crops into folders by label, or say the temperature in build.toml."
        raise BadSetting("A temperature cannot be fitted without labels.", remedy)
    logits = original_answers(network, labelled, spec.picture.inputs)
    return Calibration(temperature=fitted(logits, labelled.labels), bias=none)
