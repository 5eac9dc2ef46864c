"""What a feed hands on, as a list."""

from __future__ import annotations

from firmware_bridge.supervision.feed import Delivered, Feed


def delivered(feed: Feed, count: int) -> list[Delivered]:
    """The next so many pictures and unreadable ones, or all there are; whatever `run` raises."""
    found: list[Delivered] = []

    def take(each: Delivered) -> bool:
        found.append(each)
        return len(found) < count

    feed.run(take)
    return found
