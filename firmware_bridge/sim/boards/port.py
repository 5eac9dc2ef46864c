"""A simulated board behind a real pseudo-terminal, as an operating system shows a USB board."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from firmware_bridge.sim.boards.board import NoticesOpening, SimBoard
from firmware_bridge.sim.boards.faults import Faulty

MOVING_S, RESTING_S = 0.005, 0.2
"""How long at most until the board notices that time passes: while something happens, and at rest."""

UNREAD = 1 << 16
"""Bytes that wait for a reader at most; then the oldest are lost."""


class SimPort:
    """Answers at `path` until closed. Programs may open and close it as often as they like.

    A board that is unplugged takes the pseudo-terminal with it; it comes back under another number, by `replug` or when
    its plan says so. Where `link` is given, that name stays the same, as those in /dev/serial/by-id do.

    Args:
        told: hears where it answers after it was plugged in again.
    """

    def __init__(
        self, board: SimBoard, link: Path | None = None, told: Callable[[str], object] = lambda path: None
    ) -> None:
        self._board = board
        self._link = link
        self._told = told
        self._wake_reader, self._wake_writer = os.pipe()
        self._stopping = threading.Event()
        self._master = self._slave = -1
        self._unread = b""
        self._plugging = threading.Lock()
        self.path = self._open()
        self._thread = threading.Thread(target=self._serve, name="sim board", daemon=True)

    def __enter__(self) -> SimPort:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def replug(self) -> str:
        """Plug the board in again: where it answers now."""
        with self._plugging:
            self._replug()
        os.write(self._wake_writer, b".")
        return self.path

    def serve_until_stopped(self) -> None:
        """Answer in this thread until `stop`; for the command line."""
        self._serve()
        self._close_port()

    def stop(self) -> None:
        """Ask it to end. Safe in a signal handler."""
        self._stopping.set()
        os.write(self._wake_writer, b".")

    def close(self) -> None:
        """End, and take the port away."""
        self.stop()
        if self._thread.is_alive():
            self._thread.join()
        self._close_port()
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    def _replug(self) -> None:
        if isinstance(self._board, Faulty):
            self._board.replugged()
        self._unread = self._board.reset()
        old_slave, self._slave = self._slave, -1
        self.path = self._open()
        if old_slave >= 0:
            os.close(old_slave)
        self._told(self.path)

    def _open(self) -> str:
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        fcntl.ioctl(master, termios.TIOCPKT, struct.pack("i", 1))  # tells when a program throws unread bytes away
        self._master, self._slave = master, slave
        path = os.ttyname(slave)
        if self._link is None:
            return path
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(path)
        return str(self._link)

    def _pull(self) -> None:
        """Take the port away. Its inner end stays open: so its number is not given to the next one."""
        if self._link is not None:
            self._link.unlink(missing_ok=True)
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def _close_port(self) -> None:
        self._pull()
        if self._slave >= 0:
            os.close(self._slave)
            self._slave = -1

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._step(MOVING_S if self._board.mechanics.moving else RESTING_S)

    def _step(self, longest_s: float) -> None:
        plugged = [self._master] * (self._master >= 0)
        ready, free, _ = select.select([self._wake_reader, *plugged], plugged if self._unread else [], [], longest_s)
        if self._wake_reader in ready:
            os.read(self._wake_reader, 64)
        with self._plugging:
            if self._master in ready:
                self._hear(_read(self._master))
            self._say(self._board.tick())
            if self._master in free:
                self._unread = self._unread[_written(self._master, self._unread) :]
            if isinstance(self._board, Faulty) and self._board.unplugged:
                self._follow_plug(self._board)

    def _follow_plug(self, board: Faulty) -> None:
        if board.returns:
            self._replug()
        elif self._master >= 0:
            self._pull()

    def _hear(self, packet: bytes) -> None:
        """A packet of the terminal: data behind a zero, or what happened to it."""
        if packet[:1] == b"\0":
            self._say(self._board.feed(packet[1:]))
        elif packet and packet[0] & termios.TIOCPKT_FLUSHREAD:
            self._unread = b""
            if isinstance(self._board, NoticesOpening):  # pyserial throws unread bytes away when it opens a port
                self._board.opened()

    def _say(self, data: bytes) -> None:
        """At once where there is room; what nobody reads is lost in the end, as on a wire."""
        self._unread = (self._unread + data)[-UNREAD:]
        if data and self._master >= 0:
            self._unread = self._unread[_written(self._master, self._unread) :]


def _read(master: int) -> bytes:
    try:
        return os.read(master, 4096)
    except OSError:  # nothing there, or the terminal is gone
        return b""


def _written(master: int, data: bytes) -> int:
    try:
        return os.write(master, data)
    except BlockingIOError:
        return 0
