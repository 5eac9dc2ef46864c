"""Weights from a checkpoint into a module, or a sentence that says why they do not fit."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from export.errors import BadCheckpoint

WRAPPERS = ("state_dict", "model_ema", "model", "weights", "network")
"""Names under which trainers keep the weights beside other things; the first that is there is taken."""
PREFIXES = ("_orig_mod.", "module.", "model.", "network.")
"""What compilers, data parallelism and wrappers write before every name."""
SHOWN = 3
OTHER_NETWORK = "Name the network that was trained, with its settings (--with network.settings.…=)."

State = dict[str, Tensor]


def read_checkpoint(file: Path) -> State:
    """The weights in a .safetensors, or in a pickle that holds nothing but weights (.pt, .pth, .ckpt, .bin).

    Raises:
        BadCheckpoint: the file is not there, is damaged, holds code, or holds no weights.
    """
    if not file.is_file():
        raise BadCheckpoint(f"There is no checkpoint {file}.", "Check the path.")
    content = _safetensors(file) if file.suffix == ".safetensors" else _pickle(file)
    state = {name: each for name, each in _unwrapped(content).items() if isinstance(each, Tensor)}
    if not state:
        raise BadCheckpoint(f"{file} holds no weights.", "Save the module's state_dict().")
    return _without_prefix(state)


def load_weights(module: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Put the weights in, every one of them.

    Raises:
        BadCheckpoint: names or shapes differ.
    """
    own = module.state_dict()
    counters = {name for name in own if name.endswith("num_batches_tracked")}  # say nothing of the answer
    absent = sorted(own.keys() - state.keys() - counters)
    surplus = sorted(state.keys() - own.keys())
    if absent or surplus:
        raise BadCheckpoint(_differing(absent, surplus), OTHER_NETWORK)
    misshapen = [name for name in own if name in state and own[name].shape != state[name].shape]
    if misshapen:
        raise BadCheckpoint(*_told(misshapen, module, state))
    module.load_state_dict({name: state.get(name, own[name]) for name in own})


def _safetensors(file: Path) -> State:
    try:
        state: State = load_file(file)
    except SafetensorError as error:
        raise BadCheckpoint(f"{file} is no whole safetensors file: {error}.", "Copy it again.") from error
    return state


def _pickle(file: Path) -> Any:
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        what = f"{file} holds more than weights, and reading it would run code."
        remedy = "On a machine that trusts it: torch.save(module.state_dict(), …), or convert it to safetensors."
        raise BadCheckpoint(what, remedy) from error
    except (RuntimeError, EOFError, ValueError, KeyError) as error:
        raise BadCheckpoint(f"{file} is no checkpoint of torch's: {error}.", "Copy it again.") from error


def _unwrapped(content: Any) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        return {}
    inner = next((content[name] for name in WRAPPERS if isinstance(content.get(name), Mapping)), None)
    return content if inner is None else _unwrapped(inner)


def _without_prefix(state: State) -> State:
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in state):
            return _without_prefix({name.removeprefix(prefix): each for name, each in state.items()})
    return state


def _differing(absent: list[str], surplus: list[str]) -> str:
    def some(names: list[str]) -> str:
        return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")

    told = [f"it lacks {some(absent)}"] * bool(absent) + [f"it has {some(surplus)} beside"] * bool(surplus)
    return f"The checkpoint is of another network: {'; '.join(told)}."


def _told(misshapen: list[str], module: nn.Module, state: Mapping[str, Tensor]) -> tuple[str, str]:
    """Where the shapes differ, and what to do: a head for other classes is the usual case."""
    name = misshapen[0]
    found, due = tuple(state[name].shape), tuple(module.state_dict()[name].shape)
    what = f"In the checkpoint {name} has the shape {found}, the network wants {due}."
    head = [name for name, _ in module.named_parameters()][-2:]
    if set(misshapen) <= set(head):
        return what, f"It was trained for {found[0]} classes: name so many labels, or train a head for {due[0]}."
    return what, OTHER_NETWORK
