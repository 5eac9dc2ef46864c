"""A simulated board behind a real pseudo-terminal, as an operating system shows a USB board."""

from __future__ import annotations

import os
import select
import threading
import tty
from pathlib import Path
from types import TracebackType

from firmware_bridge.sim.boards.board import SimBoard
from firmware_bridge.sim.boards.faults import Faulty

MOVING_S, RESTING_S = 0.005, 0.2
"""How long at most until the board notices that time passes: while something happens, and at rest."""


class SimPort:
    """Answers at `path` until closed. Programs may open and close it as often as they like.

    A board that is unplugged takes the pseudo-terminal with it; `replug` brings it back under another name. Where
    `link` is given, that name stays the same, as those in /dev/serial/by-id do.
    """

    def __init__(self, board: SimBoard, link: Path | None = None) -> None:
        self._board = board
        self._link = link
        self._wake_reader, self._wake_writer = os.pipe()
        self._stopping = threading.Event()
        self._master = self._slave = -1
        self._replug_due = False
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
        if isinstance(self._board, Faulty):
            self._board.replugged()
        self.path = self._open()
        self._say(self._board.reset())
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

    def _open(self) -> str:
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._master, self._slave = master, slave
        path = os.ttyname(slave)
        if self._link is None:
            return path
        self._link.unlink(missing_ok=True)
        self._link.symlink_to(path)
        return str(self._link)

    def _close_port(self) -> None:
        for end in (self._master, self._slave):
            if end >= 0:
                os.close(end)
        self._master = self._slave = -1
        if self._link is not None:
            self._link.unlink(missing_ok=True)

    def _serve(self) -> None:
        self._say(self._board.tick())
        while not self._stopping.is_set():
            self._step(MOVING_S if self._board.mechanics.moving else RESTING_S)

    def _step(self, longest_s: float) -> None:
        watched = [self._wake_reader] + [self._master] * (self._master >= 0)
        ready, _, _ = select.select(watched, [], [], longest_s)
        if self._wake_reader in ready:
            os.read(self._wake_reader, 64)
        if self._master in ready:
            self._say(self._board.feed(_read(self._master)))
        self._say(self._board.tick())
        if isinstance(self._board, Faulty) and self._board.unplugged and self._master >= 0:
            self._close_port()

    def _say(self, data: bytes) -> None:
        """What nobody reads is lost when the terminal's buffer is full, as on a wire."""
        if data and self._master >= 0:
            try:
                os.write(self._master, data)
            except BlockingIOError:
                return


def _read(master: int) -> bytes:
    try:
        return os.read(master, 4096)
    except (BlockingIOError, OSError):
        return b""
