"""What an evaluation looks at: the futures of a programme with and without it, arranged as a design needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qisim.evaluate import futures, observe, sites
from qisim.evaluate.designs.panel import Panel
from qisim.evaluate.futures import Future
from qisim.world.covered import covered

if TYPE_CHECKING:
    from qisim.evaluate.plan import Plan
    from qisim.scenario.schema import Scenario
    from qisim.world.world import World


@dataclass(frozen=True)
class Arranged:
    """One evaluation of one future: data with the programme, data with one that does nothing, and the truth."""

    real: Panel
    null: Panel
    without: np.ndarray
    """True score without the programme: float64[M, F]."""
    effect: np.ndarray
    """True score with the programme less that without it: float64[M, F]."""


@dataclass(frozen=True)
class Setting:
    """A scenario with its facilities, and how it is evaluated."""

    scenario: Scenario
    world: World
    plan: Plan
    seed: int

    def arranged(self, replicate: int, without: Future, *, stepped: bool) -> Arranged:
        """The evaluation of a replicate, whose future without the programme is told, in two groups or in steps."""
        plan, count = self.plan, len(self.world)
        lots, ties = (observe.numbers(self.seed, replicate, why).random(count) for why in (observe.LOTS, observe.TIES))
        luck = observe.numbers(self.seed, replicate, observe.RECORDS).random((plan.months, count))
        seen = observe.observed(plan, without, luck)
        ready = None
        if plan.choose == "volunteers":
            ready = -sites.readiness(self.scenario, self.world, replicate, self.seed)
        eligible = covered(self.scenario, self.world, plan.elements)
        order = sites.in_order(plan, eligible, seen, ready, lots, ties)
        launch = (sites.stepped if stepped else sites.two_groups)(plan, count, order, lots)
        future = futures.with_programme(self.scenario, self.world, plan, launch, replicate, self.seed)
        effect = future.score - without.score
        if not plan.spill_over:
            future = _isolated(future, without, observe.in_programme(launch, plan.months))
        data = observe.claimed(plan, observe.observed(plan, future, luck), launch)
        null = observe.claimed(plan, seen, launch)
        return Arranged(Panel(plan, data, launch), Panel(plan, null, launch), without.score, effect)


def _isolated(future: Future, without: Future, launched: np.ndarray) -> Future:
    """The future in which facilities that the programme has not reached know nothing of it."""
    score = np.where(launched, future.score, without.score)
    return Future(score, np.where(launched, future.reported, without.reported))
