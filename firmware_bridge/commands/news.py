"""What keeps pictures from coming, for people."""

from __future__ import annotations

from firmware_bridge.errors import SourceFault


def print_wait(fault: SourceFault, attempt: int) -> None:
    """For people."""
    tried = f" (try {attempt} to open it again)" if attempt else ""
    print(f"waiting for the camera{tried}: {fault}", flush=True)
