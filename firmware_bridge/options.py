"""The options of every kind of source, as frozen values: their fields are the names that an address may carry.

A field's metadata holds its help and its range; `read_options` and `write_options` turn a query into such a value
and back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from firmware_bridge.errors import BadSourceUri

TRUE_WORDS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _flag(text: str) -> Any:
    return field(default=False, metadata={"help": text})


def _figure(default: float, low: float, high: float, text: str) -> Any:
    return field(default=default, metadata={"help": text, "low": low, "high": high})


def _wish(number: type[float], low: float, high: float, text: str) -> Any:
    """A figure that is left as it is where the address does not name it."""
    return field(default=None, metadata={"help": text, "low": low, "high": high, "number": number})


def _words(text: str) -> Any:
    return field(default="", metadata={"help": text})


def _late() -> Any:
    return _wish(float, 0.0, 30.0, "seconds from an exposure until its picture is here, at most; focus and scans wait")


@dataclass(frozen=True, slots=True)
class Options:
    """What an address may ask for; a kind of source without options uses this empty one."""


@dataclass(frozen=True, slots=True)
class CameraOptions(Options):
    """A camera at this computer. 0 leaves the choice to the camera, and so does a setting that is not named."""

    width: int = _figure(0, 0, 16384, "picture width in pixels")
    height: int = _figure(0, 0, 16384, "picture height in pixels")
    fps: float = _figure(0.0, 0.0, 240.0, "pictures per second asked of the camera")
    exposure_ms: float | None = _wish(float, 0.1, 10_000.0, "exposure time in milliseconds; ends automatic exposure")
    gain: int | None = _wish(int, 0, 65535, "gain in the camera's own units")
    white_balance_k: int | None = _wish(int, 1000, 20_000, "white balance in kelvin; ends the automatic one")
    focus: int | None = _wish(int, 0, 65535, "the camera's own focus in its own units; ends autofocus")
    power_line_hz: int | None = _wish(int, 0, 60, "lamp flicker to suppress: 0, 50 or 60")
    lock: bool = _flag("let exposure and white balance settle, then hold them, also after each reconnection")
    late_s: float | None = _late()


@dataclass(frozen=True, slots=True)
class CsiOptions(Options):
    """A camera on a Jetson's ribbon cable."""

    width: int = _figure(1920, 64, 16384, "picture width in pixels")
    height: int = _figure(1080, 64, 16384, "picture height in pixels")
    fps: int = _figure(30, 1, 240, "pictures per second")
    exposure_ms: float | None = _wish(float, 0.01, 10_000.0, "exposure time in milliseconds; ends automatic exposure")
    gain: float | None = _wish(float, 1.0, 256.0, "analogue gain, 1 is none")
    lock: bool = _flag("hold exposure and white balance as they were found")
    timeout: float = _figure(5.0, 0.1, 60.0, "seconds beyond an exposure without a picture until it counts as lost")
    late_s: float | None = _late()

    @property
    def patience_s(self) -> float:
        """How long it may take until a picture has come, its exposure included."""
        return self.timeout + (self.exposure_ms or 0.0) / 1000.0


@dataclass(frozen=True, slots=True)
class StreamOptions(Options):
    """A camera on the network."""

    timeout: float = _figure(5.0, 0.1, 60.0, "seconds without a picture until the camera counts as lost")
    lock: bool = _flag("warn when exposure or white balance drift; it must hold them itself, as its own page sets them")
    late_s: float | None = _late()


@dataclass(frozen=True, slots=True)
class FileOptions(Options):
    """A video or a single picture."""

    loop: bool = _flag("begin again at the end")
    fps: float = _figure(0.0, 0.0, 240.0, "play at this rate instead of the recorded one")


@dataclass(frozen=True, slots=True)
class FolderOptions(Options):
    """A folder of pictures."""

    loop: bool = _flag("begin again at the end")
    watch: bool = _flag("wait for new pictures at the end")
    fps: float = _figure(1.0, 0.1, 240.0, "pictures per second when shown live")


