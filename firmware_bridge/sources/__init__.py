"""What opens the address of a source: one file per kind, imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from firmware_bridge.picture import Source
from firmware_bridge.uri import SourceUri, source_uri

OPENERS: dict[str, str] = {
    "camera": "firmware_bridge.sources.camera:CameraSource",
    "v4l2": "firmware_bridge.sources.camera:CameraSource",
    "csi": "firmware_bridge.sources.csi:CsiSource",
    "http": "firmware_bridge.sources.mjpeg:MjpegSource",
    "https": "firmware_bridge.sources.mjpeg:MjpegSource",
    "rtsp": "firmware_bridge.sources.rtsp:RtspSource",
    "file": "firmware_bridge.sources.file:open_file",
    "folder": "firmware_bridge.sources.folder:FolderSource",
    "replay": "firmware_bridge.sources.replay:ReplaySource",
    "sim": "firmware_bridge.sources.sim:SimSource",
}
"""Scheme to what takes its `SourceUri` and gives a `Source`."""


def open_source(uri: SourceUri | str) -> Source:
    """Open a source by its address, or by the plain path of a file or folder.

    Raises:
        BadSourceUri: the address is not one we understand.
        SourceUnavailable: nothing answers there.
        BadPicture: the file there is neither a picture nor a video.
    """
    where = source_uri(uri) if isinstance(uri, str) else uri
    module, name = OPENERS[where.scheme].split(":")
    opener: Callable[[SourceUri], Source] = getattr(import_module(module), name)
    return opener(where)
