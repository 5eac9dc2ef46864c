"""Which language the reader reads: `?lang=`, then the cookie that it left, then Accept-Language, then English.

Catalogues are gettext files in `locale/<code>/LC_MESSAGES/marrowkit.mo`; the message ids are the English words.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from edge.nouns import is_unread
from edge.words import Translate

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "marrowkit"
COOKIE = "language"
A_YEAR_S = 365 * 24 * 3600
ONE_OTHER = ("one", "other")


@dataclass(frozen=True, slots=True)
class Language:
    """A language the page speaks.

    code        BCP 47
    name        its own name for itself
    direction   the way it is written
    rule        gettext's rule from a number n to the index of a plural form …
    forms       … and what Unicode's CLDR, which browsers know, calls these forms
    """

    code: str
    name: str
    direction: str = "ltr"
    rule: str = "n != 1"
    forms: tuple[str, ...] = ONE_OTHER

    @property
    def unread(self) -> bool:
        """See `edge.nouns.is_unread`."""
        return is_unread(self.code)


_ARABIC = "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5"
_ARABIC_FORMS = ("zero", "one", "two", "few", "many", "other")
_ALL = (
    Language("en", "English"),
    Language("es", "Español"),
    Language("fr", "Français", rule="n > 1"),
    Language("pt", "Português", rule="n > 1"),
    Language("sw", "Kiswahili"),
    Language("hi", "हिन्दी", rule="n > 1"),
    Language("ar", "العربية", "rtl", _ARABIC, _ARABIC_FORMS),
)
LANGUAGES: Mapping[str, Language] = {each.code: each for each in _ALL}


def language_of(request: Request) -> Language:
    """The reader's language; one of `LANGUAGES`."""
    wishes = [request.query_params.get("lang", ""), request.cookies.get(COOKIE, "")]
    wishes += accepted(request.headers.get("accept-language", ""))
    return next((LANGUAGES[wish] for wish in wishes if wish in LANGUAGES), LANGUAGES["en"])


def accepted(header: str) -> list[str]:
    """Language codes of an Accept-Language header (RFC 9110 §12.5.4), best first, without their regions."""
    weighed = sorted(_weighed(header), key=lambda pair: -pair[1])
    return [code for code, weight in weighed if weight > 0]


def remember(response: Response, language: Language, request: Request) -> None:
    """Keep a language that was asked for in the address."""
    if request.query_params.get("lang") == language.code:
        response.set_cookie(COOKIE, language.code, max_age=A_YEAR_S, samesite="lax")


def translation(code: str) -> Translate:
    """The words of a language."""
    return _catalogue(code).gettext


@cache
def messages(code: str) -> Mapping[str, str | list[str]]:
    """All translated messages of a language; a list of forms, under its singular, where there are several.

    Empty for English.
    """
    catalogue = _catalogue(code)
    if not isinstance(catalogue, gettext.GNUTranslations):
        return {}
    # GNUTranslations has no public way to list what it holds
    held: Mapping[object, str] = vars(catalogue)["_catalog"]
    plain = {key: text for key, text in held.items() if isinstance(key, str) and key}
    several = {key[0] for key in held if isinstance(key, tuple)}
    count = len(LANGUAGES[code].forms)
    return {**plain, **{one: [held[one, index] for index in range(count)] for one in several}}


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, [code])


def _weighed(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(","):
        found = re.fullmatch(r"\s*([A-Za-z]{1,8})(?:-[\w-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", part)
        if found:
            yield found[1].lower(), float(found[2] or 1)
