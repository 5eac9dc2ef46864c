"""Templates, with the words of the reader's language in each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from edge.web import names
from edge.web.language import LANGUAGES, language_of, messages, remember, translation

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
    made.policies["json.dumps_kwargs"] = {"sort_keys": False}  # the order of measures is meant
    return made


def render(request: Request, template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """A page in the reader's language; a language asked for in the address is kept for the next pages."""
    language = language_of(request)
    words = {
        "_": translation(language.code),
        "words": dict(messages(language.code)),
        "language": language,
        "languages": LANGUAGES,
        "names": names,
    }
    page = environment().get_template(template).render(**words, path=request.url.path, **context)
    response = HTMLResponse(page, status, headers={"Vary": "Accept-Language, Cookie"})
    remember(response, language, request)
    return response
