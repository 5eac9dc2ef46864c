"""What torch draws next: of its own generator, and of that of the device it computes on."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

CPU = "cpu"


def random_states(device: str) -> dict[str, Tensor]:
    """Of every generator that a run on this device draws from, by its name."""
    own = {CPU: torch.get_rng_state()}
    kind = _kind(device)
    return own if kind == CPU else {**own, kind: torch.get_device_module(kind).get_rng_state(device)}


def draw_from(states: Mapping[str, Tensor], device: str) -> None:
    """Go on drawing where these states were taken; a device that was not drawn from then draws as it is."""
    torch.set_rng_state(states[CPU])
    kind = _kind(device)
    if kind != CPU and kind in states:
        torch.get_device_module(kind).set_rng_state(states[kind], device)


def _kind(device: str) -> str:
    return device.partition(":")[0]
