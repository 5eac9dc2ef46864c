"""A classifier's bundle only names cells: the kit's default bundle finds them for it and gives the second opinion."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from edge.bundle import Bundle, use_bundle
from edge.bundle.manifest import CLASSIFIER
from edge.decide.views import VIEWS
from edge.errors import BundleUnsupported

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Pair:
    """Two bundles of one station, or one that is both.

    own     the bundle that was asked for: its network names the cells, its thresholds call them
    lender  what finds cells and measures them by rules: `own` itself, or the default bundle where `own` is a classifier
    """

    own: Bundle
    lender: Bundle

    @property
    def borrows(self) -> bool:
        """Whether they are two."""
        return self.own is not self.lender


def open_pair(name: str | None, data: Path) -> Pair:
    """The bundle of that name or path (None: the one in use), and its lender.

    Raises:
        BundleFault: one of them is missing, damaged, not trusted or not for this kit; or they use one word for two
            things.
    """
    return pair_of(use_bundle(name, data, views=VIEWS), data)


def pair_of(own: Bundle, data: Path) -> Pair:
    """A bundle and its lender; raises as `open_pair`."""
    if own.manifest.kind != CLASSIFIER:
        return Pair(own, own)
    lender = use_bundle(None, data, views=VIEWS)
    _require_one_language(own, lender)
    return Pair(own, lender)


def brought(bundle: Bundle, what: str, part: T | None) -> T:
    """A part that only whole bundles have.

    Raises:
        BundleUnsupported: this one has none.
    """
    if part is None:
        name = bundle.manifest.name
        raise BundleUnsupported(
            f"{what}: {name!r} is a {bundle.manifest.kind} and brings none.", "Install a whole one."
        )
    return part


def _require_one_language(own: Bundle, lender: Bundle) -> None:
    """One set of blast labels counts both opinions: no label may be a blast in one and benign in the other."""
    ours, theirs = own.manifest, lender.manifest
    both = set(ours.labels) & set(theirs.labels)
    split = sorted(both & (ours.positives ^ theirs.positives))
    if split:
        what = f"labels: {split[0]!r} is counted by one of {ours.name} and {theirs.name}, and not by the other."
        raise BundleUnsupported(what, "Build it again with another word for that label.")
