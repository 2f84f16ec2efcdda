"""Low and high, and two inputs at a time."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from qisim.sensitivities.methods.effects import effects
from qisim.sensitivities.methods.estimate import gap_over, mean_over
from qisim.sensitivities.methods.factor import Factor, factors_of
from qisim.sensitivities.methods.interactions import grid
from tests.unit.sensitivities.made_sweeps import (
    CUBE,
    SCORE,
    designed,
    gathered,
    plane,
    sampled,
    swept,
    table,
    zip_product,
)


def test_one_at_a_time_effects_are_exact_and_paired() -> None:
    points = table({"a": [1.0, 0.0, 3.0, 1.0, 1.0], "b": [5.0, 5.0, 5.0, 4.0, 7.0]})
    runs = swept(points, lambda x: 2 * x["a"] - x["b"], shared=10.0, own=0.01)
    found = effects(sampled(points, runs, "one_at_a_time")[1])
    told = {effect.factor.name: effect for effect in found.effects}
    assert [effect.factor.name for effect in found.effects] == ["a", "b"]
    assert (told["a"].low, told["a"].high) == ("0", "3") and (told["b"].low, told["b"].high) == ("4", "7")
    assert told["a"].at_low.value == pytest.approx(-2, abs=0.05) and told["a"].at_high.value == pytest.approx(
        4, abs=0.05
    )
    assert told["b"].difference.value == pytest.approx(-3, abs=0.05)
    assert told["b"].difference.high - told["b"].difference.low < 0.1  # type: ignore[operator]


def test_thirds_of_a_range() -> None:
    points = designed("latin_hypercube", CUBE, 200)
    found = effects(sampled(points, swept(points, plane, own=0.05), "latin_hypercube")[1])
    told = {effect.factor.name: effect.difference for effect in found.effects}
    assert told["b"].low < 2 * 2 / 3 < told["b"].high  # type: ignore[operator]
    assert told["b"].clear and not told["c"].clear


def test_cells_of_a_grid_are_means_of_their_points() -> None:
    points = table(zip_product(a=[1, 2, 3], b=["x", "y"], c=[0, 1]))
    _, sample = sampled(points, swept(points, lambda x: x["a"] * 10 + (x["b"] == "y") + x["c"]), "factorial")
    a, b, _ = sample.factors
    found = grid(sample, a, b)
    assert (found.across_bins, found.up_bins) == (["1", "2", "3"], ["x", "y"])
    assert [[cell.value for cell in line] for line in found.cells] == [[10.5, 20.5, 30.5], [11.5, 21.5, 31.5]]  # type: ignore[union-attr]
    assert found.points.tolist() == [[2, 2, 2], [2, 2, 2]]


def test_bins_of_whole_numbers_hold_each_number_once() -> None:
    points = designed("latin_hypercube", {"a": (0.0, 1.0), "b": (0.0, 1.0)}, 100)
    points["days"] = 1 + (points["a"] * 12).astype(int)
    found = grid(sampled(points, swept(points, lambda x: x["b"]), "latin_hypercube")[1], *_factors(points, "days", "b"))
    inside = [range(int(low), int(high) + 1) for low, high in (name.split(" to ") for name in found.across_bins)]
    assert sorted(itertools.chain(*inside)) == list(range(1, 13))


def test_cells_differ_from_all_points_with_the_same_luck() -> None:
    points = table(zip_product(a=[1, 2, 3], b=["x", "y"], c=[0, 1]))
    runs = swept(points, lambda x: x["a"] * 0.1 + (x["b"] == "y"), shared=5.0, own=0.01)
    found = grid(sampled(points, runs, "factorial")[1], *_factors(points, "a", "b"))
    corner, mean = found.gaps[0][0], found.cells[0][0]
    assert corner is not None and mean is not None
    assert corner.value == pytest.approx(-0.6, abs=0.02)
    assert corner.high - corner.low < 0.05 < mean.high - mean.low  # type: ignore[operator]


def test_points_of_a_block_count_as_one() -> None:
    rng = np.random.default_rng(2)
    blocks = rng.normal(size=40)
    points = table({"a": rng.random(160)})
    values = np.repeat(blocks, 4)
    runs = swept(points, lambda x: values, replicates=4)
    sample = gathered(points, runs, "latin_hypercube").sample(SCORE)
    told = mean_over(replace(sample, block=np.repeat(np.arange(40), 4)), np.ones(160, bool))
    half = student.ppf(0.95, 39) * blocks.std(ddof=1) / np.sqrt(40)
    assert told.high - told.value == pytest.approx(half)  # type: ignore[operator]


def test_the_mean_of_all_points_is_uncertain_too() -> None:
    rng, held, trials = np.random.default_rng(5), 0, 300
    for _ in range(trials):
        a = rng.random(100)
        points = table({"a": a})
        values = np.where(a < 0.3, 0.0, 1 + rng.normal(size=100))  # nearly constant where a is small
        sample = gathered(points, swept(points, lambda x, v=values: v, replicates=2), "latin_hypercube").sample(SCORE)
        told = gap_over(sample, a < 0.3)
        assert told.value == pytest.approx(-values.mean())
        held += told.low <= -0.7 <= told.high  # type: ignore[operator]
    assert 0.85 < held / trials < 0.95


def test_all_points_do_not_differ_from_all_points() -> None:
    points = designed("latin_hypercube", CUBE, 40)
    sample = sampled(points, swept(points, plane, own=0.1, shared=1.0), "latin_hypercube")[1]
    told = gap_over(sample, np.ones(40, bool))
    assert (told.value, told.low, told.high) == pytest.approx((0, 0, 0), abs=1e-12)


@pytest.mark.parametrize("clip", [(0.0, 1.0), (-1.0, 0.0), (-0.1, 0.1)])
def test_bins_of_a_clipped_range_hold_what_their_names_say(clip: tuple[float, float]) -> None:
    values = np.clip(np.random.default_rng(3).normal(0, 0.2, size=200), *clip)
    points = table({"a": values, "b": np.arange(200.0)})
    found = grid(sampled(points, swept(points, lambda x: x["a"]), "latin_hypercube")[1], *_factors(points, "a", "b"))
    assert len(found.across_bins) == len({*found.across_bins}) > 1
    for place, name in enumerate(found.across_bins):
        low, high = (float(end) for end in name.split(" to "))
        cells = [line[place].value for line in found.cells if line[place] is not None]  # type: ignore[union-attr]
        assert low < high and all(low - 0.01 <= mean <= high + 0.01 for mean in cells)


def _factors(points: pd.DataFrame, *names: str) -> list[Factor]:
    found = {factor.name: factor for factor in factors_of(points.set_index("point"), {})}
    return [found[name] for name in names]
