"""The gate on painted films: what is good passes, each way to spoil it is stopped by its own reason."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.quality import GateOptions, gate
from edge.types import Pixels, Scale, Verdict
from edge.words import say

UM_PER_PX = 0.12
SCALE = Scale(UM_PER_PX, 0.05, "given")
GLASS, RED, PALLOR, NUCLEUS, PLASM = (226, 222, 224), (196, 150, 152), (212, 184, 186), (92, 42, 132), (170, 160, 205)


def film(size: tuple[int, int] = (800, 600), cells: int = 8, red: int = 60, seed: int = 3) -> Pixels:
    """A Romanowsky-like film at 0.12 µm per pixel: red cells, nucleated cells, glass, and the optics' own blur."""
    random = np.random.default_rng(seed)
    picture = np.full((size[1], size[0], 3), GLASS, np.uint8)
    for x, y in random.uniform((0, 0), size, (red, 2)).astype(int).tolist():
        cv2.circle(picture, (x, y), 31, RED, -1)
        cv2.circle(picture, (x, y), 12, PALLOR, -1)
    for x, y in random.uniform((0, 0), size, (cells, 2)).astype(int).tolist():
        cv2.circle(picture, (x, y), 56, PLASM, -1)
        cv2.circle(picture, (x + 5, y), 44, NUCLEUS, -1)
    soft = cv2.GaussianBlur(picture, (0, 0), 1.6) + random.normal(0, 2, picture.shape)
    return np.clip(soft, 0, 255).astype(np.uint8)


def codes(verdict: Verdict) -> set[str]:
    return {reason.code for reason in verdict.reasons}


def _blurred(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), 1.0 / UM_PER_PX), np.uint8)


def _moved(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.blur(pixels, (round(3 / UM_PER_PX), 1)), np.uint8)


def _dark(pixels: Pixels) -> Pixels:
    dark: Pixels = (pixels * 0.35).astype(np.uint8)
    return dark


def _over_exposed(pixels: Pixels) -> Pixels:
    bright: Pixels = np.clip(pixels * 1.8, 0, 255).astype(np.uint8)
    return bright


def _vignetted(pixels: Pixels) -> Pixels:
    across = np.linspace(1.0, 0.5, pixels.shape[1])[None, :, None]
    return np.asarray(pixels * across).astype(np.uint8)


SPOILED: dict[str, tuple[Callable[[Pixels], Pixels], str]] = {
    "blurred": (_blurred, "focus.soft"),
    "moved": (_moved, "focus.moved"),
    "dark": (_dark, "light.dark"),
    "over-exposed": (_over_exposed, "light.clipped"),
    "unevenly lit": (_vignetted, "light.uneven"),
}


def test_a_good_film_passes_with_and_without_a_scale() -> None:
    assert gate(film(), SCALE).ok
    assert gate(film()).ok


@pytest.mark.parametrize("way", SPOILED)
def test_each_way_to_spoil_a_film_has_its_reason(way: str) -> None:
    spoil, code = SPOILED[way]
    verdict = gate(spoil(film()), SCALE)
    assert not verdict.ok
    assert code in codes(verdict)


@settings(max_examples=12, deadline=None)
@given(turns=st.integers(0, 3), mirrored=st.booleans(), level=st.floats(0.75, 1.1), quality=st.integers(70, 95))
def test_turning_mirroring_jpeg_and_a_little_light_do_not_change_the_verdict(
    turns: int, mirrored: bool, level: float, quality: int
) -> None:
    field = np.rot90(film(), turns)
    field = np.clip((field[:, ::-1] if mirrored else field) * level, 0, 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", np.ascontiguousarray(field), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert gate(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8), SCALE).ok


@settings(max_examples=8, deadline=None)
@given(factor=st.floats(0.3, 1.4))
def test_a_sharp_film_is_sharp_at_any_sampling(factor: float) -> None:
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    field = np.asarray(cv2.resize(film(), None, fx=factor, fy=factor, interpolation=way), np.uint8)
    assert gate(field, Scale(UM_PER_PX / factor, 0.05, "given")).ok


@settings(max_examples=10, deadline=None)
@given(first=st.floats(0.1, 1.0), more=st.floats(0.3, 1.0))
def test_more_blur_is_a_wider_edge(first: float, more: float) -> None:
    widths = [
        gate(np.asarray(cv2.GaussianBlur(film(), (0, 0), sigma / UM_PER_PX), np.uint8), SCALE).measures["focus_um"]
        for sigma in (first, first + more)
    ]
    assert widths[0] < widths[1]


def _letter_boxed() -> Pixels:
    return np.asarray(cv2.copyMakeBorder(film(), 90, 90, 0, 0, cv2.BORDER_CONSTANT, value=(208, 196, 210)), np.uint8)


def _black_barred() -> Pixels:
    return np.asarray(cv2.copyMakeBorder(film(), 0, 40, 60, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0)), np.uint8)


