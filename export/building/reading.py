"""A build's specification, from build.toml, from the folder of a training, and from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge.errors import BadSetting
from export.building.spec import BuildSpec
from export.crops.kept import FINISHED_FILE, TOLD_FILE, WEIGHTS_FILE, Told, read_told

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def build_spec(fields: Mapping[str, Any]) -> BuildSpec:
    """The checked specification.

    Raises:
        BadSetting: a field is missing, unknown, of the wrong type, or at odds with another; it is named.
    """
    try:
        return BuildSpec.model_validate_json(json.dumps(fields))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = ".".join(map(str, first["loc"])) or "the whole"
        said = first["msg"].removeprefix("Value error, ")
        raise BadSetting(f"The build cannot begin: {path}: {said}.", _remedy(path)) from error
    except TypeError as error:
        raise BadSetting(f"The build cannot begin: {error}.", "Write texts, numbers and lists only.") from error


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a build.toml; paths in it stay as they are written.

    Raises:
        BadSetting: it is not there, or is no TOML.
    """
    try:
        found: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise BadSetting(f"{file} cannot be read ({error.strerror}).", "Check the path.") from error
    except ValueError as error:
        raise BadSetting(f"{file} is no TOML: {error}.", "Correct that line.") from error
    return found


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables laid over each other, at every depth; what is None above says nothing."""
    result = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping):
            result[key] = merged(result.get(key) or {}, value)
        elif value is not None:
            result[key] = value
    return {key: value for key, value in result.items() if value != {} or key in below}


def _remedy(path: str) -> str:
    if path in ("network", "network.source"):
        return "Name it in build.toml (--spec), or say --from."
    return f"Correct it in build.toml (--spec), or say --with {path}=…"


def of_training(folder: Path) -> dict[str, Any]:
    """What the folder of a finished `marrowkit-export train`, `distil` or `quantise` says of its network; nothing if it
    is none.

    Raises:
        BadCheckpoint: what it says cannot be read.
    """
    if not (folder / TOLD_FILE).is_file():
        return {}
    told = read_told(folder)
    return {
        "labels": list(told.labels),
        "positive": list(told.head.positive),
        "urgent": list(told.head.urgent),
        "crops": {"aliases": told.head.aliases},
        "network": _network(folder, told),
        "picture": _picture(told),
    }


def _picture(told: Told) -> dict[str, Any]:
    shown = {"view": told.view, "size_px": told.size_px, "um_per_px": told.um_per_px}
    return {**shown, "measures": list(told.measures)} if told.measures else shown


def _network(folder: Path, told: Told) -> dict[str, Any]:
    if told.network == FINISHED_FILE:
        return {"source": str(folder / FINISHED_FILE)}
    return {"source": told.network, "checkpoint": str(folder / WEIGHTS_FILE), "settings": dict(told.settings)}
