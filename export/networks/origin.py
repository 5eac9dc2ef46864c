"""Modules by name: a room of `models`, any `package.module:factory`, or `timm:NAME`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from torch import nn

import models
from export.errors import NoNetwork

TIMM = "timm:"
FACTORY = "network"
"""The function of a room's `net.py` that makes its network for so many classes."""

Settings = Mapping[str, Any]


def open_module(name: str, classes: int, settings: Settings) -> nn.Module:
    """A network with random weights and so many classes.

    name      `yang2023_mobilevitv2`, `package.module:factory` or `timm:mobilevitv2_150`
    settings  further arguments of the room, the factory or timm's `create_model`

    Raises:
        NoNetwork: there is no such room or factory, it does not take these settings, or gives no `nn.Module`.
    """
    if name.startswith(TIMM):
        return _of_timm(name.removeprefix(TIMM), classes, settings)
    factory = _factory(*name.split(":", 1)) if ":" in name else _of_room(name)
    return _made(name, factory, classes, settings)


def features_of(name: str) -> str:
    """The module of a room's network whose result is its last picture, for distillation.

    Raises:
        NoNetwork: it is no room, or the room does not say.
    """
    net = import_module(f"models.{name}.net") if name in rooms() else None
    found = getattr(net, "FEATURES", None)
    if not isinstance(found, str):
        raise NoNetwork(f"Nothing says which module of {name} gives its last picture.", "Distil from rooms to rooms.")
    return found


def rooms() -> tuple[str, ...]:
    """The rooms that have a network."""
    folder = Path(models.__file__).parent
    return tuple(sorted(file.parent.name for file in folder.glob("*/net.py") if FACTORY in _names(file.parent.name)))


def _names(room: str) -> frozenset[str]:
    return frozenset(vars(import_module(f"models.{room}.net")))


def _of_room(name: str) -> Callable[..., Any]:
    if name not in rooms():
        remedy = f"Rooms with a network: {', '.join(rooms())}. Else name a function: package.module:factory."
        raise NoNetwork(f"There is no network {name!r}.", remedy)
    return _factory(f"models.{name}.net", FACTORY)


def _factory(module: str, function: str) -> Callable[..., Any]:
    try:
        found = getattr(import_module(module), function, None)
    except ImportError as error:
        remedy = "Run the command where the module can be imported, or set PYTHONPATH."
        raise NoNetwork(f"{module} cannot be imported: {error}.", remedy) from error
    if not callable(found):
        raise NoNetwork(f"{module} has no function {function!r}.", "Check the name after the colon.")
    return found  # type: ignore[no-any-return]


def _of_timm(name: str, classes: int, settings: Settings) -> nn.Module:
    try:
        timm = import_module("timm")
    except ImportError as error:
        remedy = "Install timm with a torchvision that fits your torch, or take the room of the same architecture."
        raise NoNetwork(f"timm cannot be imported: {error}.", remedy) from error
    if not timm.is_model(name):
        near = ", ".join(timm.list_models(f"*{name.split('_')[0]}*")[:5])
        raise NoNetwork(f"timm has no model {name!r}.", f"Near it: {near}." if near else "See timm.list_models().")
    return _made(f"{TIMM}{name}", lambda classes, **more: timm.create_model(name, num_classes=classes, **more),
                 classes, settings)  # fmt: skip


def _made(name: str, factory: Callable[..., Any], classes: int, settings: Settings) -> nn.Module:
    try:
        module = factory(classes, **settings)
    except (TypeError, ValueError) as error:
        remedy = f"It takes {inspect.signature(factory)}; give its settings as it names them."
        raise NoNetwork(f"{name} cannot be made for {classes} classes: {error}.", remedy) from error
    if not isinstance(module, nn.Module):
        what = f"{name} gives a {type(module).__name__}, not an nn.Module."
        raise NoNetwork(what, "Name the function that makes the network, not the network or its class's module.")
    return module
