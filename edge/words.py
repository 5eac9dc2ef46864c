"""Reasons in plain words: a code and its figures become what happened and what to do.

Templates are `str.format` strings over `Reason.values` and are the message ids of the translations, so a wording is
changed here and in the catalogues of `edge/web/locale`. Keep both halves short enough to read at a microscope:
the text says what is seen, the remedy starts with a verb.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from edge.fault_words import OF_CASEWORK, OF_MODELS, OF_PAPERS, OF_REQUESTS
from edge.figures import rounded
from edge.nouns import LEFT_OUT
from edge.types import Reason
from firmware_bridge.errors import Fault

Translate = Callable[[str], str]
"""Message id to the wording in the reader's language; `gettext` has this shape."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened, and what to do about it; the remedy is empty where there is nothing to do."""

    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.text} {self.remedy}".strip()


def in_english(message: str) -> str:
    """The message itself: message ids are English."""
    return message


WORDS: Mapping[str, Sentence] = MappingProxyType(
    {
        # edge.quality: what is wrong with a picture
        "size.small": Sentence(
            "The picture is only {side_px} pixels on its shorter side; at least {limit_px} are needed.",
            "Use the camera's full resolution, or crop less.",
        ),
        "picture.blank": Sentence(
            "The picture is blank: there is nothing but one colour in it.",
            "Check the lamp, the light path and the camera's cable.",
        ),
        "eyepiece.disc": Sentence(
            "The picture shows the round view of an eyepiece, {diameter_px} pixels across, in the dark.",
            "Zoom in until the view fills the picture, or crop to the inside of the disc.",
        ),
        "eyepiece.small": Sentence(
            "The round view of the eyepiece is only {diameter_px} pixels across; at least {limit_px} are needed.",
            "Move the phone nearer to the eyepiece or zoom in, until the round view fills the picture.",
        ),
        "eyepiece.cut": Sentence(
            "Only {percent} % of the eyepiece's round view is in the picture; at least {limit} % is needed.",
            "Hold the phone straight over the middle of the eyepiece, so that the round view is whole.",
        ),
        "eyepiece.soft": Sentence(
            "Out of focus through the eyepiece: edges are {width_um:.1f} µm wide, at most {limit_um:.1f} µm is sharp.",
            "Focus by eye first; then hold the phone still, tap the cells on its screen, and take the photo again.",
        ),
        "eyepiece.seen": Sentence(
            "This was photographed through an eyepiece; its round view is {diameter_px} pixels across.", ""
        ),
        "light.dark": Sentence(
            "The picture is too dark: the background is at {level} of 255, at least {limit} is needed.",
            "Turn up the lamp or the exposure time.",
        ),
        "light.clipped": Sentence(
            "The picture is over-exposed: {percent} % is pure white where at most {limit} % may be.",
            "Turn down the lamp or the exposure time.",
        ),
        "light.uneven": Sentence(
            "The light is uneven: its brightest part is {percent} % above its dimmest, at most {limit} % is allowed.",
            "Centre the condenser and open the field diaphragm.",
        ),
        "focus.soft": Sentence(
            "Out of focus: edges are {width_um:.1f} µm wide, at most {limit_um:.1f} µm is sharp.",
            "Move the fine focus; with oil, check that the drop is whole and the lens clean.",
        ),
        "focus.moved": Sentence(
            "The picture is smeared: edges are {width_um:.1f} µm wide along one axis, {limit_um:.1f} µm is the most.",
            "Wait until the stage stands still, and shorten the exposure time.",
        ),
        "stain.foreign": Sentence(
            "This does not look like a stained blood or marrow film.",
            "Put a Romanowsky-stained film (Wright, Giemsa, Leishman) under the lens.",
        ),
        "stain.tissue": Sentence(
            "This looks like a section of tissue, not a film of cells.",
            "Use an aspirate or blood film stained by Wright, Giemsa or Leishman.",
        ),
        "cells.empty": Sentence(
            "There is almost nothing here: {percent:.1f} % of the picture is stained; {limit:.1f} % is the least.",
            "Move to a part of the smear with cells.",
        ),
        "cells.crowded": Sentence(
            "The film is too thick here: {percent:.1f} % of the picture is clear; {limit:.1f} % is the least.",
            "Move towards the thin end of the smear, where cells lie apart.",
        ),
        # edge.station: how large a pixel is
        "scale.assumed": Sentence(
            "No red cells tell the scale: {um_per_px:.3f} µm per pixel is assumed.",
            "Give the scale of this objective, or take a field with red cells in it.",
        ),
        "scale.unsure": Sentence(
            "Few red cells tell the scale: {um_per_px:.3f} µm per pixel, give or take {percent} %.",
            "Give the scale of this objective, or take a field with more whole red cells in it.",
        ),
        "scale.disagrees": Sentence(
            "Red cells say {red_cells_um_per_px:.3f} µm per pixel, this station's calibration {um_per_px:.3f}.",
            "If the objective or camera was changed, calibrate again; if not, choose another field.",
        ),
        "scale.squeezed": Sentence(
            "This picture was squeezed into a square: it was about {times:.2f} times as wide.",
            "Save pictures in the camera's own proportions; until then their cells are measured less exactly.",
        ),
        # edge.segment, edge.decide: why a cell is not counted
        "cell.cut": Sentence("The edge of the picture cuts this cell.", ""),
        "cell.smudged": Sentence(
            "This nucleus is smudged: its outline is ragged, and its stain {percent} % of that of other nuclei.", ""
        ),
        "cell.person": Sentence("A person set this cell aside: {reason}.", ""),
        "cell.again": Sentence("This cell was counted in field {field} already.", ""),
        "cell.naked": Sentence(
            "This is a naked nucleus: pale, ragged, and what is round it has the colour of the nucleus.", ""
        ),
        "cell.crushed": Sentence("This nucleus is crushed or drawn out: {elongation:.1f} times as long as wide.", ""),
        "cell.clumped": Sentence(
            "These are several cells that could not be told apart, or one giant cell: {diameter_um:.0f} µm of nucleus.",
            "Choose a better spread part of the smear if there are many.",
        ),
        # edge.decide: what the counts of a field or a case mean
        "decide.above": Sentence(
            "Blasts lie between {low:.0f} and {high:.0f} %, above the limit of {limit:.0f} %.",
            "Show the case to a haematologist.",
        ),
        "decide.below": Sentence(
            "Blasts lie between {low:.0f} and {high:.0f} %, below the limit of {limit:.0f} %.", ""
        ),
        "decide.borderline": Sentence(
            "Blasts lie between {low:.0f} and {high:.0f} %, on both sides of the limit of {limit:.0f} %.",
            "Count more cells; if it stays so, ask a haematologist.",
        ),
        "decide.between": Sentence(
            "Blasts lie between {low:.0f} and {high:.0f} %: more than {lower:.0f} %, less than {upper:.0f} %.",
            "Ask a haematologist: a count alone cannot decide this.",
        ),
        "decide.few_cells": Sentence(
            "Countable cells: only {counted}; a case needs {target}.",
            "Count {missing} more on other fields.",
        ),
        "decide.high_so_far": Sentence(
            "The count is short, yet blasts are above {limit:.0f} % already (at least {low:.0f} %).",
            "Do not wait for the full count: show the case to a haematologist.",
        ),
        "decide.provisional": Sentence(
            "{counted} cells make a provisional count.",
            "Count on to {target} for a full one.",
        ),
        "decide.one_field": Sentence(
            "This is one picture, not a case. Countable cells: {counted}.",
            "Count at least {target} cells over several fields.",
        ),
        "decide.thin_field": Sentence(
            "Countable cells here: only {counted}; fewer than {target} say nothing.",
            "Move to a field with more cells.",
        ),
        "decide.doubtful": Sentence(
            "Doubtful cells: {cells} ({percent:.0f} %), enough to change the result.",
            "Look at the doubtful cells, or ask a haematologist.",
        ),
        "decide.hematogones": Sentence(
            "{cells} cells ({percent:.0f} %) may be blasts or benign precursors (hematogones).",
            "Ask a haematologist: form alone cannot tell them apart.",
        ),
        "decide.excluded": Sentence(
            "{cells} cells ({percent:.0f} %) are smudged, crushed or clumped, enough to change the result.",
            "Choose a better spread part of the smear, or make a new one.",
        ),
        "decide.disagree": Sentence(
            "The two systems disagree: {network:.0f} % blasts by the network, {rbf:.0f} % by the fuzzy rules.",
            "Ask a haematologist.",
        ),
        # edge.casework: the control slide
        "control.out": Sentence(
            "The control slide {slide} was out of its limits before this case.",
            "Check focus, light and stain with the control slide, then count again.",
        ),
        "decide.urgent": Sentence(
            "{cells} cells are like those of Burkitt leukaemia (L3-like).",
            "Have this case reviewed urgently, today.",
        ),
    }
)
"""Every code in use: what was seen, with `{figures}` from the reason's values, and what to do."""


