"""The form of a network that engines are given: the same function in fewer steps, where its room knows one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from torch import nn

FORMS: Mapping[str, str] = {
    "export.together.net:Together": "export.together.net:deployed",
    "models.duggal2017_sd_layer.net:SDNet": "models.duggal2017_sd_layer.deployed:deployed",
    "models.yang2023_mobilevitv2.net:MobileViTv2": "models.yang2023_mobilevitv2.deployed:deployed",
}
"""A network's class, and the function that makes its form for engines."""


def deployable(module: nn.Module) -> nn.Module:
    """The form for engines of a network for evaluation; the network itself where there is no other."""
    kind = type(module)
    place = FORMS.get(f"{kind.__module__}:{kind.__qualname__}")
    if place is None:
        return module
    file, function = place.split(":")
    form: nn.Module = getattr(import_module(file), function)(module)
    return form