@dataclass(frozen=True, slots=True)
class ReplayOptions(Options):
    """A recording."""

    loop: bool = _flag("begin again at the end")


@dataclass(frozen=True, slots=True)
class SimOptions(Options):
    """The simulated microscope."""

    width: int = _figure(1280, 64, 4096, "picture width in pixels")
    height: int = _figure(960, 64, 4096, "picture height in pixels")
    um_per_px: float = _figure(0.11, 0.05, 0.6, "micrometres per pixel")
    cells: int = _figure(9, 0, 200, "nucleated cells per field, on average")
    blast_fraction: float = _figure(0.35, 0.0, 1.0, "share of lymphoblasts among them")
    defocus_um: float = _figure(0.0, -50.0, 50.0, "distance from the best focus in micrometres")
    exposure: float = _figure(1.0, 0.01, 10.0, "brightness of lamp and shutter, 1 is right")
    fps: float = _figure(10.0, 0.1, 120.0, "pictures per second when shown live")
    dwell: int = _figure(40, 1, 1_000_000, "pictures of one field before the stage moves on")
    seed: int = _figure(6, 0, 2**63 - 1, "the same seed gives the same pictures")
    slide: bool = _flag("an endless slide under a stage, instead of field after field")
    x_um: float = _figure(0.0, -1e6, 1e6, "where the stage of the slide begins; left of -500 it is clear glass")
    y_um: float = _figure(0.0, -1e6, 1e6, "the same across")
    scan_um_s: float = _figure(0.0, 0.0, 2000.0, "speed at which the stage of the slide wanders by itself")
    lamp_drift: float = _figure(0.0, -1.0, 1.0, "share of brightness that the lamp gains in a minute")
    focus_drift_um: float = _figure(0.0, -100.0, 100.0, "micrometres that the focus drifts in a minute")
    lock: bool = _flag("hold exposure and white balance as they were found")
    faults: str = _words("what goes wrong and when, like unplug@40:3s,frozen@200:50 (see firmware_bridge/README.md)")


AnyOptions = TypeVar("AnyOptions", bound=Options)


def read_options(kind: type[AnyOptions], pairs: Iterable[tuple[str, str]]) -> AnyOptions:
    """The options named in a query, the others at their defaults.

    Raises:
        BadSourceUri: an option is unknown, given twice, or its value makes no sense.
    """
    known = {each.name: each for each in fields(kind)}
    given: dict[str, float | bool | str] = {}
    for name, text in pairs:
        if name not in known:
            raise BadSourceUri(f"There is no option “{name}” here.", _known_words(kind))
        if name in given:
            raise BadSourceUri(f"The option “{name}” is given twice.", "Give it once.")
        given[name] = _value(known[name], text)
    return kind(**given)


def write_options(options: Options) -> list[tuple[str, str]]:
    """The pairs that `read_options` turns into an equal value; defaults are left out."""
    return [
        (each.name, _written(getattr(options, each.name)))
        for each in fields(options)
        if getattr(options, each.name) != each.default
    ]


def _written(value: float | bool | str) -> str:
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, float) else str(int(value))


def _value(known: Any, text: str) -> float | bool | str:
    if isinstance(known.default, str):
        return text
    return _flag_value(known.name, text) if isinstance(known.default, bool) else _figure_value(known, text)


def _known_words(kind: type[Options]) -> str:
    names = ", ".join(each.name for each in fields(kind))
    return f"Known ones: {names}." if names else "This kind of source takes no options."


def _flag_value(name: str, text: str) -> bool:
    if text.lower() not in TRUE_WORDS:
        raise BadSourceUri(f"The option “{name}” cannot be “{text}”.", "Write 1 for yes or 0 for no.")
    return TRUE_WORDS[text.lower()]


def _figure_value(known: Any, text: str) -> float:
    low, high = known.metadata["low"], known.metadata["high"]
    number = known.metadata.get("number", type(known.default))
    try:
        value: float = number(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        kind = "a whole number" if number is int else "a number"
        raise BadSourceUri(f"The option “{known.name}” cannot be “{text}”.", f"Give {kind} from {low:g} to {high:g}.")
    return value
