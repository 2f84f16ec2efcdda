"""Rules that were planted are found, and one choice is compared with another where it is better."""

from __future__ import annotations

import re

import numpy as np
import pytest

from qisim.input.errors import BadInput
from qisim.outcomes.meaning import Meaning
from qisim.sensitivities.experiment import analyse
from qisim.sensitivities.methods.duel import duel
from qisim.sensitivities.methods.rules import find_rules
from qisim.sensitivities.methods.sample import Untold
from qisim.sensitivities.words import answer, rule_sentence
from tests.unit.sensitivities.made_sweeps import (
    SCORE,
    gathered,
    hidden,
    planted,
    sampled,
    swept,
    table,
    zip_product,
)


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
    assert best.mean.value == pytest.approx(0.9, abs=0.03) and found.foretold > 0.7
    assert all("noise" not in rule.said for rule in found.rules)
    covered = np.sum([rule.inside for rule in found.rules], axis=0)
    assert (covered == 1).all()
    assert ": 0.9" in rule_sentence(SCORE, "Best", best)


def test_a_chance_is_told_in_futures_of_a_hundred() -> None:
    points = hidden()
    rng = np.random.default_rng(3)
    runs = swept(points, planted, replicates=20)
    runs["score"] = (rng.random(len(runs)) < runs["score"]).astype(float)
    chance = Meaning(key="score", name="chance of getting there", unit="share of runs", kind="chance",
                     less_is_better=False, less="less likely", more="more likely",
                     gap_unit="percentage points")  # fmt: skip
    sample = gathered(points, runs, "latin_hypercube").sample(chance)
    best = find_rules(sample).rules[0]
    said = rule_sentence(chance, "Best", best)
    assert said.startswith("Best when ")
    told = re.search(r": (\d+) in 100 futures \((\d+) to (\d+)\); \d+\.\d percentage points more likely \(", said)
    assert told, said
    assert abs(int(told[1]) - 90) <= 3 and int(told[2]) <= int(told[1]) <= int(told[3])


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
    assert any("policy nearest beats policy weakest when" in s and "nearest 10.0 points of" in s for s in said)


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


# Luck that points share


def test_luck_that_all_points_share_does_not_widen_what_rules_differ_by() -> None:
    points = hidden()
    _, sample = sampled(points, swept(points, planted, own=0.05, shared=3.0), "latin_hypercube")
    found = find_rules(sample)
    best, worst = found.rules[0], found.rules[-1]
    assert best.mean.low < worst.mean.high  # type: ignore[operator]
    assert best.gap.low > 0 > worst.gap.high  # type: ignore[operator]
    assert best.gap.value == pytest.approx(best.mean.value - sample.means.mean())


@pytest.mark.parametrize("replicates", [4, 12])
def test_no_rule_is_made_of_luck_that_neighbours_share(replicates: int) -> None:
    points = hidden(120)
    runs = swept(points, lambda x: np.zeros(len(x["noise"])), replicates=replicates, own=0.02)
    slopes = np.random.default_rng(4).normal(size=replicates)  # in each future another one, in the mean none
    runs["score"] += slopes[runs["replicate"]] * points["turnover"].to_numpy()[runs["point"]]
    with pytest.raises(Untold, match="no rule"):
        find_rules(gathered(points, runs, "latin_hypercube").sample(SCORE))


def test_copies_of_a_point_do_not_foretell_each_other() -> None:
    rng = np.random.default_rng(3)
    rows, values = rng.random((12, 2)), rng.normal(size=12)
    points = table({"a": np.repeat(rows[:, 0], 10), "b": np.repeat(rows[:, 1], 10)})
    _, sample = sampled(points, swept(points, lambda x: np.repeat(values, 10)), "points")
    with pytest.raises(Untold, match="no rule"):
        find_rules(sample)
