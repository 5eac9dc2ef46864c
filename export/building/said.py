"""Fields of build.toml said on the command line: `picture.size_px=128`, `labels=L1,L2`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from edge.errors import BadSetting

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LISTED = frozenset({"labels", "positive", "lymphoid", "urgent", "variants", "picture.mean", "picture.std"})
"""Fields whose values may be written with commas between and without brackets."""


def fields_said(words: Iterable[str]) -> dict[str, Any]:
    """The tables that these words fill in, values as TOML has them or, where they are none, as plain text.

    Raises:
        BadSetting: a word is no field=value.
    """
    fields: dict[str, Any] = {}
    for word in words:
        path, equals, text = word.partition("=")
        *tables, key = path.split(".")
        if not (equals and all(part.isidentifier() for part in (*tables, key))):
            raise BadSetting(
                f"{word!r} says no field.", "Write --with field=value, such as --with picture.size_px=128."
            )
        table = fields
        for each in tables:
            table = _table(table, each, word)
        table[key] = _values(text) if path in LISTED and not text.startswith("[") else _value(text)
    return fields


def _table(within: dict[str, Any], name: str, word: str) -> dict[str, Any]:
    found = within.setdefault(name, {})
    if not isinstance(found, dict):
        raise BadSetting(f"{word!r} goes into {name}, which another word has made a value.", "Say one of them.")
    return found


def _values(text: str) -> list[Any]:
    return [_value(each.strip()) for each in text.split(",")]


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
