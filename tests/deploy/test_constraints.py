"""Every library that an installation brings is pinned, so that today's tests speak for tomorrow's machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.station import CHECKOUT

LINES = (CHECKOUT / "constraints.txt").read_text().splitlines()
PINS = [Requirement(line) for line in LINES if line and not line.startswith("#")]
NEVER = re.compile("nvidia-|cuda-|triton$|torchvision$")
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
EXTRAS = ("", "openvino", "uvc", "export", "test")


def test_every_library_of_every_extra_is_pinned() -> None:
    brought = {name for extra in EXTRAS for name in _brought("marrowkit", extra) if not NEVER.match(name)}
    assert sorted(brought - {canonicalize_name(pin.name) for pin in PINS}) == ["marrowkit"]


@pytest.mark.parametrize("python", PYTHONS)
def test_a_library_has_one_version_for_each_python(python: str) -> None:
    names = [pin.name for pin in PINS if pin.marker is None or pin.marker.evaluate({"python_version": python})]
    assert len(names) == len(set(names))
    assert all(str(pin.specifier).startswith("==") for pin in PINS)


def _brought(name: str, extra: str) -> set[str]:
    """A library's own name and those of everything that it brings here."""
    found: set[tuple[str, str]] = set()
    waiting = {(name, extra)}
    while waiting:
        found |= waiting
        waiting = {need for each in waiting for need in _needs(*each)} - found
    return {name for name, _ in found}


def _needs(name: str, extra: str) -> Iterator[tuple[str, str]]:
    try:
        needs = map(Requirement, requires(name) or [])
    except PackageNotFoundError:
        return
    for need in needs:
        if need.marker is None or need.marker.evaluate({"extra": extra}):
            yield from ((canonicalize_name(need.name), wanted) for wanted in (need.extras or {""}))