FAULTS: Mapping[str, Sentence] = MappingProxyType(
    {
        **{
            code: Sentence(*words)
            for known in (OF_CASEWORK, OF_MODELS, OF_PAPERS, OF_REQUESTS)
            for code, words in known.items()
        },
        "source.unavailable": Sentence(
            "There is no source of pictures at the address that was given.",
            "Plug the camera in and switch it on; the picture appears by itself.",
        ),
        "source.lost": Sentence(
            "The source of pictures has stopped.",
            "Check its cable and its power; the picture comes back by itself.",
        ),
        "source.silent": Sentence(
            "The camera is there but sends no picture.",
            "Check its cable and its power; it is being opened again.",
        ),
        "source.frozen": Sentence(
            "The camera sends one and the same picture.",
            "It is being opened again; if that does not help, unplug it and plug it in again.",
        ),
        "source.part": Sentence(
            "A part that this kind of camera needs is not installed.",
            "Install it, or choose another source; the log and /health name it.",
        ),
        "source.uri": Sentence("The address of the source is not understood.", "Correct the --source."),
        "source.setting": Sentence(
            "The camera does not keep a setting that it was given.",
            "Choose a value that it takes: marrowkit-bridge controls lists them.",
        ),
        "source.light": Sentence(
            "The light is no longer what it was when it was locked.",
            "Check the lamp and the condenser, or start again to lock anew.",
        ),
        "picture.unreadable": Sentence(
            "A picture came that cannot be read.",
            "If it happens often, check the cable.",
        ),
        "recording.stopped": Sentence(
            "The recording has stopped; the picture goes on.",
            "Make room on the disk and start again.",
        ),
        "flatfield.refused": Sentence(
            "The flat field does not fit the camera's pictures.",
            "Take it again with the camera's present settings: marrowkit-bridge flatfield.",
        ),
        "flatfield.damaged": Sentence(
            "The flat field that was kept cannot be read.",
            "Take it again: marrowkit-bridge flatfield.",
        ),
    }
)
"""The faults in general words, where a language has none for the particular ones."""


