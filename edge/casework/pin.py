"""PINs: their form, and how they are kept.

A PIN of four figures falls to whoever has the database and an hour, however it is hashed; scrypt makes it an hour and
not a second. What protects it at the page is the wait after wrong ones (`edge.casework.lockout`).
"""

from __future__ import annotations

import re
import secrets
from itertools import pairwise

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from edge.errors import PinForm, PinWeak

LOG_N, R, P = 14, 8, 1
"""16 MB and about 50 ms on a kit: RFC 7914's figures for a log-in."""
LENGTH = 32
WEAK_STEPS = frozenset({0, 1, 9})
"""From each figure to the next: 1111, 1234 or 7890, 4321."""
_FORM = re.compile(r"[0-9]{4,12}")


def checked(pin: str) -> str:
    """The PIN, if it is one.

    Raises:
        PinForm: it is not 4 to 12 figures.
    """
    if not _FORM.fullmatch(pin):
        raise PinForm("A PIN is 4 to 12 figures.", "Choose one of figures only.")
    return pin


def chosen(pin: str) -> str:
    """The PIN, if it is one that somebody may choose now; earlier ones go on.

    Raises:
        PinForm: it is no PIN. PinWeak: whoever finds the kit alone would try it before the wait after wrong ones.
    """
    digits = [int(each) for each in checked(pin)]
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    if len(steps) == 1 and steps <= WEAK_STEPS:
        raise PinWeak("This PIN is one of those that are tried first.", "Choose figures that are in no order.")
    return pin


def hashed(pin: str) -> str:
    """What is kept of a PIN: scrypt's parameters, the salt and the hash, as text.

    Raises:
        PinForm: it is no PIN.
    """
    salt = secrets.token_bytes(16)
    digest = _scrypt(salt, LOG_N, R, P).derive(checked(pin).encode())
    return f"scrypt:{LOG_N}:{R}:{P}:{salt.hex()}:{digest.hex()}"


def matches(pin: str, kept: str) -> bool:
    """Whether it is the PIN that was kept so."""
    _, log_n, r, p, salt, digest = kept.split(":")
    try:
        _scrypt(bytes.fromhex(salt), int(log_n), int(r), int(p)).verify(pin.encode(), bytes.fromhex(digest))
    except InvalidKey:
        return False
    return True


def _scrypt(salt: bytes, log_n: int, r: int, p: int) -> Scrypt:
    return Scrypt(salt=salt, length=LENGTH, n=2**log_n, r=r, p=p)
