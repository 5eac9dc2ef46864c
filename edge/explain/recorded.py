"""The explanation of a cell of a recorded field, by the station that examined it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from edge.document import Document
from edge.errors import NotRecorded, OtherBundle
from edge.explain.explanation import Explanation, explained
from edge.explain.shown import CHOOSE_AGAIN, RecordedCell, ShownCell, shown_cell
from edge.station import Station
from edge.station.seen import Seen, normal_of, seen_of
from edge.types import Features, Frame, Labels, Scale


@dataclass(frozen=True, eq=False)
class RecordedField:
    """A field as the record has it.

    frame     its picture, as it was kept
    document  its examination
    cells, nuclei  its label images, of the frame's size
    """

    frame: Frame
    document: Document
    cells: Labels
    nuclei: Labels


@dataclass(frozen=True, eq=False)
class Explained:
    """Why a cell got its class, and what its network was shown.

    difference  how far the network's probability of a blast is from the recorded one: pictures are kept as JPEG and
                outlines at the picture's size, so it is not exactly 0
    """

    explanation: Explanation
    shown: ShownCell
    difference: float


def explain_recorded(station: Station, field: RecordedField, cell_id: int) -> Explained:
    """Why a cell of a recorded field got its class.

    Raises:
        NotRecorded: the field has no such cell.
        OtherBundle: another bundle examined the field than the station has.
        EngineFault: the network fails.
    """
    _require_own(station, field.document)
    cell = _cell(field.document, cell_id)
    seen = seen_of(field.frame)
    normal = normal_of(seen, _scale(field.document, seen))
    recorded = RecordedCell(cell_id, _features(cell), field.cells, field.nuclei)
    shown = shown_cell(station.network.inputs, normal, recorded, _box(seen))
    explanation = explained(station.jury, station.network, shown)
    then = sum(share for label, share in cell["network"].items() if label in station.jury.roles.blast)
    return Explained(explanation, shown, abs(explanation.looked.blast - then))


def _require_own(station: Station, document: Document) -> None:
    said = document["bundle"]
    if said["digest"] != station.bundle.digest:
        what = f"This field was examined with {said['name']} {said['version']}, which is not in use now."
        raise OtherBundle(what, "Re-analyse the case with the bundle in use, and look at its cells there.")


def _cell(document: Document, cell_id: int) -> Document:
    for cell in document["cells"]:
        if cell["id"] == cell_id:
            found: Document = cell
            return found
    raise NotRecorded(f"This field has no cell {cell_id}.", CHOOSE_AGAIN)


def _features(cell: Document) -> Features:
    return Features(**{each.name: cell["features"][each.name] for each in fields(Features)})


def _scale(document: Document, seen: Seen) -> Scale:
    """That of the examined pixels."""
    factor = 1.0 if seen.photo is None else seen.photo.factor
    return Scale(document["um_per_px"] * factor, 0.0, "given", squeeze=document["squeeze"])


def _box(seen: Seen) -> tuple[int, int, int, int]:
    if seen.photo is None:
        return 0, 0, *seen.whole
    return seen.photo.left_px, seen.photo.top_px, *seen.photo.size_px
