"""The bench's arithmetic, by a clock of our own, and one whole run of the command on a tiny size."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from export.__main__ import app
from export.quantising.bench import BF16, INT8_ORT, INT8_OV, SINGLY, ratios, table
from export.quantising.interleaved import Times, interleaved
from tests.tiny import need_openvino

FLOAT = {
    f"float32 {engine} {kind}" for engine in ("ONNX Runtime", "OpenVINO") for kind in ("as trained", "as deployed")
}


TINY = ["bench-int8", "--width=0.5", "--size=64", "--batch=2", "--rounds=3", "--threads=1"]


class Clock:
    """Time that passes only where someone works."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.order: list[str] = []

    def work(self, name: str, took_s: float) -> None:
        self.order.append(name)
        self.now_s += took_s


def test_everyone_runs_in_every_round_and_the_order_turns() -> None:
    clock = Clock()
    jobs = {name: (lambda name=name: clock.work(name, 1.0)) for name in "abc"}
    times = interleaved(jobs, 4, lambda: clock.now_s)
    assert "".join(clock.order) == "aabbcc" + "abc" + "bca" + "cab" + "abc"
    assert all(each.tolist() == [1.0] * 4 for each in times.seconds.values())


def test_what_disturbs_a_whole_round_changes_no_ratio() -> None:
    disturbed = np.array([1.0, 5.0, 1.0, 9.0, 1.0])
    times = Times({"slow": 3 * disturbed, "fast": disturbed})
    assert times.ratio("fast", "slow") == 3.0
    assert times.faster("slow", "fast") == "fast"
    assert times.ms("fast") == 1000.0


def test_eight_bits_are_compared_with_the_faster_float() -> None:
    seconds = {name: np.array([0.5]) for name in FLOAT} | {INT8_ORT: np.array([0.2]), INT8_OV: np.array([0.1])}
    seconds["float32 OpenVINO as trained"] = np.array([0.3])
    found = {(who, other): many for who, other, many in ratios(Times(seconds))}
    assert found[INT8_OV, "float32 OpenVINO as trained"] == pytest.approx(3.0)
    assert {other for _, other in found} == {"float32 OpenVINO as trained", "float32 ONNX Runtime as deployed"}
    assert (INT8_OV, BF16) in {(who, other) for who, other, _ in ratios(Times(seconds | {BF16: np.array([0.2])}))}
    assert "| int8 OpenVINO | float32 OpenVINO as trained | **3.00** |" in table(1, Times(seconds))


def test_a_batch_is_run_in_the_faster_way_by_everyone() -> None:
    seconds = {name: np.array([1.6]) for name in FLOAT} | {INT8_ORT: np.array([0.9]), INT8_OV: np.array([0.8])}
    singly = {f"{name}{SINGLY}": each / 2 for name, each in seconds.items() if name != INT8_ORT}
    found = ratios(Times(seconds | singly))
    assert {who for who, _, _ in found} == {INT8_ORT, INT8_OV + SINGLY}
    assert all(other.endswith(SINGLY) for _, other, _ in found)
    assert {round(many, 3) for who, _, many in found if who != INT8_ORT} == {2.0}


@pytest.mark.slow
def test_the_command_prints_sizes_times_and_ratios() -> None:
    need_openvino()
    pytest.importorskip("nncf")
    said = CliRunner().invoke(app, TINY)
    assert said.exit_code == 0, said.output
    assert "batch of 2" in said.output
    assert said.output.count("MB") == 4
    assert said.output.count("| int8 OpenVINO") == 4 + (BF16 in said.output)  # two times, two or three ratios
