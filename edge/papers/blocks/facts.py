"""Under which circumstances: the smear, the kit, the model that answered and its proof, the control slide."""

from __future__ import annotations

from collections.abc import Mapping

from edge.nouns import N_, SPECIMENS, STAINS
from edge.papers.blocks.style import BODY, CHECKED, GAP_MM, SMALL, heading, mark
from edge.papers.case_file import BundleFacts, CaseFile, ControlState
from edge.papers.digest import content_digest, short
from edge.papers.lettering import in_short, isolated
from edge.papers.reader import Reader
from edge.papers.sheet import FAINT, INSIDE_MM, MARGIN_MM, Area, Sheet

FACTS = N_("How it was made")
SPECIMEN, STAIN, OBJECTIVE, NOTE = N_("Specimen"), N_("Stain"), N_("Objective"), N_("Note")
COUNTED_BY, FIELDS, KIT, MODEL = N_("Counted by"), N_("Fields"), N_("Kit"), N_("Model")
PROOF, CONTROL, RESULT_DIGEST = N_("Proof on this device"), N_("Control slide"), N_("Digest of the result")
FIELDS_SAID = N_("{counted} counted, {refused} refused")
VERSION = N_("version {version}")
PROVED = N_("Passed: differs by {difference} at most, {tolerance} is allowed")
FAILED = N_("FAILED: differs by {difference}, {tolerance} is allowed")
UNPROVED = N_("This model has nothing to prove it by")
NO_CONTROL = N_("None was measured before this case")
CONTROL_SAID = N_("{slide}: {verdict}, {when}")
VERDICTS: Mapping[str, str] = {
    "ok": N_("within its limits"),
    "warn": N_("needs attention"),
    "block": N_("OUTSIDE its limits"),
}
LABEL_MM, MOST_LETTERS = 38.0, 900


def facts(sheet: Sheet, file: CaseFile, y: float) -> float:
    """One line for each, of those that are known."""
    y = heading(sheet, sheet.room(y, 40), sheet.reader.say(FACTS))
    for label, words in known_facts(file, sheet.reader):
        y = _row(sheet, y, label, words)
    return _control(sheet, file, y) + GAP_MM


def known_facts(file: CaseFile, reader: Reader) -> list[tuple[str, str]]:
    """Those that are known, by their names; all but the control slide."""
    return [(reader.say(label), words) for label, words in _rows(file, reader).items() if words]


def control_words(control: ControlState | None, reader: Reader) -> str:
    """The control slide: its verdict, when, and what was found."""
    if control is None:
        return reader.say(NO_CONTROL)
    verdict, when = reader.say(VERDICTS[control.verdict]), isolated(reader.moment(control.when))
    said = reader.say(CONTROL_SAID, slide=isolated(control.slide), verdict=verdict, when=when)
    return "\n".join([said, *(reader.reason(each) for each in control.reasons)])


def _rows(file: CaseFile, reader: Reader) -> dict[str, str]:
    case, kit, bundle = file.case, file.station, file.bundle
    counted = sum(each.ok for each in file.fields)
    return {
        SPECIMEN: reader.named(SPECIMENS, case.specimen),
        STAIN: reader.named(STAINS, case.stain),
        OBJECTIVE: _own_words(case.objective),
        NOTE: _own_words(case.note),
        COUNTED_BY: _own_words(file.operator or ""),
        FIELDS: reader.say(FIELDS_SAID, counted=counted, refused=len(file.fields) - counted),
        KIT: f"{isolated(kit.name)} · Marrowkit {kit.software}",
        MODEL: _model(bundle, reader),
        PROOF: _proof(bundle, reader),
        RESULT_DIGEST: isolated(short(content_digest(file))),
    }


def _own_words(text: str) -> str:
    """What a person wrote, in the direction in which it is written."""
    return "\n".join(isolated(line) for line in in_short(text, MOST_LETTERS).split("\n") if line.strip())


def _model(bundle: BundleFacts, reader: Reader) -> str:
    ref, version = bundle.ref, reader.say(VERSION, version=bundle.ref.version)
    own = f"{isolated(ref.name)}, {version}, {isolated(ref.variant)}, {isolated(short(ref.digest))}"
    lender = ref.lender
    return own if lender is None else f"{own} + {_model(BundleFacts(lender, '', None), reader)}"


def _proof(bundle: BundleFacts, reader: Reader) -> str:
    parity = bundle.parity
    if parity is None:
        return reader.say(UNPROVED)
    difference, tolerance = reader.figure(parity.difference, 4), reader.figure(parity.tolerance, 4)
    said = reader.say(PROVED if parity.passed else FAILED, difference=difference, tolerance=tolerance)
    return f"{said} ({isolated(parity.engine)})"


def _row(sheet: Sheet, y: float, label: str, words: str) -> float:
    height = max(sheet.height(INSIDE_MM - LABEL_MM, words, BODY), sheet.height(LABEL_MM - 2, label, SMALL)) + 1.4
    y = sheet.room(y, height)
    sheet.line((MARGIN_MM, y), (MARGIN_MM + INSIDE_MM, y), FAINT)
    sheet.text(Area(MARGIN_MM, y + 1.1, LABEL_MM - 2, 5), label, SMALL)
    sheet.text(Area(MARGIN_MM + LABEL_MM, y + 0.7, INSIDE_MM - LABEL_MM, 5), words, BODY)
    return y + height


def _control(sheet: Sheet, file: CaseFile, y: float) -> float:
    control, words = file.control, control_words(file.control, sheet.reader)
    below = _row(sheet, y, sheet.reader.say(CONTROL), words)
    if control is None:
        return below
    top = below - max(sheet.height(INSIDE_MM - LABEL_MM, words, BODY), 1) - 1.4
    mark(sheet, (MARGIN_MM + LABEL_MM - 4, top + 3), 1.5, CHECKED[control.verdict])
    return below
