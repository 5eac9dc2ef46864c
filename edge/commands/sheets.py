"""A bundle and its parity outcome as lines of text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from edge.bundle.manifest import IntendedUse, Manifest
from edge.bundle.opened import Bundle
from edge.runtime.choose import Choice
from edge.runtime.parity import ParityReport


def bundle_sheet(bundle: Bundle, choice: Choice | None) -> Iterator[str]:
    """Everything a user should know of a bundle before trusting its answers."""
    manifest = bundle.manifest
    yield f"{manifest.name} {manifest.version}: {manifest.title}"
    yield from _identity(bundle)
    yield from _use(manifest)
    yield ""
    yield from _evidence(manifest)
    yield ""
    yield from parity_table(choice) if choice else ("Not yet proven on this device.",)
    yield ""
    yield "Limits"
    yield from (f"  {sentence}" for sentence in manifest.limits)


def parity_table(choice: Choice) -> Iterator[str]:
    """One line per variant: used, passed or failed, with difference and time."""
    yield "On this device"
    yield from (_parity_line(report, report.variant == choice.variant) for report in choice.reports)


def parity_figures(report: ParityReport) -> str:
    """Differences and time of a variant that ran: `opinion differs by 0.00012 of 0.03, 4.1 ms`."""
    gaps = [f"{name} differs by {gap:.5f} of {report.tolerance[name]:g}" for name, gap in report.difference.items()]
    return ", ".join([*gaps, f"{report.ms_per_batch:.1f} ms"])


def _identity(bundle: Bundle) -> Iterator[str]:
    retired = ", a retired key" if bundle.key.retired else ""
    yield f"  digest     {bundle.digest}"
    yield f"  signed by  {bundle.key.owner} ({bundle.key.id}{retired})"
    yield f"  in         {bundle.path}"


def _use(manifest: Manifest) -> Iterator[str]:
    use, thresholds = manifest.intended_use, manifest.thresholds
    low, high = thresholds.abstain
    yield f"  for        {', '.join(use.specimens)}; {', '.join(use.stains)}; {use.magnification}"
    yield f"  scale      {_assumed(use)}"
    yield f"  finds      {_finding(manifest)}"
    yield f"  labels     {', '.join(manifest.labels)}"
    counted = ", ".join(label for label in manifest.labels if label in manifest.positives)
    yield f"  counts     {counted} from p = {thresholds.positive:g}, in doubt from {low:g} to {high:g}"
    rbf = "" if thresholds.rbf is None else f", the fuzzy-RBF from p = {thresholds.rbf:g}"
    yield f"  alone      the network from p = {thresholds.network:g}{rbf}"


def _finding(manifest: Manifest) -> str:
    finds = manifest.segmentation
    if finds is None:
        return "no cells by itself: the default bundle finds them for it"
    return f"cells by {finds.method} at {finds.um_per_px:g} µm per pixel"


def _assumed(use: IntendedUse) -> str:
    if use.um_per_px is None:
        return "from the red cells, or given; none is assumed"
    return f"{use.um_per_px:g} µm per pixel where neither red cells nor anyone tells it"


def _evidence(manifest: Manifest) -> Iterator[str]:
    yield f"Made from ({manifest.training.terms})"
    for source in manifest.training.data:
        patients = f", {source.patients} patients" if source.patients else ""
        yield f"  {source.name}: {source.images} images{patients}, {source.role} ({source.terms})"
    yield "Measured"
    for metric in manifest.metrics:
        interval = f"{metric.low:.3f} to {metric.high:.3f}"
        yield f"  {metric.name} on {metric.on}: {metric.value:.3f} ({interval}; {metric.n} × {metric.unit})"


def _parity_line(report: ParityReport, used: bool) -> str:
    if not report.passed:
        return f"  {report.variant:<18} NOT USED  {report.problem}"
    word = "in use" if used else "passed"
    return f"  {report.variant:<18} {word:<8}  {parity_figures(report)} ({report.engine})"
