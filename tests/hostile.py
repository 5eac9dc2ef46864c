"""Bundles as somebody would make them who means harm, or whose disk does. Each harms a good bundle and says how."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from edge.bundle.archive import write_archive
from edge.bundle.canonical import canonical_json
from edge.bundle.signature import signature_bytes
from edge.bundle.store import FolderStore
from export.keys import trusted_key
from tests.tiny import KEY, OTHER_KEY, tiny_bundle, tiny_files, tiny_onnx

Harm = Callable[[Path], Path]
"""Given a folder to work in, leaves a bundle there and says where: a folder, or an .mkb file."""

GROWING = """
<ir_version: 8, opset_import: ["" : 17]>
growing (float[N, 3, 8, 8] image, float[N, 2] measures) => (float[N, 2] logits)
<int64[2] wide = {1000, 1500000}>
{
    one = ReduceMean <axes = [1, 2, 3], keepdims = 0> (image)
    first = ReduceMean <keepdims = 0> (one)
    huge = Expand (first, wide)
    sum = ReduceSum <keepdims = 0> (huge)
    cells = ReduceMean <axes = [2, 3], keepdims = 0> (image)
    two = Slice (cells, start, end, axis)
    logits = Add (two, sum)
}
"""
"""Asks for 6 GB on its way: a workshop's machine would give them, and a kit would stand still."""
SPARKLING = """
<ir_version: 8, opset_import: ["" : 17, "odd" : 1]>
sparkling (float[N, 3, 8, 8] image, float[N, 2] measures) => (float[N, 2] logits) { logits = odd.Sparkle (image) }
"""


def good(folder: Path, version: int = 4) -> Path:
    """One that a kit with version 3 would install."""
    return tiny_bundle(folder / "b", version=version).path


def resigned(folder: Path, files: Mapping[str, bytes] | None = None, **changes: Any) -> Path:
    """Signed by somebody whom the kit trusts: other content of files, and other fields of the manifest."""
    bundle = good(folder)
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    for name, content in (files or {}).items():
        (bundle / name).write_bytes(content)
        manifest["files"][name] = {"sha256": _sha256(content), "bytes": len(content)}
    return _signed(bundle, canonical_json({**manifest, **changes}))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _signed(bundle: Path, manifest: bytes) -> Path:
    (bundle / "manifest.json").write_bytes(manifest)
    key = trusted_key(KEY, "the tests")
    (bundle / "manifest.sig").write_bytes(signature_bytes(key.id, KEY.sign(manifest)))
    return bundle


def _written(bundle: Path, name: str, content: bytes) -> Path:
    (bundle / name).write_bytes(content)
    return bundle


def _flipped(bundle: Path, name: str) -> Path:
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    return _written(bundle, name, bytes(content))


def _replaced(bundle: Path, name: str, put: Callable[[Path], object]) -> Path:
    (bundle / name).unlink()
    put(bundle / name)
    return bundle


def _added(bundle: Path, put: Callable[[Path], object]) -> Path:
    put(bundle / "extra")
    return bundle


def _archived(folder: Path, more: Callable[[zipfile.ZipFile], object]) -> Path:
    """The good bundle as one file, and something beside it."""
    content = io.BytesIO(write_archive(FolderStore(good(folder))))
    with zipfile.ZipFile(content, "a") as archive:
        more(archive)
    return _file(folder, content.getvalue())


def _file(folder: Path, content: bytes) -> Path:
    (folder / "b.mkb").write_bytes(content)
    return folder / "b.mkb"


def _link(archive: zipfile.ZipFile) -> None:
    member = zipfile.ZipInfo("extra")
    member.create_system, member.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    archive.writestr(member, "/etc/passwd")


def _crowd(archive: zipfile.ZipFile) -> None:
    for number in range(900):
        archive.writestr(f"f{number}", "")


def _nested(archive: zipfile.ZipFile) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", bytes(10**6))
    archive.writestr("extra.zip", inner.getvalue())


