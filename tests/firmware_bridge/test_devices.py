"""Cameras by who they are: two equal ones are not confused, one that comes back under another number is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import SourceUnavailable
from firmware_bridge.sources.devices import Camera, Identity, Machine, identity


def plug(machine: Machine, number: int, port: str, serial: str = "", model: str = "046d:0825") -> None:
    """A camera as Linux shows it: a USB device, its interface, and two device files, of which one is for metadata."""
    device = machine.sys / "devices" / "usb1" / port
    device.mkdir(parents=True, exist_ok=True)
    vendor, product = model.split(":")
    for name, text in (("idVendor", vendor), ("idProduct", product), *((("serial", serial),) if serial else ())):
        (device / name).write_text(text + "\n")
    for index in (0, 1):
        node = device / "1.0" / "video4linux" / f"video{number + index}"
        node.mkdir(parents=True)
        (node / "index").write_text(f"{index}\n")
        (node / "name").write_text("HD camera\n")
        (node / "device").symlink_to(device / "1.0")
        (machine.sys / "class" / "video4linux" / node.name).symlink_to(node)
        (machine.dev / node.name).touch()


def unplug(machine: Machine, port: str) -> None:
    for node in (machine.sys / "class" / "video4linux").iterdir():
        if port in node.resolve().parts:
            (machine.dev / node.name).unlink()
            node.unlink()
    shutil.rmtree(machine.sys / "devices" / "usb1" / port)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in ("sys/class/video4linux", "sys/devices", "dev"):
        (tmp_path / name).mkdir(parents=True)
    return Machine(tmp_path / "sys", tmp_path / "dev")


def first(machine: Machine, number: int) -> Identity:
    return identity(machine.at(machine.dev / f"video{number}"), machine.cameras())


def test_cameras_are_listed_once_each_with_what_tells_them_apart(machine: Machine) -> None:
    plug(machine, 10, "1-2")
    plug(machine, 2, "1-4", serial="A1")
    assert machine.cameras() == [
        Camera(machine.dev / "video2", "HD camera", "046d:0825", "A1", "devices/usb1/1-4"),
        Camera(machine.dev / "video10", "HD camera", "046d:0825", "", "devices/usb1/1-2"),
    ]


def test_a_machine_without_cameras_has_none(tmp_path: Path) -> None:
    assert Machine(tmp_path / "sys", tmp_path / "dev").cameras() == []


def test_it_is_found_by_its_serial_number_wherever_it_is(machine: Machine) -> None:
    plug(machine, 0, "1-1", serial="A1")
    plug(machine, 2, "1-2", serial="B2")
    assert machine.with_serial("B2").path.name == "video2"
    with pytest.raises(SourceUnavailable, match="No camera with the serial number C3"):
        machine.with_serial("C3")
    plug(machine, 4, "1-3", serial="B2")
    with pytest.raises(SourceUnavailable, match="2 cameras have the serial number B2"):
        machine.with_serial("B2")


@pytest.mark.parametrize("serial", ["", "A1"])
@pytest.mark.parametrize("port", ["1-1", "1-7"])
def test_back_under_another_number_and_in_another_socket_it_is_found(machine: Machine, serial: str, port: str) -> None:
    plug(machine, 0, "1-1", serial)
    known = first(machine, 0)
    unplug(machine, "1-1")
    with pytest.raises(SourceUnavailable, match="HD camera is not plugged in"):
        known.found_in(machine.cameras())
    plug(machine, 6, port, serial)
    assert known.found_in(machine.cameras()).path.name == "video6"


def test_its_equal_is_not_taken_for_it(machine: Machine) -> None:
    plug(machine, 0, "1-1")
    plug(machine, 2, "1-2")
    known = first(machine, 0)
    unplug(machine, "1-1")
    with pytest.raises(SourceUnavailable):
        known.found_in(machine.cameras())
    unplug(machine, "1-2")
    plug(machine, 0, "1-2")  # the other one now has its number
    with pytest.raises(SourceUnavailable):
        known.found_in(machine.cameras())
    plug(machine, 2, "1-1")
    assert known.found_in(machine.cameras()).path.name == "video2"


def test_two_that_could_be_it_are_not_guessed_between(machine: Machine) -> None:
    plug(machine, 0, "1-1")
    known = first(machine, 0)
    unplug(machine, "1-1")
    plug(machine, 0, "1-5")
    plug(machine, 2, "1-6")
    with pytest.raises(SourceUnavailable, match="none where it was"):
        known.found_in(machine.cameras())


def test_what_is_not_on_usb_is_known_by_its_device_file(machine: Machine) -> None:
    (machine.dev / "video9").touch()
    known = first(machine, 9)
    assert known.found_in([]).path == machine.dev / "video9"


CAMERAS = st.lists(
    st.builds(
        lambda number, port, serial: Camera(Path(f"/dev/video{number}"), "camera", "1:2", serial, port),
        st.integers(0, 9),
        st.sampled_from("abcd"),
        st.sampled_from(["", "S"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda each: each.port,
)


@given(CAMERAS, CAMERAS)
def test_whatever_is_found_is_equal_and_never_was_another(before: list[Camera], now: list[Camera]) -> None:
    known = identity(before[0], before)
    try:
        found = known.found_in(now)
    except SourceUnavailable:
        return
    assert (found.model, found.serial) == (before[0].model, before[0].serial)
    assert found.port not in known.others
    assert known.found_in(before) == before[0]
