"""The other side of `edge.runtime.apart`: a Job as JSON on standard input, its ParityReport on standard output."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from edge.bundle.keys import TrustedKey
from edge.bundle.opened import reopen
from edge.runtime.apart import Job
from edge.runtime.engines import EngineOptions
from edge.runtime.parity import ParityReport, check_variant
from firmware_bridge.errors import Fault


def work(job: Job) -> ParityReport:
    """Check the variant that the job names."""
    parent = TrustedKey("", b"", "verified by the parent process")
    bundle = reopen(Path(job.path), job.digest, parent)
    return check_variant(bundle, job.variant, EngineOptions(threads=job.threads), job.engines)


def main() -> None:
    """Read the job, write the report as the last line: engines print what they like before it."""
    try:
        report = work(Job(**json.load(sys.stdin)))
    except Fault as fault:
        sys.exit(str(fault))
    sys.stdout.write(f"\n{json.dumps(asdict(report))}\n")


if __name__ == "__main__":
    main()
