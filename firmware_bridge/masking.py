"""Names and passwords of cameras, kept out of everything that is shown, recorded or sent to support.

They stand before the host (`//name:password@host`), and, as many cameras have it, among the values of the query or even
of the path (`?user=…&pwd=…`, `/user=…_password=…`).
"""

from __future__ import annotations

import re

MASK = "***"
SECRET_WORDS = ("pass", "psw", "pwd", "secret", "token", "key", "user", "usr", "login", "auth", "cred")
"""A value whose name holds one of these is not shown."""

_BEFORE_HOST = re.compile(r"(?<=//)[^/?#\s]*@")
_NOT_WELL_ESCAPED = re.compile(r"(?<=//)[^/?#\s@:]*:(?!\d{1,5}(?:[/?#\s]|$))[^\s]*@")
"""A password with a slash or the like in it, which ends the host for whoever reads the address."""
_NAME = r"[^=&;?#/\s“]*"
_VALUE = re.compile(rf"({_NAME}(?:{'|'.join(SECRET_WORDS)}|%){_NAME}=)[^&;#\s”]*", re.IGNORECASE)
"""A name with a `%` in it may be any."""


def without_secrets(text: str) -> str:
    """An address, or a sentence with addresses in it, as it may be shown to anybody."""
    shown = _NOT_WELL_ESCAPED.sub(f"{MASK}@", text)
    shown = _BEFORE_HOST.sub(f"{MASK}@", shown)
    return _VALUE.sub(rf"\1{MASK}", shown)
