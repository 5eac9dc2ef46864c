from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bundle.canonical import NotCanonicalError, canonical_json, parse_canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_a_value_survives_its_canonical_form(value: Any) -> None:
    assert parse_canonical(canonical_json(value)) == value


@given(st.dictionaries(TEXT, st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


@given(JSON)
def test_only_one_spelling_is_canonical(value: Any) -> None:
    spaced = json.dumps(value, indent=1).encode()
    if spaced != canonical_json(value):
        with pytest.raises(NotCanonicalError):
            parse_canonical(spaced)


@pytest.mark.parametrize(
    "content",
    [b'{"a":1,"a":2}', b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1}\n', b"[NaN]", b"[1e400]", b"\xff", b"", b"[" * 100_000],
)
def test_another_spelling_is_refused(content: bytes) -> None:
    with pytest.raises(NotCanonicalError):
        parse_canonical(content)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_is_no_json_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (which one depends on the value)
        canonical_json([value])
