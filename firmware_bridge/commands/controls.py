"""`marrowkit-bridge controls`: what can be set at a camera."""

from __future__ import annotations

from typing import Annotated

import typer

from firmware_bridge.controls import Control
from firmware_bridge.errors import BadSourceUri
from firmware_bridge.sources.camera import device_path
from firmware_bridge.sources.uvc import UvcDevice
from firmware_bridge.uri import source_uri


def controls(
    uri: Annotated[str, typer.Argument(help="Address of a camera: camera:0, camera:serial=…, v4l2:///dev/….")],
) -> None:
    """List a camera's settings with their ranges and present values."""
    where = source_uri(uri)
    if where.scheme not in ("camera", "v4l2"):
        raise BadSourceUri(f"{uri} has no settings that can be listed.", "Name a camera of this computer.")
    device = UvcDevice(device_path(where))
    try:
        listed = device.controls.listed()
    finally:
        device.close()
    for control in listed:
        print(described(control))
    if not listed:
        print("This camera tells of no setting that is known here.")


def described(control: Control) -> str:
    """One line for one setting."""
    automatic = "  automatic now" if control.automatic else ""
    span = control.span if control.choices else f"{control.span}, in steps of {control.step:g}"
    return f"{control.name:18}{control.value:g}  ({span}){automatic}"
