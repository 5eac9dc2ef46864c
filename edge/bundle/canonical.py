"""One byte sequence per JSON value, so that what was signed can be compared byte for byte.

Like RFC 8785: keys sorted (by code point), no white space, UTF-8, no NaN or infinity. Unlike it, numbers are written as
Python's `repr` does, so 1 and 1.0 stay different and every float64 survives a round trip.
"""

from __future__ import annotations

import json
from typing import Any


class NotCanonicalError(ValueError):
    """The bytes are not the canonical form of any JSON value."""


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of a JSON value (dicts with string keys, lists or tuples, str, int, float, bool, None).

    Raises:
        ValueError: a number is not finite, or a text is not valid Unicode.
        TypeError: something in it is no JSON value.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def parse_canonical(content: bytes) -> Any:
    """The value whose canonical form `content` is; duplicate keys, NaN and spare white space cannot hide in it.

    Raises:
        NotCanonicalError: the bytes are no JSON, or JSON written another way.
    """
    try:
        value = json.loads(content.decode())
        written = canonical_json(value)
    except (ValueError, RecursionError) as error:
        raise NotCanonicalError(str(error)) from error
    if written != content:
        raise NotCanonicalError("not in canonical form")
    return value
