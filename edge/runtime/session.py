"""The one door to inference engines: three things a session can do, whatever runs behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Tensors = Mapping[str, NDArray[Any]]


class Session(Protocol):
    """A network, loaded and ready."""

    @property
    def engine(self) -> str:
        """Which engine runs it, with its version: `onnxruntime 1.23.2`."""

    def run(self, inputs: Tensors) -> dict[str, NDArray[np.float32]]:
        """One inference: input name to array (batch first), output name to array.

        Raises:
            EngineFault: a name, shape or type is not the network's.
        """

    def close(self) -> None:
        """Free the engine's memory. Safe to call twice."""
