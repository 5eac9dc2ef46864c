"""The page's words, gathered from where they stand, and their catalogues.

`python -m tests.messages` brings every catalogue up to date: new messages are added empty to the .po file, retired ones
dropped, and the .mo file that the kit reads is compiled. Translate in the .po file, and run it again.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

import edge
from edge.web.language import DOMAIN, LANGUAGES, LOCALE
from edge.words import FAULTS, WORDS

WEB = Path(edge.__file__).parent / "web"
BUNDLES = Path(edge.__file__).parents[1] / "models" / "bundles"
NEVER = datetime(2000, 1, 1, tzinfo=timezone.utc)
"""The same words give the same files: no true date in their headers."""
IN_SCRIPT = re.compile(r'\b_\(\s*("(?:[^"\\]|\\.)*")')


def messages() -> set[str]:
    """Every message that the page may say."""
    sentences = (*WORDS.values(), *FAULTS.values())
    found = {text for sentence in sentences for text in (sentence.text, sentence.remedy) if text}
    return found.union(_of_templates(), _of_scripts(), _of_names(), _of_rules())


def po_path(code: str) -> Path:
    """The catalogue that people edit."""
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(code: str) -> Catalog:
    """What people have translated; empty where they have not begun."""
    path = po_path(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the kit reads it."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def translations(content: bytes) -> dict[str, str]:
    """What a compiled catalogue says."""
    return {str(message.id): str(message.string) for message in read_mo(BytesIO(content)) if message.id}


def update(code: str) -> list[str]:
    """Bring a catalogue up to date; the messages that still want a translation."""
    known = {str(message.id): str(message.string) for message in read_catalogue(code) if message.id}
    fresh = Catalog(locale=code, project="marrowkit", creation_date=NEVER, fuzzy=False)
    for message in sorted(messages()):
        fresh.add(message, known.get(message, ""))
    path = po_path(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, omit_header=True, width=120)
    path.with_suffix(".mo").write_bytes(compiled(fresh))
    return [str(message.id) for message in fresh if message.id and not message.string]


def _of_templates() -> Iterator[str]:
    for path in (WEB / "templates").glob("*.html"):
        with path.open("rb") as file:
            yield from (str(text) for _, _, text, _ in babel_extract(file, ["_"], [], {}) if text)


def _of_scripts() -> Iterator[str]:
    for path in (WEB / "static").glob("*.js"):
        for literal in IN_SCRIPT.findall(path.read_text("utf-8")):
            yield json.loads(literal)


def _of_names() -> Iterator[str]:
    with (WEB / "names.py").open("rb") as file:
        yield from (str(text) for _, _, text, _ in extract_python(file, {"N_": None}, [], {}))


def _of_rules() -> Iterator[str]:
    """The sentences of the fuzzy rules of the bundles that are shipped."""
    for path in BUNDLES.glob("*/fuzzy.json"):
        yield from (rule["sentence"] for rule in json.loads(path.read_text("utf-8"))["rules"])


if __name__ == "__main__":
    for language in LANGUAGES:
        if language != "en":
            for missing in update(language):
                sys.stdout.write(f"{language}: {missing}\n")
