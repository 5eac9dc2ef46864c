"""The words that the page's scripts say: only these travel with each page, for a slow radio carries them each time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache

from edge.web.files import STATIC
from edge.web.language import LANGUAGES, messages

LITERAL = r'"(?:[^"\\]|\\.)*"'
SAID = re.compile(rf"\b_\(\s*({LITERAL})")
COUNTED = re.compile(rf"\bn_\(\s*({LITERAL})\s*,\s*({LITERAL})")


def said() -> Iterator[str]:
    """Messages in the scripts: `_("…")`."""
    for text in _sources():
        yield from (json.loads(literal) for literal in SAID.findall(text))


def counted() -> Iterator[tuple[str, str]]:
    """Messages that have a number in them, singular and plural: `n_("…", "…", n)`."""
    for text in _sources():
        yield from ((json.loads(one), json.loads(other)) for one, other in COUNTED.findall(text))


@cache
def words(code: str) -> Mapping[str, str | list[str]]:
    """What the scripts say in a language; under the empty message the names of its plural forms."""
    wanted = {*said(), *(one for one, _ in counted())}
    known = {key: text for key, text in messages(code).items() if key in wanted}
    return {"": list(LANGUAGES[code].forms), **known}


def _sources() -> Iterator[str]:
    return (path.read_text("utf-8") for path in sorted(STATIC.glob("*.js")))
