"""Whether facilities can start from the baselines given to them, with the ideas that are in use by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from qisim.model import rules
from qisim.model.parameters import draw
from qisim.scenario.schema import Scenario
from qisim.world.world import World

DRAWS, SAMPLE = 20, 200
"""Draws of what is uncertain, and facilities looked at in each."""

CLEARLY = 0.02
"""Difference of means from which it counts, as a share."""


@dataclass(frozen=True)
class Unmet:
    """An indicator, by its place, that starts at `start` on average where the given baselines have the mean `given`.

    `ideas` are the places of those in use at the start that make it so.
    """

    indicator: int
    given: float
    start: float
    ideas: list[int]


def unmet_baselines(scenario: Scenario, world: World) -> Iterator[Unmet]:
    """The indicators whose facilities clearly start elsewhere, on average, than where their baselines are given.

    An estimate: in a sample of facilities of typical engagement, over some draws of what is uncertain.
    """
    if not any(idea.initial_users for idea in scenario.ideas):
        return
    draws = [_means(scenario, world, number) for number in range(DRAWS)]
    given, start, effects = (np.mean([one[i] for one in draws], axis=0) for i in range(3))
    for j, indicator in enumerate(scenario.indicators):
        off = float(start[j] - given[j])
        if abs(off) >= CLEARLY:
            used = [
                k for k, idea in enumerate(scenario.ideas) if idea.indicator == indicator.name and idea.initial_users
            ]
            yield Unmet(j, float(given[j]), float(start[j]), [k for k in used if effects[k] * off > 0])


def _means(scenario: Scenario, world: World, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For one draw: means of the given baselines and of month 0, float64[J], and the effects, float64[K]."""
    drawn, ideas, indicators = draw(scenario, seed=1, replicate=number)
    b: Any = drawn.view(np.recarray)[0]
    rng = np.random.default_rng((1, number))
    ready, z = rng.standard_normal(SAMPLE), rng.standard_normal((SAMPLE, len(ideas)))
    uses = np.sqrt(0.5) * ready[:, None] + np.sqrt(0.5) * z > ideas["initial_quantile"]
    done = uses * rules.done(b.initial_reach, b.initial_embedding, rules.care(0.0, _typical_engagement(b), b))
    registry = world.baseline()[rng.integers(len(world), size=SAMPLE)]
    given, start = np.empty(len(indicators)), np.empty(len(indicators))
    for j, indicator in enumerate(indicators):
        on = ideas["indicator"] == j
        effect, use = ideas["effect"][on], done[:, on]
        gap_left = np.where(effect > 0, 1 - effect * use, 1.0).prod(axis=1)
        share_kept = np.where(effect < 0, 1 + effect * use, 1.0).prod(axis=1)
        by_scenario = [
            rules.baseline(indicator["baseline"], indicator["baseline_sd"], *own, b)
            for own in zip(ready, rng.standard_normal(SAMPLE), strict=True)
        ]
        told = np.where(np.isnan(registry[:, j]), by_scenario, registry[:, j])
        rows = zip(told, gap_left, share_kept, strict=True)
        given[j], start[j] = told.mean(), np.mean([_start(float(indicator["ceiling"]), *row) for row in rows])
    return given, start, ideas["effect"].copy()


def _typical_engagement(b: Any) -> float:
    return rules.own_level(b.trait_mean, b.trait_mean, b.workload_mean, b.fatigue_start, 0.0, True, True, 0.0, 0.0, b)


def _start(ceiling: float, given: float, gap_left: float, share_kept: float) -> float:
    """Performance in month 0 of a facility with such a baseline."""
    base = rules.baseline_without(given, ceiling, gap_left, share_kept)
    return rules.performance(base, ceiling, gap_left, share_kept, 0.0)
