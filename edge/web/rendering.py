"""Templates, with the words of the reader's language in each, and the look that the reader chose."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from edge.nouns import ORIGINAL
from edge.web import files, names, scripted
from edge.web.language import LANGUAGES, language_of, remember, translation
from edge.web.local import moments_of
from edge.web.moments import offset_min
from edge.web.preferences import preferences_of, remember_preferences

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """The page's templates; what a template names and nobody gives is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # letters as they are: escaped, the words of a page in Hindi take twice the room
    # and the order of measures is meant
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": False}
    made.globals["static"] = _static
    return made


def render(request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A page in the reader's language; what is asked for in the address is kept for the next pages."""
    language = language_of(request)
    words = {
        "_": translation(language.code),
        "words": partial(scripted.words, language.code),
        "FRAME": scripted.FRAME,
        "language": language,
        "languages": LANGUAGES,
        "original": ORIGINAL,
        "look": preferences_of(request),
        "clock": {"offset_min": offset_min(), **moments_of(language.code)},
        "names": names,
        "path": request.url.path,
        "here": None,  # the case that the page is about, if any
        "working": None,  # the case that the next field belongs to, if any
        "now": "",  # which of the five places the page belongs to
    }
    page = environment().get_template(template).render({**words, **context})
    response = HTMLResponse(page, status, headers={"Vary": "Accept-Language, Cookie"})
    remember(response, language, request)
    remember_preferences(response, request)
    return response


def _static(name: str) -> str:
    return f"/static/{files.version()}/{name}"
