"""Parity on this device, and the choice that follows from it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from edge.bundle import Bundle, open_bundle
from edge.bundle.manifest import Calibration, NetworkName
from edge.errors import BundleDamaged, EngineDisagrees, EngineMissing, RecordFault
from edge.runtime import EngineOptions, ParityReport, choose_variant, open_chosen
from edge.runtime.apart import check_apart
from edge.runtime.choose import recall_choice
from edge.runtime.device import Device, this_device
from edge.runtime.fake import FAKE_ENGINES, FakeSession
from edge.runtime.parity import TIMED_RUNS, check_variant, difference_of
from tests.tiny import (
    KEYS,
    OPENVINO,
    fake_bundle,
    tiny_bundle,
    tiny_files,
    tiny_openvino,
    tiny_planes,
    tiny_proof,
    tiny_variant,
)

GOOD, DRIFTED, NAN = b'{"logits":[0,1]}', b'{"logits":[0,1.5]}', b'{"logits":[0,NaN]}'
SCRIPTS = {
    "good": GOOD,
    "drifted": DRIFTED,
    "nan": NAN,
    "wide": b'{"logits":[0,1,2]}',
    "faulty": b'{"fault":"out of order"}',
    "crashing": b'{"crash":true}',
    "hanging": b'{"hang":true}',
}


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return fake_bundle(tmp_path / "b", SCRIPTS)


class Checks:
    """Stands in for the check: says what it is told, and counts."""

    def __init__(self, **ms: float | None) -> None:
        self.ms, self.calls = ms, 0

    def __call__(
        self, bundle: Bundle, variant: str, options: EngineOptions, engines: Mapping[str, str]
    ) -> ParityReport:
        self.calls += 1
        ms = self.ms[variant]
        return ParityReport(variant, "fake 1", ms is not None, {}, {}, ms, "" if ms else "drifts")


def test_the_vectors_are_run_compared_and_timed(bundle: Bundle) -> None:
    ticks = itertools.count(step=0.25)
    report = check_variant(bundle, "good", engines=FAKE_ENGINES, clock=lambda: next(ticks))
    allowed: dict[NetworkName, float] = {"opinion": 0.001, "cells": 0.001}
    found: dict[NetworkName, float] = {"opinion": 0.0, "cells": 0.0}
    assert report == ParityReport("good", "fake 1", True, allowed, found, 2 * 250.0)
    assert next(ticks) == 0.25 * 4 * TIMED_RUNS


@pytest.mark.parametrize(
    ("variant", "problem"),
    [
        ("drifted", "differs by"),
        ("nan", "not all numbers"),
        ("wide", "no 'logits' of shape"),
        ("faulty", "out of order"),
    ],
)
def test_a_variant_that_answers_otherwise_does_not_pass(variant: str, problem: str, bundle: Bundle) -> None:
    report = check_variant(bundle, variant, engines=FAKE_ENGINES)
    assert not report.passed
    assert problem in report.problem


@pytest.mark.parametrize(
    ("planes", "problem"),
    [
        (b'{"logits":[-9,-9,0],"dense":true}', "cells differs by 0.49"),
        (b'{"logits":[-9,-9,NaN],"dense":true}', "not all numbers"),
        (b'{"logits":[-9,-9,-9]}', "no 'logits' of shape"),
        (b'{"fault":"out of order"}', "out of order"),
    ],
)
def test_one_network_that_answers_otherwise_fails_its_variant(planes: bytes, problem: str, tmp_path: Path) -> None:
    bundle = fake_bundle(tmp_path / "b", {"v": GOOD}, {"v": planes})
    report = check_variant(bundle, "v", engines=FAKE_ENGINES)
    assert not report.passed
    assert problem in report.problem


@pytest.mark.parametrize(("pixels", "passes"), [(9, True), (40, False)])
def test_a_few_flipped_pixels_in_a_field_are_no_difference(pixels: int, passes: bool) -> None:
    vectors = tiny_planes()
    flipped = vectors.logits.copy()
    flipped.reshape(-1)[:pixels] *= -9
    session = FakeSession(lambda inputs: {"logits": flipped})
    difference = difference_of("cells", session, vectors, Calibration(temperature=1.0, bias=(0.0, 0.0)))
    assert (difference < 0.001) == passes


def test_a_process_of_its_own_reports_the_same(bundle: Bundle) -> None:
    here, apart = (check(bundle, "drifted", None, FAKE_ENGINES) for check in (check_variant, check_apart))
    assert (apart.passed, apart.difference, apart.problem) == (here.passed, here.difference, here.problem)


def test_an_engine_that_crashes_or_hangs_is_a_report(bundle: Bundle) -> None:
    assert "SIGABRT" in check_apart(bundle, "crashing", None, FAKE_ENGINES).problem
    assert "no answer within" in check_apart(bundle, "hanging", None, FAKE_ENGINES, limit_s=2.0).problem


def test_a_child_that_cannot_work_says_why(bundle: Bundle) -> None:
    (bundle.path / "manifest.json").write_bytes(b"{}")
    assert "changed since it was verified" in check_apart(bundle, "good", None, FAKE_ENGINES).problem


def test_nothing_is_imported_from_the_folder_one_works_in(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('a stranger ran')")
    monkeypatch.chdir(tmp_path)
    assert check_apart(bundle, "good", None, FAKE_ENGINES).passed


def test_a_changed_bundle_is_damage_not_a_failed_variant(bundle: Bundle) -> None:
    (bundle.path / "opinion-good.json").write_bytes(DRIFTED)
    with pytest.raises(BundleDamaged):
        check_variant(bundle, "good", engines=FAKE_ENGINES)


def test_the_fastest_that_passes_is_chosen_and_remembered(tmp_path: Path) -> None:
    bundle = fake_bundle(tmp_path / "b", {"slow": GOOD, "fast": GOOD, "wrong": DRIFTED})
    check = Checks(slow=9.0, fast=4.0, wrong=None)
    choice = choose_variant(bundle, tmp_path, engines=FAKE_ENGINES, check=check)
    assert choice.variant == "fast"
    assert [report.passed for report in choice.reports] == [True, True, False]
    assert choose_variant(bundle, tmp_path, engines=FAKE_ENGINES, check=check) == choice
    assert recall_choice(bundle, tmp_path, FAKE_ENGINES) == choice
    assert check.calls == 3


def test_another_device_or_engine_is_checked_anew_and_both_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, check = fake_bundle(tmp_path / "b", {"v": GOOD}), Checks(v=1.0)
    for version in ("1", "2", "1"):
        device = Device("a processor", "x86_64", 2, (), {"fake": version})
        monkeypatch.setattr("edge.runtime.choose.this_device", lambda engines, device=device: device)
        choose_variant(bundle, tmp_path, engines=FAKE_ENGINES, check=check)
    assert check.calls == 2


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"%s":{"variant":"gone","device":"","reports":[]}}'])
def test_a_lost_or_foreign_memory_is_no_memory(content: bytes, tmp_path: Path) -> None:
    bundle, check = fake_bundle(tmp_path / "b", {"v": GOOD}), Checks(v=1.0)
    place = tmp_path / "parity" / f"{bundle.digest}.json"
    place.parent.mkdir()
    place.write_bytes(content.replace(b"%s", this_device(FAKE_ENGINES).fingerprint.encode()))
    assert choose_variant(bundle, tmp_path, engines=FAKE_ENGINES, check=check).variant == "v"
    assert json.loads(place.read_bytes())
    assert check.calls == 1


def test_what_cannot_be_remembered_is_a_fault_with_a_remedy(tmp_path: Path) -> None:
    bundle, check = fake_bundle(tmp_path / "b", {"v": GOOD}), Checks(v=1.0)
    data = tmp_path / "a file"
    data.write_text("no folder")
    with pytest.raises(RecordFault, match="cannot be kept") as refused:
        choose_variant(bundle, data, engines=FAKE_ENGINES, check=check)
    assert "--data" in refused.value.remedy


def test_if_none_passes_nothing_is_used_or_remembered(tmp_path: Path) -> None:
    bundle = fake_bundle(tmp_path / "b", {"a": DRIFTED, "b": NAN})
    with pytest.raises(EngineDisagrees, match=r"a: opinion differs by .*b: .*not all numbers"):
        choose_variant(bundle, tmp_path, engines=FAKE_ENGINES, check=check_variant)
    assert not (tmp_path / "parity").exists()


def test_a_bundle_without_any_installed_engine_names_what_is_missing(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "b", variants=[tiny_variant(engine="tensorrt")])
    with pytest.raises(EngineMissing, match="'tensorrt'"):
        choose_variant(bundle, tmp_path)
    with pytest.raises(EngineMissing, match="come"):
        choose_variant(fake_bundle(tmp_path / "f", {"v": GOOD}), tmp_path, engines=ABSENT)


class Absent:
    """An engine that nobody has installed."""

    distributions = ("no-such-distribution",)
    remedy = "It may come."


ABSENT = {"fake": f"{__name__}:Absent"}


def test_the_real_engines_are_proven_in_processes_of_their_own_and_the_chosen_one_runs(tmp_path: Path) -> None:
    variants = [tiny_variant(), OPENVINO]
    tiny_bundle(tmp_path / "b", {**tiny_files(), **tiny_openvino(tmp_path)}, variants=variants)
    sessions, choice = open_chosen(open_bundle(tmp_path / "b", KEYS), tmp_path)
    assert choice.variant in {"onnx-fp32", "openvino-fp32"}
    assert all(report.passed for report in choice.reports), choice
    for network, vectors in tiny_proof().items():
        np.testing.assert_allclose(sessions[network].run(vectors.inputs)["logits"], vectors.logits, atol=1e-5)
        sessions[network].close()


def test_the_device_is_told_from_cpuinfo_or_does_without(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("processor\t: 0\nmodel name\t: A\nflags\t\t: avx2 fma\n\nprocessor\t: 1\nmodel name\t: B\n")
    device = this_device(cpuinfo=told)
    assert (device.processor, device.features) == ("A", ("avx2", "fma"))
    untold = this_device(cpuinfo=tmp_path / "absent")
    assert untold.processor
    assert untold.fingerprint != device.fingerprint
