"""One grammar for the address of any source of pictures.

    camera:N                     the Nth camera of this computer
    camera:serial=…              the camera with this serial number, wherever it is plugged in
    v4l2:///dev/v4l/by-path/…    a camera by its device file
    csi://N                      the Nth camera on a Jetson's ribbon cable
    http://…  https://…          an MJPEG stream
    rtsp://…                     a network camera
    file:///video.mp4            a video or a single picture
    folder:///images             a folder of pictures
    replay:///recording          what `record` wrote, with its own times
    sim:                         the simulated microscope

Options follow as a query (`?width=1280&loop=1`). The query of a network address belongs to the camera that answers
there, so its options stand behind a `#` instead (`http://host/?action=stream#timeout=2`). Paths are absolute and
percent-encoded (RFC 3986). `source_uri` also takes the plain path of a file or folder, to the letter.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit

from firmware_bridge.errors import BadSourceUri
from firmware_bridge.masking import without_secrets
from firmware_bridge.options import (
    AnyOptions,
    CameraOptions,
    CsiOptions,
    FileOptions,
    FolderOptions,
    Options,
    ReplayOptions,
    SimOptions,
    StreamOptions,
    read_options,
    write_options,
)

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CAMERA_NUMBER = re.compile(r"(0|[1-9][0-9]{0,2})")
SERIAL_MARK = "serial="
_SERIAL = re.compile(SERIAL_MARK + r"[A-Za-z0-9._:-]{1,126}")


@dataclass(frozen=True, slots=True)
class SourceUri:
    """An address, taken apart.

    scheme   one of `SCHEMES`
    target   camera number or `serial=…`, decoded absolute path, whole network address without options, or empty
    options  of the kind that the scheme takes
    """

    scheme: str
    target: str
    options: Options = field(default_factory=Options)

    def __str__(self) -> str:
        """The address that parses to an equal value."""
        form = SCHEMES[self.scheme]
        options = urlencode(write_options(self.options))
        return form.write(self.scheme, self.target) + (form.mark + options if options else "")

    @property
    def shown(self) -> str:
        """The address for people and records, without the name and the password that it may carry."""
        return without_secrets(str(self))

    def options_as(self, kind: type[AnyOptions]) -> AnyOptions:
        """The options, known to be of this kind.

        Raises:
            BadSourceUri: they belong to another kind of source.
        """
        if not isinstance(self.options, kind):
            raise BadSourceUri(f"{self} is not an address for this kind of source.", "Use the opener of its scheme.")
        return self.options


@dataclass(frozen=True, slots=True)
class Form:
    """How the addresses of one scheme are written.

    help     one line for `marrowkit-bridge sources`
    example  for error messages
    options  their kind
    mark     what stands before them
    read     what follows the colon → target (None if it does not fit)
    write    scheme and target → address without options
    """

    help: str
    example: str
    options: type[Options]
    mark: str
    read: Callable[[str], str | None]
    write: Callable[[str, str], str]


def parse_uri(text: str) -> SourceUri:
    """Take an address apart. Touches neither disk nor network.

    Raises:
        BadSourceUri: it is not written in the grammar above.
    """
    match = _SCHEME.match(text)
    scheme = match.group(1).lower() if match else ""
    if match is None or scheme not in SCHEMES:
        raise BadSourceUri(f"“{text}” is not the address of a source of pictures.", _known_schemes())
    form = SCHEMES[scheme]
    rest, _, query = text[match.end() :].partition(form.mark)
    target = form.read(rest)
    if target is None:
        raise BadSourceUri(f"“{text}” is not complete.", f"Write it like {form.example}.")
    if form.mark == "#":
        target = f"{scheme}:{target}"
    return SourceUri(scheme, target, read_options(form.options, _pairs(query)))


def source_uri(text: str) -> SourceUri:
    """An address, or the plain path of an existing file or folder.

    Raises:
        BadSourceUri: it is neither.
    """
    match = _SCHEME.match(text)
    if match is not None and match.group(1).lower() in SCHEMES:
        return parse_uri(text)
    return path_uri(Path(text)) if _exists(text) else parse_uri(text)


def path_uri(path: Path, options: Options | None = None) -> SourceUri:
    """The address of a file or a folder on this computer."""
    scheme = "folder" if path.is_dir() else "file"
    return SourceUri(scheme, str(path.absolute()), options or SCHEMES[scheme].options())


def _exists(text: str) -> bool:
    try:
        return bool(text) and Path(text).exists()
    except (ValueError, OSError):  # a NUL, or a name longer than file systems allow
        return False


def _known_schemes() -> str:
    return "Give the path of a file or folder, or one of: " + ", ".join(form.example for form in SCHEMES.values()) + "."


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise BadSourceUri(f"The options “{query}” are not complete.", "Write name=value, joined by &.") from None


def _read_camera(rest: str) -> str | None:
    return rest if _CAMERA_NUMBER.fullmatch(rest) or _SERIAL.fullmatch(rest) else None


def _read_sensor(rest: str) -> str | None:
    number = rest.removeprefix("//")
    return number if rest.startswith("//") and _CAMERA_NUMBER.fullmatch(number) else None


def _read_path(rest: str) -> str | None:
    try:
        path = os.fsdecode(unquote_to_bytes(os.fsencode(rest.removeprefix("//"))))
    except UnicodeEncodeError:
        return None
    return path if rest.startswith("///") and len(path) > 1 and "\0" not in path else None


def _read_nothing(rest: str) -> str | None:
    return rest if rest == "" else None


def _read_network(rest: str) -> str | None:
    try:
        parts = urlsplit("http:" + rest)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return rest if usable and re.fullmatch(r"[!-~]+", rest) else None


def _write_plain(scheme: str, target: str) -> str:
    return f"{scheme}:{target}"


def _write_sensor(scheme: str, target: str) -> str:
    return f"{scheme}://{target}"


def _write_path(scheme: str, target: str) -> str:
    return f"{scheme}://{quote(os.fsencode(target))}"


def _write_network(scheme: str, target: str) -> str:
    return target


SCHEMES: dict[str, Form] = {
    "camera": Form(
        "a camera of this computer, by number or serial=…", "camera:0", CameraOptions, "?", _read_camera, _write_plain
    ),
    "v4l2": Form("a camera by its device file", "v4l2:///dev/video0", CameraOptions, "?", _read_path, _write_path),
    "csi": Form("a camera on a Jetson's ribbon cable", "csi://0", CsiOptions, "?", _read_sensor, _write_sensor),
    "http": Form("an MJPEG stream", "http://host/stream", StreamOptions, "#", _read_network, _write_network),
    "https": Form("an MJPEG stream", "https://host/stream", StreamOptions, "#", _read_network, _write_network),
    "rtsp": Form("a network camera", "rtsp://host/stream", StreamOptions, "#", _read_network, _write_network),
    "file": Form("a video or a single picture", "file:///video.mp4", FileOptions, "?", _read_path, _write_path),
    "folder": Form("a folder of pictures", "folder:///images", FolderOptions, "?", _read_path, _write_path),
    "replay": Form("a recording", "replay:///recording", ReplayOptions, "?", _read_path, _write_path),
    "sim": Form("the simulated microscope", "sim:", SimOptions, "?", _read_nothing, _write_plain),
}
"""Every scheme that is understood; `firmware_bridge.sources.OPENERS` says what opens it."""
