"""ONNX Runtime: on the CPU the default engine; on a graphics processor by CUDA or TensorRT where they are there.

The latter two are written to ONNX Runtime's documentation (execution-providers/CUDA and TensorRT) and tried with a
stand-in for the library; README.md says on which hardware they have been seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.errors import EngineFault, EngineMissing
from edge.runtime.cache import bounded_cache
from edge.runtime.engines import EngineOptions, Network, import_library
from edge.runtime.session import Tensors

REPORT = "Use another variant of the bundle, or report this with `marrowkit doctor --json`."
CPU = "CPUExecutionProvider"
MOST_CELLS = 64
"""The largest batch that TensorRT plans for; `edge.decide.network` asks for no larger one."""

Settings = Mapping[str, str]


class OnnxRuntime:
    """Loads .onnx networks for the CPU."""

    distributions: tuple[str, ...] = ("onnxruntime", "onnxruntime-gpu")
    remedy = "Install it: pip install onnxruntime"
    provider = CPU

    def load(self, network: Network, options: EngineOptions) -> OnnxSession:
        """A session on this engine's provider. Raises EngineMissing or EngineFault."""
        library = import_library("onnxruntime", self.remedy)
        library.disable_telemetry_events()  # on Windows; elsewhere `edge` has said so before the import
        if self.provider not in library.get_available_providers():
            raise EngineMissing(f"This ONNX Runtime has no {self.provider}.", self.remedy)
        try:
            session = library.InferenceSession(
                network.graph,
                _options(library, options),
                providers=[(self.provider, dict(self.settings(library, network, options)))],
            )
        except Exception as error:  # the library's own exceptions share no narrower base
            raise EngineFault(f"ONNX Runtime refuses {network.name}: {error}.", REPORT) from error
        self._require_provider(session)
        return OnnxSession(session, f"onnxruntime {library.__version__}{self._named()}")

    def settings(self, library: Any, network: Network, options: EngineOptions) -> Settings:
        """The provider's own."""
        return {}

    def _named(self) -> str:
        return "" if self.provider == CPU else f" {self.provider.removesuffix('ExecutionProvider')}"

    def _require_provider(self, session: Any) -> None:
        """The library goes on with the CPU where a provider does not start, with no more than a line on stderr.

        Raises:
            EngineFault: it did.
        """
        used = session.get_providers()
        if self.provider not in used:
            raise EngineFault(f"{self.provider} did not start; ONNX Runtime went on with {', '.join(used)}.", REPORT)


class OnnxRuntimeCuda(OnnxRuntime):
    """The same networks on an Nvidia graphics processor."""

    distributions = ("onnxruntime-gpu",)
    remedy = "Install onnxruntime-gpu with the CUDA and cuDNN that it was built for, in place of onnxruntime."
    provider = "CUDAExecutionProvider"

    def settings(self, library: Any, network: Network, options: EngineOptions) -> Settings:
        """Float32 without TF32, which would be ten bits of mantissa; the fastest convolution is not looked for anew at
        every number of cells; memory as asked for."""
        return {
            "use_tf32": "0",
            "cudnn_conv_algo_search": "HEURISTIC",
            "arena_extend_strategy": "kSameAsRequested",
        }


class OnnxRuntimeTensorRt(OnnxRuntime):
    """The same networks, compiled by TensorRT for this graphics processor: minutes at first, then from the cache."""

    distributions = ("onnxruntime-gpu",)
    remedy = "Install onnxruntime-gpu and the TensorRT that it was built for (on a Jetson they come with JetPack)."
    provider = "TensorrtExecutionProvider"

    def settings(self, library: Any, network: Network, options: EngineOptions) -> Settings:
        """Precision as the network has it; one plan for 1 to 64 cells; compiled networks kept where there is room."""
        planned = {"trt_fp16_enable": "False", "trt_int8_enable": "False", **_plan(library, network)}
        if options.cache_dir is None:
            return planned
        folder = str(bounded_cache(options.cache_dir / "tensorrt", options.cache_limit_mb * 2**20))
        return {
            **planned,
            "trt_engine_cache_enable": "True",
            "trt_engine_cache_path": folder,
            "trt_timing_cache_enable": "True",
            "trt_timing_cache_path": folder,
        }


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
    # Without VNNI sums of 16 bits overflow: the shipped cells network was 0.23 away on a Zen 3, and is 0.08 so.
    settings.add_session_config_entry("session.x64quantprecision", "1")
    settings.log_severity_level = 3
    return settings


def _plan(library: Any, network: Network) -> Settings:
    """Smallest, usual and largest shape of every input whose only free axis is the number of cells.

    Without it TensorRT compiles anew at every other number of cells. A network with other free axes (fields of any
    size) gets none. The shapes are read by the CPU provider.
    """
    asked = library.InferenceSession(network.graph, providers=[CPU]).get_inputs()
    if any(not all(isinstance(side, int) for side in each.shape[1:]) for each in asked):
        return {}
    sizes = {"min": 1, "opt": 16, "max": MOST_CELLS}
    return {
        f"trt_profile_{name}_shapes": ",".join(
            f"{each.name}:{'x'.join(map(str, (count, *each.shape[1:])))}" for each in asked
        )
        for name, count in sizes.items()
    }
