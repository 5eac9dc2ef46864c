"""The report of a build: one HTML file with everything in it, that asks nothing of any network."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from html import escape

from edge.bundle import Bundle
from edge.runtime.parity import ParityReport
from export.building.limits import Line, counted
from export.building.outcome import ORIGINAL, Outcome, Searched
from export.building.speed import BATCHES
from export.quantising.picture import svg
from export.quantising.search import cells
from export.report import plots
from export.report.card import NOT_A_DEVICE, card_sections
from export.report.sections import Section, Table, html, table_html
from export.report.style import STYLE


def report_page(outcome: Outcome, bundle: Bundle | None, parity: Sequence[ParityReport]) -> str:
    """The page; without a bundle it says why there is none.

    parity  how every variant did on the bundle's test vectors on this machine
    """
    spec = outcome.spec
    return _PAGE.format(
        title=escape(f"{spec.title}, version {spec.version}"),
        style=STYLE,
        lead=escape(NOT_A_DEVICE),
        verdict=_verdict(outcome.lines(), bundle),
        limits=table_html(_limits(outcome.lines())),
        plots="\n".join(_figures(outcome)),
        speed=table_html(_speeds(outcome)),
        search=html([_search(each) for each in outcome.searched]),
        parity="" if not parity else html([_parity(parity)]),
        card="" if bundle is None else html(card_sections(bundle.manifest)),
    )


def _verdict(lines: Sequence[Line], bundle: Bundle | None) -> str:
    told = escape(counted(lines))
    if any(not line.kept for line in lines):
        return f'<p class="verdict bad">No bundle: {told}.</p>'
    if bundle is None:
        return f'<p class="verdict bad">No bundle yet: {told}.</p>'
    digest = f"digest {bundle.digest[:16]}…, signed with {bundle.key.id}"
    return f'<p class="verdict good">{told}; {escape(digest)}.</p>'


def _limits(lines: Sequence[Line]) -> Table:
    rows = tuple((each.word, each.variant, each.limit_of, f"{each.found:.2f}", f"{each.limit:g}") for each in lines)
    return Table(("limit", "variant", "against float32", "found", "allowed"), rows)


def _figures(outcome: Outcome) -> Iterator[str]:
    yield _figure("Accuracy", plots.accuracy(outcome))
    yield _figure("Calibration", plots.reliability(outcome))
    for name, _ in outcome.every():
        yield _figure(f"Confusion, {name}", plots.confusion(outcome, name))
    yield _figure("Speed on the machine that built it", plots.speed(outcome.speeds))
    yield _figure("Size", plots.size({each.variant: each.weight_bytes / 1e6 for each in outcome.said}))
    for each in outcome.searched:
        yield _figure(f"Sensitivity of layers, {each.variant}", svg(each.layers, each.kept))


def _figure(title: str, svg: str) -> str:
    content = base64.b64encode(svg.encode()).decode()
    picture = f'<img alt="{escape(title)}" src="data:image/svg+xml;base64,{content}">'
    return f"<figure><figcaption>{escape(title)}</figcaption>{picture}</figure>"


def _speeds(outcome: Outcome) -> Table:
    """Every variant, and how many times faster than float32 in ONNX Runtime it was in the same run."""
    times = {(each.variant, each.batch): each.ms for each in outcome.speeds}
    names = list(dict.fromkeys(each.variant for each in outcome.speeds))
    rows = tuple(
        (name, *(text for batch in BATCHES for text in _timed(times[name, batch], times[ORIGINAL, batch])))
        for name in names
    )
    return Table(("variant", *(text for batch in BATCHES for text in (f"batch {batch}, ms", "times faster"))), rows)


def _timed(ms: float, original_ms: float) -> tuple[str, str]:
    return f"{ms:.2f}", f"{original_ms / ms:.2f}"


def _search(found: Searched) -> Section:
    columns, rows = cells(found.steps)
    said = (
        f"In float at last: {', '.join(found.kept) or 'none'}.",
        "Layers were ranked on calibration crops; every attempt was judged on those held out, so with each attempt "
        "more the figures above are a little kinder than new cells would be.",
    )
    told = Table(tuple(columns), tuple(tuple(row) for row in rows))
    return Section(f"Layers sought that stay in float, {found.variant}", said, told)


def _parity(reports: Sequence[ParityReport]) -> Section:
    rows = tuple(
        (
            each.variant,
            each.engine,
            f"{each.difference['opinion']:.4f}",
            f"{each.tolerance['opinion']:g}",
            f"{each.ms_per_batch:.1f}",
        )
        for each in reports
    )
    said = "Drawn cells, so that no patient's picture travels in a bundle. A kit runs them again on its own processor."
    columns = ("variant", "engine", "difference", "allowed", "ms for all")
    return Section("Test vectors on the machine that built it", (said,), Table(columns, rows))


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<header><h1>{title}</h1><p>{lead}</p>{verdict}</header>
<section><h2>Limits</h2>{limits}</section>
<section><h2>Figures</h2><div class="figures">{plots}</div></section>
<section><h2>Speed</h2>
<p>Medians of one run in which the variants took turns; ratios are to float32 in ONNX Runtime.</p>{speed}</section>
{search}
{parity}
{card}
</main>
</body>
</html>
"""
