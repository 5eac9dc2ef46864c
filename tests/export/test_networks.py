"""Networks by name, and weights from checkpoints: whatever does not fit is told with what to change."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from export.errors import BadCheckpoint, NoNetwork
from export.networks.checkpoint import load_weights, read_checkpoint
from export.networks.origin import open_module, rooms


def little(classes: int, width: int = 4) -> nn.Module:
    """A factory as a developer would write one."""
    return nn.Sequential(nn.Flatten(), nn.Linear(12, width), nn.BatchNorm1d(width), nn.Linear(width, classes))


def no_module(classes: int) -> list[int]:
    return [classes]


HERE = __name__


def test_a_room_makes_its_network() -> None:
    assert "yang2023_mobilevitv2" in rooms()
    network = open_module("yang2023_mobilevitv2", 3, {"width": 0.5})
    assert network.state_dict()["head.fc.bias"].shape == (3,)


def test_a_factory_makes_a_network_with_settings() -> None:
    network = open_module(f"{HERE}:little", 5, {"width": 7})
    assert [tuple(each.shape) for each in network.parameters()][-1] == (5,)
    assert network.state_dict()["1.weight"].shape == (7, 12)


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("yang2022_mobilevitv2", {}, "Rooms with a network: .*yang2023_mobilevitv2"),
        ("marrowkit2026_cells", {}, "Rooms with a network"),
        ("marrowkit2026_opinion", {}, "tells 6 labels, not 2"),
        ("yang2023_mobilevitv2", {"width": 9.0}, "width is 0.5 to 2.0"),
        ("yang2023_mobilevitv2", {"depth": 9}, r"It takes \(classes"),
        ("no.such.module:make", {}, "cannot be imported.*PYTHONPATH"),
        (f"{HERE}:nothing", {}, "no function 'nothing'"),
        (f"{HERE}:HERE", {}, "no function 'HERE'"),
        (f"{HERE}:no_module", {}, "gives a list"),
        (f"{HERE}:little", {"height": 3}, "give its settings as it names them"),
    ],
)
def test_names_that_give_no_network(name: str, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(NoNetwork, match=said):
        open_module(name, 2, settings)


def test_timm_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "timm", None)
    with pytest.raises(NoNetwork, match="Install timm"):
        open_module("timm:resnet18", 2, {})


def test_a_network_of_timm_is_made_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    timm = SimpleNamespace(
        is_model=lambda name: name == "known_18",
        list_models=lambda _: ["known_18", "known_50"],
        create_model=lambda _, num_classes, **more: little(num_classes, **more),
    )  # its interface as documented; timm itself does not install beside this torch
    monkeypatch.setitem(__import__("sys").modules, "timm", timm)
    assert open_module("timm:known_18", 2, {"width": 3}).state_dict()["1.weight"].shape == (3, 12)
    with pytest.raises(NoNetwork, match=r"no model 'known_99'.*Near it: known_18, known_50"):
        open_module("timm:known_99", 2, {})


def saved_plain(state: dict[str, Any], file: Path) -> None:
    torch.save(state, file)


def saved_wrapped(state: dict[str, Any], file: Path) -> None:
    torch.save({"epoch": 3, "model": {"state_dict": {f"module.{name}": each for name, each in state.items()}}}, file)


def saved_compiled(state: dict[str, Any], file: Path) -> None:
    torch.save({f"_orig_mod.model.{name}": each for name, each in state.items()}, file)


def saved_safely(state: dict[str, Any], file: Path) -> None:
    save_file(state, file)


@pytest.mark.parametrize(
    ("save", "name"),
    [
        (saved_plain, "a.pt"),
        (saved_wrapped, "a.pth"),
        (saved_compiled, "a.ckpt"),
        (saved_safely, "a.safetensors"),
    ],
)
def test_weights_come_back_however_a_trainer_wrapped_them(
    save: Callable[[dict[str, Any], Path], None], name: str, tmp_path: Path
) -> None:
    first, second = little(3), little(3)
    save(first.state_dict(), tmp_path / name)
    load_weights(second, read_checkpoint(tmp_path / name))
    assert all(
        torch.equal(a, b) for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    )


class Payload:
    """What a hostile pickle would run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("touched-by-a-checkpoint"),))


def test_a_pickle_that_would_run_code_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": little(2).state_dict(), "extra": Payload()}, tmp_path / "evil.pt")
    with pytest.raises(BadCheckpoint, match=r"would run code.*safetensors"):
        read_checkpoint(tmp_path / "evil.pt")
    assert not (tmp_path / "touched-by-a-checkpoint").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cut.safetensors", b"\x10\x00\x00\x00\x00\x00\x00\x00{", "Copy it again"),
        ("text.pt", b"hello", "(would run code|no checkpoint)"),
        ("empty.pth", b"", "(would run code|no checkpoint)"),
        ("bare.pt", pickle.dumps({"epoch": 3}, protocol=2), "(would run code|no checkpoint|no weights)"),
    ],
)
def test_damaged_checkpoints_are_told(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadCheckpoint, match=said):
        read_checkpoint(tmp_path / name)


def test_a_checkpoint_that_is_not_there_or_holds_no_weights(tmp_path: Path) -> None:
    with pytest.raises(BadCheckpoint, match="There is no checkpoint"):
        read_checkpoint(tmp_path / "a.pt")
    torch.save({"epoch": 3}, tmp_path / "b.pt")
    with pytest.raises(BadCheckpoint, match=r"state_dict\(\)"):
        read_checkpoint(tmp_path / "b.pt")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (nn.Sequential(nn.Flatten(), nn.Linear(12, 4)), "lacks 2.bias, 2.running_mean, 2.running_var and 3 more"),
        (nn.Sequential(*little(3).children(), nn.Linear(3, 3)), "has 4.bias, 4.weight beside"),
        (little(1000), "trained for 1000 classes: name so many labels"),
        (little(3, width=6), "--with network.settings"),
    ],
)
def test_weights_of_another_network_are_refused_with_the_difference(other: nn.Module, said: str) -> None:
    network = little(3)
    before = {name: each.clone() for name, each in network.state_dict().items()}
    with pytest.raises(BadCheckpoint, match=said):
        load_weights(network, other.state_dict())
    assert all(torch.equal(each, before[name]) for name, each in network.state_dict().items())
