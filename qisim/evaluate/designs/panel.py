"""What every design reads, and what it answers."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

import numpy as np

from qisim.evaluate.plan import Plan

LEVEL = 0.95
"""The level of intervals, as evaluations publish them; a result is called significant outside 1 - LEVEL."""

NOTHING = 1e-12
"""Effects and errors below this are what rounding leaves of 0."""


@dataclass(frozen=True)
class Panel:
    """The data of an evaluation: `data` float64[M, F], shares; `launch` int64[F], the month of launch, -1 for never."""

    plan: Plan
    data: np.ndarray
    launch: np.ndarray

    @property
    def sites(self) -> np.ndarray:
        """Which facilities have the programme at some time, bool[F]."""
        return self.launch >= 0


@dataclass(frozen=True)
class Estimate:
    """An estimated effect in points of the score (0-1), its standard error, 95% interval and p-value.

    The p-value is NaN where the data allow no estimate.
    """

    effect: float
    se: float
    low: float
    high: float
    p: float


def by_t(effect: float, se: float, freedom: float) -> Estimate:
    """The estimate whose error follows Student's t with so many degrees of freedom."""
    from scipy.stats import t

    if not (math.isfinite(effect) and math.isfinite(se)):
        return Estimate(effect, se, math.nan, math.nan, math.nan)
    if max(abs(effect), se) < NOTHING:
        return Estimate(0.0, 0.0, 0.0, 0.0, 1.0)
    if se == 0:
        return Estimate(effect, 0.0, effect, effect, 0.0)
    half, p = float(t.ppf((1 + LEVEL) / 2, freedom)) * se, float(2 * t.sf(abs(effect) / se, freedom))
    return Estimate(effect, se, effect - half, effect + half, p)


def or_none(estimate: Callable[[Panel], Estimate]) -> Callable[[Panel], Estimate]:
    """The same analysis, without its warnings, and NaN where it breaks off, as it may where all data are the same."""

    @wraps(estimate)
    def tried(panel: Panel) -> Estimate:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return estimate(panel)
            except (ValueError, np.linalg.LinAlgError):
                return by_t(math.nan, math.nan, 1)

    return tried


def at_end(panel: Panel, effect: np.ndarray) -> float:
    """The true effect on the sites in the last months; `effect` is float64[M, F]."""
    return float(effect[panel.plan.end][:, panel.sites].mean())
