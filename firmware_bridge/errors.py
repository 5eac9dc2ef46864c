"""Errors that say what went wrong and what to do.

    Fault                     anything this product reports to a person
    ├── BadDataFolder         a file is where the data folder should be      (caller: another folder)
    ├── SourceFault           pictures do not come
    │   ├── BadSourceUri      the address is not one we understand           (caller: fix the address)
    │   ├── PartMissing       a library or program for this kind of source is absent (operator: install it)
    │   ├── SourceUnavailable nothing answers there                          (site: plug in, switch on)
    │   ├── SourceLost        it answered, then stopped                      (site: cable, power)
    │   │   ├── SourceSilent  it is there and sends nothing                  (site: cable, power; it is reopened)
    │   │   └── SourceFrozen  it sends one and the same picture              (site: unplug, plug in; it is reopened)
    │   ├── BadPicture        one file or frame cannot be read               (file: replace it; the rest goes on)
    │   ├── SettingRefused    the camera does not take a setting             (caller: another value)
    │   ├── LightDrifted      brightness or colour moved away from what was locked (site: lamp, lock again)
    │   ├── RecordingStopped  frames can no longer be written; the picture goes on (site: room on the disk)
    │   ├── FlatFieldRefused  the field is not empty, not bright or not still (site: another place on the slide)
    │   └── FlatFieldDamaged  a stored flat field is not what was stored     (operator: take it again)
    └── ScopeFault            stage, focus or lamp do not do what they should
        ├── BadScopeSettings  the settings make no sense                     (site: correct the file)
        ├── ScopeBusy         somebody else is moving                        (caller: wait)
        ├── BeyondLimits      asked to go where it must not; nothing moved   (caller: another goal)
        ├── OriginLost        a scan cannot tell that its places still hold  (person: say where the stage is)
        ├── MotionLocked      an earlier fault has not been cleared          (person: look, then clear)
        ├── MotionStopped     somebody pressed stop                          (person: look, then clear)
        ├── MoveFailed        it did not arrive: stalled, blocked, end stop  (site: look at the stage)
        └── BoardFault        the board's answers
            ├── BoardUnavailable   nobody at the port, or it is in use       (site: plug in, close the other program)
            ├── BoardLost          the port vanished                         (site: cable)
            ├── BoardSilent        no answer in time                         (site: power, cable)
            ├── BoardNonsense      answers that no board of its kind gives   (site: cable, baud, firmware)
            ├── WrongFirmware      another firmware than the settings say    (site: settings or firmware)
            ├── BoardRefused       it said no                                (by its code)
            ├── BoardAlarm         it locked itself; where it is, is lost    (person: look, then home)
            └── BoardRestarted     it began anew; where it is, is lost       (site: power supply)

`edge.errors` grows its own branches from the same `Fault`.
"""

from __future__ import annotations

from firmware_bridge.masking import without_secrets


class Fault(Exception):
    """Anything reported to a person: one sentence for what happened, one for what to do.

    `code` is stable across versions and languages, so that a support bundle and a translation can name it.
    """

    code = "fault"

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


class BadDataFolder(Fault):
    """A file is where the data folder should be."""

    code = "data.folder"


class SourceFault(Fault):
    """Pictures do not come from a source. Its words go to pages, logs and support: without passwords of cameras."""

    code = "source"

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(without_secrets(what), remedy)


class BadSourceUri(SourceFault):
    """The address is not one we understand; whoever typed it can fix it."""

    code = "source.uri"


class SourceUnavailable(SourceFault):
    """Nothing answers at the address: plug it in, switch it on, or name another."""

    code = "source.unavailable"


class SourceLost(SourceFault):
    """The source answered and then stopped: cable, power, or a folder that vanished."""

    code = "source.lost"


class BadPicture(SourceFault):
    """One file or frame cannot be read; the others are unaffected."""

    code = "picture.unreadable"


class PartMissing(SourceFault):
    """A library or a program that this kind of source needs is not installed; opening again does not help."""

    code = "source.part"


class SourceSilent(SourceLost):
    """The source is open and sends nothing."""

    code = "source.silent"


class SourceFrozen(SourceLost):
    """The source sends the same picture again and again, to the last bit."""

    code = "source.frozen"


class SettingRefused(SourceFault):
    """The camera has no such setting, or does not keep the value it was given."""

    code = "source.setting"


class LightDrifted(SourceFault):
    """The light is no longer what it was when exposure and white balance were locked."""

    code = "source.light"


class RecordingStopped(SourceFault):
    """The disk takes no more frames; the picture goes on."""

    code = "recording.stopped"


class FlatFieldRefused(SourceFault):
    """These pictures do not show an empty field."""

    code = "flatfield.refused"


class FlatFieldDamaged(SourceFault):
    """A stored flat field cannot be trusted; pictures are not corrected by it."""

    code = "flatfield.damaged"


class ScopeFault(Fault):
    """Stage, focus or lamp do not do what they should. `position_lost`: counted steps mean nothing any more."""

    code = "scope"
    position_lost = False


class BadScopeSettings(ScopeFault):
    """The settings of the scope make no sense; the remedy names the line."""

    code = "scope.settings"


class ScopeBusy(ScopeFault):
    """Somebody else is moving, and did not finish in time; nothing was done."""

    code = "scope.busy"


class BeyondLimits(ScopeFault):
    """The goal lies outside the soft limits; nothing moved."""

    code = "scope.limits"


class OriginLost(ScopeFault):
    """Nobody knows whether the stage still counts from where it did; nothing moved."""

    code = "scope.origin"


class MotionLocked(ScopeFault):
    """An earlier fault has not been cleared; nothing moved."""

    code = "scope.locked"


class MotionStopped(ScopeFault):
    """Somebody pressed stop."""

    code = "scope.stopped"


class MoveFailed(ScopeFault):
    """It did not arrive: stalled, blocked, or an end stop."""

    code = "scope.move"


class BoardFault(ScopeFault):
    """The board's answers, or their absence."""

    code = "board"


class BoardUnavailable(BoardFault):
    """Nobody answers at the port, or another program holds it."""

    code = "board.unavailable"


class BoardLost(BoardFault):
    """The port vanished: unplugged, or its adapter reset. A board loses power with its cable."""

    code = "board.lost"
    position_lost = True


class BoardSilent(BoardFault):
    """No answer in time."""

    code = "board.silent"


class BoardNonsense(BoardFault):
    """Answers that no board of its kind gives: noise, another baud rate, another firmware."""

    code = "board.nonsense"


class WrongFirmware(BoardFault):
    """Another firmware, or another version, than the settings say."""

    code = "board.firmware"


class BoardRefused(BoardFault):
    """The board said no."""

    code = "board.refused"


class BoardAlarm(BoardFault):
    """The board locked itself; where it stands is not known any more."""

    code = "board.alarm"
    position_lost = True


class BoardRestarted(BoardFault):
    """The board began anew in the middle; where it stands is not known any more."""

    code = "board.restarted"
    position_lost = True
