"""English that nobody marked for translation: found in Python, in templates and in scripts.

A fault's own words are English on purpose, and its code has general words in every language (`edge.words.FAULTS`);
so are the codes, keys and class names that no reader sees. What is looked for is a sentence that goes past both.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser

from edge.web.rendering import environment
from firmware_bridge.errors import Fault
from tests import messages

SENTENCE = re.compile(r"[A-Z“].*\s.*[.!?…]", re.DOTALL)
PHRASE = re.compile(r"[A-Z“][\w’']*(\s[\w’'{}]+)+[.!?…]?|.*\b[A-Za-z]{2,} [a-z]{2,}\b.*[.!?…]", re.DOTALL)
WORD = re.compile(r"[A-Za-z]{2,}")
NAMES = re.compile(r"\bMarrowkit\b")
"""What is called the same in every language."""
SAID_TO_PEOPLE = {"alt", "title", "placeholder", "aria-label"}
COMMENT = re.compile(r"/\*.*?\*/|(?:^|\s)//[^\n]*", re.DOTALL)
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`')
PLACE = re.compile(r"\$\{(?:[^{}]|\{[^{}]*\})*\}")
NOT_SHOWN = {"example", "Field", "FastAPI", "Guarded"}
"""Calls whose words stand in the API's documentation, which is English; so do descriptions."""


@cache
def marked() -> frozenset[str]:
    """Every message, singulars and plurals."""
    return frozenset(text for each in messages.messages() for text in ((each,) if isinstance(each, str) else each))


@cache
def faults() -> frozenset[str]:
    """The names of all kinds of faults."""
    return frozenset(kind.__name__ for kind in branches(Fault))


def branches(kind: type[Fault]) -> Iterator[type[Fault]]:
    """All kinds below a kind."""
    for branch in kind.__subclasses__():
        yield branch
        yield from branches(branch)


def in_python(source: str) -> list[str]:
    """Sentences that are neither marked, nor a fault's own words, nor documentation."""
    tree = ast.parse(source)
    left_out = {id(part) for node in ast.walk(tree) if _is_spoken_for(node) for part in ast.walk(node)}
    found = (_text(node) for node in ast.walk(tree) if id(node) not in left_out)
    return [text for text in found if SENTENCE.fullmatch(text) and text not in marked()]


def in_template(source: str) -> list[str]:
    """Letters between the tags, in what is read out, and in strings of expressions, that nobody marked."""
    tokens = [(kind, text) for _, kind, text in environment().lex(source)]
    shown = _Shown()
    shown.feed("".join(text if kind == "data" else "" for kind, text in tokens))
    strings = (text[1:-1] for kind, text in tokens if kind == "string")
    return shown.found + [text for text in strings if PHRASE.fullmatch(text) and text not in marked()]


def in_script(source: str) -> list[str]:
    """Phrases in quotes, and words beside the places of a template string, that nobody marked."""
    quoted = LITERAL.findall(COMMENT.sub(" ", source))
    texts = [plain or PLACE.sub("{}", filled) for plain, filled in quoted]
    return [text for text in texts if PHRASE.fullmatch(text.strip()) and text not in marked()]


def _is_spoken_for(node: ast.AST) -> bool:
    match node:
        case ast.Expr(ast.Constant()):  # a docstring
            return True
        case ast.Call(ast.Name(name)):
            return name in faults() or name in NOT_SHOWN
        case ast.keyword("description" | "summary"):
            return True
        case _:
            return False


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(values):
            return "".join(_text(each) or "{}" for each in values)
        case _:
            return ""


class _Shown(HTMLParser):
    """What people see or hear of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self._look([data])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(value or "" for name, value in attrs if name in SAID_TO_PEOPLE)

    def _look(self, texts: Iterable[str]) -> None:
        self.found += [text.strip() for text in texts if WORD.search(NAMES.sub("", text))]
