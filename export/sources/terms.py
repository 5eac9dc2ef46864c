"""The terms of a set of images, as a model card must repeat them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a set may be used, as far as they are known.

    title       the set's published name
    licence     its licence in a few letters
    permissive  whether a model trained on it may be shipped to anyone, naming the authors
    sentence    what a model card says of it
    """

    title: str
    licence: str
    permissive: bool
    sentence: str
