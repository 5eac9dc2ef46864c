"""Readers of a process that began so decode into the heap that everybody uses, unless somebody has said otherwise."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from firmware_bridge.arena import VARIABLE

HEAPS = """
import ctypes
from firmware_bridge.arena import share_one_heap
from firmware_bridge.reader import Reader
share_one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
readers = [Reader(lambda: libc.malloc(100_000), f"reads {k}") for k in range(3)]
for each in readers:
    each.leave()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other heaps, or one")
@pytest.mark.parametrize(("said", "alone"), [(None, True), ("8", False)])
def test_readers_share_the_first_heap_unless_somebody_has_said_otherwise(said: str | None, alone: bool) -> None:
    others = {key: value for key, value in os.environ.items() if key != VARIABLE}
    environment = others if said is None else {**others, VARIABLE: said}
    done = subprocess.run([sys.executable, "-c", HEAPS], capture_output=True, text=True, env=environment, check=True)
    assert (done.stdout.count("<heap nr=") == 1) == alone
