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


def work(job: Job) -> ParityReport:
    """Check the variant that the job names."""
    parent = TrustedKey("", b"", "verified by the parent process")
    bundle = reopen(Path(job.path), job.digest, parent)
    return check_variant(bundle, job.variant, EngineOptions(threads=job.threads), job.engines)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(work(Job(**json.load(sys.stdin))))))
