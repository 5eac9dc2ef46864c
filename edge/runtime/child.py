"""The other side of `edge.runtime.apart`: a Job as JSON on standard input, its ParityReport on standard output."""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from edge.bundle.keys import TrustedKey
from edge.bundle.opened import reopen
from edge.runtime.apart import Job
from edge.runtime.engines import ON_GRAPHICS
from edge.runtime.parity import ParityReport, check_variant
from firmware_bridge.errors import Fault

MOST_BYTES = 3 * 2**30
"""Of memory for one variant on the processor: a network that asks for more is refused before others pay for it."""


def work(job: Job) -> ParityReport:
    """Check the variant that the job names."""
    parent = TrustedKey("", b"", "verified by the parent process")
    bundle = reopen(Path(job.path), job.digest, parent)
    # Engines on graphics processors reserve far more than they use: theirs is not bounded.
    if not bundle.manifest.variant(job.variant).engine.endswith(ON_GRAPHICS):
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    return check_variant(bundle, job.variant, job.options, job.engines)


def main() -> None:
    """Read the job, write the report as the last line: engines print what they like before it."""
    try:
        report = work(Job(**json.load(sys.stdin)))
    except Fault as fault:
        sys.exit(str(fault))
    except MemoryError:
        sys.exit(f"the network asks for more than {MOST_BYTES >> 30} GB of memory")
    sys.stdout.write(f"\n{json.dumps(asdict(report))}\n")


if __name__ == "__main__":
    main()
