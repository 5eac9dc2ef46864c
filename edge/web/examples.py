"""Examples in the API's documentation: one whole body for each that a program may send."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict


def example(**body: Any) -> ConfigDict:
    """For a shape's `model_config`."""
    return ConfigDict(json_schema_extra={"examples": [body]})
