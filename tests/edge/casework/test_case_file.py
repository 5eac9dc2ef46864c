"""The case on paper says what the record holds; papers are made of it, and leave as they were asked for."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge.casework import Casework, case_file, pin
from edge.casework.cells import Wish
from edge.casework.life import Words
from edge.casework.papers import IMAGES, KINDS
from edge.casework.views import crops
from edge.decide.wilson import wilson_percent
from edge.document import Document
from edge.errors import BadSetting, NotRecorded, StoreDamaged
from edge.papers.case_file import CaseFile, Successor
from edge.papers.digest import content_digest
from edge.papers.faults import ConsentMissing, NothingCorrected
from edge.papers.reader import Reader
from edge.record import Record
from tests.casebooks import PIN, capture, casework_in, counted_case, hand, undo

READER = Reader()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "LOG_N", 4)


@pytest.fixture
def casework(tmp_path: Path) -> Iterator[Casework]:
    with casework_in(tmp_path) as made:
        made.staff.add("Amina", PIN, lead=True, by=None)
        yield made


@pytest.fixture
def case_id(casework: Casework) -> int:
    case = counted_case(casework)
    casework.cells.change(case.id, (1, 4), Wish(label="granulocyte", reason="lobed"), "Amina")
    casework.cells.change(case.id, (1, 5), Wish(excluded=True, reason="two in one"), "Amina")
    casework.cells.change(case.id, (2, 3), Wish(label="lymphocyte"), "Amina")
    undo(casework, case.id)
    casework.cells.restore(case.id, (1, 5), "Amina")
    casework.life.count_by_hand(case.id, {"blast": 3, "lymphocyte": 7}, "Bo")
    return case.id


def paper(casework: Casework, case_id: int) -> CaseFile:
    return casework.papers.file(case_id)


def test_it_says_what_the_case_amounts_to(casework: Casework, case_id: int) -> None:
    file, result = paper(casework, case_id), casework.results.of(case_id)
    assert (file.case.number, file.case.pseudonym, file.case.state) == (case_id, "A-17", "open")
    assert file.counts == result.figures.counts
    assert (file.decision.label, file.decision.score) == (
        result.figures.decision["label"],
        result.figures.decision["score"],
    )
    assert [code["code"] for code in result.figures.decision["codes"]] == [each.code for each in file.decision.reasons]
    assert file.bundle.ref == result.model.ref
    assert file.bundle.parity is not None
    assert file.operator == "Amina"


def test_its_cells_add_up_to_its_counts(casework: Casework, case_id: int) -> None:
    file = paper(casework, case_id)
    counted = [cell for cell in file.cells if cell.counted]
    assert (len(file.cells), len(counted)) == (file.counts.nucleated, file.counts.countable)
    assert sum(cell.blast for cell in counted) == file.counts.blast
    for each in file.by_class:
        assert each.cells == sum(cell.label == each.label for cell in counted)
        assert each.interval == wilson_percent(each.cells, file.counts.countable)
    assert sum(file.excluded.values()) == file.counts.excluded
    assert [cell.name for cell in file.cells if cell.corrected] == ["1-4"]


def test_a_cells_picture_is_the_cell(casework: Casework, case_id: int) -> None:
    file = paper(casework, case_id)
    whole = cv2.imread(str(casework.books.record.picture(casework.books.record.field(case_id, 1).image)))
    assert whole is not None
    cell = next(each for each in file.cells if each.name == "1-4")
    shown = cv2.imdecode(np.frombuffer(cell.crop_jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape[0] == shown.shape[1]
    x, y = (round(each) for each in cell.centre_px)
    middle = shown.shape[0] // 2
    centre = shown[middle - 3 : middle + 4, middle - 3 : middle + 4].mean(axis=(0, 1))
    np.testing.assert_allclose(centre, whole[y - 3 : y + 4, x - 3 : x + 4].mean(axis=(0, 1)), atol=25)


def test_corrections_are_told_as_changes(casework: Casework, case_id: int) -> None:
    told = [(c.kind, c.field, c.cell, c.before, c.after, c.by) for c in paper(casework, case_id).corrections]
    assert told == [
        ("class", 1, 4, "blast", "granulocyte", "Amina"),
        ("exclude", 1, 5, "lymphocyte", "lymphocyte", "Amina"),
        ("class", 2, 3, "blast", "lymphocyte", "Amina"),
        ("undo", 2, 3, "lymphocyte", "blast", "Amina"),
        ("include", 1, 5, "lymphocyte", "lymphocyte", "Amina"),
    ]


def test_each_system_alone_is_on_it_as_its_cells_have_it(casework: Casework, case_id: int) -> None:
    file, roles = paper(casework, case_id), casework.results.model(case_id).roles
    documents = casework.results.documents(case_id, casework.results.model(case_id)).values()
    settled = {cell.name for cell in file.cells if cell.corrected}
    words = [
        (cell["class"] in roles.blast,) * 2
        if f"{number}-{cell['id']}" in settled
        else (roles.share(cell["rbf"]) >= roles.rbf_threshold, roles.share(cell["network"]) >= roles.network_threshold)
        for number, document in enumerate(documents, 1)
        for cell in document["cells"]
        if cell["countable"]
    ]
    assert len(words) == file.counts.countable
    assert file.systems is not None
    assert file.systems.rbf.cells == sum(rbf for rbf, _ in words)
    assert file.systems.network.cells == sum(network for _, network in words)
    assert file.systems.alike == sum(rbf == network for rbf, network in words)


def test_the_manual_count_and_the_agreement_are_on_it(casework: Casework, case_id: int) -> None:
    manual, counts = paper(casework, case_id).manual, paper(casework, case_id).counts
    assert manual is not None
    assert (manual.percent, manual.by) == (30.0, "Bo")
    assert manual.difference == pytest.approx(100 * counts.blast / counts.countable - 30)


def test_the_digest_of_the_result_outlasts_signing_and_answers_and_no_change(casework: Casework, case_id: int) -> None:
    casework.life.finish(case_id, "Amina")
    before = content_digest(paper(casework, case_id))
    casework.life.sign(case_id, hand(casework, case_id, "ok"))
    casework.life.answer(case_id, {"expert": "Dr B", "opinion": "likely", "percent": None, "text": "x"}, "Amina")
    signed = paper(casework, case_id)
    assert content_digest(signed) == before
    assert signed.signature is not None
    assert (signed.signature.name, signed.answer and signed.answer.expert) == ("Amina", "Dr B")
    casework.life.amend(case_id, "one more", hand(casework, case_id))
    amended = paper(casework, case_id)
    assert (amended.case.version, amended.case.amended, amended.preliminary) == (2, "one more", True)
    assert content_digest(amended) != before


def test_people_are_known_by_their_numbers(casework: Casework, case_id: int) -> None:
    file = paper(casework, case_id)
    assert file.people == {each.name: each.id for each in casework.staff.operators()} != {}
    report = json.loads(casework.papers.paper(case_id, "fhir.json", READER))["entry"][0]["resource"]
    assert report["performer"][0]["identifier"]["value"] == f"{file.station.id}/{file.people['Amina']}"


OPINION = {"expert": "Dr B", "opinion": "likely", "percent": None, "text": "x"}


def about(file: CaseFile) -> tuple[int, bool] | None:
    """Which version the answer in a file is about, and whether that was counted again since."""
    return None if file.answer is None else (file.answer.version, file.answer.recounted)


def test_an_answer_stays_with_the_version_that_was_asked_about(casework: Casework, case_id: int) -> None:
    casework.life.finish(case_id, "Amina")
    casework.life.sign(case_id, hand(casework, case_id))
    casework.life.answer(case_id, OPINION, "Amina")
    assert about(paper(casework, case_id)) == (1, False)
    casework.life.amend(case_id, "one more", hand(casework, case_id))
    casework.cells.change(case_id, (1, 1), Wish(label="granulocyte"), "Amina")
    assert about(paper(casework, case_id)) == (1, False)
    assert about(casework.papers.file(case_id, version=1)) == (1, False)
    casework.life.answer(case_id, {**OPINION, "text": "and of this one"}, "Amina")
    assert about(paper(casework, case_id)) == (2, False)
    assert about(casework.papers.file(case_id, version=1)) is None


def test_a_count_that_went_on_after_the_answer_says_so(casework: Casework, case_id: int) -> None:
    casework.life.answer(case_id, OPINION, "Amina")
    assert about(paper(casework, case_id)) == (1, False)
    casework.cells.change(case_id, (1, 1), Wish(label="granulocyte"), "Amina")
    assert about(paper(casework, case_id)) == (1, True)
    casework.life.answer(case_id, {**OPINION, "text": "seen again"}, "Amina")
    assert about(paper(casework, case_id)) == (1, False)


def test_an_answer_of_before_versions_were_told_is_about_what_it_was_typed_into(
    casework: Casework, case_id: int
) -> None:
    casework.life.answer(case_id, OPINION, "Amina")
    casework.books.life.set_fact(case_id, "answer", OPINION, "Amina")
    casework.life.finish(case_id, "Amina")
    casework.life.sign(case_id, hand(casework, case_id))
    casework.life.amend(case_id, "one more", hand(casework, case_id))
    assert about(paper(casework, case_id)) == (1, False)


@pytest.mark.parametrize("version", [-1, 2])
def test_nobody_answers_a_version_that_is_not_there(casework: Casework, case_id: int, version: int) -> None:
    with pytest.raises(BadSetting, match="version"):
        casework.life.answer(case_id, {**OPINION, "version": version}, "Amina")
    assert about(paper(casework, case_id)) is None


def test_a_signed_result_that_was_tampered_with_says_so_on_paper(casework: Casework, case_id: int) -> None:
    casework.life.finish(case_id, "Amina")
    casework.life.sign(case_id, hand(casework, case_id))
    signed = paper(casework, case_id).signature
    assert signed is not None
    assert signed.intact
    picture = casework.books.record.picture(casework.books.record.field(case_id, 1).image)
    picture.write_bytes(picture.read_bytes() + b"x")
    tampered = paper(casework, case_id).signature
    assert tampered is not None
    assert not tampered.intact


def test_a_control_that_was_out_is_on_it(casework: Casework, case_id: int) -> None:
    slide = casework.controls.add("Slide 1", "peripheral", 5, "")
    begun, _ = casework.controls.begin(slide.id, "")
    casework.books.controls.finish(begun, {"focus_um": 1.5}, "block", [])
    capture(casework, case_id, 3)
    control = paper(casework, case_id).control
    assert control is not None
    assert (control.slide, control.verdict, [each.code for each in control.reasons]) == (
        "Slide 1",
        "block",
        ["control.out"],
    )


def test_the_kits_id_stays(tmp_path: Path) -> None:
    ids = set()
    for _ in range(2):
        with casework_in(tmp_path) as casework:
            case = counted_case(casework, (1,))
            ids.add(paper(casework, case.id).station.id)
    assert len(ids) == 1


@pytest.mark.parametrize("kind", ["report.pdf", "referral.pdf", "cells.csv", "fhir.json"])
def test_every_paper_is_made(casework: Casework, case_id: int, kind: str) -> None:
    content = casework.papers.paper(case_id, kind, READER)
    head = {"report.pdf": b"%PDF", "referral.pdf": b"%PDF", "cells.csv": b"", "fhir.json": b"{"}[kind]
    assert content.lstrip(b"\xef\xbb\xbf").startswith(head)
    assert len(content) > 500


def test_fhir_is_preliminary_until_it_is_signed(casework: Casework, case_id: int) -> None:
    def status() -> str:
        bundle = json.loads(casework.papers.paper(case_id, "fhir.json", READER))
        report = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "DiagnosticReport")
        return str(report["status"])

    assert status() == "preliminary"
    casework.life.finish(case_id, "Amina")
    casework.life.sign(case_id, hand(casework, case_id))
    assert status() != "preliminary"


def test_training_needs_consent_and_holds_the_cells_whose_class_a_person_gave(casework: Casework, case_id: int) -> None:
    with pytest.raises(ConsentMissing):
        casework.papers.paper(case_id, "training.zip", READER)
    casework.life.consent(case_id, "form 3", "Amina")
    with zipfile.ZipFile(io.BytesIO(casework.papers.paper(case_id, "training.zip", READER))) as archive:
        crops = [name for name in archive.namelist() if name.startswith("crops/")]
    assert [name.split("/")[1] for name in crops] == ["granulocyte"]
    untouched = counted_case(casework, (5,)).id
    casework.life.consent(untouched, "form 3", "Amina")
    with pytest.raises(NothingCorrected):
        casework.papers.paper(untouched, "training.zip", READER)


def test_an_export_is_written_whole_and_noted(casework: Casework, case_id: int) -> None:
    casework.life.consent(case_id, "form 3", "Amina")
    (target,) = casework.papers.targets()[:1]
    written = casework.papers.export(case_id, str(target.path), [*KINDS, IMAGES], READER, "Amina")
    assert written.folder.parent == target.path
    assert {"report.pdf", "cells.csv", "cells-columns.csv", "fhir.json", "images/field-001.jpg"} <= set(written.names)
    assert all((written.folder / name).is_file() for name in written.names)
    step = casework.books.steps.of(case_id)[-1]
    assert (step.kind, step.after["folder"]) == ("export", written.folder.name)


@pytest.mark.parametrize(
    ("where", "kinds"), [("/etc", ["cells.csv"]), ("", ["cells.csv"]), (None, ["soup"]), (None, [])]
)
def test_exports_go_only_where_the_kit_offers(
    casework: Casework, case_id: int, where: str | None, kinds: list[str]
) -> None:
    place = str(casework.papers.targets()[0].path) if where is None else where
    with pytest.raises(BadSetting):
        casework.papers.export(case_id, place, kinds, READER, "")


def test_what_is_not_there_has_no_papers(casework: Casework, case_id: int) -> None:
    with pytest.raises(NotRecorded):
        casework.papers.file(99)
    with pytest.raises(BadSetting):
        casework.papers.paper(case_id, "soup", READER)


@pytest.mark.parametrize("how", ["gone", "cut off"])
def test_a_damaged_picture_is_told(casework: Casework, case_id: int, how: str) -> None:
    picture = casework.books.record.picture(casework.books.record.field(case_id, 1).image)
    if how == "gone":
        picture.unlink()
    else:
        picture.write_bytes(b"no picture")
    with pytest.raises(StoreDamaged):
        casework.papers.paper(case_id, "report.pdf", READER)


def test_pictures_of_cells_are_cut_where_they_are_shown_and_once(
    casework: Casework, case_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut: list[int] = []

    def noted(image: Path, cells: Sequence[Mapping[str, Any]], *how: Any) -> list[bytes]:
        cut.append(cells[0]["id"])
        return crops(image, cells, *how)

    monkeypatch.setattr(case_file, "crops", noted)
    for kind in ("fhir.json", "cells.csv"):
        casework.papers.paper(case_id, kind, READER)
    assert cut == []
    cell = paper(casework, case_id).cells[0]
    assert cell.crop_jpeg == cell.crop_jpeg != b""
    assert cut == [cell.id]


def test_documents_are_read_once_for_a_paper(casework: Casework, case_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    plain = Record.counted_by_number

    def noted(self: Record, case: int) -> tuple[tuple[int, Document], ...]:
        read.append(case)
        return plain(self, case)

    monkeypatch.setattr(Record, "counted_by_number", noted)
    monkeypatch.setattr(Record, "document", lambda *_: pytest.fail("one more reading"))
    assert len(paper(casework, case_id).fields) == len(casework.books.record.fields(case_id))
    assert read == [case_id]


def test_a_version_is_on_paper_as_it_was_signed_whatever_came_later(casework: Casework, case_id: int) -> None:
    casework.life.finish(case_id, "Amina")
    casework.life.sign(case_id, hand(casework, case_id, "first"))
    then = paper(casework, case_id)
    casework.life.amend(case_id, "one more field", hand(casework, case_id))
    casework.life.describe(case_id, Words(objective="40x", note="again"), "Amina")
    casework.life.count_by_hand(case_id, {"blast": 9}, "Bo")
    casework.cells.change(case_id, (2, 3), Wish(excluded=True), "Amina")
    capture(casework, case_id, 3)
    before = casework.papers.file(case_id, version=1)
    assert replace(before, successor=None) == then
    assert (before.successor and before.successor.version, before.replaced) == (2, False)
    now = paper(casework, case_id)
    assert (now.case.version, len(now.fields), now.signature) == (2, 3, None)
    casework.life.finish(case_id, "Amina")
    casework.life.sign(case_id, hand(casework, case_id, "second"))
    before = casework.papers.file(case_id, version=1)
    assert replace(before, successor=None) == then
    signed = paper(casework, case_id).signature
    assert signed is not None
    assert before.successor == Successor(2, signed.when, signed=True)
    casework.life.amend(case_id, "and one more", hand(casework, case_id))
    assert casework.papers.file(case_id, version=1).successor == before.successor
    second = casework.papers.file(case_id, version=2).successor
    assert (second and second.version, second and second.signed) == (3, False)
    casework.life.finish(case_id, "Amina")
    casework.life.sign(case_id, hand(casework, case_id, "third"))
    assert casework.papers.file(case_id, version=3) == paper(casework, case_id)
    assert casework.papers.paper(case_id, "cells.csv", READER, 1) != casework.papers.paper(case_id, "cells.csv", READER)
    with pytest.raises(NotRecorded, match="version 4"):
        casework.papers.file(case_id, version=4)
