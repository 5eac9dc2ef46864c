"""A source whose pictures are made even."""

from __future__ import annotations

from dataclasses import replace

from firmware_bridge.flatfield.field import FlatField
from firmware_bridge.picture import Picture, Source


class Corrected:
    """Gives the pictures of a source as an even lamp would have made them; `settings` says for which objective."""

    def __init__(self, source: Source, field: FlatField, objective: str) -> None:
        self._source = source
        self._field = field
        self._objective = objective

    @property
    def uri(self) -> str:
        """The address of the source."""
        return self._source.uri

    def read(self) -> Picture | None:
        """The next picture, made even; whatever the source raises.

        Raises:
            FlatFieldRefused: the picture has other proportions than the field that was measured.
        """
        picture = self._source.read()
        if picture is None:
            return None
        settings = {**picture.settings, "flat_field": self._objective}
        return replace(picture, pixels=self._field.apply(picture.pixels), settings=settings)

    def close(self) -> None:
        """Close the source."""
        self._source.close()
