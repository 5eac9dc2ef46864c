"""What pushes pictures: the thread that read one hands it on, so that it passes through no other on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from firmware_bridge.errors import BadPicture
from firmware_bridge.picture import Picture
from firmware_bridge.supervision.vigil import LinkState

Delivered = Picture | BadPicture
"""A picture, or why there is none in its place."""
Take = Callable[[Delivered], bool]
"""Takes what came, in the thread that read it, and says whether more is wanted."""


class Feed(Protocol):
    """Where pictures come from by themselves."""

    @property
    def uri(self) -> str:
        """The address, without the password that it may carry."""

    @property
    def link(self) -> LinkState:
        """How the link to the source is now; from any thread."""

    def run(self, take: Take) -> None:
        """Hand on all that comes, one after the other, until it ends for good, is closed, or no more is wanted.

        Raises:
            SourceFault: what opening again cannot mend.
        """

    def close(self) -> None:
        """End `run` and close the source. Safe to call twice and from another thread."""
