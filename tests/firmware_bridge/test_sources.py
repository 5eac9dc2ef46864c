"""Folders, pictures, videos and cameras that are there, that are bad, and that vanish."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from firmware_bridge.capture import Capture
from firmware_bridge.errors import BadPicture, SettingRefused, SourceFault, SourceLost, SourceUnavailable
from firmware_bridge.picture import Device, Picture, Source
from firmware_bridge.sources import OPENERS, camera, folder, open_source
from firmware_bridge.sources.csi import CsiSource
from firmware_bridge.sources.image import ImageSource
from firmware_bridge.sources.mjpeg import MjpegSource
from firmware_bridge.sources.replay import ReplaySource
from firmware_bridge.sources.rtsp import RtspSource
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.sources.video import VideoSource
from firmware_bridge.uri import parse_uri


def write_grey(path: Path, level: int) -> None:
    cv2.imwrite(str(path), np.full((6, 8, 3), level, np.uint8))


def levels(source: Source, count: int) -> list[int | None]:
    """The grey level of each picture that comes, None for an unreadable one."""
    got: list[int | None] = []
    for _ in range(count):
        try:
            picture = source.read()
        except BadPicture:
            got.append(None)
            continue
        if picture is None:
            break
        got.append(int(picture.pixels[0, 0, 0]))
    return got


@pytest.fixture
def fields(tmp_path: Path) -> Path:
    """Two pictures with a broken one between them, and a file that is none of our business."""
    place = tmp_path / "fields"
    place.mkdir()
    write_grey(place / "f10.png", 30)
    write_grey(place / "f2.png", 10)
    (place / "f3.png").write_bytes(b"broken")
    (place / "notes.txt").write_text("not ours")
    return place


def test_a_folder_goes_on_after_a_bad_file(fields: Path) -> None:
    source = open_source(str(fields))
    assert levels(source, 9) == [10, None, 30]
    assert source.read() is None


def test_pictures_of_a_folder_carry_name_number_and_time(fields: Path) -> None:
    source = open_source(f"folder://{fields}?fps=4")
    first = source.read()
    assert first is not None
    assert (first.name, first.sequence, first.taken_ms) == (str(fields / "f2.png"), 0, 0.0)
    with pytest.raises(BadPicture, match=r"f3\.png"):
        source.read()
    third = source.read()
    assert third is not None
    assert (third.sequence, third.taken_ms) == (2, 500.0)


def test_a_folder_in_a_loop(fields: Path) -> None:
    source = open_source(f"folder://{fields}?loop=1")
    assert levels(source, 7) == [10, None, 30, 10, None, 30, 10]


def test_a_folder_that_vanishes_is_lost(fields: Path) -> None:
    source = open_source(str(fields))
    source.read()
    shutil.rmtree(fields)
    with pytest.raises(SourceLost, match="is gone"):
        source.read()


def test_a_file_that_vanishes_is_only_a_bad_picture(fields: Path) -> None:
    source = open_source(str(fields))
    (fields / "f2.png").unlink()
    assert levels(source, 9) == [None, None, 30]


def test_bad_files_of_a_full_folder_are_not_each_paid_for_by_a_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        (tmp_path / f"{number}.png").write_bytes(b"no picture")
    source = open_source(f"folder://{tmp_path}")
    monkeypatch.setattr(folder, "pictures_in", None)
    for _ in range(5):
        with pytest.raises(BadPicture):
            source.read()


def test_a_folder_without_pictures_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="holds no pictures"):
        open_source(str(tmp_path))


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="cannot be opened"):
        open_source(f"folder://{tmp_path}/absent")


def test_a_watched_folder_gives_new_pictures_when_they_are_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "WATCH_INTERVAL_S", 0.01)
    source = open_source(f"folder://{tmp_path}?watch=1")
    threading.Timer(0.03, write_grey, (tmp_path / "new.png", 7)).start()
    assert levels(source, 1) == [7]


def test_closing_ends_the_wait_for_new_pictures(tmp_path: Path) -> None:
    source = open_source(f"folder://{tmp_path}?watch=1")
    threading.Timer(0.03, source.close).start()
    assert source.read() is None


def test_a_single_picture_comes_once_or_again_and_again(fields: Path) -> None:
    assert levels(open_source(str(fields / "f2.png")), 3) == [10]
    assert levels(open_source(f"file://{fields}/f2.png?loop=1"), 3) == [10, 10, 10]


def test_content_decides_not_the_name(fields: Path) -> None:
    disguised = fields / "picture.mp4"
    shutil.copy(fields / "f2.png", disguised)
    assert levels(open_source(str(disguised)), 3) == [10]


@pytest.mark.parametrize(("name", "fault"), [("notes.txt", BadPicture), ("absent.png", SourceUnavailable)])
def test_a_file_of_no_use_is_refused_at_once(fields: Path, name: str, fault: type[SourceFault]) -> None:
    with pytest.raises(fault):
        open_source(f"file://{fields}/{name}")


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Five pictures at 20 per second, brighter by 40 each."""
    path = tmp_path / "video.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 48))
    for number in range(5):
        writer.write(np.full((48, 64, 3), 40 * number, np.uint8))
    writer.release()
    return path


def read_all(source: Source, most: int) -> list[Picture]:
    return [picture for picture in (source.read() for _ in range(most)) if picture is not None]


