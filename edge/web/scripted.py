"""The words that a page's scripts say: only these travel with it, for a slow radio carries them each time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from edge.web.files import STATIC
from edge.web.language import LANGUAGES, messages

LITERAL = r'"(?:[^"\\]|\\.)*"'
SAID = re.compile(rf"\b_\(\s*({LITERAL})")
IMPORTED = re.compile(r"""\b(?:from|import)\s*\(?\s*"\./(\w+\.js)\"""")
FRAME = "frame.js"
"""What runs on every page."""
COUNTED = re.compile(rf"\bn_\(\s*({LITERAL})\s*,\s*({LITERAL})")


def said() -> Iterator[str]:
    """Messages in all scripts: `_("…")`."""
    return _said(_sources())


def counted() -> Iterator[tuple[str, str]]:
    """Messages that have a number in them, singular and plural: `n_("…", "…", n)`."""
    return _counted(_sources())


def needed(script: str) -> frozenset[str]:
    """A script and all that it imports, at once or later, and all that these do."""
    found, waiting = {script}, [script]
    while waiting:
        fresh = set(IMPORTED.findall(_text(waiting.pop()))) - found
        found |= fresh
        waiting += fresh
    return frozenset(found)


def _said(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from (json.loads(literal) for literal in SAID.findall(text))


def _counted(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in texts:
        yield from ((json.loads(one), json.loads(other)) for one, other in COUNTED.findall(text))


def _text(script: str) -> str:
    return (STATIC / script).read_text("utf-8")


@cache
def words(code: str, script: str) -> Mapping[str, str | list[str]]:
    """What a page with this script says in a language; under the empty message the names of its plural forms."""
    texts = [_text(name) for name in sorted(needed(FRAME) | needed(script))]
    wanted = {*_said(texts), *(one for one, _ in _counted(texts))}
    known = {key: text for key, text in messages(code).items() if key in wanted}
    return {"": list(LANGUAGES[code].forms), **known}


def _sources() -> Iterator[str]:
    return (path.read_text("utf-8") for path in sorted(STATIC.glob("*.js")))
