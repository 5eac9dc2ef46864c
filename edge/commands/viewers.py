"""Viewers of the live page, for `marrowkit load`: they take pictures and events at once and count them.

In a process of their own, as browsers are. Runs until its standard input closes, then prints one JSON line.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass

PICTURES, EVENTS = "/live.mjpg", "/api/v1/events?case=1"
PICTURE = b"--frame\r\n"
CHUNK = 65536


@dataclass(slots=True)
class Seen:
    """What one viewer got."""

    pictures: int = 0
    bytes: int = 0


async def view(port: int, seen: Seen, path: str = PICTURES) -> None:
    """Take an endless answer until cancelled."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    try:
        await _count(reader, seen)
    finally:
        writer.close()


async def _count(reader: asyncio.StreamReader, seen: Seen) -> None:
    left = b""
    while chunk := await reader.read(CHUNK):
        # a boundary may lie across two chunks, and is longer than what is kept of the one before
        text = left + chunk
        seen.pictures += text.count(PICTURE)
        seen.bytes += len(chunk)
        left = text[-(len(PICTURE) - 1) :]


async def watch(port: int, viewers: int) -> list[Seen]:
    """What so many viewers got until standard input closed."""
    seen = [Seen() for _ in range(viewers)]
    watching = [asyncio.create_task(view(port, each)) for each in seen]
    watching += [asyncio.create_task(view(port, Seen(), EVENTS)) for _ in range(viewers)]
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