def test_a_video_comes_whole_and_in_its_own_time(video: Path) -> None:
    pictures = read_all(open_source(str(video)), 9)
    assert [picture.sequence for picture in pictures] == [0, 1, 2, 3, 4]
    assert np.allclose([picture.taken_ms for picture in pictures], [0, 50, 100, 150, 200])
    assert np.allclose([picture.pixels.mean() for picture in pictures], [0, 40, 80, 120, 160], atol=4)


def test_a_video_in_a_loop_goes_on_in_number_and_time(video: Path) -> None:
    pictures = read_all(open_source(f"file://{video}?loop=1"), 12)
    assert [picture.sequence for picture in pictures] == list(range(12))
    assert (np.diff([picture.taken_ms for picture in pictures]) > 0).all()
    assert np.allclose(pictures[5].pixels, pictures[0].pixels)


def test_a_video_at_another_rate(video: Path) -> None:
    pictures = read_all(open_source(f"file://{video}?fps=4"), 3)
    assert [picture.taken_ms for picture in pictures] == [0, 250, 500]


def test_a_broken_video_says_so_and_nothing_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(300))
    with pytest.raises(BadPicture, match="no video that can be played"):
        open_source(str(broken))
    assert capfd.readouterr() == ("", "")


def test_a_closed_video_has_ended(video: Path) -> None:
    source = open_source(str(video))
    source.close()
    source.close()
    assert source.read() is None


@pytest.mark.parametrize("uri", ["camera:87", "v4l2:///dev/v4l/by-path/absent", "v4l2:///dev/null"])
def test_a_camera_that_is_not_there_is_unavailable(uri: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        open_source(uri)
    assert caught.value.remedy
    assert capfd.readouterr() == ("", "")


def test_a_file_is_no_camera(fields: Path) -> None:
    with pytest.raises(SourceUnavailable, match="is not a camera"):
        open_source(f"v4l2://{fields}/f2.png")


def test_a_network_camera_that_is_off_is_unavailable(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceUnavailable, match="No camera answers"):
        open_source("rtsp://127.0.0.1:9/x#timeout=1")
    assert capfd.readouterr() == ("", "")


class FakeDevice:
    """A camera that gives some pictures, then fails; and that must never be released during a read."""

    def __init__(self, pictures: int) -> None:
        self.left, self.reading, self.released = pictures, False, 0
        self.started, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.asked: dict[int, float] = {}

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def read(self) -> tuple[bool, object]:
        self.reading = True
        self.started.set()
        self.go_on.wait(5)
        self.reading, self.left = False, self.left - 1
        return self.left >= 0, np.full((4, 4, 3), (1, 2, 3), np.uint8)

    def get(self, prop: int, /) -> float:
        return self.asked.get(prop, 0.0)

    def set(self, prop: int, value: float, /) -> bool:
        self.asked[prop] = value
        return True

    def release(self) -> None:
        assert not self.reading
        self.released += 1


def refuse() -> None:
    raise SettingRefused("Its settings cannot be read.", "Unplug it.")


def plugged_in(monkeypatch: pytest.MonkeyPatch, device: FakeDevice) -> Source:
    monkeypatch.setattr(camera, "open_device", lambda *_: device)
    monkeypatch.setattr(camera, "UvcDevice", lambda _: refuse())
    return camera.CameraSource(parse_uri("v4l2:///dev/null?width=640"))


def test_a_camera_gives_pictures_and_its_settings_then_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    source = plugged_in(monkeypatch, FakeDevice(2))
    pictures = [source.read(), source.read()]
    assert [picture.sequence for picture in pictures if picture] == [0, 1]
    assert pictures[0] is not None
    assert tuple(pictures[0].pixels[0, 0]) == (3, 2, 1)
    assert pictures[0].settings["width"] == 640
    with pytest.raises(SourceLost, match="gives no picture"):
        source.read()
    source.close()
    assert source.read() is None


def test_a_camera_that_gives_another_size_than_asked_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stubborn(FakeDevice):
        def get(self, _prop: int, /) -> float:
            return 320.0

    for device, complaints in ((FakeDevice(1), 0), (Stubborn(1), 1)):
        source = plugged_in(monkeypatch, device)
        assert isinstance(source, Device)
        assert [type(each) for each in source.complaints] == [SettingRefused] * complaints


def test_a_camera_that_hangs_when_opened_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(camera, "open_device", lambda *_: (release.wait(5), FakeDevice(1))[1])
    monkeypatch.setattr(camera, "OPEN_TIMEOUT_S", 0.02)
    with pytest.raises(SourceUnavailable, match="does not answer"):
        open_source("v4l2:///dev/null")
    release.set()


def test_a_device_closed_during_a_read_is_released_by_the_reader() -> None:
    device = FakeDevice(9)
    device.go_on.clear()
    capture = Capture(device)
    reader = threading.Thread(target=capture.read)
    reader.start()
    assert device.started.wait(5)
    capture.close()
    assert device.released == 0
    device.go_on.set()
    reader.join()
    assert device.released >= 1
    assert capture.read() is None


def test_every_class_keeps_the_promise_of_a_source() -> None:
    kept: tuple[type[Source], ...] = (
        camera.CameraSource,
        CsiSource,
        ReplaySource,
        folder.FolderSource,
        ImageSource,
        MjpegSource,
        RtspSource,
        SimSource,
        VideoSource,
    )
    assert {entry.split(":")[1] for entry in OPENERS.values()} - {"open_file"} < {kind.__name__ for kind in kept}
