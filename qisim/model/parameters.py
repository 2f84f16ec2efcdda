"""The numbers of one replicate: behaviour, ideas and indicators, with what is uncertain drawn.

Uncertain quantities are drawn by name from a purpose of their own, so that a run tells chance and ignorance apart,
and a quantity has the same value in two strategies that share it.
"""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from qisim.model import chance, rules
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.uncertain import Uncertain, at

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario

# What the rules need a month at a time, from parameters given per year.
DERIVED = {
    "leave_monthly": "turnover_annual",
    "head_leave_monthly": "head_turnover_annual",
    "coach_leave_monthly": "coach_turnover_annual",
    "invention_monthly": "invention_annual",
}

BEHAVIOUR = np.dtype([(name, "f8") for name in (*PARAMETERS, *DERIVED)])
IDEA = np.dtype(
    [
        ("effect", "f8"),
        ("complexity", "f8"),
        ("needs_adapting", "?"),
        ("initial_quantile", "f8"),  # normal quantile of one minus the share of initial users
        ("indicator", "i8"),
    ]
)
INDICATOR = np.dtype(
    [
        ("baseline", "f8"),
        ("baseline_sd", "f8"),
        ("ceiling", "f8"),
        ("weight", "f8"),  # share of the score; weights add up to 1
        ("trend_monthly", "f8"),
    ]
)


def draw(scenario: Scenario, seed: int, replicate: int) -> tuple[Any, np.ndarray, np.ndarray]:
    """Records of behaviour (one), ideas and indicators (in the scenario's order) of a replicate."""

    def value(name: str, given: float | Uncertain, minimum: float, maximum: float) -> float:
        if not isinstance(given, Uncertain):
            return given
        u = chance.uniforms(seed, replicate, crc32(name.encode()), 0, chance.PARAMETER, 0)[0]
        return at(given, u, minimum, maximum)

    behaviour = np.zeros(1, BEHAVIOUR)
    for p in PARAMETERS.values():
        behaviour[p.name] = value(p.name, getattr(scenario.behaviour, p.name), p.minimum, p.maximum)
    if scenario.parameters is not None:
        u = chance.uniforms(seed, replicate, crc32(b"parameters"), 0, chance.PARAMETER, 0)[0]
        for name, drawn in scenario.parameters.drawn(u).items():
            behaviour[name] = drawn
    for monthly, annual in DERIVED.items():
        behaviour[monthly] = rules.monthly(float(behaviour[annual][0]))

    names = [indicator.name for indicator in scenario.indicators]
    ideas = np.zeros(len(scenario.ideas), IDEA)
    for row, idea in zip(ideas, scenario.ideas, strict=True):
        row["effect"] = value(f"{idea.name} effect", idea.effect, -1, 1)
        row["complexity"] = value(f"{idea.name} complexity", idea.complexity, 0, 1)
        row["needs_adapting"] = idea.needs_adapting
        row["initial_quantile"] = _upper_quantile(idea.initial_users)
        row["indicator"] = names.index(idea.indicator)

    indicators = np.zeros(len(names), INDICATOR)
    total = fsum(indicator.weight for indicator in scenario.indicators)
    for row, indicator in zip(indicators, scenario.indicators, strict=True):
        row["baseline"] = value(f"{indicator.name} baseline", indicator.baseline, 0, 1)
        row["baseline_sd"] = indicator.baseline_sd
        row["ceiling"] = indicator.ceiling
        row["weight"] = indicator.weight / total
        row["trend_monthly"] = indicator.trend_annual / 12
    return behaviour, ideas, indicators


def _upper_quantile(share: float) -> float:
    """The standard normal value that the share `share` lies above."""
    if share <= 0:
        return np.inf
    return -np.inf if share >= 1 else -chance.normal(share)


def parameters_of(scenario: Scenario, seed: int, replicates: range) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Behaviour [R], ideas [R, K] and indicators [R, J] of each replicate."""
    behaviour = np.zeros(len(replicates), BEHAVIOUR)
    ideas = np.zeros((len(replicates), len(scenario.ideas)), IDEA)
    indicators = np.zeros((len(replicates), len(scenario.indicators)), INDICATOR)
    drawn = None
    for row, replicate in enumerate(replicates):
        if drawn is None or scenario.has_uncertainty:
            drawn = draw(scenario, seed, replicate)
        behaviour[row], ideas[row], indicators[row] = drawn[0][0], drawn[1], drawn[2]
    return behaviour, ideas, indicators
