"""What every fault that a page can meet says in general words: the message ids of their translations.

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
        "case.changed": (
            "This case has changed since it was shown here; nothing was done.",
            "Look at it as it is now, then do it again.",
        ),
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
        "desk.overtaken": ("Other cells were asked for since.", "Open the cell again."),
        "run.busy": ("A re-analysis is under way.", "Wait until it is done."),
        "run.unfinished": (
            "This re-analysis has not looked at every field of its case.",
            "Wait until it is done; if it has stopped, analyse again.",
        ),
        "case.again": (
            "This is a re-analysis: it holds the pictures of its case, and takes no others.",
            "Capture in the case itself.",
        ),
        "pin.wrong": ("This is not the right PIN.", "Try again."),
        "pin.wait": ("Too many wrong PINs.", "Wait a moment, then try again."),
        "pin.form": ("A PIN is 4 to 12 figures.", "Choose one of figures only."),
        "pin.weak": (
            "This PIN is one of those that are tried first.",
            "Choose another one: not one figure again and again, and no figures in their order.",
        ),
        "operator.taken": ("This name is taken already.", "Choose another name."),
        "operator.last_lead": ("Nobody would be left who leads.", "Let somebody else lead first."),
        "session.none": ("Nobody is signed in.", "Sign in with your PIN."),
        "session.lead": ("This may only be changed by somebody who leads.", "Ask a person who leads to do it."),
        "control.block": (
            "The control slide is due or out of its limits.",
            "Check the control slide, or let somebody who leads change the setting.",
        ),
        "control.empty": ("There is no picture in this run.", "Capture at least one field of the control slide."),
        "control.taken": ("This name is taken already.", "Choose another name."),
        "control.finished": ("This run of the control slide is finished.", "Begin another run."),
        "control.retired": (
            "This control slide is out of use.",
            "Choose another one, or let somebody who leads take it into use again.",
        ),
        "scale.size": (
            "Pictures have another size than when the scale was measured.",
            "Set the camera back, or measure the scale again.",
        ),
        "scale.unlikely": (
            "The red cells in the picture say quite another scale.",
            "Check the figure and the objective, or confirm that it is right.",
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
        "record": (
            "Something cannot be written to the record, or cannot be read from it.",
            "Check the disk, its cable, and that this user may write there; then start the kit again.",
        ),
        "record.disk": (
            "The disk that holds the record does not answer; what was recorded before is left as it is.",
            "Check the disk, its cable, and that this user may write there; then start the kit again.",
        ),
        "record.newer": ("A newer version of this kit wrote this record.", "Update the kit, then start it again."),
        "record.busy": (
            "Another Marrowkit on this machine has this record open.",
            "Use that one, or stop it first.",
        ),
        "data.folder": ("A file is where the data folder should be.", "Start the kit with another folder."),
        "setting": ("This value makes no sense here.", "Choose another value."),
    }
)
"""Code to what happened and what to do; so are the others."""

OF_MODELS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "bundle": ("A bundle cannot be used.", "Install it again, or use another bundle."),
        "bundle.missing": ("There is no bundle of that name.", "Choose one that is installed, or install it."),
        "bundle.damaged": (
            "A file of the bundle is missing or differs from the signed list.",
            "Copy the bundle again from where it came, and install it.",
        ),
        "bundle.untrusted": (
            "The bundle's signature is missing, wrong, or by a key that this kit does not know.",
            "Ask whoever gave you the bundle; do not use it until that is clear.",
        ),
        "bundle.unsupported": (
            "The bundle needs something that this version of the kit does not have.",
            "Update the kit, or use another bundle.",
        ),
        "bundle.outdated": (
            "The bundle is older than the one that is installed.",
            "Keep the newer one, or go back to the older on purpose.",
        ),
        "engine": ("The network cannot be run on this machine.", "Start the kit again; if it stays so, tell support."),
        "engine.missing": (
            "A program that runs the bundle's network is not installed.",
            "Install it, or use another bundle; marrowkit doctor names it.",
        ),
        "engine.disagrees": (
            "On this machine the network does not answer as it did when it was made; it is not used.",
            "Update the kit or use another machine, and tell support.",
        ),
        "measures": (
            "The measures of a cell make no sense.",
            "Choose another field, and send this picture to support.",
        ),
        "field.large": (
            "This field has more picture or more cells than can be examined at once.",
            "Check the scale of this objective, or crop the picture.",
        ),
        "calibration.refused": ("These fields cannot calibrate this kit.", "Take other fields, sharp and evenly lit."),
        "calibration.damaged": ("What was kept of the calibration cannot be read.", "Calibrate the kit again."),
    }
)

OF_PAPERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "papers.large": (
            "The referral does not fit into its largest size, however few its pictures are.",
            "Print the report instead, and tell support.",
        ),
        "papers.picture": (
            "A picture of this case is missing or cannot be read.",
            "Put it back from a copy, or choose papers without pictures.",
        ),
        "papers.consent": (
            "Nobody has marked that cells of this case may be used for training.",
            "Mark the consent first, if there is one.",
        ),
        "papers.nothing": ("There is no cell to learn from.", "Correct a cell's class first, or choose another case."),
        "reply.unreadable": ("This answer cannot be read.", "Check it letter by letter, or type the answer in."),
        "reply.elsewhere": (
            "This answer belongs to another case, or to another count of this one.",
            "Open the case that it belongs to, or send the referral again.",
        ),
        "target.gone": ("The folder or stick is not there any more.", "Plug it in again, or choose another one."),
        "target.read_only": ("The folder or stick cannot be written.", "Unlock it, or choose another one."),
        "target.full": ("The folder or stick has too little room.", "Make room on it, or choose another one."),
        "target.wrong": (
            "What was written to the folder or stick reads back differently.",
            "Do not use these files; take another stick.",
        ),
    }
)

OF_REQUESTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "web.404": ("There is nothing at this address.", "Go back to the start page."),
        "web.405": ("This cannot be done at this address.", "Go back to the start page."),
        "web.400": ("What was sent cannot be read.", "Load the page again, then try again."),
        "web.invalid": (
            "Something in what was sent is missing or does not fit.",
            "Check what was entered, then try again.",
        ),
        "web.host": (
            "This name is not one of this kit's.",
            "Open the kit by its IP address, or by the name that is set up for it.",
        ),
        "web.origin": (
            "Another page tried to change something here; nothing was changed.",
            "Do it on the kit's own page.",
        ),
        "web.too_large": ("This file is larger than the kit takes.", "Crop it or save it smaller."),
        "kit.files": (
            "The kit has too many files and connections open.",
            "Close pages that nobody looks at; if it happens again, start the kit again.",
        ),
        "internal": ("Something went wrong that should not.", "Try again; if it happens again, tell support."),
    }
)
