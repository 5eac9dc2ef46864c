"""The model card of a bundle: what it is for, from what it was made, how good it is, and what it cannot do.

Everything in it is in the signed manifest (Mitchell et al. 2019, "Model cards for model reporting"); nothing is added.
"""

from __future__ import annotations

from collections.abc import Iterator

from edge.bundle.manifest import Manifest, Metric, Variant
from export.report.sections import Section, Table, markdown

NOT_A_DEVICE = "Decision support, never a diagnosis: a person looks at the cells and signs."


def card_markdown(manifest: Manifest) -> str:
    """The card as Markdown."""
    head = f"# {manifest.title}\n\n`{manifest.name}` version {manifest.version}. {NOT_A_DEVICE}\n\n"
    return head + markdown(card_sections(manifest)) + "\n"


def card_sections(manifest: Manifest) -> list[Section]:
    """The card's parts, in order."""
    return [
        Section("Intended use", tuple(_use(manifest))),
        Section("What it says of a cell", tuple(_answer(manifest))),
        Section("Limits", manifest.limits),
        _data(manifest),
        _metrics(manifest),
        _variants(manifest),
    ]


def _use(manifest: Manifest) -> Iterator[str]:
    use = manifest.intended_use
    yield f"Specimens: {', '.join(use.specimens)}."
    yield f"Stains: {', '.join(use.stains)}."
    yield f"Magnification: {use.magnification}."
    if use.um_per_px is not None:
        yield f"A picture that tells no scale is taken to have {use.um_per_px:g} µm per pixel; the kit then says so."


def _answer(manifest: Manifest) -> Iterator[str]:
    inputs, thresholds = manifest.preprocessing, manifest.thresholds
    counted = ", ".join(label for label in manifest.labels if label in manifest.positives)
    low, high = thresholds.abstain
    yield f"Labels: {', '.join(manifest.labels)}."
    yield f"Counted as blasts: {counted}, from a probability of {thresholds.positive:g}; doubtful {low:g} to {high:g}."
    side = inputs.size_px * inputs.um_per_px
    yield (
        f"It sees a square of {inputs.size_px} pixels, {side:.1f} µm, around each cell as the view {inputs.view!r}"
        f"{', in all eight ways to lay it down' if inputs.symmetric else ''}."
    )
    if inputs.measures:
        yield f"It is told of each cell: {', '.join(inputs.measures)}."
    if manifest.segmentation is None:
        yield "It finds no cells: the kit's default bundle does, and gives a second opinion beside it."
    yield f"Temperature of its softmax: {manifest.calibration.temperature:g}."


def _data(manifest: Manifest) -> Section:
    training = manifest.training
    said = (f"Terms: {training.terms}", f"Made with {training.made_with}.")
    if not training.data:
        return Section("Data and licence", (*said, "Which data it was trained on is not said."))
    rows = tuple(
        (each.name, each.role, str(each.images), str(each.patients or "not known"), each.terms)
        for each in training.data
    )
    return Section("Data and licence", said, Table(("site", "role", "images", "patients", "terms"), rows))


def _metrics(manifest: Manifest) -> Section:
    if not manifest.metrics:
        return Section("Measured", ("Nothing was measured.",))
    rows = tuple(_metric(each) for each in manifest.metrics)
    columns = ("figure", "on", "value", "95 % interval", "of")
    return Section("Measured", ("Intervals are resampled over what stands in the last column.",), Table(columns, rows))


def _metric(metric: Metric) -> tuple[str, ...]:
    interval = f"{metric.low:.3f} to {metric.high:.3f}"
    return metric.name, metric.on, f"{metric.value:.3f}", interval, f"{metric.n} × {metric.unit}"


def _variants(manifest: Manifest) -> Section:
    rows = tuple(_variant(manifest, each) for each in manifest.variants)
    columns = ("variant", "engine", "precision", "MB", "tolerance", "needs")
    said = "A kit runs the test vectors on every variant and keeps the fastest that stays within its tolerance."
    return Section("Variants", (said,), Table(columns, rows))


def _variant(manifest: Manifest, variant: Variant) -> tuple[str, ...]:
    files = {path for each in variant.files.values() for path in (each, each.replace(".xml", ".bin"))}
    weight = sum(manifest.files[path].bytes for path in files if path in manifest.files)
    tolerance = ", ".join(f"{value:g} ({name})" for name, value in sorted(variant.tolerance.items()))
    needs = ", ".join(variant.needs) or "nothing"
    return variant.name, variant.engine, variant.precision, f"{weight / 1e6:.2f}", tolerance, needs
