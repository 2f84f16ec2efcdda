"""Which facilities are in the evaluation, and when the programme is launched in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.evaluate.plan import Plan

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario
    from qisim.world.world import World

NEVER = -1
OUTSIDE = -2
"""Of facilities of which the evaluation has no data; the programme is not launched there."""


def in_order(
    plan: Plan, eligible: np.ndarray, seen: np.ndarray, ready: np.ndarray | None, lots: np.ndarray, ties: np.ndarray
) -> np.ndarray:
    """The facilities that may be chosen, bool[F], in the order in which they are: their places, int64.

    `seen` are the data, float64[M, F]; `ready`, the smallest first, and the random numbers `lots` and `ties` are
    float64[F]. Ties are not broken by lots: who came in by a low lot would then be drawn for a site, too.
    """
    found = seen[plan.baseline].mean(axis=0)
    first = {"random": lots, "volunteers": ready, "weakest": found, "strongest": -found}[plan.choose]
    order = np.lexsort((ties, first))
    return order[eligible[order]]


def two_groups(plan: Plan, facilities: int, order: np.ndarray, lots: np.ndarray) -> np.ndarray:
    """The month of launch by facility, int64[F]: sites, comparison sites (NEVER) and all others (OUTSIDE).

    Comparison sites are drawn from those that were not chosen, unless lots decide among all that were.
    """
    launch = np.full(facilities, OUTSIDE)
    if plan.lottery:
        chosen = _drawn(order[: plan.sites + plan.comparison], lots)
        sites, others = chosen[: plan.sites], chosen[plan.sites :]
    else:
        sites, others = order[: plan.sites], _drawn(order[plan.sites :], lots)[: plan.comparison]
    launch[sites], launch[others] = plan.before, NEVER
    return launch


def stepped(plan: Plan, facilities: int, order: np.ndarray, lots: np.ndarray) -> np.ndarray:
    """The month of launch by facility, int64[F], where as many as sites and comparison together start step by step."""
    launch = np.full(facilities, OUTSIDE)
    chosen = _drawn(order[: plan.sites + plan.comparison], lots)
    for step, group in enumerate(np.array_split(chosen, plan.steps)):
        launch[group] = plan.before + step * plan.step_months
    return launch


def _drawn(facilities: np.ndarray, lots: np.ndarray) -> np.ndarray:
    """Facilities in the order of their lots."""
    return facilities[np.argsort(lots[facilities])]


def readiness(scenario: Scenario, world: World, replicate: int, seed: int) -> np.ndarray:
    """How ready each facility is in a replicate, in standard deviations, float64[F]; what volunteers have most of."""
    from qisim.model import chance, rules
    from qisim.model.parameters import parameters_of

    behaviour = parameters_of(scenario, seed, range(replicate, replicate + 1))[0].view(np.recarray)[0]
    districts = {
        int(d): chance.normal(chance.uniforms(seed, replicate, int(d), 0, chance.DISTRICT, 0)[0])
        for d in np.unique(world.district)
    }
    own = [chance.normal(chance.uniforms(seed, replicate, f, 0, chance.TRAITS, 0)[0]) for f in range(len(world))]
    pairs = zip(world.district, own, strict=True)
    return np.array([rules.readiness(districts[int(district)], z, behaviour) for district, z in pairs])