def _announcing(folder: Path, size: int) -> Path:
    """A file that says that it is far larger than it is."""
    content = write_archive(FolderStore(good(folder)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = archive.getinfo("opinion.onnx").file_size
    return _file(folder, content.replace(struct.pack("<LL", told, told), struct.pack("<LL", size, size)))


def _vectors(header_shape: tuple[int, ...] | None = None, compress: bool = False) -> bytes:
    """Vectors whose header speaks of an array that no memory holds, or that were pressed to a thousandth."""
    file = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", how) as archive:
        for name in ("input.image", "input.measures", "output.logits"):
            array = io.BytesIO()
            if compress:
                np.lib.format.write_array(array, np.zeros((60, 2**20), np.float32), allow_pickle=False)
            else:
                told = {"descr": "<f4", "fortran_order": False, "shape": header_shape}
                np.lib.format.write_array_header_1_0(array, told)
            archive.writestr(f"{name}.npy", array.getvalue())
    return file.getvalue()


def _pickled() -> bytes:
    file = io.BytesIO()
    arrays: dict[str, Any] = {"input.image": np.array([{"a": 1}], dtype=object)}
    np.savez(file, **arrays)
    return file.getvalue()


def _growing() -> bytes:
    text = GROWING.replace(
        "<int64[2] wide = {1000, 1500000}>",
        "<int64[2] wide = {1000, 1500000}, int64[1] start = {0}, int64[1] end = {2}, int64[1] axis = {1}>",
    )
    return tiny_onnx(text)


def _elsewhere() -> bytes:
    """The good network, and a constant whose values lie in the kit's own password file."""
    model = onnx.load_model_from_string(tiny_files()["opinion.onnx"])
    tensor = model.graph.initializer.add(name="w", data_type=TensorProto.FLOAT, dims=[1], data_location="EXTERNAL")
    tensor.external_data.add(key="location", value="/etc/passwd")
    return bytes(model.SerializeToString())


def _sized(folder: Path, size_px: int) -> Path:
    manifest = json.loads((good(folder / "first") / "manifest.json").read_bytes())
    return resigned(folder, preprocessing={**manifest["preprocessing"], "size_px": size_px})


HARMS: Mapping[str, tuple[Harm, str]] = {
    # who made it
    "a changed signature": (lambda at: _flipped(good(at), "manifest.sig"), "bundle is signed with|cannot read|belong"),
    "another manifest's signature": (
        lambda at: _flipped(good(at), "manifest.json"),
        "does not belong to this manifest",
    ),
    "a stranger's key": (
        lambda at: tiny_bundle(at / "b", version=4, key=OTHER_KEY).path,
        "a key this kit does not know",
    ),
    "no signature": (lambda at: _replaced(good(at), "manifest.sig", lambda path: None), "not signed"),
    # what was signed
    "a changed byte": (lambda at: _flipped(good(at), "opinion.onnx"), "'opinion.onnx' differs from what was signed"),
    "a file less": (lambda at: _replaced(good(at), "rbf.json", lambda path: None), "'rbf.json' is missing"),
    "a file more": (
        lambda at: _added(good(at), lambda path: path.write_text("import os")),
        "'extra' lies in the bundle",
    ),
    # what lies in it
    "a symbolic link": (lambda at: _added(good(at), lambda path: path.symlink_to("/etc/passwd")), "a link or a device"),
    "a link in a file's place": (
        lambda at: _replaced(good(at), "rbf.json", lambda path: path.symlink_to("/etc/passwd")),
        "a link or a device",
    ),
    "a linked folder": (lambda at: _added(good(at), lambda path: path.symlink_to("/etc")), "a link or a device"),
    "a pipe": (lambda at: _replaced(good(at), "rbf.json", os.mkfifo), "a link or a device"),
    "a link in an archive": (lambda at: _archived(at, _link), "a link or a device"),
    "a way out": (lambda at: _archived(at, lambda zip_: zip_.writestr("../../x", "")), "outside itself"),
    "a way from the root": (lambda at: _archived(at, lambda zip_: zip_.writestr("/etc/x", "")), "outside itself"),
    "a way out for Windows": (lambda at: _archived(at, lambda zip_: zip_.writestr("..\\x", "")), "outside itself"),
    "one name twice": (lambda at: _archived(at, lambda zip_: zip_.writestr("rbf.json", "{}")), "the same name"),
    "folders without end": (
        lambda at: _added(good(at), lambda path: (path / "/".join(["a"] * 300)).mkdir(parents=True)),
        "folders more than 3 deep",
    ),
    "a script before it": (
        lambda at: _file(at, b"#!/bin/sh\nrm -r ~\nexit\n" + write_archive(FolderStore(good(at)))),
        "something before its first file",
    ),
    "weights in a file that nobody signed": (
        lambda at: resigned(at, {"opinion.onnx": _elsewhere()}),
        "takes weights from a file that nobody signed",
    ),
    # how large it is
    "a zip bomb": (
        lambda at: _archived(at, lambda zip_: zip_.writestr("x", bytes(10**7), zipfile.ZIP_DEFLATED)),
        "compressed or encrypted",
    ),
    "a zip bomb in a zip": (lambda at: _archived(at, _nested), "'extra.zip' lies in the bundle"),
    "an announced terabyte": (lambda at: _announcing(at, 2**31), "unpacks to more than 500 MB"),
    "thousands of files": (
        lambda at: _archived(at, _crowd),
        "far too many files",
    ),
    "an enormous manifest": (
        lambda at: _written(good(at), "manifest.json", b" " * (2**20 + 1)),
        "manifest.json is larger than 1024 kB",
    ),
    "vectors of an enormous shape": (
        lambda at: resigned(at, {"vectors-opinion.npz": _vectors((2**20, 2**20))}),
        "test vectors cannot be read",
    ),
    "vectors pressed to a thousandth": (
        lambda at: resigned(at, {"vectors-opinion.npz": _vectors(compress=True)}),
        "unpack to more than 200 MB",
    ),
    "an enormous picture": (lambda at: _sized(at, 10**6), r"preprocessing\.size_px: .*1024"),
    "a network that asks for 6 GB": (
        lambda at: resigned(at, {"opinion.onnx": _growing()}),
        "No variant of tiny 4 gives the signed answers here .*(llocat|memory)",
    ),
    # what it asks for
    "a newer schema": (lambda at: resigned(at, schema_version=2), "schema_version: this kit reads 1, not 2"),
    "another kind": (lambda at: resigned(at, kind="cell-oracle"), "kind: this kit uses bundles of kind"),
    "a field that nobody knows": (lambda at: resigned(at, command="rm"), "command: Extra inputs"),
    "a view that nobody has": (
        lambda at: resigned(at, preprocessing={**_preprocessing(at), "view": "x-ray"}),
        r"preprocessing\.view: this kit has no input view 'x-ray'",
    ),
    "an operator that nobody has": (
        lambda at: resigned(at, {"opinion.onnx": tiny_onnx(SPARKLING)}),
        "No variant of tiny 4 .*(Sparkle|odd)",
    ),
    # what it says
    "no number in its manifest": (
        lambda at: _signed(good(at), (at / "b" / "manifest.json").read_bytes().replace(b"0.5", b"NaN", 1)),
        "manifest.json cannot be read",
    ),
    "infinity in its manifest": (
        lambda at: _signed(good(at), (at / "b" / "manifest.json").read_bytes().replace(b"0.5", b"Infinity", 1)),
        "manifest.json cannot be read",
    ),
    "a name twice in its manifest": (
        lambda at: _signed(good(at), b'{"a":1,' + (at / "b" / "manifest.json").read_bytes()[1:]),
        "manifest.json cannot be read|Extra inputs",
    ),
    "no number in its rules": (
        lambda at: resigned(at, {"fuzzy.json": b'{"version": NaN}'}),
        "'fuzzy.json' of the bundle is no JSON: NaN is no number",
    ),
    "rules without a floor": (
        lambda at: resigned(at, {"fuzzy.json": b"[" * 100_000}),
        "'fuzzy.json' of the bundle is no JSON",
    ),
    "code in its vectors": (
        lambda at: resigned(at, {"vectors-opinion.npz": _pickled()}),
        "test vectors cannot be read",
    ),
    # how old it is
    "an older version": (lambda at: good(at, version=2), "older than version 3, which is in use"),
    "another version 3": (
        lambda at: tiny_bundle(at / "b", version=3, title="Another").path,
        "here already, with other content",
    ),
}
"""Name of the harm to what does it and what the kit says."""


def _preprocessing(at: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((good(at / "first") / "manifest.json").read_bytes())["preprocessing"]
    return found
