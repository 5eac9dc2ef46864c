"""No English goes past the catalogues: neither in the code of pages and papers, nor in templates, nor in scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

import edge
from edge.web.files import STATIC
from edge.web.rendering import TEMPLATES
from tests import untranslated

EDGE = Path(edge.__file__).parent
ENGLISH_ON_PURPOSE = ("web/support.py", "papers/fhir/")
"""Read by support and by other programs, not by the person at the microscope."""
CODE = [path for part in ("web", "papers") for path in sorted((EDGE / part).rglob("*.py"))]


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(EDGE).as_posix())
def test_code(path: Path) -> None:
    if not path.relative_to(EDGE).as_posix().startswith(ENGLISH_ON_PURPOSE):
        assert untranslated.in_python(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_templates(path: Path) -> None:
    assert untranslated.in_template(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_scripts(path: Path) -> None:
    assert untranslated.in_script(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        'problem = Problem(404, "web.404", "There is no such thing.", "")',
        'return f"The file is larger than {limit} MB."',
        'words = {"detail": "Nothing can be done."}',
    ],
)
def test_a_sentence_in_code_is_found(line: str) -> None:
    assert len(untranslated.in_python(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        'raise NotRecorded(f"There is no case number {number}.", "Choose one from the list.")',
        '"""What it is for. And more."""',
        'N_("There is nothing at this address.")',
        'query = "SELECT * FROM cases"',
        'example(note="Thin smear, second slide.")',
        'routes.get("/live.mjpg", description="The live picture, without an end.")',
    ],
)
def test_what_people_never_read_as_it_stands_is_left_alone_in_code(line: str) -> None:
    assert untranslated.in_python(line) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("<p>Not here</p>", 1),
        ('<img alt="The live picture">', 1),
        ('{{ "The kit does not run." }}', 1),
        ('<p class="big soft">{{ _("Not here") }} · Marrowkit 100 %</p>', 0),
        ("<a href=\"{{ path if now == 'settings' else here }}\">{# A comment for us. #}</a>", 0),
    ],
)
def test_words_in_a_template(line: str, found: int) -> None:
    assert len(untranslated.in_template(line)) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('notice("That did not do.")', 1),
        ('notice("Not so fast")', 1),
        ("el('p', {}, `There are ${n} cells.`)", 1),
        ('notice(_("The kit does not answer."))', 0),
        ('el("p", { class: "button primary" }) // What it does. "As said before."', 0),
        ("`/cases/${id}/fields/${n}`", 0),
    ],
)
def test_words_in_a_script(line: str, found: int) -> None:
    assert len(untranslated.in_script(line)) == found
