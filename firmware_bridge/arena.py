"""One heap for all threads."""

from __future__ import annotations

import ctypes
import os
from functools import cache

M_ARENA_MAX = -8  # of glibc's malloc.h
VARIABLE = "MALLOC_ARENA_MAX"


@cache
def share_one_heap() -> bool:
    """Ask glibc to give new threads no heap of their own; whether it does. For the beginning of a process, before any
    library has threads.

    Pictures that a thread decodes into a heap of its own cost 2 to 3 % more processor time than in the first one. Left
    alone where somebody has set the environment's variable, and where the C library is another one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return VARIABLE not in os.environ and mallopt is not None and mallopt(M_ARENA_MAX, 1) == 1
