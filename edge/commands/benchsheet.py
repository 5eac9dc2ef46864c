"""The report of `marrowkit bench`, and how it looks on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edge.commands.benchjob import WARM_UP, Outcome, Spread
from edge.commands.disk import Packages

BUSY = 0.5
_NAME, _COLUMN = 16, 22


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that was measured.

    load           processes that wanted a core in the minute before: above 0.5 the figures are not this device's best
    bundle         name and version; `bundle_mb` its size in 10⁶ bytes
    in_use         the variant that the station runs
    pictures       what was examined, in words
    site_packages  the runtime on the disk
    """

    processor: str
    architecture: str
    cores: int
    engine_threads: int
    load: float
    bundle: str
    bundle_digest: str
    bundle_mb: float
    in_use: str
    pictures: str
    variants: tuple[Outcome, ...]
    site_packages: Packages


def bench_sheet(bench: Bench) -> Iterator[str]:
    """Lines of text: the circumstances, one column per variant, the disk."""
    busy = ": other programs were running" if bench.load > BUSY else ""
    yield f"Device    {bench.processor}, {bench.cores} cores, {bench.architecture}"
    yield f"Load      {bench.load:.1f} before{busy}; engines use {bench.engine_threads} threads"
    yield f"Bundle    {bench.bundle} ({bench.bundle_mb:.1f} MB, digest {bench.bundle_digest[:12]}…)"
    yield f"Pictures  {bench.pictures}"
    yield ""
    yield from _table([each for each in bench.variants if each.total], bench.in_use)
    yield from (f"{each.variant}: {each.problem}" for each in bench.variants if not each.total)
    yield ""
    largest = ", ".join(f"{name} {mb:.0f}" for name, mb in bench.site_packages.largest.items())
    yield f"Runtime on disk: {bench.site_packages.mb:.0f} MB in site-packages (largest: {largest})"


def _table(outcomes: Sequence[Outcome], in_use: str) -> Iterator[str]:
    if not outcomes:
        return
    yield _line("ms", [f"{each.variant}{' (in use)' if each.variant == in_use else ''}" for each in outcomes])
    for name in dict.fromkeys(name for each in outcomes for name in each.steps):
        yield _line(name, [_spread(each.steps.get(name)) for each in outcomes])
    yield _line("total", [_spread(each.total) for each in outcomes])
    yield _line("ratio", [f"{each.ratio:.2f}" for each in outcomes])
    yield _line("peak memory", [f"{each.peak_memory_mb:.0f} MB" for each in outcomes])
    yield _line("cells", [f"{each.cells:g}" for each in outcomes])
    yield _line("runs", [f"{each.runs}" for each in outcomes])
    yield _line("not examined", [f"{each.refused}" for each in outcomes])
    yield f"Times are median and 90th percentile after at least {WARM_UP} fields of warm-up; ratio is to the fastest."


def _line(name: str, values: Sequence[str]) -> str:
    return (f"{name:<{_NAME}}" + "".join(f"{value:>{_COLUMN}}" for value in values)).rstrip()


def _spread(spread: Spread | None) -> str:
    return "–" if spread is None else f"{spread.median_ms:.1f} {spread.p90_ms:8.1f}"