def _cut_out() -> Pixels:
    random = np.random.default_rng(0)
    picture = np.zeros((240, 220, 3), np.uint8)
    cv2.circle(picture, (110, 120), 100, (72, 32, 92), -1)
    grain = random.normal(0, 4, picture.shape) * (picture > 0)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


PASSING = {"letter-boxed": _letter_boxed, "black bars": _black_barred, "a cell cut out on black": _cut_out}


@pytest.mark.parametrize("name", PASSING)
def test_padding_is_no_fault(name: str) -> None:
    assert gate(PASSING[name]()).reasons == ()


def _glass() -> Pixels:
    random = np.random.default_rng(0)
    return np.clip(np.array(GLASS) + random.normal(0, 2, (500, 500, 3)), 0, 255).astype(np.uint8)


def _disc() -> Pixels:
    field = film((700, 700))
    y, x = np.mgrid[:700, :700]
    field[np.hypot(x - 350, y - 350) > 300] = 0
    return field


def _turned() -> Pixels:
    size = (800, 600)
    turn = cv2.getRotationMatrix2D((400, 300), 12, 0.85)
    return np.asarray(cv2.warpAffine(film(size), turn, size), np.uint8)


def _page() -> Pixels:
    picture = np.full((360, 360, 3), 250, np.uint8)
    for y in range(20, 360, 18):
        cv2.putText(
            picture, "the quick brown fox jumps over it", (4, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (20, 20, 30), 1
        )
    return picture


def _skin() -> Pixels:
    random = np.random.default_rng(1)
    shade = cv2.GaussianBlur(random.normal(0, 1, (360, 360)), (0, 0), 9)
    tone = np.array([205.0, 155.0, 130.0]) + 14 * (shade / shade.std())[..., None] + random.normal(0, 3, (360, 360, 3))
    picture: Pixels = np.clip(tone, 0, 255).astype(np.uint8)
    return picture


FAULTY: dict[str, tuple[Callable[[], Pixels], set[str]]] = {
    "glass": (_glass, {"cells.empty"}),
    "white": (lambda: np.full((300, 300, 3), 255, np.uint8), {"picture.blank"}),
    "black": (lambda: np.zeros((300, 300, 3), np.uint8), {"picture.blank"}),
    "tiny": (lambda: film()[:60, :60], {"size.small"}),
    "an eyepiece's disc": (_disc, {"eyepiece.disc"}),
    "a page of text": (_page, {"stain.foreign"}),
    "skin": (_skin, {"focus.soft"}),
    "noise": (lambda: np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8), {"cells.crowded"}),
}


@pytest.mark.parametrize("name", FAULTY)
def test_what_is_no_field_is_stopped_for_what_it_is(name: str) -> None:
    make, expected = FAULTY[name]
    assert codes(gate(make())) == expected


def test_the_corners_of_a_turned_field_are_no_eyepiece() -> None:
    assert gate(_turned(), SCALE).ok


def test_every_reason_comes_in_words_with_what_to_do() -> None:
    verdicts = [gate(spoil(film()), SCALE) for spoil, _ in SPOILED.values()]
    verdicts += [gate(make()) for make, _ in FAULTY.values()]
    sentences = [say(reason) for verdict in verdicts for reason in verdict.reasons]
    assert all(sentence.text and sentence.remedy for sentence in sentences)


def test_the_limits_are_options() -> None:
    assert codes(gate(film(), SCALE, GateOptions(darkest=250.0))) == {"light.dark"}
