"""Chance and inputs told apart, and intervals that hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qisim.sensitivities.methods.estimate import mean_over
from qisim.sensitivities.methods.sample import Untold
from qisim.sensitivities.methods.variance import components, split
from tests.unit.sensitivities.made_sweeps import (
    CUBE,
    designed,
    plane,
    sampled,
    swept,
    table,
    zip_product,
)


def test_variance_is_split_into_what_it_was_made_of() -> None:
    points = designed("latin_hypercube", CUBE, 400)
    _, sample = sampled(points, swept(points, plane, replicates=200, own=0.4, shared=0.3), "latin_hypercube")
    found = split(sample)
    true = {"inputs": 5 / 12, "shared_luck": 0.09, "own_luck": 0.16}
    for name, variance in true.items():
        assert getattr(found, name) == pytest.approx(variance, rel=0.15)


def test_intervals_of_shares_hold_the_truth_about_as_often_as_they_say() -> None:
    held = np.zeros(3)
    for seed in range(80):
        rng = np.random.default_rng(seed)
        points = table({"a": rng.random(60), "b": rng.random(60), "c": rng.random(60)})
        _, sample = sampled(points, swept(points, plane, replicates=30, own=0.4, shared=0.3, seed=seed), "sobol")
        found = split(sample)
        true = np.array([5 / 12, 0.09, 0.16]) / (5 / 12 + 0.25)
        told = (found.share_inputs, found.share_shared_luck, found.share_own_luck)
        held += [one.low <= share <= one.high for one, share in zip(told, true, strict=True)]  # type: ignore[operator]
    assert held.min() >= 64


def test_components_are_unbiased_and_shared_luck_is_not_taken_off_twice() -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(400):
        points, luck, own = rng.normal(size=(12, 1)), 3 * rng.normal(size=(1, 4)), rng.normal(size=(12, 4))
        found.append(components(points + luck + own))
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(len(found))
    assert np.all(np.abs(mean - [1, 9, 1]) < 4 * error)


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=6), st.lists(st.floats(-5, 5), min_size=3, max_size=6))
def test_law_of_total_variance(by_point: list[float], by_replicate: list[float]) -> None:
    rng = np.random.default_rng(len(by_point))
    values = np.add.outer(by_point, by_replicate) + rng.normal(size=(len(by_point), len(by_replicate)))
    inputs, shared, own = components(values)
    within = values.var(axis=1, ddof=1).mean()
    assert shared + own == pytest.approx(within, abs=1e-9)
    assert inputs + own / len(by_replicate) == pytest.approx(values.mean(axis=1).var(ddof=1), abs=1e-9)


@pytest.mark.parametrize(
    ("method", "replicates", "why"), [("one_at_a_time", 8, "covers too little"), ("factorial", 1, "single replicate")]
)
def test_luck_is_not_told_where_it_cannot_be(method: str, replicates: int, why: str) -> None:
    points = table(zip_product(a=[0.0, 1.0], b=[0.0, 1.0], c=[0.0]))
    _, sample = sampled(points, swept(points, plane, replicates=replicates), method)
    with pytest.raises(Untold, match=why):
        split(sample)


@pytest.mark.parametrize("method", ["factorial", "latin_hypercube"])
def test_intervals_of_a_mean_hold_the_truth_as_often_as_they_say(method: str) -> None:
    held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        points = table({"a": rng.random(30), "b": rng.random(30)})
        drawn = 0.0 if method == "factorial" else 1.0
        runs = swept(points, lambda x, d=drawn: d * (x["a"] + x["b"] - 1), own=0.5, shared=0.3, seed=seed)
        told = mean_over(sampled(points, runs, method)[1], np.ones(30, bool))
        held += told.low <= 0 <= told.high  # type: ignore[operator]
    assert 165 <= held <= 197
