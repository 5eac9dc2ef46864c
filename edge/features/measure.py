"""All measures of every cell of a normalised field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from edge.features import shape, texture
from edge.optics.labels import Window, label_windows
from edge.optics.normal import WORKING_UM_PER_PX, Density, NormalField, density
from edge.optics.planes import Mask, Plane
from edge.optics.quantiles import median
from edge.types import Features, Outlines

CHROMATIN_UM = 1.0
"""Blur that parts coarse clumps from fine grain (chromatin coarseness)."""
GRANULE_UM = 0.4
"""Granules are finer than this."""
RIM_PX = 3
"""Kernel that keeps the blur between nucleus and cytoplasm out of both when colour and texture are measured."""
REFERENCE_QUANTILE = 60
"""The field's reference nucleus: this percentile of its nuclei's median densities (small lymphocytes and lobes
lie above, blasts and monocytes around it)."""
LEAST_BLUENESS = 0.05
"""Least red over green density of a nucleus, so that one of eosin alone divides by something."""
FAINTEST_REFERENCE = 1e-3
"""Least density of the reference nucleus, so that a field of ghosts divides by something."""


@dataclass(frozen=True, slots=True, eq=False)
class _Patch:
    """One cell cut out of the field: optical density (h, w, 3), masks (h, w); nothing of the cell is beyond it."""

    density: Density
    cell: Mask
    nucleus: Mask

    @property
    def cytoplasm(self) -> Mask:
        return self.cell & ~self.nucleus

    @property
    def chromatin(self) -> Plane:
        """Mean of red and green density, where nuclear stain absorbs."""
        return np.asarray((self.density[..., 0] + self.density[..., 1]) / 2, np.float32)

    @property
    def plasma(self) -> Plane:
        """Mean density of all three channels."""
        return np.asarray((self.density[..., 0] + self.density[..., 1] + self.density[..., 2]) / 3, np.float32)


def measure_cells(field: NormalField, outlines: Outlines) -> tuple[Features, ...]:
    """Features of the cells in the order of their ids."""
    patches = [_patch(field, outlines, k, window) for k, window in label_windows(outlines.cells)]
    medians = [_nuclear_median(patch) for patch in patches]
    reference = _reference(medians)
    return tuple(_measure(patch, median / reference) for patch, median in zip(patches, medians, strict=True))


def _patch(field: NormalField, outlines: Outlines, k: int, box: Window) -> _Patch:
    window = box.grown(1)
    absorbed = density(window.cut(field.transmittance, 1))
    return _Patch(absorbed, window.cut(outlines.cells) == k, window.cut(outlines.nuclei) == k)


def _nuclear_median(patch: _Patch) -> float:
    inside = patch.chromatin[patch.nucleus]
    return float(median(inside)) if inside.size else 0.0


def _reference(medians: Iterable[float]) -> float:
    each = np.array([*medians, FAINTEST_REFERENCE])[:-1]
    return max(float(np.percentile(each, REFERENCE_QUANTILE)), FAINTEST_REFERENCE) if each.size else FAINTEST_REFERENCE


def _measure(patch: _Patch, nuclear_density: float) -> Features:
    area, nucleus_area = _area_um2(patch.cell), _area_um2(patch.nucleus)
    chromatin, inner = patch.chromatin, _shrunk(patch.nucleus)
    plasma, cytoplasm = patch.plasma, _shrunk(patch.cytoplasm)
    blueness = _blueness(patch.density, cytoplasm)
    return Features(
        diameter_um=shape.equivalent_diameter(area),
        nucleus_diameter_um=shape.equivalent_diameter(nucleus_area),
        area_um2=area,
        nucleus_area_um2=nucleus_area,
        nc_ratio=nucleus_area / area,
        circularity=shape.circularity(patch.nucleus),
        solidity=shape.solidity(patch.nucleus),
        elongation=shape.elongation(patch.nucleus),
        lobes=float(shape.lobes(patch.nucleus)),
        chromatin_contrast=texture.contrast(chromatin, inner),
        chromatin_coarseness=texture.coarseness(chromatin, inner, CHROMATIN_UM / WORKING_UM_PER_PX),
        nuclear_density=nuclear_density,
        basophilia=float(np.clip(blueness, 0.0, 1.0)),
        cytoplasm_hue=blueness / max(_blueness(patch.density, inner), LEAST_BLUENESS),
        granularity=texture.granularity(plasma, cytoplasm, GRANULE_UM / WORKING_UM_PER_PX),
        vacuoles=texture.vacuoles(plasma, patch.cytoplasm, patch.cell),
    )


def _area_um2(mask: Mask) -> float:
    return float(np.count_nonzero(mask) * WORKING_UM_PER_PX**2)


def _shrunk(mask: Mask) -> Mask:
    """Without its rim, unless nothing would be left."""
    small = np.asarray(cv2.erode(mask.view(np.uint8), np.ones((RIM_PX, RIM_PX), np.uint8)), np.bool_)
    return small if np.count_nonzero(small) >= texture.FEW_PX else mask


def _blueness(absorbed: Density, part: Mask) -> float:
    """Red over green density of a part of a cell: eosin lets red pass (0), azure blue absorbs it (towards 1)."""
    if np.count_nonzero(part) < texture.FEW_PX:
        return 0.0
    red, green = (median(channel) for channel in np.ascontiguousarray(absorbed[part].T[:2]))
    return float(red / max(green, np.float32(1e-2)))
