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

SAMPLE = 2000
"""Facilities looked at."""

CLEARLY = 0.01
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

    An estimate: in a sample of facilities of typical engagement, and for one draw of what is uncertain.
    """
    drawn, ideas, indicators = draw(scenario, seed=1, replicate=0)
    b: Any = drawn.view(np.recarray)[0]
    rng = np.random.default_rng(1)
    ready, z = rng.standard_normal(SAMPLE), rng.standard_normal((SAMPLE, len(ideas)))
    uses = np.sqrt(0.5) * ready[:, None] + np.sqrt(0.5) * z > ideas["initial_quantile"]
    done = uses * rules.done(b.initial_reach, b.initial_embedding, rules.care(0.0, _typical_engagement(b), b))
    registry = world.baseline()[rng.integers(len(world), size=SAMPLE)]
    for j, indicator in enumerate(indicators):
        on = np.flatnonzero((ideas["indicator"] == j) & uses.any(axis=0))
        effect = ideas["effect"][on]
        gap_left = np.where(effect > 0, 1 - effect * done[:, on], 1.0).prod(axis=1)
        share_kept = np.where(effect < 0, 1 + effect * done[:, on], 1.0).prod(axis=1)
        for_untold = [
            rules.baseline(indicator["baseline"], indicator["baseline_sd"], *own, b)
            for own in zip(ready, rng.standard_normal(SAMPLE), strict=True)
        ]
        given = np.where(np.isnan(registry[:, j]), for_untold, registry[:, j])
        rows = zip(given, gap_left, share_kept, strict=True)
        start = np.array([_start(float(indicator["ceiling"]), *row) for row in rows])
        off = start.mean() - given.mean()
        if abs(off) >= CLEARLY:
            yield Unmet(j, given.mean(), start.mean(), on[effect > 0 if off > 0 else effect < 0].tolist())


def _typical_engagement(b: Any) -> float:
    return rules.own_level(b.trait_mean, b.trait_mean, b.workload_mean, b.fatigue_start, 0.0, True, True, 0.0, 0.0, b)


def _start(ceiling: float, given: float, gap_left: float, share_kept: float) -> float:
    """Performance in month 0 of a facility with such a baseline."""
    base = rules.baseline_without(given, ceiling, gap_left, share_kept)
    return rules.performance(base, ceiling, gap_left, share_kept, 0.0)
