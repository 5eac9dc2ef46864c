"""A network that asks several others shows what each of them says, beside what is counted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.bundle.tensors import IMAGE, LOGITS, MEMBERS
from edge.decide.symmetry import answers
from edge.document import document
from edge.errors import BundleDamaged
from edge.runtime.session import Tensors
from edge.station import open_station
from tests.edge.test_station import simulated
from tests.tiny import OPINION, judging_bundle, tiny_onnx, trusting

BOTH = (
    OPINION.replace("(float[N, 2] logits)", "(float[N, 2] logits, float[N, 2, 2] members)")
    .replace("float[2, 2] measure", "int64[1] place = {1}, float[2, 2] measure")
    .replace(
        "    logits = Add (seen, measured)",
        """    logits = Add (seen, measured)
    colours = Softmax <axis = 1> (seen)
    shapes = Softmax <axis = 1> (measured)
    first = Unsqueeze (colours, place)
    second = Unsqueeze (shapes, place)
    members = Concat <axis = 1> (first, second)""",
    )
)
"""The tiny opinion of colour and measures, which also tells what either says alone."""
NAMES = ["by colour", "by measures"]


def test_each_cell_bears_what_each_member_says(tmp_path: Path) -> None:
    bundle = judging_bundle(tmp_path / "b", "density", {"opinion.onnx": tiny_onnx(BOTH)}, members=NAMES)
    plain = judging_bundle(tmp_path / "p", "density")
    data, (frame, _) = trusting(tmp_path / "data"), simulated()
    station, other = open_station(str(bundle.path), data), open_station(str(plain.path), data)
    try:
        whole, without = (document(each.examine(frame)) for each in (station, other))
    finally:
        station.close()
        other.close()
    assert json.loads(json.dumps(whole, allow_nan=False))["cells"]
    for cell, same in zip(whole["cells"], without["cells"], strict=True):
        assert list(cell["members"]) == NAMES
        assert all(sum(each.values()) == pytest.approx(1.0, abs=1e-4) for each in cell["members"].values())
        assert cell["members"]["by colour"] != cell["members"]["by measures"]
        assert "members" not in same
        assert (cell["p"], cell["class"], cell["network"]) == (same["p"], same["class"], same["network"])


def test_a_network_that_does_not_say_what_its_members_say_is_told(tmp_path: Path) -> None:
    bundle = judging_bundle(tmp_path / "b", "density", members=NAMES)
    station = open_station(str(bundle.path), trusting(tmp_path / "data"))
    try:
        with pytest.raises(BundleDamaged, match="names 2 networks"):
            station.examine(simulated()[0])
    finally:
        station.close()


class _Told:
    """Says the mean of the picture's upper left pixel and that of everything."""

    engine = "told 1"

    def run(self, inputs: Tensors) -> dict[str, NDArray[np.float32]]:
        image = inputs[IMAGE]
        corner = image[:, 0, :1, :2]
        return {LOGITS: corner[:, 0].astype(np.float32), MEMBERS: corner.astype(np.float32)}

    def close(self) -> None:
        """Nothing to free."""


def test_everything_said_is_averaged_over_the_ways_a_cell_lies() -> None:
    cell = np.random.default_rng(1).random((2, 1, 4, 4), np.float32)
    turned = np.rot90(cell, 1, axes=(-2, -1)).copy()
    found, again = (answers(_Told(), {IMAGE: each}, True) for each in (cell, turned))
    for name in (LOGITS, MEMBERS):
        np.testing.assert_allclose(found[name], again[name], atol=1e-6)
    once = answers(_Told(), {IMAGE: cell}, False)
    np.testing.assert_array_equal(once[MEMBERS][:, 0], cell[:, 0, 0, :2])
