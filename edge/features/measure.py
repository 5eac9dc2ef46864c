"""All measures of every cell of a normalised field."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.features import shape, texture
from edge.optics.labels import Window, label_windows
from edge.optics.normal import WORKING_UM_PER_PX, Density, NormalField
from edge.types import Features, Outlines

MARGIN_PX = 4
"""Room around a cell's box, for blurs and perimeters."""
CHROMATIN_UM = 1.0
"""Blur that parts coarse clumps from fine grain (chromatin coarseness)."""
GRANULE_UM = 0.4
"""Granules are finer than this."""
RIM_PX = 3
"""Kernel that keeps the blur between nucleus and cytoplasm out of both when colour and texture are measured."""
REFERENCE_QUANTILE = 60
"""The field's reference nucleus: this percentile of its nuclei's median densities (small lymphocytes and lobes
lie above, blasts and monocytes around it)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Patch:
    """One cell cut out of the field: density (h, w, 3), masks (h, w)."""

    density: Density
    cell: shape.Mask
    nucleus: shape.Mask

    @property
    def cytoplasm(self) -> shape.Mask:
        return self.cell & ~self.nucleus


def measure_cells(field: NormalField, outlines: Outlines) -> tuple[Features, ...]:
    """Features of cells 1…n in the order of their ids."""
    density = field.density
    patches = [_cut(density, outlines, k, window) for k, window in label_windows(outlines.cells, MARGIN_PX)]
    medians = np.array([_nuclear_median(p) for p in patches])
    reference = float(np.percentile(medians, REFERENCE_QUANTILE)) if len(medians) else 1.0
    return tuple(_measure(p, m / max(reference, 1e-3)) for p, m in zip(patches, medians.tolist(), strict=True))


def _cut(density: Density, outlines: Outlines, k: int, window: Window) -> _Patch:
    return _Patch(density[window], outlines.cells[window] == k, outlines.nuclei[window] == k)


def _nuclear_median(patch: _Patch) -> float:
    """Median of red and green density, where nuclear stain absorbs, over the nucleus."""
    inside = patch.density[patch.nucleus]
    return float(np.median(inside[:, :2].mean(axis=1))) if inside.size else 0.0


def _measure(patch: _Patch, nuclear_density: float) -> Features:
    um = WORKING_UM_PER_PX
    area, nucleus_area = np.count_nonzero(patch.cell) * um**2, np.count_nonzero(patch.nucleus) * um**2
    chromatin = patch.density[..., :2].mean(axis=2)
    inner = _shrunk(patch.nucleus)
    cytoplasm = _shrunk(patch.cytoplasm)
    plasma = patch.density.mean(axis=2)
    return Features(
        diameter_um=shape.equivalent_diameter(area),
        nucleus_diameter_um=shape.equivalent_diameter(nucleus_area),
        area_um2=area,
        nucleus_area_um2=nucleus_area,
        nc_ratio=nucleus_area / area if area else 0.0,
        circularity=shape.circularity(patch.nucleus),
        solidity=shape.solidity(patch.nucleus),
        elongation=shape.elongation(patch.nucleus),
        lobes=float(shape.lobes(patch.nucleus)),
        chromatin_contrast=texture.contrast(chromatin, inner),
        chromatin_coarseness=texture.coarseness(chromatin, inner, CHROMATIN_UM / um),
        nuclear_density=nuclear_density,
        basophilia=_basophilia(patch.density, cytoplasm),
        granularity=texture.granularity(plasma, cytoplasm, GRANULE_UM / um),
        vacuoles=texture.vacuoles(plasma, patch.cytoplasm),
    )


def _shrunk(mask: shape.Mask) -> shape.Mask:
    """Without its rim, unless nothing would be left."""
    small: shape.Mask = cv2.erode(mask.astype(np.uint8), np.ones((RIM_PX, RIM_PX), np.uint8)) > 0
    return small if np.count_nonzero(small) >= texture.FEW_PX else mask


def _basophilia(density: Density, cytoplasm: shape.Mask) -> float:
    """Red over green density of the cytoplasm: eosin lets red pass (0), azure blue absorbs it (towards 1)."""
    if np.count_nonzero(cytoplasm) < texture.FEW_PX:
        return 0.0
    red, green = np.median(density[cytoplasm][:, :2], axis=0)
    return float(np.clip(red / max(float(green), 1e-2), 0.0, 1.0))
