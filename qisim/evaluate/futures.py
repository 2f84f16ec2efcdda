"""What happens with the programme and without it, facility by facility and month by month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qisim.evaluate import roll_out
from qisim.evaluate.plan import Plan
from qisim.model.batch.simulate import simulate
from qisim.model.calendar import build_calendar
from qisim.scenario.schema import Scenario
from qisim.world.world import World


@dataclass(frozen=True)
class Future:
    """Scores of every facility in every month: float64[M, F], true and as the facilities report them."""

    score: np.ndarray
    reported: np.ndarray


def without(scenario: Scenario, world: World, plan: Plan, replicates: range, seed: int) -> Iterator[Future]:
    """The futures of some replicates without the programme, one after another."""
    return _simulated(roll_out.without_programme(scenario, plan), world, plan, replicates, seed)


def with_programme(
    scenario: Scenario, world: World, plan: Plan, launch: np.ndarray, replicate: int, seed: int
) -> Future:
    """One future with the programme launched in facility f in month `launch[f]`; below 0 for never. int64[F].

    The luck is that of the future without the programme, facility by facility, so that the difference is the effect.
    """
    programme = roll_out.launched(scenario, world, plan, launch)
    (future,) = _simulated(programme, world, plan, range(replicate, replicate + 1), seed)
    return future


def _simulated(scenario: Scenario, world: World, plan: Plan, replicates: range, seed: int) -> Iterator[Future]:
    programme = build_calendar(scenario, world)
    threads = None if len(replicates) > 1 else 1
    for _, out in simulate(scenario, world, programme, replicates, seed, threads=threads, detail=True):
        for months in out.facility_months:
            rows = months[1 : plan.months + 1]  # month 0 is the state before the first, without data
            yield Future(rows["score"].copy(), rows["reported_score"].copy())
