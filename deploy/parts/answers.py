"""Wait until a station's page answers at `answers.py HOST PORT SECONDS`; exit 1, saying why, if it does not."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from typing import Any

LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}  # noqa: S104
PAUSE_S = 0.5


def health(address: str) -> dict[str, Any] | None:
    """What `/health` says, or None while nothing answers. 503 is an answer too."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310
            return dict(json.load(answer))
    except urllib.error.HTTPError as answer:
        return dict(json.load(answer))
    except OSError:
        return None


def wait(address: str, patience_s: float) -> str | None:
    """Why the station is not up, or None if it is."""
    deadline_s = time.monotonic() + patience_s
    while time.monotonic() < deadline_s:
        said = health(address)
        if said is not None:
            return str(said["fault"]) if "fault" in said else None
        time.sleep(PAUSE_S)
    return f"nothing answers at {address}"


def main(host: str, port: str, patience_s: str) -> None:
    """Exit 0 once the station is up."""
    # A proxy of the environment has no business between a machine and itself.
    urllib.request.install_opener(urllib.request.build_opener(urllib.request.ProxyHandler({})))
    sys.exit(wait(f"http://{LOOPBACK.get(host, host)}:{port}/health", float(patience_s)))


if __name__ == "__main__":
    main(*sys.argv[1:])
