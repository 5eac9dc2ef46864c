from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.bundle import open_bundle
from edge.bundle.tensors import write_vectors
from edge.errors import BadSetting, BundleDamaged, BundleUnsupported
from export.__main__ import main
from export.keys import read_private_key
from export.pack import PackSpec, archive, pack, vectors_file
from export.sign import sign
from tests.tiny import KEY, KEYS, tiny_bundle, tiny_fields, tiny_files, tiny_proof


def spec(**changes: object) -> PackSpec:
    return PackSpec(tiny_fields(**changes), tiny_files(), tiny_proof())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_packing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        tiny_bundle(tmp_path / name)
        archive(tmp_path / name, tmp_path / f"{name}.mkb")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert (tmp_path / "a.mkb").read_bytes() == (tmp_path / "b.mkb").read_bytes()


def test_the_spelling_of_a_number_does_not_change_the_bytes(tmp_path: Path) -> None:
    pack(spec(fusion={"network": 1, "rbf": 0, "bias": 0}), tmp_path / "a")
    pack(spec(fusion={"network": 1.0, "rbf": 0.0, "bias": 0.0}), tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_what_is_packed_and_signed_opens_on_a_kit(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "b")
    opened = open_bundle(tmp_path / "b", KEYS)
    assert opened.digest == bundle.digest
    assert opened.read("opinion.onnx") == tiny_files()["opinion.onnx"]
    for network, vectors in tiny_proof().items():
        assert opened.read(opened.manifest.vectors[network]) == write_vectors(vectors)


def test_what_a_kit_would_refuse_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(BundleUnsupported, match="positive_label"):
        pack(spec(positive_label="monocyte"), tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_folder_that_holds_something_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    with pytest.raises(BadSetting, match="not an empty folder"):
        pack(spec(), tmp_path)


def test_a_private_key_is_never_packed(tmp_path: Path) -> None:
    from export.keys import write_private_key

    write_private_key(tmp_path / "key.pem")
    leaking = {**tiny_files(), "notes.txt": b"see\n" + (tmp_path / "key.pem").read_bytes()}
    with pytest.raises(BadSetting, match=r"notes\.txt"):
        pack(PackSpec(tiny_fields(), leaking, tiny_proof()), tmp_path / "b")


def test_a_folder_that_differs_from_its_manifest_is_not_signed(tmp_path: Path) -> None:
    pack(spec(), tmp_path / "b")
    (tmp_path / "b" / "rbf.json").write_bytes(b"[]")
    with pytest.raises(BundleDamaged):
        sign(tmp_path / "b", KEY)
    assert not (tmp_path / "b" / "manifest.sig").exists()


def test_an_unsigned_bundle_is_not_archived(tmp_path: Path) -> None:
    pack(spec(), tmp_path / "b")
    with pytest.raises(BadSetting, match="not signed"):
        archive(tmp_path / "b", tmp_path / "b.mkb")


def typed(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr("sys.argv", ["marrowkit-export", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_keygen_pack_sign_and_archive_as_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, key, out, file = (tmp_path / name for name in ("source", "key.pem", "b", "b.mkb"))
    source.mkdir()
    vectors = {vectors_file(network): write_vectors(arrays) for network, arrays in tiny_proof().items()}
    for name, content in {**tiny_files(), **vectors}.items():
        (source / name).write_bytes(content)
    (source / "manifest.json").write_text(json.dumps(tiny_fields(), indent=2))
    assert typed(monkeypatch, "keygen", key, "--owner", "a maker") == 0
    entry = json.loads(capsys.readouterr().out)
    assert entry["keys"][0]["owner"] == "a maker"
    assert typed(monkeypatch, "pack", source, out) == 0
    assert typed(monkeypatch, "sign", out, "--key", key) == 0
    assert typed(monkeypatch, "archive", out, file) == 0
    assert entry["keys"][0]["id"] in capsys.readouterr().out
    assert file.stat().st_size > 0
    assert sign(out, read_private_key(key)).key.id == entry["keys"][0]["id"]


@pytest.mark.parametrize("manifest", [None, "{", "[]"])
def test_a_source_folder_without_a_readable_manifest_is_refused(
    manifest: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    assert typed(monkeypatch, "pack", tmp_path, tmp_path / "out") == 1
    assert "manifest.json" in capsys.readouterr().err
