"""Whose turn it is at the station, which does one thing at a time: captures before questions."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

from edge.errors import Overtaken

MOST_QUESTIONS = 4
"""That wait: a person looks at the newest, and the rest are of cells that were passed by."""
P = ParamSpec("P")
T = TypeVar("T")
Turn = tuple["Future[Any]", Callable[[], Any]]


class Turns:
    """One thread. Captures go first, in their order; of questions the newest, and the oldest give way to newer ones.

    A capture waits for one question at most, the one that is being answered.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._captures: deque[Turn] = deque()
        self._questions: deque[Turn] = deque()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="desk")
        self._thread.start()

    def capture(self, work: Callable[P, T], *about: P.args, **named: P.kwargs) -> Future[T]:
        """Done as soon as the captures before it are."""
        future: Future[T] = Future()
        with self._changed:
            self._captures.append((future, lambda: work(*about, **named)))
            self._changed.notify()
        return future

    def question(self, work: Callable[P, T], *about: P.args, **named: P.kwargs) -> Future[T]:
        """Done when no capture waits; Overtaken where so many newer ones came that nobody waits for it any more."""
        future: Future[T] = Future()
        with self._changed:
            self._questions.append((future, lambda: work(*about, **named)))
            passed = self._questions.popleft() if len(self._questions) > MOST_QUESTIONS else None
            self._changed.notify()
        if passed is not None and passed[0].set_running_or_notify_cancel():
            passed[0].set_exception(Overtaken("Other cells were asked for since.", "Open the cell again."))
        return future

    def close(self) -> None:
        """Finish the captures that wait and what is under way; questions are answered no more."""
        with self._changed:
            self._closing = True
            for future, _ in self._questions:
                future.cancel()
            self._questions.clear()
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (turn := self._next()) is not None:
            future, work = turn
            if future.set_running_or_notify_cancel():
                _settle(future, work)

    def _next(self) -> Turn | None:
        with self._changed:
            self._changed.wait_for(lambda: self._captures or self._questions or self._closing)
            if self._captures:
                return self._captures.popleft()
            return self._questions.pop() if self._questions else None


def _settle(future: Future[Any], work: Callable[[], Any]) -> None:
    try:
        found = work()
    except BaseException as error:  # noqa: BLE001  whoever waits for it is told, not this thread
        future.set_exception(error)
    else:
        future.set_result(found)
