"""A process that began so has one heap for all its threads and keeps its pages, unless somebody has said otherwise."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from firmware_bridge.heap import WISHES

HEAPS = """
import ctypes
from firmware_bridge.heap import keep_one_heap
from firmware_bridge.reader import Reader
keep_one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
readers = [Reader(lambda: libc.malloc(100_000), f"reads {k}") for k in range(3)]
for each in readers:
    each.leave()
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""

FAULTS = """
import resource
import numpy as np
from firmware_bridge.heap import keep_one_heap
keep_one_heap()
def planes():
    return [np.ones((1024, 1024), np.float32) for _ in range(4)]
planes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(8):
    planes()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
FEW = 100
"""Page faults; asked for anew, the planes would cost at least one each for every huge page, and 32,768 without them."""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other heaps, or one")
@pytest.mark.parametrize(("said", "alone"), [(None, True), ("8", False)])
def test_readers_share_the_first_heap_unless_somebody_has_said_otherwise(said: str | None, alone: bool) -> None:
    assert (_run(HEAPS, MALLOC_ARENA_MAX=said).count("<heap nr=") == 1) == alone


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library asks the kernel in other ways")
@pytest.mark.parametrize(("said", "kept"), [(None, True), ("131072", False)])
def test_pages_of_planes_are_asked_for_once(said: str | None, kept: bool) -> None:
    faults = int(_run(FAULTS, MALLOC_MMAP_THRESHOLD_=said))
    assert (faults < FEW) == kept


def _run(code: str, **variables: str | None) -> str:
    others = {key: value for key, value in os.environ.items() if key not in WISHES}
    said = {key: value for key, value in variables.items() if value is not None}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=others | said, check=True)
    return done.stdout
