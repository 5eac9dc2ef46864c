"""A feed whose pictures are made even."""

from __future__ import annotations

from dataclasses import replace

from firmware_bridge.errors import BadPicture, FlatFieldRefused
from firmware_bridge.flatfield.field import FlatField
from firmware_bridge.picture import Picture
from firmware_bridge.supervision.feed import Delivered, Feed, Take
from firmware_bridge.supervision.vigil import LinkState


class Corrected:
    """Gives the pictures of a feed as an even lamp would have made them; `settings` says for which objective."""

    def __init__(self, feed: Feed, field: FlatField, objective: str) -> None:
        self._feed = feed
        self._field = field
        self._objective = objective

    @property
    def uri(self) -> str:
        """The address of the source."""
        return self._feed.uri

    @property
    def link(self) -> LinkState:
        """How the link to the source is now."""
        return self._feed.link

    def run(self, take: Take) -> None:
        """Hand on all that comes, made even.

        Raises:
            FlatFieldRefused: a picture has other proportions than the field that was measured.
            SourceFault: as the feed's own.
        """
        refused: list[FlatFieldRefused] = []

        def take_even(delivered: Delivered) -> bool:
            try:
                even = delivered if isinstance(delivered, BadPicture) else self._even(delivered)
            except FlatFieldRefused as fault:
                refused.append(fault)
                return False
            return take(even)

        self._feed.run(take_even)
        if refused:
            raise refused[0]

    def close(self) -> None:
        """Close the feed."""
        self._feed.close()

    def _even(self, picture: Picture) -> Picture:
        settings = {**picture.settings, "flat_field": self._objective}
        return replace(picture, pixels=self._field.apply(picture.pixels), settings=settings)
