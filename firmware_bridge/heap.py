"""One heap for all threads, which keeps what it was given.

A picture is megabytes, and so is every plane made of it. Left alone, glibc gives each thread a heap of its own and asks
the kernel for each such piece of memory anew: page by page, filled with zeros, given back a moment later.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1  # of glibc's malloc.h
LARGEST = 32 << 20
"""What glibc takes for MMAP_THRESHOLD on 64 bits at most."""
WISHES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "MALLOC_ARENA_MAX": (ARENA_MAX, 1),
        "MALLOC_MMAP_THRESHOLD_": (MMAP_THRESHOLD, LARGEST),
        "MALLOC_TRIM_THRESHOLD_": (TRIM_THRESHOLD, 8 * LARGEST),
    }
)
"""The environment's variable for each, and what we ask for where nobody has set it."""


@cache
def keep_one_heap() -> bool:
    """Ask glibc for all that nobody else has decided; whether it agrees. For the beginning of a process, before any
    library has threads. Where the C library is another one, nothing is asked."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    agreed = [mallopt(*wish) == 1 for variable, wish in WISHES.items() if variable not in os.environ]
    return all(agreed)
