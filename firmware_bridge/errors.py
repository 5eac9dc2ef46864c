"""Errors that say what went wrong and what to do.

    Fault                     anything this product reports to a person
    └── SourceFault           pictures do not come
        ├── BadSourceUri      the address is not one we understand           (caller: fix the address)
        ├── SourceUnavailable nothing answers there                          (site: plug in, switch on)
        ├── SourceLost        it answered, then stopped                      (site: cable, power)
        └── BadPicture        one file or frame cannot be read               (file: replace it; the rest goes on)

`edge.errors` grows its own branches from the same `Fault`.
"""

from __future__ import annotations


class Fault(Exception):
    """Anything reported to a person: one sentence for what happened, one for what to do.

    `code` is stable across versions and languages, so that a support bundle and a translation can name it.
    """

    code = "fault"

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


class SourceFault(Fault):
    """Pictures do not come from a source."""

    code = "source"


class BadSourceUri(SourceFault):
    """The address is not one we understand; whoever typed it can fix it."""

    code = "source.uri"


class SourceUnavailable(SourceFault):
    """Nothing answers at the address: plug it in, switch it on, or name another."""

    code = "source.unavailable"


class SourceLost(SourceFault):
    """The source answered and then stopped: cable, power, or a folder that vanished."""

    code = "source.lost"


class BadPicture(SourceFault):
    """One file or frame cannot be read; the others are unaffected."""

    code = "picture.unreadable"
