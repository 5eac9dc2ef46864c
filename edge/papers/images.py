"""The pictures of a case's fields, each with a record beside it of what it is and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from edge.papers.case_file import CaseFile, FieldFacts
from edge.papers.digest import content_digest
from edge.papers.export import Export, as_json, digest, safe_name

SCHEMA = "marrowkit-image/1"


@dataclass(frozen=True, slots=True)
class FieldPicture:
    """The picture of a field as the record keeps it; `suffix` such as `jpg`."""

    field: int
    suffix: str
    picture: Export


def image_files(file: CaseFile, pictures: Iterable[FieldPicture]) -> Iterator[Export]:
    """Every picture as it is kept, and after it its record; a picture is read when it is written."""
    known = {each.number: each for each in file.fields}
    for each in pictures:
        name = f"images/field-{each.field:03}.{safe_name(each.suffix)}"
        yield Export(name, each.picture.size_bytes, each.picture.read)
        yield as_json(f"{name}.json", provenance(file, known[each.field], digest(each.picture.read())))


def provenance(file: CaseFile, field: FieldFacts, file_digest: str) -> dict[str, Any]:
    """What a picture is: of which case and field, at what scale, by which kit and model, and whether this is the file.

    `sha256` is of the file, `frame_sha256` of size and pixels as they were examined (`edge.types.Frame.digest`).
    """
    kit, ref = file.station, file.bundle.ref
    return {
        "schema": SCHEMA,
        "sha256": file_digest,
        "frame_sha256": field.digest,
        "case": {"code": file.case.pseudonym, "number": file.case.number, "version": file.case.version,
                 "specimen": file.case.specimen, "stain": file.case.stain, "objective": file.case.objective,
                 "result_sha256": content_digest(file)},
        "field": {"number": field.number, "name": field.name, "taken_by_the_kits_clock": field.taken,
                  "size_px": list(field.size_px), "um_per_px": field.um_per_px, "scale_source": field.scale_source,
                  "passed_the_gate": field.ok, "quality": dict(field.quality),
                  "reasons": [reason.code for reason in field.reasons]},
        "kit": {"name": kit.name, "id": kit.id, "software": kit.software},
        "model": {"name": ref.name, "version": ref.version, "digest": ref.digest, "variant": ref.variant},
        "note": "Decision support, not a diagnosis.",
    }  # fmt: skip
