"""What a network says of crops, asked as the kit asks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from edge.bundle.manifest import Preprocessing
from edge.bundle.tensors import Floats
from edge.decide.symmetry import logits
from edge.runtime.engines import EngineOptions, Network, find_engine
from edge.runtime.session import Session
from export.building.crops import Crops, drawn
from export.building.marks import Ints, recalls
from export.errors import OtherInput

SWAPPED: Mapping[str, str] = {
    "rgb": "bgr",
    "bgr": "rgb",
    "rgb-on-black": "bgr-on-black",
    "bgr-on-black": "rgb-on-black",
}
BETTER = 0.1
TRIED, MOST_SURE = 200, 3.0
"""Crops that both orders of the channels are tried on, and standard errors by which one has to win."""


def network_of(entry: Mapping[str, Any], files: Mapping[str, bytes]) -> Network:
    """A variant's network from what `export.variants` built."""
    path = PurePosixPath(entry["files"]["opinion"])
    return Network(str(entry["name"]), files[str(path)], files.get(str(path.with_suffix(".bin")), b""))


def loaded(entry: Mapping[str, Any], files: Mapping[str, bytes]) -> Session:
    """The variant's network, ready on this machine. Raises EngineFault."""
    return find_engine(entry["engine"]).load(network_of(entry, files), EngineOptions())


def answers(session: Session, crops: Crops, inputs: Preprocessing) -> Floats:
    """Logits of every crop, (n, labels)."""
    said = [logits(session, given, inputs.symmetric) for given in crops.shown(inputs)]
    return np.concatenate(said)


def original_answers(network: bytes, crops: Crops, inputs: Preprocessing) -> Floats:
    """The float32 network's logits of every crop, (n, labels), by ONNX Runtime."""
    engine = find_engine("onnxruntime")
    with closing(engine.load(Network("the float32 network", network), EngineOptions())) as session:
        return answers(session, crops, inputs)


def require_order(network: bytes, held_out: Crops, inputs: Preprocessing, original: Floats) -> None:
    """The network is not right more often with red and blue exchanged.

    Compared crop by crop (McNemar 1947): it has to win by three standard errors of the crops where only one is right.

    Args:
        network: in float32.
        held_out: labelled crops.
        inputs: how they are shown as the specification says.
        original: what the network says of them so, (n, labels).

    Raises:
        OtherInput: it is.
    """
    other = SWAPPED.get(inputs.view)
    if other is None:
        return
    rows = drawn(held_out, TRIED)
    crops, exchanged = held_out.rows(rows), inputs.model_copy(update={"view": other})
    ours, theirs = (each.argmax(axis=1) for each in (original[rows], original_answers(network, crops, exchanged)))
    if _wins(theirs, ours, crops.labels):
        shares = ", ".join(f"{(said == crops.labels).mean():.0%} with {view}"
                           for view, said in ((inputs.view, ours), (other, theirs)))  # fmt: skip
        what = f"The network is right more often with red and blue exchanged: {shares} of {len(crops)} crops."
        raise OtherInput(what, f"Build it with the view {other} (--with picture.view={other}).")


def require_sense(original: Floats, truth: Ints, labels: Sequence[str]) -> None:
    """The float32 network names cells better than chance: mean recall a tenth of the way from chance to perfect.

    Raises:
        OtherInput: it does not, so it is not shown what it learned from, or its labels stand in another order.
    """
    chance = 1 / len(labels)
    found = float(np.nanmean(recalls(original.argmax(axis=1), truth, len(labels))))
    if found < chance + BETTER * (1 - chance):
        what = f"In float32 the network names {found:.0%} of each label's cells rightly, and chance {chance:.0%}."
        raise OtherInput(what, "Check the order of the labels, the view, mean and std, the size, and the checkpoint.")


def _wins(ours: Ints, theirs: Ints, truth: Ints) -> bool:
    right, wrong = (ours == truth) & (theirs != truth), (ours != truth) & (theirs == truth)
    gained, lost = np.count_nonzero(right), np.count_nonzero(wrong)
    return bool(gained - lost > MOST_SURE * np.sqrt(gained + lost))
