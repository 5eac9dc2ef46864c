"""What is normal for each kind of source, and from when on it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from firmware_bridge.options import CameraOptions, CsiOptions, SimOptions, StreamOptions
from firmware_bridge.sim.troubles import troubles
from firmware_bridge.uri import SourceUri


@dataclass(frozen=True, slots=True)
class Watch:
    """How long a source may do what.

    ends      it may end for good; otherwise an end is a loss
    silent_s  without a picture, until it is opened again; None: it may wait for ever, as a watched folder does
    frozen_s  with the same picture, until it is opened again; None: the same picture may be meant
    open_s    until it has opened
    late_s    from an exposure until its picture has come
    """

    ends: bool
    silent_s: float | None
    frozen_s: float | None
    open_s: float = 15.0
    late_s: float = 0.0


CAMERA_S = 3.0
PICTURES_LATE = 2
"""The exposure of one picture may have to end before the next begins, as after a change of settings."""
CAMERA = Watch(ends=False, silent_s=CAMERA_S, frozen_s=CAMERA_S)
RECORDED = Watch(ends=True, silent_s=None, frozen_s=None)
_OWN_LIMIT_FIRST_S = 2.0

USB_LATE_S, CSI_LATE_S = 0.2, 0.3
"""The driver's buffers are emptied as they fill; the camera's own pipeline holds a few pictures at 30 per second."""
LATE_S = {"http": 1.0, "https": 1.0, "rtsp": 2.0}
"""Network cameras encode, buffer and send; RTSP is buffered once more here. Slower ones are named by `late_s`."""


def watch_of(uri: SourceUri) -> Watch:
    """What is normal for the source at this address.

    Raises:
        BadSourceUri: its options cannot be meant; better now than at each try to open it.
    """
    return _WATCHES[uri.scheme](uri)


def _camera(uri: SourceUri) -> Watch:
    options = uri.options_as(CameraOptions)
    usual_s = USB_LATE_S + (options.exposure_ms or 0.0) / 1000.0
    return replace(_at_least(options.exposure_ms, options.fps), late_s=_named_or(options.late_s, usual_s))


def _simulated(uri: SourceUri) -> Watch:
    options = uri.options_as(SimOptions)
    troubles(options.faults)
    return _at_least(None, options.fps)


def _recorded(_uri: SourceUri) -> Watch:
    return RECORDED


def _stream(uri: SourceUri) -> Watch:
    """A network camera keeps its own time limit, and says better what is wrong."""
    options = uri.options_as(StreamOptions)
    late_s = _named_or(options.late_s, LATE_S[uri.scheme])
    return replace(CAMERA, silent_s=options.timeout + _OWN_LIMIT_FIRST_S, late_s=late_s)


def _sensor(uri: SourceUri) -> Watch:
    options = uri.options_as(CsiOptions)
    usual_s = CSI_LATE_S + (options.exposure_ms or 0.0) / 1000.0
    return replace(CAMERA, silent_s=options.patience_s + _OWN_LIMIT_FIRST_S, late_s=_named_or(options.late_s, usual_s))


def _named_or(named: float | None, usual: float) -> float:
    return usual if named is None else named


def _at_least(exposure_ms: float | None, fps: float) -> Watch:
    """A camera may be silent the longer the longer its pictures take; 0 fps: its own choice."""
    interval_s = max((exposure_ms or 0.0) / 1000.0, 1.0 / fps if fps else 0.0)
    return replace(CAMERA, silent_s=CAMERA_S + PICTURES_LATE * interval_s)


_WATCHES: Mapping[str, Callable[[SourceUri], Watch]] = {
    "camera": _camera,
    "v4l2": _camera,
    "csi": _sensor,
    "http": _stream,
    "https": _stream,
    "rtsp": _stream,
    "sim": _simulated,
    "file": _recorded,
    "folder": _recorded,
    "replay": _recorded,
}
