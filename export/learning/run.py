"""A training run as it stands after some step: everything that the next step depends on, and its file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.amp.grad_scaler import GradScaler
from torch.optim import Optimizer
from torch.optim.lr_scheduler import OneCycleLR

from edge.durable import write_durably
from export.errors import OtherRun
from export.learning.average import begun_average
from export.learning.generators import CPU, draw_from, random_states
from export.learning.optimisers import optimiser_of, schedule_of
from export.learning.options import LoopOptions

ABOUT, RANDOM = "run", "random"


@dataclass(eq=False)
class Run:
    """What a step changes: weights, their mean, optimiser, schedule and loss scale, its number, what all of them took,
    the losses; and the device whose generator it draws from."""

    network: nn.Module
    average: dict[str, Tensor]
    optimiser: Optimizer
    schedule: OneCycleLR
    scaler: GradScaler
    step: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)
    device: str = "cpu"


def begun(network: Callable[[], nn.Module], options: LoopOptions) -> Run:
    """A run before its first step; the network is drawn with the seed."""
    torch.manual_seed(options.seed)
    drawn = _quick(network().to(options.device))
    optimiser = optimiser_of(drawn.parameters(), options)
    schedule = schedule_of(optimiser, options)
    scaler = GradScaler(options.device.partition(":")[0], enabled=options.precision == "float16")
    return Run(drawn, begun_average(drawn.state_dict()), optimiser, schedule, scaler, device=options.device)


def _quick(network: nn.Module) -> nn.Module:
    """The same network with its weights in the order in which convolutions are quicker: channels last."""
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]  # not in its stub


def write_run(run: Run, file: Path, fingerprint: str) -> None:
    """The whole run in one safetensors file, durably; `fingerprint` tells which run it is."""
    moments = run.optimiser.state_dict()
    about = {
        "fingerprint": fingerprint,
        "step": run.step,
        "seconds": run.seconds,
        "losses": run.losses,
        "groups": moments["param_groups"],
        "schedule": run.schedule.state_dict(),
        "scaler": run.scaler.state_dict(),
    }
    tensors = {f"network.{name}": each for name, each in run.network.state_dict().items()}
    tensors |= {f"average.{name}": each for name, each in run.average.items()}
    tensors |= {f"moments.{k}.{name}": each for k, state in moments["state"].items() for name, each in state.items()
                if each is not None}  # no gradient has reached that weight yet  # fmt: skip
    states = random_states(run.device)
    tensors |= {RANDOM if name == CPU else f"{RANDOM}.{name}": each for name, each in states.items()}
    whole = {name: each.detach().cpu().contiguous() for name, each in tensors.items()}
    write_durably(file, save(whole, metadata={ABOUT: json.dumps(about)}))


@dataclass(frozen=True, eq=False)
class Standing:
    """A run as its file holds it."""

    file: Path
    about: dict[str, Any]
    tensors: dict[str, Tensor]


def standing_run(file: Path) -> Standing | None:
    """The run that was written there; none was: None."""
    return Standing(file, read_about(file), load_file(file)) if file.exists() else None


def resume(run: Run, standing: Standing, fingerprint: str) -> None:
    """Bring a run that has just begun to where its file was written.

    Raises:
        OtherRun: the file is of another run.
    """
    about, tensors = standing.about, standing.tensors
    if about["fingerprint"] != fingerprint:
        what = f"{standing.file} is of a run with other options, other samples, or a team of another size."
        raise OtherRun(what, "Use those, or train into another folder.")
    run.network.load_state_dict(under("network", tensors))
    for name, each in under("average", tensors).items():
        run.average[name].copy_(each)
    run.optimiser.load_state_dict({"state": _moments(tensors), "param_groups": about["groups"]})
    run.schedule.load_state_dict(about["schedule"])
    run.scaler.load_state_dict(about["scaler"])
    draw_from({CPU: tensors[RANDOM], **under(RANDOM, tensors)}, run.device)
    run.step, run.seconds, run.losses = about["step"], about["seconds"], about["losses"]


def read_about(file: Path) -> dict[str, Any]:
    """What a run's file tells beside its tensors."""
    with safe_open(file, framework="numpy") as opened:
        about: dict[str, Any] = json.loads(opened.metadata()[ABOUT])
    return about


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix.`, without it."""
    return {name.removeprefix(f"{prefix}."): each for name, each in tensors.items() if name.startswith(f"{prefix}.")}


def _moments(tensors: Mapping[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    """The optimiser's state by the number of the parameter."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, each in under("moments", tensors).items():
        number, _, key = name.partition(".")
        state.setdefault(int(number), {})[key] = each
    return state
