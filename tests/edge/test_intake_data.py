"""Every set of real images opens, where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.intake import frames
from edge.types import Frame

DATA = Path(__file__).parents[3] / "shared" / "data"
SETS = ("fields", "blast_fields", "bccd/images", "smear_boxes", "pbc", "taleqani/benign", "other")


@pytest.mark.data
@pytest.mark.parametrize("name", SETS)
def test_real_images_open(name: str) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"no real images at {DATA / name}")
    paths = sorted(path for path in (DATA / name).rglob("*") if path.suffix in {".jpg", ".png"})[:6]
    assert paths
    assert all(isinstance(found, Frame) for found in frames(paths))
