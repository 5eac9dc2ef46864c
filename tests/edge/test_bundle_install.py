"""The shelf: found, installed, refused, rolled back; and whatever fails changes nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from edge.bundle import Bundle, find_bundle, install, installing, list_bundles, rollback, shelf, use_bundle
from edge.bundle.shelf import current_version, switch_to
from edge.errors import BundleDamaged, BundleFault, BundleMissing, BundleOutdated, BundleUntrusted, EngineDisagrees
from tests.tiny import KEYS, OTHER_KEY, tiny_archive, tiny_bundle, tiny_files, trusting


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that trusts the tests' key, and a kit that came with no bundle."""
    monkeypatch.setattr(shelf, "shipped_folder", lambda: tmp_path / "shipped")
    return trusting(tmp_path / "data")


def proven(bundle: Bundle) -> None:
    """Every variant passes."""


def disproven(bundle: Bundle) -> None:
    raise EngineDisagrees("No variant passes here.", "Do not use it.")


def made(tmp_path: Path, version: int, title: str = "A tiny bundle") -> Path:
    return tiny_bundle(tmp_path / f"made{version}{len(title)}", version=version, title=title).path


def state(data: Path) -> dict[str, bytes]:
    """Every file of the bundle's shelf but the lock."""
    shelved = (data / "bundles").rglob("*")
    return {str(path): path.read_bytes() for path in shelved if path.is_file() and path.name != ".lock"}


def test_an_installed_bundle_is_found_by_name_and_is_the_one_offered(tmp_path: Path, data: Path) -> None:
    offered = tiny_bundle(tmp_path / "made")
    installed = install(tiny_archive(offered, tmp_path / "t.mkb"), data, KEYS, proven)
    assert installed.digest == offered.digest
    assert find_bundle("tiny", data) == installed.path == data / "bundles" / "tiny" / "1"
    assert use_bundle("tiny", data, views={"rgb"}).digest == offered.digest
    assert [(item.name, item.version, item.in_use) for item in list_bundles(data)] == [("tiny", 1, True)]


def test_a_newer_version_replaces_and_rollback_goes_back(tmp_path: Path, data: Path) -> None:
    for version in (1, 2, 5):
        install(made(tmp_path, version), data, KEYS, proven)
    assert use_bundle("tiny", data).manifest.version == 5
    assert [rollback("tiny", data, KEYS, proven).manifest.version for _ in range(2)] == [2, 1]
    assert use_bundle("tiny", data).manifest.version == 1
    with pytest.raises(BundleMissing, match="no older"):
        rollback("tiny", data, KEYS, proven)
    assert install(tmp_path / "made513", data, KEYS, proven).manifest.version == 5


def test_going_back_never_goes_forward(tmp_path: Path, data: Path) -> None:
    """The kit came with a newer one since: that is no older version."""
    install(made(tmp_path, 3), data, KEYS, proven)
    tiny_bundle(tmp_path / "shipped" / "tiny", version=9)
    with pytest.raises(BundleMissing, match="no older"):
        rollback("tiny", data, KEYS, proven)
    assert use_bundle("tiny", data).manifest.version == 3


