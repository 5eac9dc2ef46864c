"""Settings in our names and units, kept through reconnections, and refusals that say what is possible."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.controls import Keeper, settings_in_force
from firmware_bridge.errors import LightDrifted, PartMissing, SettingRefused, SourceUnavailable
from firmware_bridge.light import PATIENCE_S, LightWatch, light_of
from firmware_bridge.sim.settings import SimControls
from firmware_bridge.sources import camera, uvc
from firmware_bridge.sources.camera import CameraSource
from firmware_bridge.sources.devices import Machine
from firmware_bridge.sources.uvc import KNOWN, UvcControls, UvcDevice
from firmware_bridge.steady import READ_EVERY_S, SETTLE_S, Steady
from firmware_bridge.uri import parse_uri
from tests.firmware_bridge.test_devices import plug, unplug
from tests.firmware_bridge.test_sources import FakeDevice


class RawControl:
    """As linuxpy has it: a range, and a value that a stubborn camera keeps for itself."""

    def __init__(self, minimum: int, maximum: int, step: int, value: int, stubborn: bool = False) -> None:
        self.minimum, self.maximum, self.step = minimum, maximum, step
        self._value, self._stubborn = value, stubborn

    @property
    def value(self) -> int:
        return self._value

    @value.setter
    def value(self, value: int) -> None:
        if not self._stubborn:
            self._value = value


def raw(stubborn: bool = False, focus: bool = False) -> dict[int, RawControl]:
    """A usual UVC camera: everything automatic, with or without a focus motor."""
    exposure, gain, white = KNOWN["exposure_ms"], KNOWN["gain"], KNOWN["white_balance_k"]
    return {
        exposure.id: RawControl(3, 2047, 1, 250, stubborn),
        exposure.automatic_id: RawControl(0, 3, 1, 3),
        gain.id: RawControl(0, 255, 1, 64),
        white.id: RawControl(2800, 6500, 1, 4600),
        white.automatic_id: RawControl(0, 1, 1, 1),
        KNOWN["power_line_hz"].id: RawControl(0, 2, 1, 2),
        **(focus_motor() if focus else {}),
    }


def focus_motor() -> dict[int, RawControl]:
    known = KNOWN["focus"]
    return {known.id: RawControl(0, 250, 5, 40), known.automatic_id: RawControl(0, 1, 1, 1)}


def test_settings_are_listed_in_our_units_with_their_ranges() -> None:
    listed = {each.name: each for each in UvcControls(raw()).listed()}
    assert set(listed) == {"exposure_ms", "gain", "white_balance_k", "power_line_hz"}
    exposure = listed["exposure_ms"]
    assert (exposure.low, exposure.high, exposure.value) == pytest.approx((0.3, 204.7, 25.0))
    assert exposure.automatic
    assert not listed["gain"].automatic
    assert (listed["power_line_hz"].value, listed["power_line_hz"].high) == (60, 60)


def test_a_focus_motor_is_listed_and_set_by_hand() -> None:
    device = raw(focus=True)
    controls = UvcControls(device)
    (focus,) = (each for each in controls.listed() if each.name == "focus")
    assert (focus.low, focus.high, focus.step, focus.value, focus.automatic) == (0, 250, 5, 40, True)
    controls.set("focus", 75)
    assert (device[KNOWN["focus"].id].value, device[KNOWN["focus"].automatic_id].value) == (75, 0)


@pytest.mark.parametrize(("highest", "choices"), [(1, (0, 50)), (2, (0, 50, 60)), (3, (0, 50, 60))])
def test_a_menu_is_listed_by_its_choices(highest: int, choices: tuple[float, ...]) -> None:
    device = raw() | {KNOWN["power_line_hz"].id: RawControl(0, highest, 1, highest)}
    (hz,) = (each for each in UvcControls(device).listed() if each.name == "power_line_hz")
    assert hz.choices == choices
    assert hz.automatic == (highest == 3)
    with pytest.raises(SettingRefused) as told:
        UvcControls(device).set("power_line_hz", 55)
    assert told.value.remedy == f"Give {', '.join(map(str, choices[:-1]))} or {choices[-1]}."


def test_another_choice_than_the_one_that_was_set_is_told() -> None:
    device = raw() | {KNOWN["power_line_hz"].id: RawControl(0, 2, 1, 2, stubborn=True)}
    keeper = Keeper({"power_line_hz": 50.0})
    keeper.apply(UvcControls(device))
    keeper.check(UvcControls(device).listed())
    assert [each.what for each in keeper.complaints] == ["The camera has power_line_hz=60 where 50 was set."]


def test_settings_in_force_are_read_again_while_they_are_automatic() -> None:
    device, steady = raw(), Steady({}, lock=False)
    steady.opened(UvcControls(device))
    steady.look(picture(200), 0.0)
    device[KNOWN["exposure_ms"].id].value = 400
    steady.look(picture(200), READ_EVERY_S / 2)
    assert steady.settings["exposure_ms"] == pytest.approx(25.0)
    steady.look(picture(200), READ_EVERY_S)
    assert steady.settings["exposure_ms"] == pytest.approx(40.0)


def test_what_another_program_sets_meanwhile_is_told() -> None:
    device, steady = raw(), Steady({"gain": 10.0}, lock=False)
    steady.opened(UvcControls(device))
    assert not steady.complaints
    device[KNOWN["gain"].id].value = 99
    steady.look(picture(200), 0.0)
    assert [each.what for each in steady.complaints] == ["The camera has gain=99 where 10 was set."]


class Mute(RawControl):
    """Of a camera that answers no question about it while `mute`."""

    mute = True

    @property
    def value(self) -> int:
        if self.mute:
            raise OSError(5, "Input/output error")
        return self._value

    @value.setter
    def value(self, value: int) -> None:
        self._value = value


@pytest.mark.parametrize("lock", [False, True])
def test_settings_that_cannot_be_read_for_a_while_are_complained_of_and_cost_no_picture(lock: bool) -> None:
    gain = Mute(0, 255, 1, 64)
    steady = Steady({}, lock)
    steady.opened(UvcControls(raw() | {KNOWN["gain"].id: gain}))
    for second in range(6):
        steady.look(picture(200), float(second))
    assert ["does not tell" in each.what for each in steady.complaints] == [True]
    gain.mute = False
    steady.look(picture(200), 10.0)
    assert steady.complaints == ()
    assert steady.settings["gain"] == 64


@given(st.integers(3, 2047))
def test_setting_one_ends_its_automatic(hundred_us: int) -> None:
    device = raw()
    controls = UvcControls(device)
    controls.set("exposure_ms", hundred_us / 10)
    assert device[KNOWN["exposure_ms"].id].value == hundred_us
    assert device[KNOWN["exposure_ms"].automatic_id].value == 1
    assert settings_in_force(controls.listed())["exposure_ms"] == pytest.approx(hundred_us / 10)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("focus", 3, "no setting focus"),
        ("zoom", 3, "no setting zoom"),
        ("exposure_ms", 500, "exposure_ms=500"),
        ("power_line_hz", 55, "power_line_hz=55"),
    ],
)
def test_what_it_does_not_take_is_refused(name: str, value: float, words: str) -> None:
    with pytest.raises(SettingRefused, match=words) as caught:
        UvcControls(raw()).set(name, value)
    assert caught.value.remedy


def test_a_keeper_says_what_was_not_kept() -> None:
    for controls, word in ((UvcControls(raw(stubborn=True)), "exposure_ms=25"), (UvcControls({}), "no setting")):
        keeper = Keeper({"exposure_ms": 10.0})
        keeper.apply(controls)
        keeper.check(controls.listed())
        (complaint,) = keeper.complaints
        assert word in complaint.what


WISHES = st.fixed_dictionaries(
    {}, optional={"exposure": st.floats(0.01, 10.0), "white_balance_k": st.floats(2000, 10_000)}
)


@given(WISHES)
def test_whatever_a_camera_can_have_it_has_after_every_power_up(wishes: dict[str, float]) -> None:
    controls, keeper = SimControls(1.0), Keeper(wishes)
    for _ in range(3):
        controls.power_up()
        keeper.apply(controls)
        keeper.check(controls.listed())
        assert {**settings_in_force(controls.listed()), **wishes} == settings_in_force(controls.listed())
        assert keeper.complaints == ()


@given(st.floats(10.1, 1e6) | st.floats(-1e6, 0.0))
def test_what_it_cannot_have_is_complained_of_and_nothing_else_is_lost(exposure: float) -> None:
    controls, keeper = SimControls(1.0), Keeper({"exposure": exposure, "white_balance_k": 4000.0})
    keeper.apply(controls)
    assert [type(each) for each in keeper.complaints] == [SettingRefused]
    assert settings_in_force(controls.listed()) == {"exposure": 1.0, "white_balance_k": 4000.0}


@given(st.floats(60, 240), st.floats(0.8, 1.2), st.floats(0.8, 1.2))
def test_the_light_is_what_was_put_in(level: float, red: float, blue: float) -> None:
    few = np.clip(np.full((64, 64, 3), level) * np.array([red, 1.0, blue]), 0, 254).astype(np.uint8)
    light = light_of(few)
    assert light.level == pytest.approx(level, abs=1.0)
    assert light.red == pytest.approx(min(red, 254 / level), abs=0.03)
    assert light.blue == pytest.approx(min(blue, 254 / level), abs=0.03)


@given(st.lists(st.floats(-0.05, 0.05), min_size=20, max_size=40))
def test_light_within_its_limits_is_never_complained_of(drifts: list[float]) -> None:
    watch = LightWatch(light_of(np.full((32, 32, 3), 200, np.uint8)))
    for second, drift in enumerate(drifts):
        watch.look(np.full((32, 32, 3), round(200 * (1 + drift)), np.uint8), float(second))
        assert watch.complaint is None


def test_what_was_held_is_given_back_after_it_was_forgotten() -> None:
    controls = SimControls(1.0)
    controls.set("white_balance_k", 4321.0)
    keeper = Keeper({})
    keeper.hold(controls)
    controls.power_up()
    assert settings_in_force(controls.listed())["white_balance_k"] == 6500.0
    keeper.apply(controls)
    keeper.check(controls.listed())
    assert settings_in_force(controls.listed()) == {"exposure": 1.0, "white_balance_k": 4321.0}
    assert keeper.complaints == ()


def picture(level: float, red: float = 1.0) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 2, (96, 128, 3))
    noise[30:60, 30:70] -= 90.0
    return np.clip(noise + level * np.array([red, 1.0, 1.0]), 0, 255).astype(np.uint8)


def test_the_light_is_that_of_the_clear_parts() -> None:
    light = light_of(picture(200.0, red=1.1))
    assert light.level == pytest.approx(202, abs=3)
    assert light.red == pytest.approx(1.09, abs=0.02)


@pytest.mark.parametrize(
    ("pixels", "word"),
    [(picture(150), "darker"), (picture(240), "brighter"), (picture(200, 1.15), "colour"), (picture(205), None)],
)
def test_a_drift_that_lasts_is_told_and_taken_back(pixels: np.ndarray, word: str | None) -> None:
    watch = LightWatch(light_of(picture(200.0)))
    watch.look(picture(200), 0.0)
    watch.look(pixels, 1.0)
    assert watch.complaint is None
    watch.look(pixels, 1.0 + PATIENCE_S)
    assert (watch.complaint is None) == (word is None)
    assert word is None or word in str(watch.complaint)
    watch.look(picture(200), 20.0)
    assert watch.complaint is None


def test_it_locks_once_settled_and_complains_of_drift_after_a_reconnection_too() -> None:
    controls, steady = SimControls(1.0), Steady({}, lock=True)
    steady.opened(controls)
    steady.look(picture(200), 0.0)
    controls.set("exposure", 2.5)  # the camera still settles
    steady.look(picture(200), SETTLE_S)
    controls.power_up()
    steady.opened(controls)
    assert steady.settings["exposure"] == 2.5
    for second in range(12):
        steady.look(picture(140), 10.0 + second)
    assert [type(each) for each in steady.complaints] == [LightDrifted]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    for name in ("sys/class/video4linux", "sys/devices", "dev"):
        (tmp_path / name).mkdir(parents=True)
    refuse = camera._refuse_other_than_a_usable_camera
    monkeypatch.setattr(
        camera, "_refuse_other_than_a_usable_camera", lambda path: None if path.exists() else refuse(path)
    )
    monkeypatch.setattr(camera, "open_device", lambda *_: FakeDevice(3))
    return Machine(tmp_path / "sys", tmp_path / "dev")


class FakeUvc:
    """Every camera forgets its settings when it is unplugged."""

    def __init__(self, _path: Path) -> None:
        self.controls = UvcControls(raw())

    def close(self) -> None:
        """Nothing is open."""


def test_a_camera_is_opened_again_under_its_new_number_with_its_settings(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera, "UvcDevice", FakeUvc)
    plug(machine, 0, "1-1", serial="A1")
    source = CameraSource(parse_uri("camera:serial=A1?exposure_ms=12&power_line_hz=50"), machine=machine)
    first = source.read()
    unplug(machine, "1-1")
    with pytest.raises(SourceUnavailable):
        source.again()
    plug(machine, 4, "1-1", serial="A1")
    second = source.again().read()
    assert first is not None
    assert second is not None
    assert str(second.settings["device"]).endswith("video4")
    assert second.settings["exposure_ms"] == first.settings["exposure_ms"] == pytest.approx(12.0)
    assert second.settings["power_line_hz"] == 50
    assert source.complaints == ()


@pytest.mark.parametrize("back_in", ["1-1", "1-4"])
def test_an_equal_that_was_plugged_in_meanwhile_is_not_taken_for_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, back_in: str
) -> None:
    monkeypatch.setattr(camera, "UvcDevice", FakeUvc)
    monkeypatch.setattr(camera, "LOOK_AROUND_S", 0.0)
    plug(machine, 0, "1-1")
    source = CameraSource(parse_uri("camera:0"), machine=machine)
    plug(machine, 2, "1-2")
    assert source.read() is not None
    unplug(machine, "1-1")
    with pytest.raises(SourceUnavailable, match="not plugged in"):
        source.again()
    plug(machine, 4, back_in)
    moved = source.again()
    picture = moved.read()
    assert picture is not None
    assert str(picture.settings["device"]).endswith("video4")
    if back_in == "1-4":
        plug(machine, 0, "1-1")  # a third one, where the first was
        assert moved.read() is not None
    unplug(machine, back_in)
    with pytest.raises(SourceUnavailable, match="not plugged in"):
        moved.again()


def test_a_camera_named_by_its_socket_is_the_one_in_that_socket_whatever_its_number(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """udev keeps a link for each socket; two equal cameras change their numbers, never their links."""
    monkeypatch.setattr(camera, "UvcDevice", FakeUvc)
    links = machine.dev / "v4l" / "by-path"
    links.mkdir(parents=True)
    link = links / "pci-0000:00:14.0-usb-0:1:1.0-video-index0"
    plug(machine, 0, "1-1")
    plug(machine, 2, "1-2")
    link.symlink_to("../../video0")
    source = CameraSource(parse_uri(f"v4l2://{link}?gain=9"), machine=machine)
    unplug(machine, "1-1")
    link.unlink()
    with pytest.raises(SourceUnavailable, match="by-path"):
        source.again()
    unplug(machine, "1-2")
    plug(machine, 0, "1-2")  # its equal has its number now
    with pytest.raises(SourceUnavailable, match="by-path"):
        source.again()
    plug(machine, 2, "1-1")
    link.symlink_to("../../video2")
    opened: list[str] = []

    def open_noting(path: str, *_: object) -> FakeDevice:
        opened.append(path)
        return FakeDevice(3)

    monkeypatch.setattr(camera, "open_device", open_noting)
    again = source.again().read()
    assert again is not None
    assert again.settings["gain"] == 9
    assert [Path(path).resolve().name for path in opened] == ["video2"]


@pytest.mark.parametrize(("options", "refused"), [("", False), ("?gain=3", True), ("?lock=1", True)])
def test_without_linuxpy_pictures_come_but_settings_are_refused(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, options: str, refused: bool
) -> None:
    monkeypatch.setitem(sys.modules, "linuxpy.video", None)
    plug(machine, 0, "1-1")
    uri = parse_uri(f"camera:0{options}")
    if refused:
        device = FakeDevice(3)
        monkeypatch.setattr(camera, "open_device", lambda *_: device)
        with pytest.raises(PartMissing, match="linuxpy"):
            CameraSource(uri, machine=machine)
        assert device.released
    else:
        assert CameraSource(uri, machine=machine).read() is not None


class BreaksDown:
    """A device whose settings end in an error of the kernel."""

    closed = 0

    def __init__(self, _path: str) -> None:
        """Of any path."""

    def open(self) -> None:
        """Opens well."""

    def close(self) -> None:
        BreaksDown.closed += 1

    @property
    def controls(self) -> object:
        raise OSError(19, "No such device")


@pytest.mark.parametrize(("options", "refused"), [("", False), ("?gain=3", True)])
def test_a_camera_whose_settings_cannot_be_read_gives_pictures_where_none_is_asked_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, options: str, refused: bool
) -> None:
    monkeypatch.setattr(uvc, "_linuxpy", lambda: SimpleNamespace(Device=BreaksDown))
    closed = BreaksDown.closed
    plug(machine, 0, "1-1")
    uri = parse_uri(f"camera:0{options}")
    if refused:
        with pytest.raises(SettingRefused, match="No such device"):
            CameraSource(uri, machine=machine)
    else:
        assert CameraSource(uri, machine=machine).read() is not None
    assert BreaksDown.closed == closed + 1


def test_what_is_no_camera_has_no_settings(tmp_path: Path) -> None:
    pytest.importorskip("linuxpy")
    (tmp_path / "video0").touch()
    device = UvcDevice(tmp_path / "video0")
    assert device.controls.listed() == ()
    device.close()
    with pytest.raises(SettingRefused, match="cannot be read"):
        UvcDevice(tmp_path / "video1")
