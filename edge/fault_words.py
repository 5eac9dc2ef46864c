"""What the faults of casework and of the record say in general words: the message ids of their translations.

A fault's own words name the case, the person, the slide; these are for readers whose language has no word for those.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OF_CASEWORK: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "case.signed": ("This case is signed.", "Amend it, with a reason, to change anything."),
        "case.finished": ("The count of this case is finished.", "Resume it to change anything."),
        "case.open": ("This case is still being counted.", "Finish it first."),
        "case.unsigned": ("This case is not signed.", "Go on with it; nothing needs to be amended."),
        "case.empty": ("There is no field in this case that could be counted.", "Capture a good field first."),
        "case.nothing": ("There is nothing to undo or redo.", "Correct a cell first."),
        "case.personal": (
            "This looks like something personal: a name, a date of birth, a telephone number.",
            "Use a code instead, or confirm that it is one.",
        ),
        "case.control": (
            "This number holds a run of a control slide, not a case.",
            "Look at it on the page of the control slide.",
        ),
        "case.bundle": (
            "This case was counted with another bundle than the one in use.",
            "Re-analyse the case with the new one, or begin a new case.",
        ),
        "cell.class": ("The case's bundle knows no such class.", "Choose one of the classes shown."),
        "papers.consent": (
            "Nobody has marked that cells of this case may be used for training.",
            "Mark the consent first, if there is one.",
        ),
        "papers.nothing": ("There is no cell to learn from.", "Correct a cell's class first, or choose another case."),
        "desk.overtaken": ("Other cells were asked for since.", "Open the cell again."),
        "run.busy": ("A re-analysis is under way.", "Wait until it is done."),
        "pin.wrong": ("This is not the right PIN.", "Try again."),
        "pin.wait": ("Too many wrong PINs.", "Wait a moment, then try again."),
        "pin.form": ("A PIN is 4 to 12 figures.", "Choose one of figures only."),
        "operator.taken": ("This name is taken already.", "Choose another name."),
        "operator.last_lead": ("Nobody would be left who leads.", "Let somebody else lead first."),
        "session.none": ("Nobody is signed in.", "Sign in with your PIN."),
        "session.lead": ("This may only be changed by somebody who leads.", "Ask a person who leads to do it."),
        "control.block": (
            "The control slide is due or out of its limits.",
            "Check the control slide, or let somebody who leads change the setting.",
        ),
        "control.empty": ("No picture of this run is good enough.", "Capture at least one good field."),
        "control.finished": ("This run of the control slide is finished.", "Begin another run."),
        "scale.size": (
            "Pictures have another size than when the scale was measured.",
            "Set the camera back, or measure the scale again.",
        ),
        "scale.lines": (
            "No evenly spaced lines can be made out in this picture.",
            "Focus on the micrometre slide until at least four lines show, or mark two of them.",
        ),
        "scale.unknown": (
            "Nothing in this picture tells how large a pixel is.",
            "Give the scale, or take a field with red cells in it.",
        ),
        "first_run.not_yet": ("This step is not done yet.", "Do it, or skip it for now."),
        "record.full": (
            "The disk is full; this was not recorded, everything before it is safe.",
            "Free some room (a few hundred megabytes), then do it again.",
        ),
        "record.unknown": ("There is nothing with that number.", "Choose one from the list."),
        "record.damaged": (
            "A file of the record is missing or damaged; it was left as it is.",
            "Set a copy of the data folder aside for support.",
        ),
        "setting": ("This value makes no sense here.", "Choose another value."),
    }
)
"""Code to what happened and what to do."""
