"""Viewers of the live picture, for `marrowkit load`: they take everything at once and count it.

In a process of their own, as browsers are. Runs until its standard input closes, then prints one JSON line.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass

REQUEST = b"GET /live.mjpg HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PICTURE = b"--frame\r\n"
CHUNK = 65536


@dataclass(slots=True)
class Seen:
    """What one viewer got."""

    pictures: int = 0
    bytes: int = 0


async def view(port: int, seen: Seen) -> None:
    """Watch until cancelled."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(REQUEST)
    left = b""
    while chunk := await reader.read(CHUNK):
        # a boundary may lie across two chunks; what was counted is not kept
        text = left + chunk
        seen.pictures += text.count(PICTURE)
        seen.bytes += len(chunk)
        left = text[-(len(PICTURE) - 1) :]


async def watch(port: int, viewers: int) -> list[Seen]:
    """What so many viewers got until standard input closed."""
    seen = [Seen() for _ in range(viewers)]
    watching = [asyncio.create_task(view(port, each)) for each in seen]
    await asyncio.to_thread(sys.stdin.read)
    for each in watching:
        each.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return seen


def main() -> None:
    """`python -m edge.commands.viewers PORT VIEWERS`."""
    port, viewers = (int(each) for each in sys.argv[1:3])
    print(json.dumps([asdict(each) for each in asyncio.run(watch(port, viewers))]))


if __name__ == "__main__":
    main()