def test_a_medium_that_gives_another_bundle_the_second_time_is_refused(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(made(tmp_path, 3), data, KEYS, proven)
    before, real = state(data), installing._copy
    stick, older = made(tmp_path, 5), made(tmp_path, 1)

    def swapped(offered: Bundle, folder: Path) -> None:
        shutil.rmtree(stick)
        shutil.copytree(older, stick)
        real(offered, folder)

    monkeypatch.setattr(installing, "_copy", swapped)
    with pytest.raises(BundleDamaged, match="became another bundle"):
        install(stick, data, KEYS, proven)
    assert state(data) == before


def test_a_bundle_that_stands_where_another_version_should_is_not_used(tmp_path: Path, data: Path) -> None:
    for version in (1, 2):
        install(made(tmp_path, version), data, KEYS, proven)
    shelf_of = data / "bundles" / "tiny"
    shutil.copytree(shelf_of / "1", shelf_of / "3")
    switch_to("tiny", 3, data)
    with pytest.raises(BundleDamaged, match="is 'tiny' 1"):
        use_bundle("tiny", data)
    shutil.rmtree(shelf_of / "2")
    shutil.copytree(shelf_of / "1", shelf_of / "2")
    with pytest.raises(BundleDamaged, match="is 'tiny' 1"):
        rollback("tiny", data, KEYS, proven)


def test_installing_the_same_again_is_harmless(tmp_path: Path, data: Path) -> None:
    path = made(tmp_path, 1)
    install(path, data, KEYS, proven)
    before = state(data)
    install(path, data, KEYS, proven)
    assert state(data) == before


def test_an_older_version_is_refused(tmp_path: Path, data: Path) -> None:
    install(made(tmp_path, 3), data, KEYS, proven)
    before = state(data)
    with pytest.raises(BundleOutdated, match="rollback"):
        install(made(tmp_path, 2), data, KEYS, proven)
    assert state(data) == before


def test_the_same_version_with_other_content_is_refused(tmp_path: Path, data: Path) -> None:
    install(made(tmp_path, 3), data, KEYS, proven)
    with pytest.raises(BundleOutdated, match="other content"):
        install(made(tmp_path, 3, "Another"), data, KEYS, proven)


def test_a_bundle_that_fails_on_this_device_changes_nothing(tmp_path: Path, data: Path) -> None:
    install(made(tmp_path, 1), data, KEYS, proven)
    before = state(data)
    with pytest.raises(EngineDisagrees):
        install(made(tmp_path, 2), data, KEYS, disproven)
    assert state(data) == before
    install(made(tmp_path, 2, "Two"), data, KEYS, proven)
    with pytest.raises(EngineDisagrees):
        rollback("tiny", data, KEYS, disproven)
    assert current_version("tiny", data) == 2


def test_an_untrusted_or_damaged_bundle_changes_nothing(tmp_path: Path, data: Path) -> None:
    install(made(tmp_path, 1), data, KEYS, proven)
    before = state(data)
    with pytest.raises(BundleUntrusted):
        install(tiny_bundle(tmp_path / "foreign", version=2, key=OTHER_KEY).path, data, KEYS, proven)
    damaged = made(tmp_path, 2)
    (damaged / "opinion.onnx").write_bytes(b"")
    with pytest.raises(BundleDamaged):
        install(damaged, data, KEYS, proven)
    assert state(data) == before


@pytest.mark.parametrize("fails_at", range(8))
def test_a_full_disk_at_any_moment_leaves_the_old_version_in_use(
    fails_at: int, tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(made(tmp_path, 1), data, KEYS, proven)
    path, real, calls = made(tmp_path, 2), os.fsync, iter(range(100))

    def fsync(handle: int) -> None:
        if next(calls) == fails_at:
            raise OSError(28, "No space left on device")
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(BundleFault, match="No space left"):
            install(path, data, KEYS, proven)
    assert use_bundle("tiny", data).manifest.version == 1
    assert install(path, data, KEYS, proven).manifest.version == 2


def test_what_a_power_cut_left_behind_is_cleared(tmp_path: Path, data: Path) -> None:
    left = data / "bundles" / "tiny" / ".incoming-dead"
    left.mkdir(parents=True)
    (left / "opinion.onnx").write_bytes(b"half")
    install(made(tmp_path, 1), data, KEYS, proven)
    assert not left.exists()
    assert [item.version for item in list_bundles(data)] == [1]


def test_a_broken_installed_bundle_is_repaired_by_installing_it_again(tmp_path: Path, data: Path) -> None:
    path = made(tmp_path, 1)
    installed = install(path, data, KEYS, proven)
    (installed.path / "rbf.json").unlink()
    with pytest.raises(BundleDamaged):
        use_bundle("tiny", data)
    install(path, data, KEYS, proven)
    assert use_bundle("tiny", data).read("rbf.json") == tiny_files()["rbf.json"]


def test_a_shipped_bundle_is_used_until_one_is_installed_and_after_going_back(tmp_path: Path, data: Path) -> None:
    tiny_bundle(tmp_path / "shipped" / "tiny", version=2)
    assert use_bundle("tiny", data).path == tmp_path / "shipped" / "tiny"
    with pytest.raises(BundleOutdated):
        install(made(tmp_path, 1), data, KEYS, proven)
    install(made(tmp_path, 3), data, KEYS, proven)
    assert use_bundle("tiny", data).manifest.version == 3
    rollback("tiny", data, KEYS, proven)
    assert use_bundle("tiny", data).manifest.version == 2
    assert [(item.version, item.origin, item.in_use) for item in list_bundles(data)] == [
        (3, "installed", False),
        (None, "shipped", True),
    ]


def test_a_broken_shipped_bundle_does_not_keep_a_sound_one_out(tmp_path: Path, data: Path) -> None:
    (tiny_bundle(tmp_path / "shipped" / "tiny", version=2).path / "rbf.json").unlink()
    assert install(made(tmp_path, 1), data, KEYS, proven).manifest.version == 1


def test_a_shipped_bundle_under_a_wrong_name_is_not_taken_for_another(tmp_path: Path, data: Path) -> None:
    tiny_bundle(tmp_path / "shipped" / "marrowkit-default")
    with pytest.raises(BundleDamaged, match="'tiny'"):
        use_bundle(None, data)


def test_a_path_is_used_as_given_and_a_name_is_never_a_path(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path, 1)
    assert use_bundle(str(path), data).path == path
    monkeypatch.chdir(path.parent)
    with pytest.raises(BundleMissing):
        find_bundle(path.name, data)
    with pytest.raises(BundleMissing):
        find_bundle("./absent", data)
    for odd in ("..", "Tiny", "a b"):
        with pytest.raises(BundleMissing, match="cannot be the name"):
            find_bundle(odd, data)


def test_what_is_there_is_named_when_what_is_asked_for_is_not(tmp_path: Path, data: Path) -> None:
    with pytest.raises(BundleMissing, match="bundle install"):
        find_bundle(None, data)
    install(made(tmp_path, 1), data, KEYS, proven)
    with pytest.raises(BundleMissing, match="tiny"):
        find_bundle("other", data)


def test_an_unreadable_note_of_the_version_in_use_is_damage_not_a_guess(tmp_path: Path, data: Path) -> None:
    install(made(tmp_path, 1), data, KEYS, proven)
    (data / "bundles" / "tiny" / "current").write_bytes(b"")
    with pytest.raises(BundleDamaged, match="current"):
        use_bundle("tiny", data)
    switch_to("tiny", 1, data)
    assert use_bundle("tiny", data).manifest.version == 1


def test_a_data_folder_that_cannot_be_written_is_said_to_be_so(tmp_path: Path, data: Path) -> None:
    (data / "bundles").write_bytes(b"in the way")
    with pytest.raises(BundleFault, match="could not be written"):
        install(made(tmp_path, 1), data, KEYS, proven)
