"""Decides about a source from what happens to it: is a picture new, is it frozen, when to open it again. No I/O.

opening ──picture──▶ live ──fault, frozen──▶ waiting ──its time──▶ opening ──fault──▶ waiting (longer) …
                      └──end──▶ ended
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from firmware_bridge.errors import BadPicture, SourceFault, SourceFrozen, SourceLost
from firmware_bridge.supervision.mark import Mark
from firmware_bridge.supervision.watch import Watch

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 10.0
STEADY_S = 5.0
"""A source that lives this long starts again with short pauses when it is lost the next time."""
LEAST_REPEATS = 5
UNREADABLE_S = 5.0
"""Nothing but unreadable pictures for so long is a loss."""

LinkPhase = Literal["opening", "live", "waiting", "ended"]


@dataclass(frozen=True, slots=True)
class Counts:
    """What has happened since the start.

    openings   tries to open the source, the first included
    losses     times it was lost after pictures had come
    freezes    times its picture stood still
    recoveries times pictures came again after a loss
    repeated   pictures left out because they were the one before, to the last bit
    """

    openings: int = 0
    losses: int = 0
    freezes: int = 0
    recoveries: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the link to the source is.

    phase     as in the picture above
    fault     why pictures do not come; None while live
    attempt   number of the try under way or to come; 0 before anything was lost
    next_s    seconds until that try; 0 while it is under way, None while live or ended
    counts    what has happened so far
    warnings  pictures come, but something is not as it should be
    late_s    a picture that comes now shows what was there so long ago, at most
    """

    phase: LinkPhase
    fault: SourceFault | None = None
    attempt: int = 0
    next_s: float | None = None
    counts: Counts = Counts()
    warnings: tuple[SourceFault, ...] = ()
    late_s: float = 0.0


LIVE = LinkState("live")
"""A source that nobody supervises."""


def pause_s(attempt: int) -> float:
    """Before this try, counted from 1: each twice as long as the one before, up to a limit."""
    return float(min(FIRST_PAUSE_S * 2.0 ** min(attempt - 1, 16), LONGEST_PAUSE_S))


class Vigil:
    """Tell it what happens, with the time; it tells what that means. For one thread at a time."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._phase: LinkPhase = "opening"
        self._fault: SourceFault | None = None
        self._attempt = 0
        self._next_at_s = 0.0
        self._live_since_s = self._changed_s = self._good_s = 0.0
        self._mark: Mark | None = None
        self._repeats = 0
        self._counts = Counts()

    def state(self, now_s: float) -> LinkState:
        """How it stands."""
        until_s = max(0.0, self._next_at_s - now_s) if self._phase == "waiting" else 0.0
        next_s = until_s if self._phase in ("waiting", "opening") else None
        return LinkState(self._phase, self._fault, self._attempt, next_s, self._counts)

    def opening(self, now_s: float) -> None:
        """The source is being opened."""
        self._phase = "opening"
        self._good_s = now_s
        self._repeats = 0
        self._counts = replace(self._counts, openings=self._counts.openings + 1)

    def picture(self, mark: Mark | None, now_s: float) -> bool:
        """A picture came; whether it is a new one.

        Raises:
            SourceFrozen: it has been the same one for too long.
        """
        frozen_s, before = self._watch.frozen_s, self._mark
        if frozen_s is not None and mark is not None and before is not None and mark.is_same(before):
            self._repeated(frozen_s, now_s)
            return False
        self._mark, self._changed_s, self._good_s, self._repeats = mark, now_s, now_s, 0
        if self._phase != "live":
            self._live(now_s)
        elif self._attempt and now_s - self._live_since_s >= STEADY_S:
            self._attempt = 0
        return True

    def unreadable(self, fault: BadPicture, now_s: float) -> None:
        """A picture came that cannot be read.

        Raises:
            SourceLost: there has been no other for too long.
        """
        if not self._watch.ends and now_s - self._good_s >= UNREADABLE_S:
            raise SourceLost(f"No whole picture has come for {UNREADABLE_S:.0f} s.", fault.remedy) from fault

    def lost(self, fault: SourceFault, now_s: float) -> float:
        """It is lost; how many seconds to wait before it is opened again."""
        losses = self._counts.losses + (self._phase == "live")
        self._phase, self._fault = "waiting", fault
        self._attempt += 1
        wait_s = pause_s(self._attempt)
        self._next_at_s = now_s + wait_s
        frozen = self._counts.freezes + isinstance(fault, SourceFrozen)
        self._counts = replace(self._counts, losses=losses, freezes=frozen)
        return wait_s

    def ended(self) -> None:
        """It has ended for good."""
        self._phase, self._fault = "ended", None

    def _live(self, now_s: float) -> None:
        self._phase, self._fault, self._live_since_s = "live", None, now_s
        if self._attempt:
            self._counts = replace(self._counts, recoveries=self._counts.recoveries + 1)

    def _repeated(self, frozen_s: float, now_s: float) -> None:
        self._repeats += 1
        self._counts = replace(self._counts, repeated=self._counts.repeated + 1)
        if now_s - self._changed_s >= frozen_s and self._repeats >= LEAST_REPEATS:
            raise SourceFrozen(
                f"The camera has sent the same picture for {now_s - self._changed_s:.0f} s.",
                "It is being opened again; if that does not help, unplug it and plug it in again.",
            )
