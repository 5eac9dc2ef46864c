"""Threads inside a library that may hang, and how a process leaves while one of them does.

Before Python 3.14 a daemon thread that comes back from C++ while the interpreter is being taken down is ended by
unwinding its stack, and a C++ library on it aborts the process (`std::terminate`, exit status 134). So readers are
waited for; a process that will not wait for one that hangs must leave without taking the interpreter down.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

JOIN_S = 2.0
"""What a read that does not hang takes at most."""


class Reader(threading.Thread):
    """Runs an action that may hang for ever. A daemon: it holds nobody up longer than `JOIN_S`."""

    def __init__(self, action: Callable[[], object], name: str) -> None:
        super().__init__(target=action, name=name, daemon=True)
        self.start()

    def leave(self) -> None:
        """Wait until it is done, unless it hangs or is the caller."""
        if self is not threading.current_thread():
            self.join(JOIN_S)


def readers() -> Sequence[Reader]:
    """Those that are still at it."""
    return [each for each in threading.enumerate() if isinstance(each, Reader)]


def join_readers(limit_s: float = JOIN_S) -> None:
    """Wait for all of them, so long at most."""
    end_s = time.monotonic() + limit_s
    for each in readers():
        each.join(max(0.0, end_s - time.monotonic()))


def leave_after(command: Callable[[], None]) -> NoReturn:
    """Run a command and end the process as it says, also while a reader hangs; what was printed is printed.

    For the outermost frame of a process of ours: while a reader hangs, nothing that is registered at exit is run.
    """
    code = _code_of(command)
    join_readers()
    if readers():
        _without_the_interpreter(code)
    sys.exit(code)


def _code_of(command: Callable[[], None]) -> int:
    try:
        command()
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            raise
        return leaving.code or 0
    return 0


def _without_the_interpreter(code: int) -> NoReturn:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


atexit.register(join_readers)  # for programs of others, which end in their own ways
