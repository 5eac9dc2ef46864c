"""Other stains: what each way promises, on films whose stains are known because they are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.optics.normal import density
from export.stain.augment import Film, StainOptions, film_of, other_stain
from export.stain.jitter import JitterOptions, dyes, jittered
from export.stain.macenko import FAINT, FEWEST_PX, Stains, restained, stains_of
from export.stain.reinhard import colours_of, recoloured

SEEDS = st.integers(0, 2**32 - 1)
HUES = ((0.72, 0.64, 0.27), (0.10, 0.95, 0.30), (0.50, 0.80, 0.33), (0.20, 0.60, 0.77))
LIGHT = StainOptions(jitter=0.0, macenko=0.0, reinhard=0.0)


def film(seed: int, blue: int = 0, red: int = 1, strength: float = 1.0) -> NDArray[np.float32]:
    """Optical density (40, 40, 3) of a film of two stains: pixels of one, of the other, and of both."""
    random = np.random.default_rng(seed)
    amounts = random.uniform(0.3, 0.9, (1600, 2)) * strength
    amounts[:600, 0], amounts[600:1200, 1] = 0.0, 0.0
    amounts[1500:] = 0.0
    vectors = np.array([HUES[blue], HUES[red]])
    absorbed = amounts @ (vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    return np.asarray(absorbed.reshape(40, 40, 3), np.float32)


def stains(absorbed: NDArray[np.float32]) -> Stains:
    found = stains_of(absorbed)
    assert found is not None
    return found


def picture(seed: int) -> NDArray[np.float32]:
    return np.asarray(10.0 ** -film(seed), np.float32)


@given(SEEDS, st.sampled_from([(0, 1), (0, 3), (2, 1)]))
def test_macenko_finds_the_stains_a_film_was_made_of(seed: int, hues: tuple[int, int]) -> None:
    due = np.array([HUES[each] for each in hues])
    due = due[np.argsort(-due[:, 0])] / np.linalg.norm(due, axis=1, keepdims=True)[np.argsort(-due[:, 0])]
    assert np.sum(stains(film(seed, *hues)).vectors * due, axis=1) == pytest.approx(1.0, abs=1e-3)


@given(SEEDS)
def test_a_film_in_its_own_stains_is_the_same_film(seed: int) -> None:
    absorbed = film(seed)
    own = stains(absorbed)
    np.testing.assert_allclose(restained(absorbed, own, own), absorbed, atol=1e-5)


@given(SEEDS, st.floats(0.5, 1.6))
def test_a_film_in_other_stains_has_the_others(seed: int, strength: float) -> None:
    absorbed, other = film(seed), stains(film(seed + 1, 2, 1, strength))
    again = stains(restained(absorbed, stains(absorbed), other))
    np.testing.assert_allclose(again.vectors, other.vectors, atol=0.03)
    np.testing.assert_allclose(again.amounts, other.amounts, rtol=0.05)


@pytest.mark.parametrize("amount", [0.0, 0.5 * FAINT])
def test_a_film_without_stain_has_none(amount: float) -> None:
    assert stains_of(np.full((20, 20, 3), amount, np.float32)) is None


def test_a_film_of_one_stain_or_of_few_pixels_has_not_two() -> None:
    one = np.linspace(0.2, 1.0, 400)[:, None] * np.array(HUES[0])
    assert stains_of(one.reshape(20, 20, 3).astype(np.float32)) is None
    assert stains_of(film(0)[:1, : FEWEST_PX - 1]) is None


@given(SEEDS)
def test_reinhard_brings_mean_and_spread_over(seed: int) -> None:
    one, other = picture(seed), np.asarray(10.0 ** -film(seed + 1, 2, 1, 0.8), np.float32)
    everywhere = np.ones((40, 40), np.bool_)
    own, due = colours_of(one, everywhere), colours_of(other, everywhere)
    assert own is not None
    assert due is not None
    np.testing.assert_allclose(recoloured(one, own, own), one, atol=1e-5)
    found = colours_of(recoloured(one, own, due), everywhere)
    assert found is not None
    np.testing.assert_allclose(found.mean, due.mean, atol=0.08)  # light above 1 and below 0 is cut off


def test_reinhard_of_an_unstained_picture_has_no_colours() -> None:
    assert colours_of(np.ones((4, 4, 3), np.float32), np.zeros((4, 4), np.bool_)) is None


@given(SEEDS)
def test_dyes_as_strong_as_they_were_are_the_same_film(seed: int) -> None:
    still = JitterOptions(strength=0.0, haze=0.0)
    np.testing.assert_allclose(jittered(film(seed), np.random.default_rng(seed), still), film(seed), atol=1e-5)


@given(SEEDS)
def test_a_stronger_dye_darkens_in_proportion_and_clear_stays_clear(seed: int) -> None:
    basis = dyes()
    absorbed = (np.linspace(0, 1, 30)[:, None] * basis[0]).reshape(5, 6, 3).astype(np.float32)
    changed = jittered(absorbed, np.random.default_rng(seed), JitterOptions(haze=0.0)).reshape(-1, 3)
    assert changed[0] == pytest.approx(0.0, abs=1e-6)
    ratio = changed[1:, 0] / absorbed.reshape(-1, 3)[1:, 0]
    assert ratio == pytest.approx(ratio[0], rel=1e-3)


@settings(max_examples=30)
@given(SEEDS, st.sampled_from(["jitter", "macenko", "reinhard"]))
def test_every_way_gives_light_and_repeats_with_its_seed(seed: int, way: str) -> None:
    options = replace(LIGHT, **{way: 1.0})  # type: ignore[arg-type]
    films = [film_of(np.asarray(10.0 ** -film(k, 2, 1), np.float32)) for k in range(3)]
    one, two = (other_stain(picture(seed), films, np.random.default_rng(seed), options) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.shape == (40, 40, 3)
    assert one.dtype == np.float32
    assert 0 <= one.min() <= one.max() <= 1 + 1e-6
    assert np.abs(density(one) - film(seed)).max() > 1e-3


@pytest.mark.parametrize("films", [[], [Film(None, None)]])
@pytest.mark.parametrize("way", ["macenko", "reinhard"])
def test_without_another_film_the_stain_stays(films: list[Film], way: str) -> None:
    options = replace(LIGHT, **{way: 1.0})  # type: ignore[arg-type]
    np.testing.assert_array_equal(other_stain(picture(0), films, np.random.default_rng(0), options), picture(0))


def test_a_clear_picture_stays_clear() -> None:
    clear = np.ones((8, 8, 3), np.float32)
    for way in ("macenko", "reinhard"):
        options = replace(LIGHT, **{way: 1.0})  # type: ignore[arg-type]
        np.testing.assert_array_equal(
            other_stain(clear, [film_of(picture(1))], np.random.default_rng(0), options), clear
        )


@pytest.mark.parametrize("chances", [(0.5, 0.4, 0.2), (-0.1, 0.2, 0.2)])
def test_chances_that_are_none_are_refused(chances: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="chances"):
        StainOptions(*chances)
