"""`marrowkit-bridge sources`: what kinds of source there are."""

from __future__ import annotations

from dataclasses import fields

from firmware_bridge.sim.troubles import kinds_help
from firmware_bridge.uri import SCHEMES


def sources() -> None:
    """List the kinds of sources with their options."""
    for form in SCHEMES.values():
        print(f"{form.example:22} {form.help}")
        for option in fields(form.options):
            print(f"    {form.mark}{option.name + '=':18}{option.metadata['help']}")
    print("faults of sim:, as kind@when[:howlong], in pictures or seconds (40, 3s), joined by commas")
    for line in kinds_help():
        print(f"    {line}")
