"""OpenVINO: an extra, on the CPU often faster for 8-bit networks, and on Intel's graphics processors.

Three of its habits are dealt with. On processors with bf16 or AMX it computes float32 networks in bf16 unless told
otherwise: a silent change of numbers, so the precision is always said. And `import openvino` sends a usage event over
the internet (2025 and later): the package that does so is kept from loading. And its CPU plugin gives the thread that
loads it a stack for signals, which it takes away when it is unloaded, even by another thread: the next signal that
Python handles would end the process. So there is one `Core` in a process, which stays.

The graphics processor is written to OpenVINO's documentation (GPU device, precision control) and tried with a stand-in;
README.md says on which hardware it has been seen.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.bundle.onnx_weights import require_own_weights
from edge.errors import BundleFault, EngineFault, EngineMissing
from edge.runtime.cache import bounded_cache
from edge.runtime.engines import EngineOptions, Network, import_library
from edge.runtime.session import Tensors

TELEMETRY = "openvino_telemetry"
PLAIN: Mapping[str, Any] = {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
"""Float32 where the network is in float32: left alone, newer processors take bf16 and graphics processors f16."""
IR_BEGINS = b"<"
REPORT = "Use another variant of the bundle, or report this with `marrowkit doctor --json`."


class OpenVino:
    """Loads OpenVINO's .xml with its .bin, and .onnx, for the CPU."""

    distributions = ("openvino",)
    remedy = "In a checkout: pip install '.[openvino]'; at a station: deploy/install.sh --openvino."
    device = "CPU"

    def load(self, network: Network, options: EngineOptions) -> OpenVinoSession:
        """A session on this engine's device. Raises EngineMissing or EngineFault."""
        library, core = openvino(), openvino_core()
        self._require_device(core)
        _require_own_weights(network)
        try:
            model = core.read_model(network.graph, network.weights)
            compiled = core.compile_model(model, self.device, self.settings(options))
        except Exception as error:  # the library raises RuntimeError and others of its own
            raise EngineFault(f"OpenVINO refuses {network.name}: {error}.", REPORT) from error
        named = "" if self.device == "CPU" else f" {self.device}"
        return OpenVinoSession(compiled, f"openvino {library.get_version().split('-')[0]}{named}")

    def settings(self, options: EngineOptions) -> dict[str, Any]:
        """The device's. What it compiles, in a third of a second, is not kept: nothing to grow, nothing to go bad."""
        return {**PLAIN, "INFERENCE_NUM_THREADS": options.threads}

    def _require_device(self, core: Any) -> None:
        """Raises EngineMissing: OpenVINO sees no such device."""
        seen = core.available_devices
        if not any(each.split(".")[0] == self.device for each in seen):
            raise EngineMissing(f"OpenVINO sees no {self.device} here, only {', '.join(seen)}.", self.remedy)


class OpenVinoGpu(OpenVino):
    """The same networks on Intel's graphics processor: seconds at first, then from the cache."""

    remedy = "Install Intel's compute runtime for OpenCL (Debian: intel-opencl-icd), and let the user into `render`."
    device = "GPU"

    def settings(self, options: EngineOptions) -> dict[str, Any]:
        """The device's. What it compiles takes it seconds, and is kept where there is room."""
        if options.cache_dir is None:
            return dict(PLAIN)
        folder = bounded_cache(options.cache_dir / "openvino", options.cache_limit_mb * 2**20)
        return {**PLAIN, "CACHE_DIR": str(folder)}


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


def _require_own_weights(network: Network) -> None:
    """OpenVINO would read external data of an ONNX network from the working folder. Its own form has none."""
    if network.graph.lstrip().startswith(IR_BEGINS):
        return
    try:
        require_own_weights(network.name, network.graph)
    except BundleFault as fault:
        raise EngineFault(f"OpenVINO refuses {network.name}: {fault.what}", fault.remedy) from fault


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
