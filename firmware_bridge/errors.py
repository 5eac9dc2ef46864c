"""Errors that say what went wrong and what to do.

    Fault                     anything this product reports to a person
    ├── SourceFault           pictures do not come
    │   ├── BadSourceUri      the address is not one we understand           (caller: fix the address)
    │   ├── SourceUnavailable nothing answers there                          (site: plug in, switch on)
    │   ├── SourceLost        it answered, then stopped                      (site: cable, power)
    │   └── BadPicture        one file or frame cannot be read               (file: replace it; the rest goes on)
    └── ScopeFault            stage, focus or lamp do not do what they should
        ├── BadScopeSettings  the settings make no sense                     (site: correct the file)
        ├── ScopeBusy         somebody else is moving                        (caller: wait)
        ├── BeyondLimits      asked to go where it must not; nothing moved   (caller: another goal)
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


class SourceFault(Fault):
    """Pictures do not come from a source."""

    code = "source"


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
