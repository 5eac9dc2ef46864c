"""What can go wrong with a simulated camera, by the names that a schedule uses."""

from __future__ import annotations

from collections.abc import Collection

from firmware_bridge.errors import BadPicture, SourceLost, SourceUnavailable
from firmware_bridge.imagefile import decode_image
from firmware_bridge.sim.schedule import AWAY, Schedule, Span, parse_schedule, with_usual

KINDS: dict[str, str] = {
    "unplug": "the camera goes away for so long (2 s), and comes back under its number with the settings of its maker",
    "replug-as": "the same, but it comes back under another number",
    "frozen": "the same picture again and again; without a duration until the camera is opened again",
    "silence": "no picture; without a duration until the camera is opened again",
    "torn": "pictures of which half the bytes are missing",
    "flicker": "every other picture in half the light",
    "dark": "the lamp is out",
}
"""Kind to what it does."""

_LASTS = {"torn": Span(count=1), "unplug": Span(seconds=2.0), "replug-as": Span(seconds=2.0)}
_FLICKER = 0.5


def troubles(text: str) -> Schedule:
    """The schedule that an address names.

    Raises:
        BadSourceUri: it is not understood.
    """
    return Schedule(with_usual(parse_schedule(text, KINDS), _LASTS))


class Plug:
    """Whether the camera is plugged in, under which number, and how often its settings were lost."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self.number = 0
        self.powered_up = 0
        self._away = False

    @property
    def name(self) -> str:
        """Its device file, as it were."""
        return f"/dev/video{self.number}"

    def pull(self, count: int, seconds: float) -> None:
        """Unplug it where its time has come.

        Raises:
            SourceLost: it is unplugged.
        """
        begun = [kind for kind in AWAY if self._schedule.begins(kind, count, seconds)]
        if begun:
            self._away = True
            was, self.number = self.name, self.number + ("replug-as" in begun)
            raise SourceLost(f"The simulated camera {was} was unplugged.", "Plug it in again.")

    def require(self, count: int, seconds: float) -> None:
        """Find it again.

        Raises:
            SourceUnavailable: it is not plugged in.
        """
        if any(self._schedule.goes_on(kind, count, seconds) for kind in AWAY):
            raise SourceUnavailable("The simulated camera is not plugged in.", "Plug it in again.")
        self.powered_up += self._away
        self._away = False
        self._schedule.cure("frozen", "silence")


def lamp_now(schedule: Schedule, count: int, seconds: float) -> float:
    """Share of the lamp's light in this picture."""
    if schedule.goes_on("dark", count, seconds):
        return 0.0
    flickers = schedule.goes_on("flicker", count, seconds) and count % 2 == 1
    return _FLICKER if flickers else 1.0


def kinds_help() -> Collection[str]:
    """One line for each kind."""
    return [f"{kind:10} {what}" for kind, what in KINDS.items()]


def half_a_jpeg(data: bytes, name: str) -> BadPicture:
    """What a decoder says of the first half of a JPEG; it is really asked."""
    try:
        decode_image(data[: len(data) // 2], name)
    except BadPicture as fault:
        return fault
    return BadPicture(f"{name} is torn.", "Check the cable.")
