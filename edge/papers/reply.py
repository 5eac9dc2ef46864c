"""An expert's answer to a referral: what may be answered, the code by which it finds its case, and typing it back.

An answer comes back as a filled form, or in one line by whatever messenger: `7K2Q-9FXA B 85 large nucleoli`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from edge.nouns import N_
from edge.papers.case_file import CaseFile, ReferralAnswer
from edge.papers.digest import referral_digest
from edge.papers.faults import ReplyElsewhere, ReplyUnreadable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a figure (I, L, O) and none that makes words (U)."""
MISREAD = str.maketrans("ILO", "110")
CODE_LETTERS = 8
OPINIONS: Mapping[str, str] = {
    "likely": N_("Acute leukaemia is likely: further tests without delay"),
    "unlikely": N_("Acute leukaemia is unlikely"),
    "unclear": N_("This cannot be told from these pictures"),
    "again": N_("Please make a new smear and count again"),
    "other": N_("Something else: see the comment"),
}
LETTERS: Mapping[str, str] = dict(zip("ABCDE", OPINIONS, strict=True))
"""The letter beside each opinion on the form."""
MOST_TEXT = 2000
_PLAIN = str.maketrans(
    {"٪": "%", "،": ",", "؛": ";", "٫": ".", **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")}
)
"""Signs of other scripts and of keyboards that make text prettier, letter by letter."""
_AROUND = "\"'`*_~“”„‘’«»\u200e\u200f\u061c\ufeff"
"""What messengers set around text, or take for bold and italic."""
_TYPED = re.compile(
    rf"[\s{_AROUND}]*(?P<code>[0-9A-Za-z](?:[ -]?[0-9A-Za-z]){{7}})[\s,;:.{_AROUND}]+(?P<letter>[A-Ea-e])(?![^\W_])"
    rf"(?:[\s,;:.){_AROUND}-]+(?P<percent>\d{{1,3}}(?:[.,]\d+)?)(?P<sign>\s*%)?(?=[\s;,.{_AROUND}]|$))?"
    rf"[\s,;:.){_AROUND}]*(?P<text>.*)",
    re.DOTALL,
)
_WORDS, _OUT_OF = re.compile(r"\s+\w"), re.compile(r"\s+[^\W\d]{1,4}\s+\d")
"""What shows behind a figure that it counts something: any word, or a short one and another figure."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came: `code` is the referral's, `opinion` a key of `OPINIONS`, `percent` blasts, 0–100."""

    code: str
    opinion: str
    percent: float | None = None
    expert: str = ""
    when: str = ""
    text: str = ""

    def for_case(self, file: CaseFile, now: str) -> ReferralAnswer:
        """The answer to go into the case; `now` is the kit's time, for an answer that bears none.

        Raises:
            ReplyElsewhere: it answers another referral.
        """
        digest = referral_digest(file)
        due = reply_code(digest)
        if self.code != due:
            raise ReplyElsewhere(
                f"This answer bears the code {spaced(self.code)}; that of this case is {spaced(due)}.",
                "Open the case that it belongs to, or ask the expert whether the code is right.",
            )
        about = (file.case.version, self.percent, self.text, digest)
        return ReferralAnswer(self.expert, self.when or now, self.opinion, *about)

    def is_of(self, file: CaseFile) -> bool:
        """Whether it answers the referral of this very count."""
        return self.code == reply_code(referral_digest(file))


def reply_code(digest: str) -> str:
    """The code of a referral: 40 bits of its digest, so that an amended or corrected case has another one."""
    bits = int(digest[:10], 16)
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))


def spaced(code: str) -> str:
    """As it is printed."""
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str:
    """A code as somebody typed it: in any case, with or without dashes, I and L for 1, O for 0."""
    return re.sub(r"[\s-]", "", text).upper().translate(MISREAD)


def read_typed(line: str) -> Reply:
    """An answer in one line: code, letter, percentage if there is one, comment.

    Raises:
        ReplyUnreadable: it is not one.
    """
    found = _TYPED.fullmatch(line.translate(_PLAIN))
    if found is None:
        raise ReplyUnreadable(
            "This line is no answer to a referral.",
            "It is the code, a letter from A to E, the percentage of blasts and a comment: 7K2Q-9FXA B 85 nucleoli",
        )
    begin = found.start("percent") if _counts_words(found) else found.start("text")
    percent = None if begin == found.start("percent") else read_percent(found["percent"] or "")
    text = line[begin:].rstrip().rstrip(_AROUND)[:MOST_TEXT]  # as it was written
    return Reply(read_code(found["code"]), LETTERS[found["letter"].upper()], percent, text=text)


def _counts_words(found: re.Match[str]) -> bool:
    """Whether its figure, where there is one, begins the comment: `D 2 fields were blurred`, `A 3 of 10 cells`. Who
    calls a leukaemia likely or unlikely gives a percentage; of other answers it needs its sign, or to stand alone.
    """
    if found["percent"] is None or found["sign"]:
        return False
    counted = _OUT_OF if found["letter"] in "ABab" else _WORDS
    return bool(counted.match(found.string, found.end("percent")))


def read_percent(text: str) -> float | None:
    """A percentage as somebody wrote it; None where there is nothing.

    Raises:
        ReplyUnreadable: it is none.
    """
    plain = text.strip().removesuffix("%").strip().replace(",", ".")
    if not plain:
        return None
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", plain) or float(plain) > 100:
        raise ReplyUnreadable(f"{text.strip()[:20]!r} is no percentage of blasts.", "Write a figure from 0 to 100.")
    return float(plain)
