"""Sobol, Morris and PAWN indices of functions with known answers."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp

from qisim.sensitivities.methods.anova import grid_indices
from qisim.sensitivities.methods.estimate import mean_over
from qisim.sensitivities.methods.morris import morris
from qisim.sensitivities.methods.pawn import mean_distance, pawn
from qisim.sensitivities.methods.sample import Untold
from qisim.sensitivities.methods.sobol import sobol
from tests.unit.sensitivities.made_sweeps import (
    CUBE,
    Model,
    designed,
    plane,
    sampled,
    swept,
    table,
    zip_product,
)

ISHIGAMI = {"x1": (-np.pi, np.pi), "x2": (-np.pi, np.pi), "x3": (-np.pi, np.pi)}


def ishigami(x: dict[str, np.ndarray]) -> np.ndarray:
    return np.sin(x["x1"]) + 7 * np.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * np.sin(x["x1"])


# Sobol


def test_sobol_indices_of_the_ishigami_function() -> None:
    points = designed("saltelli", ISHIGAMI, 512)
    whole, sample = sampled(points, swept(points, ishigami, own=0.3), "saltelli", base=512)
    found = sobol(whole, sample)
    # Ishigami and Homma 1990 with a = 7 and b = 0.1
    for told, true in zip(found.first + found.total, (0.314, 0.442, 0.0, 0.558, 0.442, 0.244), strict=True):
        assert told.low is not None and told.high is not None
        assert told.value == pytest.approx(true, abs=0.08)
        assert told.low - 0.04 < true < told.high + 0.04
    pairs = {at: told.value for at, told in found.second.items()}
    assert pairs[0, 2] == pytest.approx(0.244, abs=0.08)
    assert abs(pairs[0, 1]) < 0.08 and abs(pairs[1, 2]) < 0.08


def test_luck_widens_the_intervals_of_sobol_indices() -> None:
    points = designed("saltelli", CUBE, 64)
    calm, wild = (sobol(*sampled(points, swept(points, plane, own=own, replicates=6), "saltelli")) for own in (0, 2.0))

    def width(found: Any) -> float:
        return max(one.high - one.low for one in found.total)

    assert width(wild) > 1.5 * width(calm)


@pytest.mark.parametrize(
    ("model", "true"),
    [
        (plane, [0.2, 0.8, 0, 0.2, 0.8, 0]),
        # a alone has a variance of 1/12, what a and b do together 1/9
        (lambda x: x["a"] + 4 * (x["a"] - 0.5) * (x["b"] - 0.5), [3 / 7, 0, 0, 1, 4 / 7, 0]),
    ],
)
def test_sobol_indices_are_freed_of_luck_and_their_intervals_hold(model: Model, true: list[float]) -> None:
    """A third to a half of the variance between means is luck: as they are, S1 of b is 0.5 and ST of c 0.4."""
    points, told, held, reached = designed("saltelli", CUBE, 64), [], [], 0
    for seed in range(40):
        runs = swept(points, model, own=0.8, shared=1.0, replicates=4, seed=seed)
        found = sobol(*sampled(points, runs, "saltelli", base=64))
        all_of_it = [*found.first, *found.total]
        told.append([one.value for one in all_of_it])
        held.append([one.low <= value <= one.high for one, value in zip(all_of_it, true, strict=True)])
        reached += found.total[2].value > found.nothing[2]
    assert np.mean(told, axis=0) == pytest.approx(true, abs=0.12)
    assert np.mean(told, axis=0)[5] == pytest.approx(0, abs=0.05)
    assert 0.85 <= np.mean(held) <= 0.97 and np.mean(held, axis=0).min() >= 0.75
    assert reached <= 6  # of 40, of which 1 in 20 should


def test_luck_that_hides_the_inputs_gives_no_sobol_indices() -> None:
    points = designed("saltelli", CUBE, 16)
    with pytest.raises(Untold, match="hardly more than luck makes them; sweep with more replicates"):
        sobol(*sampled(points, swept(points, plane, own=20.0, replicates=3), "saltelli", base=16))
    one = sobol(*sampled(points, swept(points, plane, own=0.1, replicates=1), "saltelli", base=16))
    assert all(told.low is None for told in one.total)  # luck cannot be told from inputs
    points = designed("morris", CUBE, 16)
    steps = morris(*sampled(points, swept(points, plane, own=0.1, replicates=1), "morris", base=16))
    assert all(told.low is None for told in steps.size)


def test_indices_of_a_full_factorial_are_exact() -> None:
    points = table(zip_product(a=[0.0, 1.0], b=[0.0, 1.0, 2.0], c=["x", "y"]))
    found = grid_indices(sampled(points, swept(points, lambda x: x["a"] + x["a"] * x["b"]), "factorial")[1])
    # Over the grid a + ab = 2a + a(b - 1): the variance of 2a is 1, that of a(b - 1) is 1/3, of which half is b alone.
    whole = 1 + 1 / 3
    assert [told.value for told in found.first] == pytest.approx([1 / whole, 1 / 6 / whole, 0], abs=1e-9)
    assert [told.value for told in found.total] == pytest.approx([(1 + 1 / 6) / whole, 1 / 3 / whole, 0], abs=1e-9)
    assert {at: told.value for at, told in found.second.items()} == pytest.approx(
        {(0, 1): 1 / 6 / whole, (0, 2): 0, (1, 2): 0}, abs=1e-9
    )


def test_luck_is_taken_off_the_indices_of_a_factorial() -> None:
    points = table(zip_product(a=[0.0, 1.0], b=[0.0, 1.0, 2.0, 3.0], c=list(range(5))))
    told = [
        grid_indices(sampled(points, swept(points, lambda x: x["a"] + x["b"], own=3.0, seed=seed), "factorial")[1])
        for seed in range(60)
    ]
    assert np.median([one.total[2].value for one in told]) == pytest.approx(0, abs=0.06)
    assert np.median([one.total[1].value for one in told]) == pytest.approx(1.25 / 1.5, abs=0.06)
    still = swept(points, lambda x: x["a"], own=0.0, replicates=20)
    rng = np.random.default_rng(1)  # luck that depends on a alone, so that c changes nothing in any run
    still["score"] += rng.normal(size=(20, 2))[still["replicate"], points["a"].astype(int)[still["point"]]]
    assert [one.value for one in grid_indices(sampled(points, still, "factorial")[1]).total[1:]] == pytest.approx(
        [0, 0]
    )
    with pytest.raises(Untold, match="every combination of levels, 40 points; 39"):
        grid_indices(sampled(points[:-1], swept(points[:-1], lambda x: x["a"]), "factorial")[1])


# Morris


def test_morris_effects_of_a_plane_are_its_slopes() -> None:
    points = designed("morris", {"a": (0.0, 10.0), "b": (0.0, 1.0), "c": (-1.0, 1.0)}, 12)
    found = morris(*sampled(points, swept(points, plane), "morris", base=12))
    assert [told.value for told in found.size] == pytest.approx([10, 2, 0])
    assert found.mean == pytest.approx([10, 2, 0])
    assert found.spread == pytest.approx([0, 0, 0], abs=1e-9)


def test_morris_spread_shows_dependence() -> None:
    points = designed("morris", CUBE, 40)
    found = morris(*sampled(points, swept(points, lambda x: x["a"] * x["b"] + x["c"], own=0.01), "morris", base=40))
    assert min(found.spread[:2]) > 5 * found.spread[2]
    assert found.size[2].low is not None and found.size[2].low < 1.0 < found.size[2].high


def test_what_luck_alone_reaches_is_not_taken_for_an_effect() -> None:
    points = designed("morris", CUBE, 64)
    ratios, clear = [], 0
    for seed in range(10):
        found = morris(*sampled(points, swept(points, lambda x: x["b"], own=0.4, seed=seed), "morris", base=64))
        ratios.append(found.size[2].value / found.nothing[2])
        assert found.size[1].value > 2 * found.nothing[1]
        assert found.size[1].low < 1 < found.size[1].high and found.size[1].low > 0.5
        clear += found.size[2].low > 0 or found.size[0].low > 0
    assert clear <= 2  # of 20 intervals of nothing, of which 1 in 20 should
    assert max(ratios) < 1.1  # a size is told by what nineteen of twenty keep below


# PAWN


def test_pawn_tells_what_matters_from_what_does_not() -> None:
    points = designed("latin_hypercube", CUBE, 300)
    _, sample = sampled(points, swept(points, plane, own=0.05), "latin_hypercube")
    found = pawn(sample)
    a, b, c = found.distance
    assert b.value > a.value > found.nothing[0]
    assert c.value < found.nothing[2] * 1.1
    assert all(told.low <= told.value <= told.high for told in found.distance)  # type: ignore[operator]


@pytest.mark.parametrize("levels", range(2, 11))
def test_pawn_of_a_switch_and_any_number_of_levels(levels: int) -> None:
    points = table(zip_product(switch=["off", "on"], level=list(range(levels)), again=list(range(10))))
    _, sample = sampled(points, swept(points, lambda x: (x["switch"] == "on").astype(float)), "factorial")
    found = pawn(sample)
    assert found.distance[0].value == pytest.approx(0.5, abs=0.02)
    assert found.distance[1].value < 0.2


# What few replicates tell, and what takes long


@pytest.mark.parametrize(("replicates", "told"), [(2, False), (3, True)])
def test_intervals_of_a_grid_ask_for_three_replicates(replicates: int, told: bool) -> None:
    points = table(zip_product(a=[0.0, 1.0], b=[0.0, 1.0, 2.0], c=[0.0, 1.0]))
    _, sample = sampled(points, swept(points, plane, own=0.2, replicates=replicates), "factorial")
    found = grid_indices(sample)
    assert all((one.low is not None) == told for one in [*found.first, *found.total])
    assert (mean_over(sample, points["a"].to_numpy() > 0).low is not None) == told


def test_distances_are_those_of_two_samples() -> None:
    rng = np.random.default_rng(5)
    values, part = rng.random(203).round(1), rng.permutation(203) * 7 // 203
    true = np.mean([ks_2samp(values[part == k], values).statistic for k in range(7)])
    assert mean_distance(part, values) == pytest.approx(true, abs=1e-12)


def test_pawn_warns_of_nothing_where_an_input_does_nothing() -> None:
    points = table(zip_product(switch=["off", "on"], again=list(range(40))))
    values = np.tile(np.repeat([0.0, 1.0], 20), 2)
    _, sample = sampled(points, swept(points, lambda x: values), "factorial")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pawn(sample).distance[0].value == pytest.approx(0, abs=1e-12)
