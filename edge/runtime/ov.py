"""OpenVINO on the CPU: an extra, often faster for 8-bit networks.

Three of its habits are dealt with. On processors with bf16 or AMX it computes float32 networks in bf16 unless told
otherwise: a silent change of numbers, so the precision is always said. And `import openvino` sends a usage event over
the internet (2025 and later): the package that does so is kept from loading. And its CPU plugin gives the thread that
loads it a stack for signals, which it takes away when it is unloaded, even by another thread: the next signal that
Python handles would end the process. So there is one `Core` in a process, which stays.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.errors import EngineFault
from edge.runtime.cache import bounded_cache
from edge.runtime.engines import EngineOptions, Network, import_library
from edge.runtime.session import Tensors

TELEMETRY = "openvino_telemetry"
REPORT = "Use another variant of the bundle, or report this with `marrowkit doctor --json`."


class OpenVino:
    """Loads OpenVINO's .xml with its .bin, and .onnx."""

    distributions = ("openvino",)
    remedy = "In a checkout: pip install '.[openvino]'; at a station: deploy/install.sh --openvino."

    def load(self, network: Network, options: EngineOptions) -> OpenVinoSession:
        """A session on the CPU. Raises EngineMissing or EngineFault."""
        library, core = openvino(), openvino_core()
        try:
            model = core.read_model(network.graph, network.weights)
            compiled = core.compile_model(model, "CPU", _settings(options))
        except Exception as error:  # the library raises RuntimeError and others of its own
            raise EngineFault(f"OpenVINO refuses {network.name}: {error}.", REPORT) from error
        return OpenVinoSession(compiled, f"openvino {library.get_version().split('-')[0]}")


class OpenVinoSession:
    """A network in OpenVINO."""

    def __init__(self, compiled: Any, engine: str) -> None:
        self.engine = engine
        self._request: Any = compiled.create_infer_request()
        self._inputs = {port.get_any_name(): port.get_element_type().to_dtype() for port in compiled.inputs}
        self._outputs = {port.get_any_name(): port for port in compiled.outputs}

    def run(self, inputs: Tensors) -> dict[str, NDArray[np.float32]]:
        """One inference; see `Session.run`."""
        if self._request is None:
            raise EngineFault("The network has been closed.", "Open it again.")
        self._require_inputs(inputs)
        try:
            outputs = self._request.infer(dict(inputs))
            return {name: np.array(outputs[port], np.float32) for name, port in self._outputs.items()}
        except Exception as error:  # the library raises RuntimeError and others of its own
            raise EngineFault(f"OpenVINO could not run the network: {error}.", REPORT) from error

    def _require_inputs(self, inputs: Tensors) -> None:
        """OpenVINO would run with whatever lay in the memory of a missing input, and convert one of another type."""
        given = {name: array.dtype for name, array in inputs.items()}
        if given != self._inputs:
            raise EngineFault(f"OpenVINO was given {given} where the network takes {self._inputs}.", REPORT)

    def close(self) -> None:
        """Free the network."""
        self._request = None
        self._outputs = {}


def openvino() -> Any:
    """The library, silent. Raises EngineMissing."""
    silence_telemetry()
    return import_library("openvino", OpenVino.remedy)


@cache
def openvino_core() -> Any:
    """The library's one `Core` in this process. Raises EngineMissing."""
    return openvino().Core()


def silence_telemetry() -> None:
    """Keep `openvino_telemetry` from being imported in this process; OpenVINO then uses its own silent stub."""
    if TELEMETRY not in sys.modules:
        # None in sys.modules is Python's documented way to make an import fail.
        sys.modules[TELEMETRY] = None  # type: ignore[assignment]


def _settings(options: EngineOptions) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": options.threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
    }
    if options.cache_dir is not None:
        settings["CACHE_DIR"] = str(bounded_cache(options.cache_dir, options.cache_limit_mb * 2**20))
    return settings
