"""What is normal for each kind of source, and from when on it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from firmware_bridge.options import CsiOptions, StreamOptions
from firmware_bridge.uri import SourceUri


@dataclass(frozen=True, slots=True)
class Watch:
    """How long a source may do what.

    ends      it may end for good; otherwise an end is a loss
    silent_s  without a picture, until it is opened again; None: it may wait for ever, as a watched folder does
    frozen_s  with the same picture, until it is opened again; None: the same picture may be meant
    open_s    until it has opened
    """

    ends: bool
    silent_s: float | None
    frozen_s: float | None
    open_s: float = 15.0


CAMERA = Watch(ends=False, silent_s=3.0, frozen_s=3.0)
RECORDED = Watch(ends=True, silent_s=None, frozen_s=None)
_OWN_LIMIT_FIRST_S = 2.0


def watch_of(uri: SourceUri) -> Watch:
    """What is normal for the source at this address."""
    return _WATCHES[uri.scheme](uri)


def _camera(_uri: SourceUri) -> Watch:
    return CAMERA


def _recorded(_uri: SourceUri) -> Watch:
    return RECORDED


def _stream(uri: SourceUri) -> Watch:
    """A network camera keeps its own time limit, and says better what is wrong."""
    return replace(CAMERA, silent_s=uri.options_as(StreamOptions).timeout + _OWN_LIMIT_FIRST_S)


def _sensor(uri: SourceUri) -> Watch:
    return replace(CAMERA, silent_s=uri.options_as(CsiOptions).timeout + _OWN_LIMIT_FIRST_S)


_WATCHES: Mapping[str, Callable[[SourceUri], Watch]] = {
    "camera": _camera,
    "v4l2": _camera,
    "csi": _sensor,
    "http": _stream,
    "https": _stream,
    "rtsp": _stream,
    "sim": _camera,
    "file": _recorded,
    "folder": _recorded,
    "replay": _recorded,
}
