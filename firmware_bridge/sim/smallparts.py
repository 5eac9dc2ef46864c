"""Paints what has no nucleus: red cells, platelets, smudged cells, specks of stain."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from firmware_bridge.sim.canvas import AZURE, EOSIN, HAEM, Canvas, Patch, Plane
from firmware_bridge.sim.shapes import blob, grains, ridge, soft, texture, warped


def paint_red_cell(rng: Generator, canvas: Canvas, patch: Patch, radius_um: float, pallor: float) -> None:
    """A disc, thinner in the middle (`pallor` 0–1), with the bright line that refraction draws around it."""
    outline = blob(
        rng, patch, radius_um, ellipticity=float(rng.choice([0.03, 0.07, 0.16], p=[0.45, 0.38, 0.17])), wobble=0.035
    )
    depth = np.clip(outline / radius_um, 0.0, 1.0)
    off_x, off_y = rng.normal(0, 0.35, 2).astype(np.float32)
    middle = np.hypot(patch.x_um - off_x, patch.y_um - off_y) / np.float32(radius_um * rng.uniform(0.36, 0.46))
    thickness = np.sqrt(np.clip(1.0 - (1.0 - depth) ** 5, 0.0, 1.0)) * (1.0 - pallor * np.exp(-(middle**2)))
    cover = soft(outline, patch.edge_um)
    dye = rng.uniform(0.88, 1.10) * thickness * cover + 0.10 * ridge(outline - 0.12, 0.2)
    canvas.add(patch, HAEM, np.asarray(dye - 0.10 * ridge(outline + 0.35, 0.25), np.float32))


def paint_platelet(rng: Generator, canvas: Canvas, patch: Patch, radius_um: float) -> None:
    """A pale shred with purple granules in its middle."""
    outline = blob(rng, warped(rng, patch, 0.3, 1.0), radius_um, 0.2, 0.12)
    cover = soft(outline, 0.3)
    granules: Plane = (
        cover * soft(outline - 0.25 * radius_um, 0.6 * radius_um) * (np.float32(0.45) + grains(rng, patch, 0.45, 0.2))
    )
    canvas.add(patch, AZURE, 0.13 * cover + 0.55 * granules)
    canvas.add(patch, EOSIN, 0.10 * cover + 0.55 * granules)


def paint_smudge(rng: Generator, canvas: Canvas, patch: Patch, radius_um: float) -> None:
    """A nucleus that burst while the smear was made: a frayed pale purple cloud without cytoplasm."""
    outline = blob(rng, warped(rng, warped(rng, patch, 0.9, 3.5), 0.3, 0.8), radius_um, 0.15, 0.12)
    fibres = np.clip(1.0 + 0.16 * texture(rng, patch, 0.2) + 0.18 * texture(rng, patch, 0.7), 0.1, None)
    thin = 0.45 + 0.55 * soft(outline - 0.35 * radius_um, 0.9 * radius_um)
    dye = soft(outline - 0.3, 0.9) * thin * fibres
    canvas.add(patch, AZURE, 0.62 * dye)
    canvas.add(patch, EOSIN, 1.15 * dye)


def paint_speck(rng: Generator, canvas: Canvas, patch: Patch, radius_um: float) -> None:
    """Precipitated stain."""
    cover = soft(blob(rng, patch, radius_um, 0.2, 0.2), 0.3)
    canvas.add(patch, AZURE, 0.9 * cover)
    canvas.add(patch, EOSIN, 0.8 * cover)
