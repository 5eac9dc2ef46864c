from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from edge.bundle import load_keys, open_bundle
from edge.errors import BadSetting
from export.keys import SIGNING_KEY_VARIABLE, read_private_key, signing_key, trusted_key, write_private_key
from tests.tiny import KEY, tiny_bundle


def private_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_a_private_key_is_its_owners_alone_and_never_overwritten(tmp_path: Path) -> None:
    key = write_private_key(tmp_path / "key.pem")
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600
    assert trusted_key(read_private_key(tmp_path / "key.pem"), "") == trusted_key(key, "")
    with pytest.raises(BadSetting, match="exists already"):
        write_private_key(tmp_path / "key.pem")


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    write_private_key(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        read_private_key(tmp_path / "key.pem")


def test_what_is_no_ed25519_key_is_refused_without_a_word_of_its_content(tmp_path: Path) -> None:
    curve = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    locked = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    for content in (b"", b"secret", curve, locked):
        with pytest.raises(BadSetting) as refusal:
            read_private_key(private_file(tmp_path / "key.pem", content))
        assert "secret" not in str(refusal.value)
        assert refusal.value.__cause__ is None
    with pytest.raises(BadSetting, match="FileNotFoundError"):
        read_private_key(tmp_path / "absent.pem")


def test_without_a_named_key_a_local_one_is_made_once_and_trusted_by_this_data_folder_only(tmp_path: Path) -> None:
    notes: list[str] = []
    key = signing_key({}, tmp_path / "data", notes.append)
    again = signing_key({}, tmp_path / "data", notes.append)
    assert trusted_key(again, "") == trusted_key(key, "")
    assert len(notes) == 1
    tiny_bundle(tmp_path / "b", key=key)
    assert open_bundle(tmp_path / "b", load_keys(tmp_path / "data")).key.owner == "this machine"
    assert trusted_key(key, "").id not in load_keys(None)
    secret = (tmp_path / "data" / "signing" / "local.pem").read_text().splitlines()[1]
    assert all(secret not in note for note in notes)


def test_a_named_key_is_used_and_no_other_made(tmp_path: Path) -> None:
    key = write_private_key(tmp_path / "key.pem")
    named = signing_key({SIGNING_KEY_VARIABLE: str(tmp_path / "key.pem")}, tmp_path / "data", lambda note: None)
    assert trusted_key(named, "") == trusted_key(key, "")
    assert not (tmp_path / "data").exists()
