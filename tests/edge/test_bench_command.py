"""`marrowkit bench`: its figures have their shape; how large they are is this machine's affair."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.__main__ import main
from edge.bundle import Bundle
from edge.commands import benchjob
from edge.commands.bench import with_ratios
from edge.commands.benchchild import peak_memory_mb, work
from edge.commands.benchjob import Job, Outcome, Spread, outcome_from
from edge.commands.disk import site_packages
from edge.errors import BundleMissing
from tests.stations import density_bundle, simulated_field
from tests.tiny import trusting

VARIANTS = ("onnx-fp32", "onnx-again")
STEPS = ["read", "scale", "quality", "normalise", "segment", "features", "network", "decide", "document", "rest"]
SOURCE = "sim:?width=640&height=480"
SMALL = ("--source", SOURCE, "--runs", "10")
Typed = Callable[..., tuple[int, str, str]]

times = st.floats(0.1, 1e4)
spreads = st.builds(Spread, times, times)
outcomes = st.builds(
    Outcome,
    variant=st.text(),
    runs=st.integers(0, 99),
    steps=st.dictionaries(st.text(), spreads),
    total=st.none() | spreads,
    peak_memory_mb=st.none() | times,
    problem=st.text(),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trusting(tmp_path_factory.mktemp("bench") / "data")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return density_bundle(tmp_path_factory.mktemp("bundle") / "b", VARIANTS)


@pytest.fixture
def typed(data: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    def run(*words: str) -> tuple[int, str, str]:
        options = ["--bundle", str(bundle.path), "--data", str(data)]
        monkeypatch.setattr("sys.argv", ["marrowkit", "bench", *words, *options])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return run


def test_every_variant_is_timed_step_by_step(typed: Typed, bundle: Bundle) -> None:
    code, out, err = typed("--json", *SMALL)
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["bundle_digest"] == bundle.digest
    assert told["in_use"] in VARIANTS
    assert told["pictures"] == f"one of {SOURCE} as JPEG, 640 × 480"
    assert 1.001 * told["site_packages"]["mb"] >= sum(told["site_packages"]["largest"].values()) > 0
    assert [each["variant"] for each in told["variants"]] == list(VARIANTS)
    for each in told["variants"]:
        assert (each["runs"], each["refused"], each["problem"]) == (10, 0, "")
        assert each["cells"] > 0
        assert set(STEPS) <= set(each["steps"])
        assert (*each["steps"],)[:: len(each["steps"]) - 1] == ("read", "rest")
        assert all(0 < step["median_ms"] <= step["p90_ms"] for step in each["steps"].values())
        assert each["total"]["median_ms"] > 0
        assert each["peak_memory_mb"] > 0
    assert min(each["ratio"] for each in told["variants"]) == 1


def test_the_table_has_a_column_for_each_and_leaves_out_what_cannot_be_examined(typed: Typed, tmp_path: Path) -> None:
    field = simulated_field((640, 480), 10)
    cv2.imwrite(str(tmp_path / "field.png"), cv2.cvtColor(field, cv2.COLOR_RGB2BGR))
    cv2.imwrite(str(tmp_path / "black.png"), field * 0)
    (tmp_path / "text.png").write_text("no picture")
    code, out, err = typed("--images", str(tmp_path), "--runs", "10")
    assert (code, err) == (0, "")
    rows = {line[:16].strip(): line[16:].split() for line in out.splitlines()}
    assert {"ms", *STEPS, "total", "ratio", "peak memory", "cells"} <= set(rows)
    assert set(VARIANTS) <= set(rows["ms"])
    assert rows["not examined"] == ["2", "2"]
    assert rows["runs"] == ["10", "10"]
    assert "Runtime on disk" in out


def test_a_variant_that_cannot_be_measured_is_told_and_the_exit_code_says_so(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchjob, "CHILD", "no.such.module")
    code, out, _ = typed(*SMALL)
    assert code == 1
    assert "onnx-fp32: could not be measured: " in out
    code, out, _ = typed("--json", *SMALL)
    assert all(each["ratio"] is None and each["problem"] for each in json.loads(out)["variants"])


def test_a_folder_without_pictures_is_an_error(typed: Typed, tmp_path: Path) -> None:
    code, out, err = typed("--images", str(tmp_path))
    assert (code, out) == (1, "")
    assert "holds no pictures" in err


def test_a_source_that_is_none_is_an_error(typed: Typed) -> None:
    code, out, err = typed("--source", "nonsense")
    assert (code, out) == (1, "")
    assert err.startswith("error: ")


def test_pictures_of_which_none_is_fit_have_no_figures(data: Path, bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    job = Job(str(bundle.path), str(data), VARIANTS[0], (str(tmp_path / "text.png"),), 10)
    assert work(job) == Outcome(VARIANTS[0], refused=1, problem="none of the pictures could be examined")


def test_a_bundle_that_is_gone_is_a_fault(data: Path) -> None:
    with pytest.raises(BundleMissing):
        work(Job("./gone", str(data), "onnx-fp32", ("x.png",), 10))


@given(st.lists(outcomes, max_size=4))
def test_ratios_are_to_the_fastest(found: list[Outcome]) -> None:
    rated = with_ratios(found)
    ratios = [each.ratio for each in rated if each.ratio is not None]
    assert len(ratios) == sum(each.total is not None for each in found)
    assert not ratios or min(ratios) == 1
    assert all(each.ratio is None for each in rated if each.total is None)


@given(outcomes)
def test_an_outcome_travels_between_processes(outcome: Outcome) -> None:
    assert outcome_from(json.dumps(asdict(outcome))) == outcome


def test_peak_memory_is_what_the_kernel_says(tmp_path: Path) -> None:
    said = tmp_path / "status"
    said.write_text("Name:\tx\nVmPeak:\t  999 kB\nVmHWM:\t  2000 kB\nVmRSS:\t 12 kB\n")
    assert peak_memory_mb(said) == 2.048
    assert peak_memory_mb() > 10


def test_packages_are_measured_as_du_does(tmp_path: Path) -> None:
    sizes: dict[str, Any] = {"big/a.so": 3_000_000, "big/deep/b.so": 1_000_000, "small/c.py": 50_000, "d.py": 10}
    for name, size in sizes.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(np.random.default_rng(0).bytes(size))
    found = site_packages([tmp_path], count=2)
    assert list(found.largest) == ["big", "small"]
    assert found.largest["big"] == pytest.approx(4, rel=0.02)
    assert found.mb == pytest.approx(4.06, rel=0.02)
