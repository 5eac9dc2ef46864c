"""What may be done to a case in which state.

open ──finish──> finished ──sign──> signed ──amend──> amended (open again, the next version)
  ^──resume─────────┘  ^──────────────finish────────────┘
"""

from __future__ import annotations

from edge.errors import CaseAgain, CaseFinished, CaseOfControl, CaseOpen, CaseSigned, CaseUnsigned
from edge.record import Case

COUNTING = frozenset({"open", "amended"})


def require_no_control(case: Case) -> None:
    """It is a patient's, seen once or again.

    Raises:
        CaseOfControl: it holds the pictures of a control slide's run.
    """
    if case.purpose == "control":
        what = f"Number {case.id} holds a run of control slide {case.pseudonym}, not a case."
        raise CaseOfControl(what, "Look at it on the page of the control slide.")


def require_taking(case: Case) -> None:
    """Pictures may be captured into it.

    Raises:
        CaseAgain: it is a re-analysis; CaseSigned, CaseFinished.
    """
    if case.purpose == "again":
        what = f"This is a re-analysis of case {case.pseudonym}: it takes no other pictures."
        raise CaseAgain(what, "Capture in the case itself.")
    require_counting(case)


def require_counting(case: Case) -> None:
    """Fields may be added and cells corrected.

    Raises:
        CaseSigned, CaseFinished.
    """
    if case.state == "signed":
        raise CaseSigned(f"Case {case.pseudonym} is signed.", "Amend it, with a reason, to change anything.")
    if case.state == "finished":
        raise CaseFinished(f"The count of case {case.pseudonym} is finished.", "Resume it to change anything.")


def require_unsigned(case: Case) -> None:
    """What is said of the case may be changed.

    Raises:
        CaseSigned: it is signed.
    """
    if case.state == "signed":
        raise CaseSigned(f"Case {case.pseudonym} is signed.", "Amend it, with a reason, to change anything.")


def require_finished(case: Case) -> None:
    """It may be signed.

    Raises:
        CaseSigned, CaseOpen.
    """
    require_unsigned(case)
    if case.state != "finished":
        raise CaseOpen(f"Case {case.pseudonym} is still being counted.", "Finish it first.")


def require_signed(case: Case) -> None:
    """It may be amended.

    Raises:
        CaseUnsigned: nobody has signed it.
    """
    if case.state != "signed":
        raise CaseUnsigned(f"Case {case.pseudonym} is not signed.", "Go on with it; nothing needs to be amended.")
