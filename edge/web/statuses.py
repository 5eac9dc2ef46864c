"""Which HTTP status a fault is answered with, and what that status is called."""

from __future__ import annotations

from collections.abc import Mapping

from edge.errors import (
    BadSetting,
    BundleFault,
    CaseFault,
    ControlFault,
    EngineFault,
    LastLead,
    NameTaken,
    NotRecorded,
    NotSignedIn,
    NotYet,
    PersonFault,
    PinForm,
    PinWait,
    RecordFault,
    ScaleLines,
    ScaleSize,
    ScaleUnknown,
    ScaleUnlikely,
    StoreFull,
    UnknownClass,
)
from edge.nouns import N_
from edge.papers.faults import (
    ConsentMissing,
    NothingCorrected,
    PictureDamaged,
    ReplyElsewhere,
    ReplyUnreadable,
    TargetFull,
    TargetGone,
    TargetReadOnly,
    TargetWrong,
)
from edge.web.faults import (
    Broken,
    NoFiles,
    NoSuchAddress,
    NoSuchMethod,
    NotOurName,
    NotOurPage,
    TooLarge,
    Unfit,
    Unreadable,
)
from firmware_bridge.errors import BadPicture, Fault, SourceFault

STATUS: Mapping[type[Fault], int] = {
    NotRecorded: 404,
    BadPicture: 422,
    BadSetting: 422,
    ScaleUnknown: 422,
    ScaleLines: 422,
    ScaleSize: 409,
    ScaleUnlikely: 409,
    NotYet: 409,
    CaseFault: 409,
    UnknownClass: 422,
    ControlFault: 409,
    NotSignedIn: 401,
    PersonFault: 403,
    PinWait: 429,
    PinForm: 422,
    NameTaken: 409,
    LastLead: 409,
    BundleFault: 422,
    PictureDamaged: 503,
    ConsentMissing: 409,
    NothingCorrected: 409,
    ReplyUnreadable: 422,
    ReplyElsewhere: 409,
    TargetGone: 409,
    TargetReadOnly: 409,
    TargetFull: 507,
    TargetWrong: 503,
    EngineFault: 422,
    StoreFull: 507,
    RecordFault: 503,
    SourceFault: 503,
    NoSuchAddress: 404,
    NoSuchMethod: 405,
    Unreadable: 400,
    Unfit: 422,
    NotOurName: 421,
    NotOurPage: 403,
    TooLarge: 413,
    NoFiles: 503,
    Broken: 500,
    Fault: 500,
}

TITLES: Mapping[int, str] = {
    400: N_("Bad request"),
    401: N_("Nobody signed in"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Not possible here"),
    409: N_("Not possible now"),
    413: N_("Too large"),
    421: N_("Not this kit"),
    422: N_("Cannot be used as it is"),
    429: N_("Too many tries"),
    500: N_("Error inside the kit"),
    503: N_("Not ready"),
    507: N_("No room left"),
}
"""What each status is called, in plain words."""


def status_of(kind: type[Fault]) -> int:
    """The status of a kind of fault: that of its nearest named ancestor."""
    return next(STATUS[each] for each in kind.__mro__ if each in STATUS)
