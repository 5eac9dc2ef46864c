"""The table of cells and the records beside pictures: whole, documented, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.papers.case_file import CaseFile
from edge.papers.cells_csv import FORMULAS, cells_csv, columns_csv, columns_of, safe
from edge.papers.digest import content_digest
from edge.papers.export import as_json, digest, held, safe_name
from edge.papers.images import SCHEMA, FieldPicture, image_files
from edge.types import Features, Reason
from tests.case_files import CASE, LABELS, case_file

FILE = case_file(60)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_every_cell_has_its_row_in_order_counted_or_not() -> None:
    table = rows(cells_csv(FILE))
    assert [(int(row["field"]), int(row["cell"])) for row in table] == sorted((c.field, c.id) for c in FILE.cells)
    assert sum(int(row["counted"]) for row in table) == FILE.counts.countable
    assert sum(int(row["counted"]) * int(row["blast"]) for row in table) == FILE.counts.blast
    assert {row["case"] for row in table} == {"KIS-0042"}


def test_the_values_are_the_cells() -> None:
    table = {(int(row["field"]), int(row["cell"])): row for row in rows(cells_csv(FILE))}
    for cell in FILE.cells:
        row = table[cell.field, cell.id]
        assert (row["class"], row["machine_class"], row["corrected"]) == (
            cell.label,
            cell.machine,
            str(int(cell.corrected)),
        )
        assert row["excluded_because"].split() == [reason.code for reason in cell.excluded]
        for each in fields(Features):
            assert float(row[each.name]) == pytest.approx(getattr(cell.features, each.name), abs=1e-6)
        for label in LABELS:
            assert float(row[f"p_{label}"]) == pytest.approx(cell.probability[label], abs=1e-6)


def test_every_column_is_explained_once() -> None:
    explained = rows(columns_csv(FILE))
    assert [row["column"] for row in explained] == list(rows(cells_csv(FILE))[0])
    assert all(row["meaning"] for row in explained)
    assert len({row["column"] for row in explained}) == len(explained)


def test_a_system_that_knows_another_class_leaves_its_column_empty() -> None:
    cells = tuple(replace(cell, rbf={"blast": 1.0}) for cell in FILE.cells)
    assert {row["rbf_monocyte"] for row in rows(cells_csv(replace(FILE, cells=cells)))} == {""}


def test_each_network_that_was_asked_has_its_columns() -> None:
    first, *others = FILE.cells
    asked = replace(first, members={"zhou": {"blast": 0.75}, "devi": {"blast": 0.5, "monocyte": 0.25}})
    file = replace(FILE, cells=(asked, *others))
    table = {(int(row["field"]), int(row["cell"])): row for row in rows(cells_csv(file))}
    row = table.pop((first.field, first.id))
    assert (row["zhou_blast"], row["devi_monocyte"], row["zhou_monocyte"]) == ("0.75", "0.25", "")
    assert {other["zhou_blast"] for other in table.values()} == {""}
    assert {"zhou_blast", "devi_blast"} <= {each["column"] for each in rows(columns_csv(file))}


@given(st.text(max_size=30))
def test_no_text_is_a_formula(text: str) -> None:
    written = safe(text)
    assert isinstance(written, str)
    assert not written.startswith(FORMULAS)
    assert written in (text, f"'{text}")


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_a_case_code_that_would_be_a_formula_is_text(evil: str) -> None:
    file = replace(FILE, case=replace(CASE, pseudonym=evil))
    assert {row["case"] for row in rows(cells_csv(file))} == {f"'{evil}"}


@pytest.mark.parametrize("value", [-1.5, 0, -7, 2.0000001])
def test_figures_stay_figures(value: float) -> None:
    assert float(safe(value)) == pytest.approx(value, abs=1e-6)


def test_the_table_is_what_rfc_4180_and_spreadsheets_want() -> None:
    content = cells_csv(FILE)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == len(FILE.cells) + 1
    assert content == cells_csv(FILE)


def test_an_empty_case_has_a_table_with_its_head() -> None:
    assert rows(cells_csv(case_file(0))) == []
    assert cells_csv(case_file(0)).count(b"\r\n") == 1
    assert len(columns_of(case_file(0))) == len(columns_of(FILE))


def images(file: CaseFile) -> dict[str, bytes]:
    pictures = [FieldPicture(each.number, "jpg", held("x", f"picture {each.number}".encode())) for each in file.fields]
    return {each.name: each.read() for each in image_files(file, pictures)}


def test_beside_every_picture_lies_its_record() -> None:
    written = images(FILE)
    assert len(written) == 2 * len(FILE.fields)
    for field in FILE.fields:
        name = f"images/field-{field.number:03}.jpg"
        record = json.loads(written[f"{name}.json"])
        assert record["schema"] == SCHEMA
        assert record["sha256"] == digest(written[name])
        assert record["frame_sha256"] == field.digest
        assert record["field"]["um_per_px"] == field.um_per_px
        assert record["field"]["scale_source"] == "red cells"
        assert record["case"]["code"] == "KIS-0042"
        assert record["case"]["result_sha256"] == content_digest(FILE)
        assert record["model"]["digest"] == FILE.bundle.ref.digest


def test_a_refused_field_says_why_in_its_record() -> None:
    refused = replace(FILE.fields[0], ok=False, um_per_px=None, scale_source=None, reasons=(Reason("focus.soft"),))
    record = json.loads(images(replace(FILE, fields=(refused,)))["images/field-001.jpg.json"])
    assert (record["field"]["passed_the_gate"], record["field"]["reasons"]) == (False, ["focus.soft"])
    assert record["field"]["um_per_px"] is None


@given(st.text(max_size=200))
def test_a_name_is_one_that_every_stick_takes(text: str) -> None:
    name = safe_name(text)
    assert name
    assert len(name.encode()) <= 81
    assert not set(name) & set('<>:"/\\|?*\0 \n')
    assert not name.startswith((".", "-"))
    assert not name.endswith(".")
    assert safe_name(name) == name


NAMES = {
    "KIS-0042": "KIS-0042",
    "../../etc": "etc",
    "con": "con-",
    "": "unnamed",
    "Größe 3/4": "Größe-3-4",
    "حالة ٧": "حالة-٧",
}


@pytest.mark.parametrize(("text", "name"), NAMES.items())
def test_names(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_json_file_holds_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json("a.json", {"a": float("nan")})
