"""All rooms beside each other: a table and a picture of what was measured of each, and what its paper claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.ticker import LogLocator, NullFormatter

from edge.durable import write_durably
from edge.errors import BadSetting
from export.report.plots import COLOURS, svg
from export.report.sections import Section, Table, markdown
from export.rooms.card import CARD_FILE, RoomCard, read_card
from export.rooms.measured import Measured, OnKit, Timed, read_measured
from export.validating.exams import Result

README_FILE, PICTURE_FILE = "README.md", "leaderboard.svg"
BEGIN, END = "<!-- made by marrowkit-export leaderboard -->", "<!-- until here -->"
MARKERS = "osD^"
"""Rooms beyond the number of colours have another one."""
BELOW: Mapping[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.12), "ncols": 3, "frameon": False,
                            "fontsize": 7, "title_fontsize": 7}  # fmt: skip
"""Place and look of the legend: beside the points it would hide some."""
FITTED = "fitted in one go"
UNTRAINED, UNMEASURED = "not trained yet", "not measured by this protocol yet"
NONE = "–"
UNSEEN, PATIENTS, SITE = "other sites", "patients", "same site"
FLOAT32, INT8 = frozenset({"fp32"}), frozenset({"int8"})
COLUMNS = (
    *("room", "unseen sites: accuracy", "the same in int8", "sensitivity", "specificity", "AUC", "ECE"),
    *("unseen patients: weighted F1", "same site: accuracy"),
    *("ms per cell, float32", "int8", "MB, float32", "int8", "parameters", "trained"),
)
TOLD = (
    "Called a blast from a probability of 0.5 on; intervals are 95 %, by a bootstrap over whole groups. No room has"
    " learned from an unseen site.",
    "Times are of the fastest variant of a precision, for one cell of a batch of 16, on two threads.",
    "Trees are no parameters.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A room, and what was measured of it, if anything was."""

    card: RoomCard
    measured: Measured | None


def rows_of(models: Path) -> list[Row]:
    """Every room that names cells, by its name."""
    folders = sorted(file.parent for file in models.glob(f"*/{CARD_FILE}"))
    rows = (Row(read_card(folder), read_measured(folder)) for folder in folders)
    return [each for each in rows if each.card.names_cells]


def write_leaderboard(models: Path) -> None:
    """Put table and picture into the folder of the rooms.

    Raises:
        BadSetting: its README has no place for the table.
    """
    rows, readme = rows_of(models), models / README_FILE
    write_durably(readme, filled(readme.read_text("utf-8"), rows).encode())
    if any(each.measured for each in rows):
        write_durably(models / PICTURE_FILE, picture(rows).encode())
    else:
        (models / PICTURE_FILE).unlink(missing_ok=True)


def filled(readme: str, rows: Sequence[Row]) -> str:
    """The README with the tables of these rows between its marks.

    Raises:
        BadSetting: it has no such marks.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise BadSetting(f"{README_FILE} has no place for the table.", f"Put {BEGIN} and {END} there.")
    return f"{before}{BEGIN}\n{tables(rows)}{END}{after}"


def tables(rows: Sequence[Row]) -> str:
    """What was measured, and what the papers claim."""
    measured = any(each.measured for each in rows)
    shown = f"![Accuracy on unseen sites against time per cell]({PICTURE_FILE})\n\n" if measured else ""
    claims = Table(("room", "paper", "claim", "why ours may differ"), tuple(map(_claimed, rows)))
    parts = [Section("Measured", TOLD, Table(COLUMNS, tuple(map(_measured, rows)))), Section("Claimed", (), claims)]
    return f"{shown}{markdown(parts)}\n"


def picture(rows: Sequence[Row]) -> str:
    """Accuracy on unseen sites against time per cell as SVG: float32 hollow, int8 filled, a line between them."""
    points = [(number, row, row.measured) for number, row in enumerate(rows) if row.measured is not None]

    def draw(axes: Any) -> None:
        for number, row, measured in points:
            again, colour = divmod(number, len(COLOURS))
            _draw(axes, row, measured, (COLOURS[colour], MARKERS[again % len(MARKERS)]))
        axes.set(xlabel="milliseconds per cell", ylabel="accuracy on unseen sites", xscale="log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_formatter("{x:g}")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(**BELOW, title="hollow: float32, filled: int8")

    return svg(draw, 5.0)


def _draw(axes: Any, row: Row, measured: Measured, look: tuple[str, str]) -> None:
    """Each precision's own accuracy, in this colour and by this marker."""
    colour, marker = look
    both = ((measured.on_kit.fastest(kind), fill) for kind, fill in ((FLOAT32, "none"), (INT8, colour)))
    there = [(each.in_batch_ms, each.unseen_accuracy, fill) for each, fill in both
             if each is not None and each.unseen_accuracy is not None]  # fmt: skip
    axes.plot([ms for ms, _, _ in there], [accuracy for _, accuracy, _ in there], color=colour, linewidth=1)
    for number, (ms, accuracy, fill) in enumerate(there):
        name = row.card.name if number == 0 else None
        axes.scatter(ms, accuracy, s=36, marker=marker, facecolors=fill, edgecolors=colour, label=name)


def _measured(row: Row) -> tuple[str, ...]:
    found = row.measured
    if found is None:
        return (row.card.name, UNTRAINED if row.card.ways else UNMEASURED, *[NONE] * (len(COLUMNS) - 2))
    unseen = [_figure(found.result(UNSEEN), name) for name in ("accuracy", "sensitivity", "specificity", "AUC", "ECE")]
    seen = _figure(found.result(PATIENTS), "weighted F1"), _figure(found.result(SITE), "accuracy")
    exams = unseen[0], _in_8_bits(found.on_kit), *unseen[1:], *seen
    return (row.card.name, *exams, *_costs(found.on_kit), f"{found.about['parameters']:,}", _training(found))


def _costs(on_kit: OnKit) -> tuple[str, ...]:
    both = [on_kit.fastest(kind) for kind in (FLOAT32, INT8)]
    return tuple(NONE if each is None else say(each) for say in (_ms, _megabytes) for each in both)


def _ms(each: Timed) -> str:
    return f"{each.in_batch_ms:.2f}"


def _megabytes(each: Timed) -> str:
    return f"{each.file_bytes / 1e6:.2f}"


def _in_8_bits(on_kit: OnKit) -> str:
    found = on_kit.fastest(INT8)
    return NONE if found is None or found.unseen_accuracy is None else f"{found.unseen_accuracy:.3f}"


def _training(found: Measured) -> str:
    told = found.about
    took = "" if told["seconds"] is None else f", {told['seconds'] / 3600:.2f} h on {told['hardware']}"
    return (f"{told['steps']} steps of {told['batch']}" if told["steps"] else FITTED) + took


def _claimed(row: Row) -> tuple[str, ...]:
    claim = row.card.claim
    return (row.card.name, row.card.authors or NONE, claim.get("text", NONE), claim.get("differs", NONE))


def _figure(result: Result | None, name: str) -> str:
    return NONE if result is None else next((str(each) for each in result.blasts if each.name == name), NONE)
