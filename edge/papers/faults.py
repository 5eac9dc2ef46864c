"""What can go wrong with papers.

Fault (firmware_bridge)
└── PaperFault               something cannot leave the kit, or cannot come back
    ├── PaperTooLarge        a referral does not fit its limit            (us: say which case)
    ├── PictureDamaged       a cell's or field's picture cannot be read   (operator: leave it out)
    ├── ConsentMissing       nobody has marked consent to training        (operator: ask for it, mark it)
    ├── NothingCorrected     there is no cell to learn from
    ├── ReplyUnreadable      an expert's answer cannot be read            (operator: type it)
    ├── ReplyElsewhere       the answer belongs to another case or version
    ├── TargetGone           the folder or stick is not there any more    (operator: plug it in again)
    ├── TargetReadOnly       it cannot be written                         (operator: unlock it, another one)
    ├── TargetFull           it has too little room                       (operator: make room)
    └── TargetWrong          what was written reads back differently      (operator: another stick)
"""

from __future__ import annotations

from firmware_bridge.errors import Fault


class PaperFault(Fault):
    """Something cannot leave the kit, or cannot come back."""

    code = "papers"


class PaperTooLarge(PaperFault):
    """A referral does not fit its limit however few and small its pictures are."""

    code = "papers.large"


class PictureDamaged(PaperFault):
    """A picture that a paper shows cannot be read."""

    code = "papers.picture"


class ConsentMissing(PaperFault):
    """Nobody has marked that cells of this case may be used for training."""

    code = "papers.consent"


class NothingCorrected(PaperFault):
    """The case has no cell that a training could learn from."""

    code = "papers.nothing"


class ReplyUnreadable(PaperFault):
    """What was handed in is no answer that can be read."""

    code = "reply.unreadable"


class ReplyElsewhere(PaperFault):
    """The answer bears the code of another case, or of another version of this one."""

    code = "reply.elsewhere"


class TargetGone(PaperFault):
    """The folder or stick to be written is not there any more."""

    code = "target.gone"


class TargetReadOnly(PaperFault):
    """The folder or stick cannot be written."""

    code = "target.read_only"


class TargetFull(PaperFault):
    """The folder or stick has too little room."""

    code = "target.full"


class TargetWrong(PaperFault):
    """What was written reads back differently."""

    code = "target.wrong"
