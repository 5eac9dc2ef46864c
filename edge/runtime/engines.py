"""Which engines there are, by the name that a bundle's variant gives; the only place that knows them all.

An engine is a class with `load(network, options)`; its module imports the engine's library only when it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module, metadata
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from edge.bundle.manifest import NetworkName
from edge.bundle.opened import Bundle
from edge.errors import BundleUnsupported, EngineMissing
from edge.runtime.session import Session

ENGINES: Mapping[str, str] = {
    "onnxruntime": "edge.runtime.ort:OnnxRuntime",
    "openvino": "edge.runtime.ov:OpenVino",
    "onnxruntime-cuda": "edge.runtime.ort:OnnxRuntimeCuda",
    "onnxruntime-tensorrt": "edge.runtime.ort:OnnxRuntimeTensorRt",
    "openvino-gpu": "edge.runtime.ov:OpenVinoGpu",
}
ON_GRAPHICS = ("-cuda", "-tensorrt", "-gpu")
"""How the names of those end that run on graphics processors."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How engines may use the device.

    threads          cores that one inference may use
    cache_dir        where compiled networks may be kept; None: nowhere
    cache_limit_mb   each engine's cache is emptied of its oldest files down to this size before it is used
    """

    threads: int = 2
    cache_dir: Path | None = None
    cache_limit_mb: int = 256


@dataclass(frozen=True, eq=False)
class Network:
    """A network as bytes: ONNX, or OpenVINO's .xml with the .bin as `weights`; `name` is for errors."""

    name: str
    graph: bytes
    weights: bytes = b""


class Engine(Protocol):
    """How a library becomes Sessions."""

    @property
    def distributions(self) -> tuple[str, ...]:
        """The packages that may provide it, as pip names them."""

    @property
    def remedy(self) -> str:
        """What to do where none of them is installed."""

    def load(self, network: Network, options: EngineOptions) -> Session:
        """A session of this network.

        Raises:
            EngineMissing: the library is not installed.
            EngineFault: it refuses the network.
        """


def open_sessions(
    bundle: Bundle, variant: str, options: EngineOptions | None = None, engines: Mapping[str, str] = ENGINES
) -> dict[NetworkName, Session]:
    """Every network of one variant, loaded and ready, by name. Whether it may be used is for `edge.runtime.choose`.

    Raises:
        KeyError: the bundle has no such variant.
        BundleDamaged: one of its files has changed.
        BundleUnsupported: this kit knows no such engine.
        EngineMissing, EngineFault: as `Engine.load`; none is left open.
    """
    chosen = bundle.manifest.variant(variant)
    engine = find_engine(chosen.engine, engines)
    sessions: dict[NetworkName, Session] = {}
    with ExitStack() as opened:
        for network in bundle.manifest.networks:
            content = read_network(bundle, f"{variant} ({network})", chosen.files[network])
            sessions[network] = engine.load(content, options or EngineOptions())
            opened.callback(sessions[network].close)
        opened.pop_all()
    return sessions


def find_engine(name: str, engines: Mapping[str, str] = ENGINES) -> Engine:
    """The engine of that name; its library need not be installed.

    Raises:
        BundleUnsupported: this kit knows no such engine.
    """
    if name not in engines:
        raise BundleUnsupported(f"This kit knows no inference engine {name!r}.", "Update the kit.")
    module, _, attribute = engines[name].partition(":")
    engine: Engine = getattr(import_module(module), attribute)()
    return engine


def read_network(bundle: Bundle, name: str, file: str) -> Network:
    """A network's bytes, checked against the manifest. Raises BundleDamaged if they have changed."""
    weights = Path(file).with_suffix(".bin").as_posix()
    has_weights = Path(file).suffix == ".xml"
    return Network(name, bundle.read(file), bundle.read(weights) if has_weights else b"")


def installed_version(engine: Engine) -> str | None:
    """The version of an engine's library, without importing it, or None where it is not installed."""
    found = (metadata.distributions(name=name) for name in engine.distributions)
    return next((distribution.version for distribution in chain.from_iterable(found)), None)


def installed_engines(engines: Mapping[str, str] = ENGINES) -> dict[str, str]:
    """Name and version of each engine whose library is installed."""
    versions = {name: installed_version(find_engine(name, engines)) for name in engines}
    return {name: version for name, version in versions.items() if version is not None}


def import_library(name: str, remedy: str) -> Any:
    """An engine's library.

    Raises:
        EngineMissing: it is not installed, or does not load on this device.
    """
    try:
        library: ModuleType = import_module(name)
    except ImportError as error:
        raise EngineMissing(f"The inference engine {name} cannot be loaded: {error}.", remedy) from error
    return library
