"""What a sweep says is what is so: functions with known answers, as sweeps by hand, and a small sweep by command."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc
from typer.testing import CliRunner

from qisim.cli import app
from qisim.experiments.points import METHODS
from qisim.experiments.sensitivity.analysis import Analysis, analyse, chosen
from qisim.experiments.sensitivity.anova import grid_indices
from qisim.experiments.sensitivity.beats import duel
from qisim.experiments.sensitivity.effects import effects
from qisim.experiments.sensitivity.estimate import mean_over
from qisim.experiments.sensitivity.interactions import grid
from qisim.experiments.sensitivity.morris import morris
from qisim.experiments.sensitivity.pawn import pawn
from qisim.experiments.sensitivity.rules import find_rules
from qisim.experiments.sensitivity.sample import Gathered, Sample, Untold, gather
from qisim.experiments.sensitivity.sobol import sobol
from qisim.experiments.sensitivity.variance import components, split
from qisim.outcomes.measures import Measure
from qisim.scenario.errors import BadInput
from qisim.sensitivities import Sensitivity
from qisim.show.sensitivity_words import answer, rule_sentence
from qisim.sweeps import Design

ROOT = Path(__file__).parents[2]
FORM = "{:.2f}".format
SCORE = Measure("score", "mean score", "score", "level", False, "lower", "higher", lambda runs: np.zeros(1), FORM, FORM,
                "points")  # fmt: skip

Model = Callable[[dict[str, np.ndarray]], np.ndarray]


def table(cells: Mapping[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(dict(cells))
    frame.insert(0, "point", np.arange(len(frame)))
    return frame


def designed(method: str, factors: Mapping[str, tuple[float, float]], points: int) -> pd.DataFrame:
    """The points that a sweep makes of a design."""
    ranges = [{"key": name, "low": low, "high": high} for name, (low, high) in factors.items()]
    design = Design(method=method, points=points, factors=ranges)
    return table(METHODS[method](design, None))


def swept(points: pd.DataFrame, model: Model, *, replicates: int = 8, own: float = 0.0, shared: float = 0.0,
          seed: int = 1) -> pd.DataFrame:  # fmt: skip
    """The runs of a model with luck that all points share and luck of their own."""
    rng = np.random.default_rng(seed)
    true = model({name: points[name].to_numpy() for name in points})
    values = true[:, None] + shared * rng.normal(size=replicates) + own * rng.normal(size=(len(true), replicates))
    return pd.DataFrame({
        "point": np.tile(points["point"], replicates), "replicate": np.repeat(np.arange(replicates), len(points)),
        "error": "", "score": values.T.ravel(),
    })  # fmt: skip


def gathered(points: pd.DataFrame, runs: pd.DataFrame, method: str, **more: Any) -> Gathered:
    return gather(points, runs, method=method, keys={"turnover": "behaviour.turnover_annual"}, **more)


def sampled(points: pd.DataFrame, runs: pd.DataFrame, method: str, **more: Any) -> tuple[Gathered, Sample]:
    found = gathered(points, runs, method, **more)
    return found, found.sample(SCORE)


ISHIGAMI = {"x1": (-np.pi, np.pi), "x2": (-np.pi, np.pi), "x3": (-np.pi, np.pi)}


def ishigami(x: dict[str, np.ndarray]) -> np.ndarray:
    return np.sin(x["x1"]) + 7 * np.sin(x["x2"]) ** 2 + 0.1 * x["x3"] ** 4 * np.sin(x["x1"])


def plane(x: dict[str, np.ndarray]) -> np.ndarray:
    return 1.0 * x["a"] + 2.0 * x["b"] + 0.0 * x["c"]


CUBE = {"a": (0.0, 1.0), "b": (0.0, 1.0), "c": (0.0, 1.0)}


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


def test_an_incomplete_block_is_left_out_whole_and_said() -> None:
    points = designed("saltelli", CUBE, 32)
    runs = swept(points, plane)
    runs.loc[(runs["point"] == 11) & (runs["replicate"] == 2), ["error", "score"]] = [
        "more sites than facilities",
        np.nan,
    ]
    whole, sample = sampled(points, runs, "saltelli", base=32)
    assert len(sample.points) == len(points) - 8 and set(range(8, 16)).isdisjoint(sample.points.index)
    assert "point 11: more sites than facilities" in sample.notes[0] and "7 points" in sample.notes[0]
    assert sobol(whole, sample).total[1].value == pytest.approx(0.8, abs=0.1)


def test_indices_of_what_is_left_are_refused_when_much_is_missing() -> None:
    points = designed("saltelli", CUBE, 16)
    runs = swept(points, plane)
    runs.loc[runs["point"].isin(range(0, 128, 20)), "score"] = np.nan
    whole, sample = sampled(points, runs, "saltelli", base=16)
    with pytest.raises(Untold, match=r"too few, of 16.*cannot be told"):
        sobol(whole, sample)
    assert "too few" in analyse(whole, SCORE).untold["sobol"]


def test_a_design_that_is_no_whole_saltelli_design_is_refused() -> None:
    points = designed("saltelli", CUBE, 16)[:-1]
    with pytest.raises(BadInput, match="multiple of 8 or 5"):
        gathered(points, swept(points, plane), "saltelli", base=16)


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


@pytest.mark.parametrize("method", ["saltelli", "morris"])
def test_what_luck_alone_reaches_is_not_taken_for_an_effect(method: str) -> None:
    points = designed(method, CUBE, 64)
    kind = {"saltelli": sobol, "morris": morris}[method]
    ratios = []
    for seed in range(10):
        found: Any = kind(*sampled(points, swept(points, lambda x: x["b"], own=0.4, seed=seed), method, base=64))
        told = found.total if method == "saltelli" else found.size
        ratios.append(told[2].value / found.nothing[2])
        assert told[1].value > 2 * found.nothing[1]
    # the part of a total index that is luck is told without bias; a size is told by what nineteen of twenty keep below
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.1) if method == "saltelli" else max(ratios) < 1.1


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


def zip_product(**levels: list[Any]) -> dict[str, list[Any]]:
    rows = list(itertools.product(*levels.values()))
    return {name: [row[i] for row in rows] for i, name in enumerate(levels)}


# Chance and ignorance


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
    ("method", "replicates", "why"), [("one_at_a_time", 8, "do not stand for"), ("factorial", 1, "single replicate")]
)
def test_luck_is_not_told_where_it_cannot_be(method: str, replicates: int, why: str) -> None:
    points = table(zip_product(a=[0.0, 1.0], b=[0.0, 1.0], c=[0.0]))
    _, sample = sampled(points, swept(points, plane, replicates=replicates), method)
    with pytest.raises(Untold, match=why):
        split(sample)


# Rules


def planted(x: dict[str, np.ndarray]) -> np.ndarray:
    return np.where((x["turnover"] < 0.22) & (x["coaches"] > 2) & (x["policy"] == "weakest"), 0.9, 0.4)


def hidden(points: int = 400) -> pd.DataFrame:
    u = qmc.LatinHypercube(4, rng=2).random(points)
    return table({"turnover": 0.05 + 0.4 * u[:, 0], "coaches": 1 + (4 * u[:, 1]).astype(int),
                  "policy": np.where(u[:, 2] < 0.5, "weakest", "nearest"), "noise": u[:, 3]})  # fmt: skip


def test_a_planted_rule_is_found() -> None:
    points = hidden()
    _, sample = sampled(points, swept(points, planted, own=0.1), "latin_hypercube")
    found = find_rules(sample)
    best = found.rules[0]
    assert {condition.factor.name for condition in best.conditions} == {"turnover", "coaches", "policy"}
    assert {"policy weakest", "coaches 3 or more"} <= {condition.said for condition in best.conditions}
    below = next(c.below for c in best.conditions if c.factor.name == "turnover")
    assert below == pytest.approx(0.22, abs=0.02)
    assert any(said in best.said for said in [f"turnover below {percent}%" for percent in range(20, 25)])
    assert best.mean.value == pytest.approx(0.9, abs=0.03) and found.foretold > 0.8
    assert all("noise" not in rule.said for rule in found.rules)
    covered = np.sum([rule.inside for rule in found.rules], axis=0)
    assert (covered == 1).all()
    assert "mean score: 0.9" in rule_sentence(SCORE, best)


def test_a_chance_is_told_in_futures_of_a_hundred() -> None:
    points = hidden()
    rng = np.random.default_rng(3)
    runs = swept(points, planted, replicates=20)
    runs["score"] = (rng.random(len(runs)) < runs["score"]).astype(float)
    chance = Measure("score", "chance of getting there", "share of runs", "chance", False, "less likely", "more likely",
                     lambda r: np.zeros(1), "{:.0%}".format, FORM, "percentage points")  # fmt: skip
    sample = gathered(points, runs, "latin_hypercube").sample(chance)
    best = find_rules(sample).rules[0]
    assert rule_sentence(chance, best).startswith("When ")
    assert abs(int(rule_sentence(chance, best).split(": ")[1].split(" in 100")[0]) - 90) <= 3


def test_no_rule_is_made_of_luck() -> None:
    points = hidden()
    _, sample = sampled(points, swept(points, lambda x: np.zeros(len(x["noise"])), own=1.0), "latin_hypercube")
    with pytest.raises(Untold, match="no rule"):
        find_rules(sample)


# One choice against another


def test_when_one_level_beats_the_other() -> None:
    points = table(zip_product(policy=["weakest", "nearest"], turnover=[0.1, 0.2, 0.3, 0.4], coaches=list(range(1, 9))))

    def model(x: dict[str, np.ndarray]) -> np.ndarray:
        gain = np.where((x["turnover"] > 0.25) & (x["coaches"] < 4), 0.2, -0.1)
        return 0.05 * x["coaches"] + gain * (x["policy"] == "weakest")

    whole = gathered(points, swept(points, model, own=0.02, shared=5.0), "factorial")
    found = analyse(whole, SCORE, "policy").duel
    assert found is not None and found.rules is not None
    assert (found.one, found.other) == ("weakest", "nearest")
    best, worst = found.rules.rules[0], found.rules.rules[-1]
    assert set(best.said.split(" and ")) == {"turnover 30% or more", "coaches at most 3"}
    assert best.mean.value == pytest.approx(0.2, abs=0.01) and worst.mean.value == pytest.approx(-0.1, abs=0.01)
    assert best.mean.clear and worst.mean.clear  # the shared luck, twenty times as large, is equal for both
    said = answer(analyse(whole, SCORE, "policy"))
    assert any("policy weakest beats policy nearest when" in s and "better in 100 of 100" in s for s in said)
    assert any("policy nearest beats policy weakest when" in s and "nearest 0.10 points higher" in s for s in said)


def test_levels_are_not_compared_without_pairs_or_with_more_than_two() -> None:
    points = hidden()
    whole, sample = sampled(points, swept(points, planted), "latin_hypercube")
    policy = next(factor for factor in sample.factors if factor.name == "policy")
    with pytest.raises(Untold, match="has 0; a factorial design"):
        duel(sample, policy)
    with pytest.raises(BadInput, match="4 levels"):
        analyse(whole, SCORE, "coaches")
    with pytest.raises(BadInput, match="did you mean 'policy'"):
        analyse(whole, SCORE, "polcy")


# Low and high, two by two


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


def test_cells_of_a_grid_are_means_of_their_points() -> None:
    points = table(zip_product(a=[1, 2, 3], b=["x", "y"], c=[0, 1]))
    _, sample = sampled(points, swept(points, lambda x: x["a"] * 10 + (x["b"] == "y") + x["c"]), "factorial")
    a, b, _ = sample.factors
    found = grid(sample, a, b)
    assert (found.across_bins, found.up_bins) == (["1", "2", "3"], ["x", "y"])
    assert [[cell.value for cell in line] for line in found.cells] == [[10.5, 20.5, 30.5], [11.5, 21.5, 31.5]]  # type: ignore[union-attr]
    assert found.points.tolist() == [[2, 2, 2], [2, 2, 2]]


# Sweeps that are not finished, and outcomes of which nothing can be told


def test_only_replicates_that_every_point_has_are_used() -> None:
    points = table(zip_product(a=[0.0, 1.0], b=[0.0, 1.0], c=[0.0, 1.0]))
    runs = swept(points, plane, replicates=5)
    some = gathered(points, runs.iloc[:-3], "factorial", replicates=10)
    sample = some.sample(SCORE)
    assert (len(sample.points), sample.replicates) == (8, 4)
    assert "4 of 10 replicates" in some.notes[0]
    with pytest.raises(BadInput, match="no replicate is finished at all 8 points; run the same qisim sweep again"):
        gathered(points, runs.iloc[:5], "factorial")
    with pytest.raises(BadInput, match="is not finished: 0 runs"):
        gathered(points, runs.iloc[:0], "factorial")


def test_nothing_is_said_of_an_outcome_that_never_changes_or_is_never_told() -> None:
    points = designed("latin_hypercube", CUBE, 60)
    runs = swept(points, lambda x: np.ones(60))
    found = analyse(gathered(points, runs, "latin_hypercube"), SCORE)
    assert [found.split, found.pawn, found.effects, found.rules, found.grids] == [None] * 5
    assert answer(found) == ["Nothing matters for mean score: it is the same in all runs."]
    runs["score"] = np.nan
    with pytest.raises(Untold, match="60 of 60 points"):
        analyse(gathered(points, runs, "latin_hypercube"), SCORE)


def test_an_unknown_outcome_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"did you mean 'score'.*allowed: score, cost"):
        chosen(["score", "cost"], ["scores"])


def test_the_same_sweep_gives_the_same_numbers_in_any_order_of_rows() -> None:
    points = hidden(100)
    runs = swept(points, planted, own=0.1)
    one, other = (
        Sensitivity("t", "s", whole, [analyse(whole, SCORE)], {})
        for whole in (gathered(points, some, "latin_hypercube") for some in (runs, runs.sample(frac=1, random_state=1)))
    )
    for name in ("variance", "indices", "effects", "interactions", "rules"):
        pd.testing.assert_frame_equal(one.table(name), other.table(name), check_exact=True)


# Tables, folder and command


@pytest.fixture(scope="module")
def whole() -> Sensitivity:
    points = table(zip_product(policy=["weakest", "nearest"], turnover=[0.1, 0.2, 0.3, 0.4], coaches=[1, 2, 3, 4, 5]))
    runs = swept(points, lambda x: x["coaches"] * 0.1 - x["turnover"] * (x["policy"] == "nearest"), own=0.1)
    runs["nowhere"] = np.nan
    found = gathered(points, runs, "factorial")
    analysis: Analysis = analyse(found, SCORE, "policy")
    return Sensitivity("Coaches & <b>turnover</b>", "s", found, [analysis], {"nowhere": "left out"})


def test_the_folder_holds_report_charts_and_tables_and_is_replaced_whole(whole: Sensitivity, tmp_path: Path) -> None:
    folder = whole.save(tmp_path / "out", "qisim sensitivity s")
    kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    names = ["influence", "tornado", "interactions", "rules", "compared"]
    charts = {f"charts/{name}.{form}" for form in ("svg", "png")
              for name in ["chance_and_inputs", *(f"score_{name}" for name in names)]}  # fmt: skip
    tables = {
        "variance.csv",
        "indices.csv",
        "effects.csv",
        "interactions.csv",
        "rules.csv",
        "compared.csv",
        "untold.csv",
    }
    assert kept == charts | tables | {"manifest.json", "report.html"}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["format"] == "qisim sensitivity" and set(manifest["files"]) == kept - {"manifest.json"}
    read = pd.read_csv(folder / "compared.csv")
    pd.testing.assert_frame_equal(read, whole.table("compared"), check_dtype=False)
    assert whole.save(tmp_path / "out") == folder
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(BadInput, match=r"mine\.txt"):
        whole.save(tmp_path / "out")


def test_rows_for_machines_hold_every_table(whole: Sensitivity) -> None:
    rows = whole.rows()
    assert rows["outcomes"][0]["answer"] == whole.answer()
    assert {row["factor"] for row in rows["indices"]} == {"policy", "turnover", "coaches"}
    assert rows["untold"] == [{"outcome": "nowhere", "analysis": "all", "why": "left out"}]
    with pytest.raises(BadInput, match="left out"):
        whole.of("nowhere")


@pytest.mark.slow
def test_the_command_tells_what_matters_in_a_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "design.toml").write_text(
        f'scenario = "{ROOT / "scenarios" / "one_district.toml"}"\nmethod = "factorial"\nreplicates = 6\n'
        'outcomes = ["time_to_target", "score_at_end"]\n'
        '[[factors]]\nname = "turnover"\nkey = "behaviour.turnover_annual"\nlevels = [0.1, 0.2, 0.3, 0.4]\n'
        '[[factors]]\nname = "days of coaching"\nkey = "programme.district coach.days_per_month"\n'
        "levels = [2, 4, 8, 12, 16]\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["sweep", "design.toml", "--out", "s"])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(app, ["sensitivity", "s", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [row["outcome"] for row in told["outcomes"]] == ["time_to_target", "score_at_end"]
    assert told["outcomes"][0]["unit"] == "months" and (tmp_path / "s" / "sensitivity" / "report.html").is_file()
    shares = {row["source"]: row["share"] for row in told["variance"] if row["outcome"] == "score_at_end"}
    assert sum(shares.values()) == pytest.approx(1)
    refused = CliRunner().invoke(app, ["sensitivity", "s", "--outcome", "score_at_ends"])
    assert refused.exit_code == 2 and "did you mean 'score_at_end'" in refused.output
    again = CliRunner().invoke(app, ["sweep", "design.toml", "--out", "s"])
    assert again.exit_code == 0, again.output
