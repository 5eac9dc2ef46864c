"""An engine without a library, for tests and for whoever writes against `Session`: it does as its file says.

The file is JSON: `{"logits": [0.2, 1.5]}` answers that for every cell of a batch, and with `"dense": true` for every
pixel. `"fault": "…"` fails with these words, `"crash": true` ends the process as a broken engine does, `"hang": true`
never answers. It is not among the kit's engines; name it where you want it:
`open_sessions(bundle, "v", engines=FAKE_ENGINES)`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from edge.bundle.tensors import IMAGE, LOGITS
from edge.errors import EngineFault
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.session import Tensors

FAKE_ENGINES: Mapping[str, str] = {"fake": "edge.runtime.fake:Fake"}

Answer = Callable[[Tensors], dict[str, NDArray[np.float32]]]


class Fake:
    """Loads the JSON described above."""

    distributions = ("marrowkit",)
    remedy = "It comes with the kit."

    def load(self, network: Network, options: EngineOptions) -> FakeSession:
        """A session that answers as the file says. Raises EngineFault if it says nothing usable."""
        try:
            script = json.loads(network.graph)
        except ValueError as error:
            raise EngineFault(f"The fake engine refuses {network.name}: {error}.", "Give it JSON.") from error
        return FakeSession(lambda inputs: _act(script, inputs))


class FakeSession:
    """A Session that answers with a function and remembers what it was asked."""

    engine = "fake 1"

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[Tensors] = []
        self.closed = False

    def run(self, inputs: Tensors) -> dict[str, NDArray[np.float32]]:
        """What the function says."""
        if self.closed:
            raise EngineFault("The network has been closed.", "Open it again.")
        self.asked.append(inputs)
        return self._answer(inputs)

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


def _act(script: Mapping[str, object], inputs: Tensors) -> dict[str, NDArray[np.float32]]:
    if script.get("crash"):
        os.abort()
    while script.get("hang"):
        time.sleep(0.05)
    if "fault" in script:
        raise EngineFault(str(script["fault"]), "This is a test.")
    row = np.asarray(script["logits"], np.float32)
    cells, _, height, width = inputs[IMAGE].shape
    if script.get("dense"):
        return {LOGITS: np.tile(row[:, None, None], (cells, 1, height, width))}
    return {LOGITS: np.tile(row, (cells, 1))}
