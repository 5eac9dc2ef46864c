"""Hostile and damaged folders: each is refused with its own error."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.bundle import TrustedKeys, open_bundle
from edge.bundle.canonical import canonical_json
from edge.bundle.keys import TrustedKey, merge
from edge.bundle.opened import reopen
from edge.bundle.signature import signature_bytes
from edge.errors import BundleDamaged, BundleFault, BundleMissing, BundleUnsupported, BundleUntrusted
from export.keys import trusted_key
from tests.tiny import KEY, KEYS, OTHER_KEY, tiny_archive, tiny_bundle, tiny_files

Harm = Callable[[Path], object]


def flip(path: Path, at: int = 10) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def sign_anew(folder: Path, manifest: bytes) -> None:
    (folder / "manifest.json").write_bytes(manifest)
    key = trusted_key(KEY, "the tests")
    (folder / "manifest.sig").write_bytes(signature_bytes(key.id, KEY.sign(manifest)))


HARMS: dict[str, tuple[Harm, type[BundleFault]]] = {
    "changed byte": (lambda folder: flip(folder / "opinion.onnx"), BundleDamaged),
    "shorter file": (lambda folder: (folder / "opinion.onnx").write_bytes(b"short"), BundleDamaged),
    "missing file": (lambda folder: (folder / "rbf.json").unlink(), BundleDamaged),
    "unlisted file": (lambda folder: (folder / "extra.py").write_text("import os"), BundleDamaged),
    "file in an unlisted folder": (lambda folder: put_deeper(folder), BundleDamaged),
    "link": (lambda folder: (folder / "extra").symlink_to("/etc/passwd"), BundleDamaged),
    "file turned link": (lambda folder: relink(folder / "rbf.json"), BundleDamaged),
    "folder link": (lambda folder: (folder / "sub").symlink_to("/etc"), BundleDamaged),
    "pipe": (lambda folder: os.mkfifo(folder / "pipe"), BundleDamaged),
    "thousands of files": (lambda folder: crowd(folder), BundleDamaged),
    "folders without end": (lambda folder: nest(folder, 300), BundleDamaged),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), BundleDamaged),
    "no signature": (lambda folder: (folder / "manifest.sig").unlink(), BundleUntrusted),
    "signature of another manifest": (lambda folder: flip(folder / "manifest.json"), BundleUntrusted),
    "signature no JSON": (lambda folder: (folder / "manifest.sig").write_bytes(b"\x00"), BundleUntrusted),
    "signature no base64": (lambda folder: resign(folder, "*"), BundleUntrusted),
    "signature of zeros": (lambda folder: resign(folder, "A" * 86 + "=="), BundleUntrusted),
    "signature too short": (lambda folder: resign(folder, "AAAA"), BundleUntrusted),
    "enormous signature": (lambda folder: (folder / "manifest.sig").write_bytes(b" " * 10**6), BundleDamaged),
    "enormous manifest": (lambda folder: (folder / "manifest.json").write_bytes(b" " * (2**20 + 1)), BundleDamaged),
    "signed, not canonical": (lambda folder: sign_anew(folder, b'{"a": 1}'), BundleDamaged),
    "signed, wrong schema": (
        lambda folder: sign_anew(folder, canonical_json({"schema_version": 9, "kind": "cell-opinion"})),
        BundleUnsupported,
    ),
}


def put_deeper(folder: Path) -> None:
    (folder / "new").mkdir()
    (folder / "new" / "file").write_bytes(b"")


def crowd(folder: Path) -> None:
    for number in range(200):
        (folder / f"f{number}").touch()


def nest(folder: Path, depth: int) -> None:
    """Folders within folders, deeper than a path can be long."""
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("a", dir_fd=here)
        inner = os.open("a", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def relink(path: Path) -> None:
    target = path.parent.parent / "moved"
    path.rename(target)
    path.symlink_to(target)


def resign(folder: Path, text: str) -> None:
    key = trusted_key(KEY, "the tests")
    claim = {"algorithm": "ed25519", "key_id": key.id, "signature": text}
    (folder / "manifest.sig").write_bytes(canonical_json(claim))


def test_a_sound_bundle_opens_and_reads(tmp_path: Path) -> None:
    made = tiny_bundle(tmp_path / "b")
    bundle = open_bundle(tmp_path / "b", KEYS, views={"rgb"})
    assert bundle.digest == made.digest
    assert bundle.manifest.name == "tiny"
    assert bundle.read("rbf.json") == tiny_files()["rbf.json"]
    with pytest.raises(KeyError):
        bundle.read("manifest.json")


@pytest.mark.parametrize("harm", HARMS)
def test_a_harmed_bundle_is_refused(harm: str, tmp_path: Path) -> None:
    tiny_bundle(tmp_path / "b")
    harmful, fault = HARMS[harm]
    harmful(tmp_path / "b")
    with pytest.raises(fault) as refusal:
        open_bundle(tmp_path / "b", KEYS)
    assert refusal.value.remedy


def test_folders_may_lie_in_folders_as_deep_as_a_manifest_can_name(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "b", {**tiny_files(), "a/b/c/extra.json": b"{}"})
    assert open_bundle(bundle.path, KEYS).read("a/b/c/extra.json") == b"{}"
    (bundle.path / "a" / "b" / "c" / "d").mkdir()
    with pytest.raises(BundleDamaged, match="more than 3 deep"):
        open_bundle(bundle.path, KEYS)


def test_a_bundle_of_an_unknown_key_is_refused_by_the_name_of_the_key(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "b", key=OTHER_KEY)
    with pytest.raises(BundleUntrusted, match=bundle.key.id):
        open_bundle(tmp_path / "b", KEYS)


def test_a_retired_key_opens_what_was_admitted_and_admits_nothing_new(tmp_path: Path) -> None:
    known = tiny_bundle(tmp_path / "b").key
    retired: TrustedKeys = merge([TrustedKey(known.id, known.public, known.owner, retired=True), known])
    assert open_bundle(tmp_path / "b", retired, admitted=True).key.retired
    with pytest.raises(BundleUntrusted, match="retired"):
        open_bundle(tmp_path / "b", retired)


def test_a_view_that_the_kit_cannot_make_is_unsupported(tmp_path: Path) -> None:
    tiny_bundle(tmp_path / "b")
    with pytest.raises(BundleUnsupported, match=r"preprocessing\.view"):
        open_bundle(tmp_path / "b", KEYS, views={"od-nucleus"})


def test_nothing_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(BundleMissing):
        open_bundle(tmp_path / "b", KEYS)


def test_a_file_that_changes_after_opening_is_noticed_when_read(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "b")
    flip(tmp_path / "b" / "opinion.onnx")
    with pytest.raises(BundleDamaged):
        bundle.read("opinion.onnx")


def test_reopening_knows_the_bundle_by_its_digest(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "b")
    assert reopen(tmp_path / "b", bundle.digest, bundle.key).manifest == bundle.manifest
    with pytest.raises(BundleDamaged):
        reopen(tmp_path / "b", "0" * 64, bundle.key)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_single_changed_bit_anywhere_in_an_archive_goes_unnoticed_or_crashes(
    data: st.DataObject, tmp_path: Path
) -> None:
    whole = tmp_path / "b.mkb"
    if not whole.exists():
        tiny_archive(tiny_bundle(tmp_path / "b"), whole)
    content = bytearray(whole.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (tmp_path / "changed.mkb").write_bytes(content)
    sound = open_bundle(whole, KEYS)
    try:
        opened = open_bundle(tmp_path / "changed.mkb", KEYS)
    except BundleFault:
        return
    # Dates and attributes of the zip are not content: what can be read is what was signed.
    assert opened.digest == sound.digest
    assert all(opened.read(name) == sound.read(name) for name in sound.manifest.files)
