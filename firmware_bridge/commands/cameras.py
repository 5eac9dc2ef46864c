"""`marrowkit-bridge cameras`: what is plugged in, and how to name it so that it is found again."""

from __future__ import annotations

from firmware_bridge.sources.devices import Camera, Machine


def cameras() -> None:
    """List the cameras of this computer with the addresses that they keep."""
    found = Machine().cameras()
    for each in found:
        print(f"{each.path}  {each.name}  {each.model or 'not on USB'}")
        print(f"    {lasting_address(each, found)}")
    if not found:
        print("No camera is plugged in.")


def lasting_address(camera: Camera, present: list[Camera]) -> str:
    """By serial number where that is unique, else by number; the kit then tells equals apart by their sockets."""
    serials = [each.serial for each in present]
    if camera.serial and serials.count(camera.serial) == 1:
        return f"camera:serial={camera.serial}"
    return f"camera:{camera.path.name.removeprefix('video')}"
