"""The crops of a build, and what is asked about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edge.bundle.manifest import Preprocessing
from export.building.apart import require_apart
from export.building.crops import Crops, drawn, read_crops, require_labels
from export.building.spec import BuildSpec
from export.quantise import Arrays


@dataclass(frozen=True, eq=False)
class Sets:
    """The crops of a build: those that 8 bits are chosen by, and those that the limits are checked on."""

    calibration: Crops
    held_out: Crops


@dataclass(frozen=True, eq=False)
class Calibrating:
    """Calibration inputs, which whoever quantises may read as often as it likes."""

    crops: Crops
    inputs: Preprocessing

    def __iter__(self) -> Iterator[Arrays]:
        return self.crops.shown(self.inputs)


def read_sets(spec: BuildSpec) -> Sets:
    """The crops that a specification names.

    Raises:
        BadCrops: labels are missing or unknown, or both sets share cells or patients.
        NoImages: a set is not there.
    """
    both = (spec.crops.calibration, spec.crops.held_out)
    found = [read_crops(each, spec.labels, spec.picture, spec.crops.aliases) for each in both]
    calibration, held_out = found[0].rows(drawn(found[0], spec.crops.most)), found[1]
    require_labels(held_out, spec.labels)
    require_apart(calibration, held_out)
    return Sets(calibration, held_out)
