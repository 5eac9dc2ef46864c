"""The page's words, gathered from where they stand, and their catalogues.

`python -m tests.messages` brings every catalogue up to date: new messages are added empty to the .po file, retired ones
dropped, and the .mo file that the kit reads is compiled. Translate in the .po file, and run it again.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

import edge
from edge.web import scripted
from edge.web.language import DOMAIN, LANGUAGES, LOCALE
from edge.words import FAULTS, NUMBER_SAMPLE, WORDS

EDGE = Path(edge.__file__).parent
BUNDLES = EDGE.parent / "models" / "bundles"
NEVER = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""The same words give the same files: no true date in their headers."""

Message = str | tuple[str, str]
"""A message, or a singular and its plural."""


def messages() -> set[Message]:
    """Every message that the page or a paper may say."""
    sentences = (*WORDS.values(), *FAULTS.values())
    found: set[Message] = {text for sentence in sentences for text in (sentence.text, sentence.remedy) if text}
    found |= {NUMBER_SAMPLE, *scripted.said(), *scripted.counted()}
    return found.union(_of_templates(), _of_names(), _of_rules())


def po_path(code: str) -> Path:
    """The catalogue that people edit."""
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(code: str) -> Catalog:
    """What people have translated; empty where they have not begun."""
    path = po_path(code)
    if not path.exists():
        return empty(code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def empty(code: str) -> Catalog:
    """A catalogue without a message, with the plural forms of its language."""
    made = Catalog(locale=code, project="marrowkit", creation_date=NEVER, revision_date=NEVER, fuzzy=False)
    language = LANGUAGES[code]
    made.mime_headers = [("Plural-Forms", f"nplurals={len(language.forms)}; plural=({language.rule});")]
    return made


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the kit reads it."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def key(message_id: object) -> Message:
    """A message's id as `messages` gives it."""
    return (str(message_id[0]), str(message_id[1])) if isinstance(message_id, (tuple, list)) else str(message_id)


def forms(text: object) -> tuple[str, ...]:
    """A translation's forms; one where it has no plural."""
    return tuple(str(form) for form in text) if isinstance(text, (tuple, list)) else (str(text),)


def translations(catalogue: Catalog) -> dict[Message, tuple[str, ...]]:
    """What a catalogue says."""
    return {key(message.id): forms(message.string) for message in catalogue if message.id}


def read_compiled(content: bytes) -> dict[Message, tuple[str, ...]]:
    """What a compiled catalogue says."""
    return translations(read_mo(BytesIO(content)))


def update(code: str, more: Mapping[Message, tuple[str, ...]] | None = None) -> list[Message]:
    """Bring a catalogue up to date, with `more` translations; the messages that still want one."""
    known = {**translations(read_catalogue(code)), **(more or {})}
    fresh = empty(code)
    blank = ("",) * len(LANGUAGES[code].forms)
    for message in sorted(messages(), key=str):
        said = known.get(message, ("",) if isinstance(message, str) else blank)
        fresh.add(message, said[0] if isinstance(message, str) else said)
    path = po_path(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=120)
    path.with_suffix(".mo").write_bytes(compiled(fresh))
    return [message for message, said in translations(fresh).items() if not all(said)]


def _of_templates() -> Iterator[str]:
    for path in sorted((EDGE / "web" / "templates").glob("*.html")):
        with path.open("rb") as file:
            yield from (str(text) for _, _, text, _ in babel_extract(file, ["_"], [], {}) if text)


def _of_names() -> Iterator[str]:
    """Messages marked `N_("…")`, or said at once, anywhere in the kit's code."""
    for path in sorted(EDGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_bytes())):
            match node:
                case ast.Call(ast.Name("N_" | "translate") | ast.Attribute(_, "translate"), [ast.Constant(str(text))]):
                    yield text


def _of_rules() -> Iterator[str]:
    """The sentences of the fuzzy rules of the bundles that are shipped."""
    for path in BUNDLES.glob("*/fuzzy.json"):
        yield from (rule["sentence"] for rule in json.loads(path.read_text("utf-8"))["rules"])


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != "en":
            for missing in update(language):
                sys.stdout.write(f"{language}: {missing}\n")
