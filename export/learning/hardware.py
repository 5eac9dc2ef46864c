"""What a training ran on, in words."""

from __future__ import annotations

import torch

from edge.runtime.device import this_device


def hardware_of(device: str) -> str:
    """The name of the graphics card or the processor that torch's device means."""
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else this_device().processor
