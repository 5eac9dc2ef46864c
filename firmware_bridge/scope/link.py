"""Questions and answers over a transport, with time limits and clear faults. One thread at a time, but for `shout`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from firmware_bridge.boards import Role, Said
from firmware_bridge.boards.dialect import Dialect, Kind
from firmware_bridge.boards.events import Again, Event, Heard, Noise
from firmware_bridge.boards.host import HostEnd
from firmware_bridge.boards.said import Value
from firmware_bridge.errors import (
    BoardAlarm,
    BoardFault,
    BoardNonsense,
    BoardRefused,
    BoardRestarted,
    BoardSilent,
)
from firmware_bridge.transport.transport import Transport

ANSWER_S = 2.0
QUIET_S = 0.1
MOST_BUSY_S = 60.0
"""A board that says that it is busy is waited for, but not for ever: it may wait for somebody at its own display."""
TRIES = 3
CHECK_CABLE = "Check cable, power and baud rate, then clear the fault."


class Link:
    """The conversation with one board.

    What is safe to ask twice is asked again where an answer was lost or damaged; a move never is. An alarm or a restart
    that nobody asked for becomes the fault of the next call. `repeats` counts what was only heard when said again.
    """

    def __init__(self, transport: Transport, dialect: Dialect, clock: Callable[[], float] = time.monotonic) -> None:
        self.transport = transport
        self.dialect = dialect
        self.clock = clock
        self._end = HostEnd(dialect)
        self._writing = threading.Lock()
        self.interlock: Callable[[], None] = lambda: None
        """Raises where nothing may be begun. Asked in one breath with sending what begins something: no `shout` comes
        between.
        """
        self.noise: Noise | None = None
        self._pending: BoardFault | None = None
        self.repeats = 0

    def ask(self, name: str, /, within_s: float = ANSWER_S, **values: Value) -> list[Said]:
        """Ask, and hear all that belongs to the answer; its end comes last.

        Raises:
            BoardFault: no answer, nonsense, a refusal, an alarm, a restart, or the port is gone.
        """
        again = TRIES - 1 if self.dialect.commands[name].safe else 0
        return self._tried(Said(name, values), within_s, again)

    def answer(self, name: str, reply: str, /, within_s: float = ANSWER_S, **values: Value) -> Said:
        """Ask, and pick the one reply that matters."""
        return self.answers(name, reply, within_s, **values)[0]

    def answers(self, name: str, reply: str, /, within_s: float = ANSWER_S, **values: Value) -> list[Said]:
        """Ask, and hear all; the reply that matters comes first."""
        heard = self.ask(name, within_s, **values)
        if all(said.name != reply for said in heard):
            raise BoardNonsense(f"The board did not answer “{name}” with {reply}.", CHECK_CABLE)
        return sorted(heard, key=lambda said: said.name != reply)

    def begin(self, name: str, /, **values: Value) -> None:
        """Ask something whose end comes late; `ended` hears it."""
        self._listen(0.0)
        self._end.abandon()
        self._send(Said(name, values))

    def ended(self, wait_s: float) -> bool:
        """Whether the end of what was begun comes within this time.

        Raises:
            BoardFault: a refusal, an alarm, a restart, or the port is gone.
        """
        return any(event.role is Role.END for event in self._listen(wait_s) if isinstance(event, Heard))

    def shout(self, data: bytes) -> None:
        """Send bytes that overtake everything. From any thread, at any time."""
        with self._writing:
            self.transport.write(data)

    def reset(self, data: bytes, within_s: float = ANSWER_S) -> None:
        """Send bytes that make the board begin anew, and wait until it has.

        An alarm on the way, as of a board that was moving, stays the fault of the next call.

        Raises:
            BoardSilent: it does not greet in time.
            BoardLost: the port is gone.
        """
        self._end.abandon()
        self.transport.write(data)
        until_s = self.clock() + within_s
        while self.clock() < until_s:
            if any(isinstance(event, Heard) and event.role is Role.RESTART for event in self._heard(0.05)):
                self.settle()
                return self.forgive_restart()
        raise BoardSilent(f"The board did not begin anew within {within_s:g} s.", CHECK_CABLE)

    def settle(self) -> None:
        """Wait until the board is quiet, and forget its answers: whatever comes then is a new one.

        An alarm or a restart among them is no answer: it stays the fault of the next call.
        """
        self._end.abandon()
        quiet_from_s = self.clock()
        for _ in range(200):
            data = self.transport.read(QUIET_S)
            self._take_news(self._end.receive(data))
            if data:
                quiet_from_s = self.clock()
            elif self.clock() - quiet_from_s >= QUIET_S:
                break
        self._end.forget()
        self.noise = None

    @property
    def halted(self) -> bool:
        """The board is in an alarm, as far as it has said."""
        return self._end.halted

    def listen(self, wait_s: float) -> None:
        """Hear what comes by itself for so long.

        Raises:
            BoardFault: an alarm, a restart, or the port is gone.
        """
        self._listen(wait_s)

    def forgive(self) -> None:
        """After a person has looked: forget an alarm or restart that is still to be told."""
        self._pending = None

    def forgive_restart(self) -> None:
        """It was asked for: forget that one, and no alarm."""
        if isinstance(self._pending, BoardRestarted):
            self._pending = None

    def _tried(self, said: Said, within_s: float, again: int) -> list[Said]:
        try:
            return self._once(said, within_s)
        except (BoardSilent, BoardNonsense, BoardRefused):
            if not again:
                raise
        self.settle()
        heard = self._tried(said, within_s, again - 1)
        self.repeats += 1
        return heard

    def _once(self, said: Said, within_s: float) -> list[Said]:
        realtime = self.dialect.commands[said.name].kind is Kind.REALTIME
        self._listen(0.0)  # an alarm or restart in the meantime: nothing is sent then
        self.noise = None
        self._send(said)
        ends = self.dialect.commands[said.name].ends if realtime else ()
        return self._collected(said.name, ends, within_s)

    def _send(self, said: Said) -> None:
        self._write(self._end.ask(said), self.dialect.commands[said.name].safe)

    def _write(self, data: bytes, safe: bool) -> None:
        with self._writing:
            if not safe:
                self.interlock()
            self.transport.write(data)

    def _collected(self, name: str, ends: tuple[str, ...], within_s: float) -> list[Said]:
        heard: list[Said] = []
        began_s = self.clock()
        until_s = began_s + within_s
        while self.clock() < until_s:
            for event in self._listen(min(0.05, max(0.0, until_s - self.clock()))):
                if not isinstance(event, Heard):
                    continue
                heard.append(event.said)
                if event.role is Role.BUSY:
                    self.interlock()  # after a stop nobody waits
                    until_s = min(self.clock(), began_s + MOST_BUSY_S) + within_s
                if event.role is Role.END or event.said.name in ends:
                    return heard
        self._end.abandon()
        raise self._missing(name, max(within_s, round(self.clock() - began_s)))

    def _missing(self, name: str, within_s: float) -> BoardFault:
        if self.noise:
            return BoardNonsense(f"The board answered “{name}” with “{self.noise.text}”.", CHECK_CABLE)
        return BoardSilent(f"The board did not answer “{name}” within {within_s:g} s.", CHECK_CABLE)

    def _listen(self, wait_s: float) -> list[Event]:
        events = self._heard(wait_s)
        for event in events:
            if isinstance(event, Noise):
                self.noise = event
            elif isinstance(event, Again):
                self.repeats += 1
                self._write(event.data, event.safe)
        self._raise_pending()
        self._raise_refusal(events)
        return events

    def _heard(self, wait_s: float) -> list[Event]:
        events = self._end.receive(self.transport.read(wait_s))
        self._take_news(events)
        return events

    def _take_news(self, events: list[Event]) -> None:
        """An alarm or a restart becomes the fault of the next call; nothing supersedes one that lost the position."""
        for event in events:
            fault = self._news(event) if isinstance(event, Heard) else None
            if fault is not None and not (self._pending and self._pending.position_lost):
                self._pending = fault

    def _news(self, event: Heard) -> BoardFault | None:
        if event.role is Role.ALARM:
            return _alarm(event.said, self._wording(event.said), self.dialect)
        if event.role is Role.RESTART:
            return BoardRestarted(
                "The board began anew in the middle of its work.",
                "Check its power supply, then home the stage or say where it is.",
            )
        return None

    def _raise_refusal(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Heard) and event.role is Role.REFUSAL:
                raise _refused(event.said, self._wording(event.said), self.dialect.refusals)

    def _wording(self, said: Said) -> str:
        return self.dialect.replies[said.name].form.write(said.values)

    def _raise_pending(self) -> None:
        if self._pending is not None:
            fault, self._pending = self._pending, None
            raise fault


def _refused(said: Said, words: str, meanings: dict[int, str]) -> BoardRefused:
    code = int(said.number("code"))
    why = f": {meanings[code]}" if code in meanings else ""
    return BoardRefused(f"The board refused: “{words}”{why}.", "Check the settings against the firmware.")


def _alarm(said: Said, words: str, dialect: Dialect) -> BoardAlarm:
    code = int(said.number("code"))
    why = f": {dialect.alarms[code]}" if code in dialect.alarms else ""
    fault = BoardAlarm(f"The board locked itself: “{words}”{why}.", "Look at the stage, then home it.")
    fault.position_lost = code not in dialect.kept
    return fault
