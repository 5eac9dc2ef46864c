"""What a scope asks of a board, whatever its dialect. Distances in the board's own units: steps, or millimetres."""

from __future__ import annotations

from typing import Protocol

from firmware_bridge.boards import Said
from firmware_bridge.errors import BoardNonsense, BoardRefused, BoardRestarted, WrongFirmware
from firmware_bridge.scope.link import Link

Triple = tuple[float, float, float]


class Drive(Protocol):
    """One board. All raise `BoardFault`; only `halting` may be called from another thread.

    grid     smallest distance that it can be told to move
    slack    how far the position that it reports may be from the one it has
    listens  it takes questions while it moves
    warning  what a person should know of it although it works; empty where there is nothing
    """

    grid: float
    slack: float
    listens: bool
    warning: str

    def greet(self) -> str:
        """Who answers; the name and version of its firmware. Raises WrongFirmware for another one."""

    def position(self) -> Triple:
        """Where it says that it is."""

    def set_out(self, by: Triple, in_s: float) -> float:
        """Begin to move by so much, in about this time; how long it will take."""

    def arrived(self, wait_s: float) -> bool:
        """Whether it is at rest, asked after waiting so long."""

    def set_out_home(self) -> float:
        """Begin to home; how long that takes at most. Raises BoardRefused where there are no switches."""

    def lamp(self, share: float) -> None:
        """Set the lamp, 0–1."""

    def halting(self) -> bytes:
        """The bytes that stop it at once. Marks what is under way as stopped."""

    def recover(self) -> None:
        """After a fault, once a person has looked: make it listen again. Moves nothing."""


def introduced(link: Link, question: str, reply: str, title: str) -> list[Said]:
    """All that it says to the first question, the reply that matters first.

    Whoever answers something else in clear words is no board of this family.

    Raises:
        WrongFirmware, BoardFault.
    """
    try:
        return _first_words(link, question, reply)
    except (BoardNonsense, BoardRefused) as fault:
        if link.noise is not None and not link.noise.clean:
            raise
        heard = f" It says “{link.noise.text}”." if link.noise else ""
        raise stranger(link, title, heard) from fault


def _first_words(link: Link, question: str, reply: str) -> list[Said]:
    """A board that begins anew when its port is opened, as an Arduino does, loses the question and is asked again."""
    try:
        return _asked_in_quiet(link, question, reply)
    except BoardRestarted:
        return _asked_in_quiet(link, question, reply)


def _asked_in_quiet(link: Link, question: str, reply: str) -> list[Said]:
    """A Sangaboard that kept the question while it began anew greets, which is the answer, and then answers besides."""
    link.settle()
    link.forgive()
    said = link.answers(question, reply)
    link.settle()
    link.forgive_restart()
    return said


def stranger(link: Link, title: str, heard: str = "") -> WrongFirmware:
    """The fault of a board that is another one."""
    what = f"What answers at {link.transport.address} is no {title}.{heard}"
    return WrongFirmware(what, "Name its kind in the settings (“board”), or install that firmware.")
