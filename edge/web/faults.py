"""What can be wrong with a request itself, and with this kit's answer to it.

Fault (firmware_bridge)
└── WebFault                 a request that is not answered as it was meant
    ├── NoSuchAddress        there is nothing there
    ├── NoSuchMethod         it is there, and not for this
    ├── Unreadable           a body that is not what its headers say     (caller: send it again)
    ├── Unfit                a value is missing or not of its kind       (caller: see `errors`)
    ├── NotOurName           the kit was asked for under a foreign name  (person: use its address)
    ├── NotOurPage           a page elsewhere tried to change something
    ├── TooLarge             a body beyond the limit                     (person: a smaller file)
    ├── NoFiles              the system gives the kit no more open files (person: close pages, start it again)
    └── Broken               an error that nobody foresaw                (us: see the log)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge.fault_words import OF_REQUESTS
from firmware_bridge.errors import Fault


class WebFault(Fault):
    """A request that is not answered as it was meant. It has the general words of its code."""

    code = "web"

    def __init__(self) -> None:
        super().__init__(*OF_REQUESTS[self.code])


class NoSuchAddress(WebFault):
    """There is nothing there."""

    code = "web.404"


class NoSuchMethod(WebFault):
    """It is there, and not for this."""

    code = "web.405"


class Unreadable(WebFault):
    """The body is not what its headers say that it is."""

    code = "web.400"


class Unfit(WebFault):
    """A value is missing or not of its kind; `errors` tells a program where, and which rule of pydantic's it breaks."""

    code = "web.invalid"

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__()
        self.errors = tuple(errors)


class NotOurName(WebFault):
    """The kit was asked for under a name that is not its own."""

    code = "web.host"


class NotOurPage(WebFault):
    """A page elsewhere tried to change something here."""

    code = "web.origin"


class TooLarge(WebFault):
    """The body is beyond the limit."""

    code = "web.too_large"


class NoFiles(WebFault):
    """The system gives the kit no more files or connections; whatever else was said to be wrong came of that."""

    code = "kit.files"


class Broken(WebFault):
    """An error that nobody foresaw; the log has it."""

    code = "internal"
