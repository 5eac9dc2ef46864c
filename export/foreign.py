"""Pictures that are no smears, drawn from a seed: what a gate must stop, beside tissue and photographs."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from sklearn.datasets import load_sample_images

from edge.types import Pixels

SIDE = 360
Random = np.random.Generator


def _spectrum(random: Random, power: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Noise whose amplitude falls with frequency to `power`, like a landscape's (1/f); mean 0, spread 1."""
    frequency = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.fftfreq(SIDE)[None])
    frequency[0, 0] = 1.0
    plane = np.fft.ifft2(np.fft.fft2(random.normal(size=(SIDE, SIDE))) / frequency**power).real
    return np.asarray((plane - plane.mean()) / plane.std())


def _picture(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Pixels:
    return np.clip(values, 0, 255).astype(np.uint8)


def landscape(random: Random) -> Pixels:
    """Colours of a 1/f spectrum."""
    common = _spectrum(random, 1.0)
    channels = [0.8 * common + 0.6 * _spectrum(random, 1.0) for _ in range(3)]
    return _picture(np.stack(channels, axis=2) * random.uniform(25, 60) + random.uniform(80, 190, 3))


def skin(random: Random) -> Pixels:
    """Soft shades of skin."""
    shade = _spectrum(random, 1.6)[..., None] * np.array([16.0, 15.0, 14.0])
    return _picture(
        np.array([205.0, 155.0, 130.0]) * random.uniform(0.7, 1.15) + shade + random.normal(0, 3, shade.shape)
    )


def sky(random: Random) -> Pixels:
    """Blue with white clouds."""
    height = np.linspace(0, 1, SIDE)[:, None, None]
    blue = np.array([90.0, 150.0, 225.0]) * (1 - height) + np.array([190.0, 215.0, 240.0]) * height
    cloud = np.clip(_spectrum(random, 1.8), 0, 2)[..., None] / 2
    return _picture(blue * (1 - cloud) + 255 * cloud + random.normal(0, 2, (SIDE, SIDE, 3)))


def page(random: Random) -> Pixels:
    """Lines of text, dark on light or light on dark."""
    dark = random.random() < 0.3
    paper, ink = (random.integers(20, 60, 3), (230, 230, 230)) if dark else (random.integers(225, 256, 3), (30, 30, 40))
    picture = np.full((SIDE, SIDE, 3), paper, np.uint8)
    for y in range(20, SIDE, int(random.integers(14, 30))):
        line = "".join(random.choice(list(string.ascii_lowercase + " "), 60))
        cv2.putText(
            picture, line, (6, y), cv2.FONT_HERSHEY_SIMPLEX, float(random.uniform(0.35, 0.7)), ink, 1, cv2.LINE_AA
        )
    return picture


def chart(random: Random) -> Pixels:
    """Axes with dots and bars in a plotting program's colours."""
    picture = np.full((SIDE, SIDE, 3), 255, np.uint8)
    cv2.rectangle(picture, (40, 20), (SIDE - 20, SIDE - 40), (0, 0, 0), 1)
    colours = [(31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189)]
    for x in range(50, SIDE - 40, 30):
        top = SIDE - 40 - int(random.integers(20, 250))
        cv2.rectangle(picture, (x, SIDE - 40), (x + 20, top), colours[int(random.integers(5))], -1)
    for x, y in random.normal(SIDE / 2, 60, (60, 2)).astype(int).tolist():
        cv2.circle(picture, (x, y), 4, colours[int(random.integers(5))], -1, cv2.LINE_AA)
    return picture


def shapes(random: Random) -> Pixels:
    """Rectangles and lines of any colour."""
    picture = np.full((SIDE, SIDE, 3), random.integers(180, 256, 3), np.uint8)
    for _ in range(int(random.integers(5, 40))):
        colour = random.integers(0, 256, 3).tolist()
        start, end = random.integers(0, SIDE, (2, 2)).tolist()
        cv2.line(picture, start, end, colour, int(random.integers(1, 40)))
    return picture


def chequers(random: Random) -> Pixels:
    """A chequerboard of two colours."""
    field = np.arange(SIDE) // int(random.integers(8, 60))
    return _picture(random.integers(0, 256, (2, 3))[(field[:, None] + field[None]) % 2].astype(np.float64))


def gradient(random: Random) -> Pixels:
    """Four colours in the corners."""
    corners = random.integers(0, 256, (2, 2, 3)).astype(np.float32)
    return np.asarray(cv2.resize(corners, (SIDE, SIDE)), np.uint8)


def plain(random: Random) -> Pixels:
    """One colour, with or without noise."""
    noise = random.normal(0, float(random.choice([0.0, 2.0, 6.0])), (SIDE, SIDE, 3))
    return _picture(random.integers(0, 256, 3) + noise)


def noise(random: Random) -> Pixels:
    """Every pixel at random."""
    return random.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


KINDS: Mapping[str, Callable[[Random], Pixels]] = MappingProxyType(
    {each.__name__: each for each in (landscape, skin, sky, page, chart, shapes, chequers, gradient, plain, noise)}
)
"""Name to maker; each makes a picture (360, 360, 3) from a random generator."""


def crops(picture: Pixels, count: int, random: Random) -> Iterator[Pixels]:
    """Square pieces of `picture`, at random places and of 128 px up to its own size."""
    for _ in range(count):
        side = int(random.integers(128, min(picture.shape[:2]) + 1))
        top, left = (int(random.integers(0, length - side + 1)) for length in picture.shape[:2])
        yield picture[top : top + side, left : left + side]


def photographs() -> list[Pixels]:
    """The sample photographs that come with scikit-learn: a palace and a flower."""
    return [np.asarray(image, np.uint8) for image in load_sample_images().images]
