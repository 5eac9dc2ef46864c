"""ONNX Runtime on the CPU: the default engine."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.errors import EngineFault
from edge.runtime.engines import EngineOptions, Network, import_library
from edge.runtime.session import Tensors

REPORT = "Use another variant of the bundle, or report this with `marrowkit doctor --json`."


class OnnxRuntime:
    """Loads .onnx networks."""

    distributions = ("onnxruntime", "onnxruntime-gpu")
    remedy = "Install it: pip install onnxruntime"

    def load(self, network: Network, options: EngineOptions) -> OnnxSession:
        """A session on the CPU provider. Raises EngineMissing or EngineFault."""
        library = import_library("onnxruntime", self.remedy)
        library.disable_telemetry_events()  # on Windows; elsewhere `edge` has said so before the import
        try:
            session = library.InferenceSession(
                network.graph, _options(library, options), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library's own exceptions share no narrower base
            raise EngineFault(f"ONNX Runtime refuses {network.name}: {error}.", REPORT) from error
        return OnnxSession(session, f"onnxruntime {library.__version__}")


class OnnxSession:
    """A network in ONNX Runtime."""

    def __init__(self, session: Any, engine: str) -> None:
        self.engine = engine
        self._session: Any = session
        self._outputs = [output.name for output in session.get_outputs()]

    def run(self, inputs: Tensors) -> dict[str, NDArray[np.float32]]:
        """One inference; see `Session.run`."""
        if self._session is None:
            raise EngineFault("The network has been closed.", "Open it again.")
        try:
            outputs = self._session.run(self._outputs, dict(inputs))
        except Exception as error:  # the library's own exceptions share no narrower base
            raise EngineFault(f"ONNX Runtime could not run the network: {error}.", REPORT) from error
        return {name: np.asarray(value, np.float32) for name, value in zip(self._outputs, outputs, strict=True)}

    def close(self) -> None:
        """Free the network."""
        self._session = None


def _options(library: Any, options: EngineOptions) -> Any:
    settings = library.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    settings.graph_optimization_level = library.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Threads that spin for their next task take the core from the camera, the page and OpenCV: 40 cells in 25 ms
    # instead of 41 on two shared cores. The memory arena stays on: without it the peak was 150 MB instead of 109.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    settings.log_severity_level = 3
    return settings