def say(reason: Reason, translate: Translate = in_english) -> Sentence:
    """The reason in words.

    A code without words is shown as itself: an old record may hold one that was retired since, and support can still
    look it up. Tests see to it that every code written in `edge` has words.
    """
    template = WORDS.get(reason.code)
    if template is None:
        return Sentence(reason.code, "")
    return Sentence(_fill(template.text, reason, translate), _fill(template.remedy, reason, translate))


def say_fault(fault: Fault, translate: Translate = in_english) -> Sentence:
    """The fault in words: its own, which name the device, or the general ones in the reader's language."""
    return say_code(fault.code, Sentence(fault.what, fault.remedy), translate)


def say_code(code: str, own: Sentence, translate: Translate = in_english) -> Sentence:
    """As `say_fault`, of a fault that was written down: its code and its own words, which may be empty."""
    known = FAULTS.get(code)
    if known is None or (own.text and translate(known.text) == known.text):
        return own
    return Sentence(translate(known.text), translate(known.remedy))


NUMBER_SAMPLE = "1.5"
"""A number as the language writes it is a message too: its translation holds the language's decimal mark."""


_DECIMALS = re.compile(r"\.(\d+)f")


class _Figures(string.Formatter):
    """`str.format`, with figures rounded as the page does, and the reader's decimal mark."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def format_field(self, value: Any, format_spec: str) -> str:
        """One value; a mark in text is left alone."""
        if not isinstance(value, (int, float)):
            return str(super().format_field(value, format_spec))
        decimals = _DECIMALS.fullmatch(format_spec)
        number = rounded(value, int(decimals[1])) if decimals else value
        return str(super().format_field(number, format_spec)).replace(".", self._mark)


def _fill(template: str, reason: Reason, translate: Translate) -> str:
    # gettext answers the empty message id with the catalogue's header
    if not template:
        return ""
    return _Figures(translate(NUMBER_SAMPLE)[1]).vformat(translate(template), (), _named(reason.values, translate))


def _named(values: Mapping[str, Any], translate: Translate) -> Mapping[str, Any]:
    """The values, a person's reason in the reader's words where it is one of those that can be chosen."""
    why = LEFT_OUT.get(str(values.get("reason", "")))
    return values if why is None else {**values, "reason": translate(why)}
