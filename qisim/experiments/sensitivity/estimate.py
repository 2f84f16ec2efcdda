"""Numbers with intervals, from the points and the replicates of a sweep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qisim.outcomes.intervals import LEVEL

if TYPE_CHECKING:
    from qisim.experiments.sensitivity.sample import Sample

GROUPS = 20
"""Parts of about equal size, each of which is left out once."""

Statistic = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Estimate:
    """A number with its 90% interval; None where there is too little to tell one."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def clear(self) -> bool:
        """Whether the interval holds only one sign."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def __neg__(self) -> Estimate:
        ends = [None if end is None else -end for end in (self.high, self.low)]
        return Estimate(-self.value, *ends)

    def kept_within(self, least: float, most: float) -> Estimate:
        """The same for a quantity that cannot lie beyond `least` and `most`."""
        ends = [None if end is None else float(np.clip(end, least, most)) for end in (self.low, self.high)]
        return Estimate(float(np.clip(self.value, least, most)), *ends)


def estimate(value: float, half_width: float | None) -> Estimate:
    """An estimate from half the width of its interval."""
    if half_width is None or not np.isfinite(half_width):
        return Estimate(float(value))
    return Estimate(float(value), float(value - half_width), float(value + half_width))


def estimates(values: np.ndarray, half_widths: np.ndarray) -> list[Estimate]:
    """Estimates from numbers and half the widths of their intervals."""
    return [estimate(value, half) for value, half in zip(values, half_widths, strict=True)]


def jackknifed(sample: Sample, statistic: Statistic) -> list[Estimate]:
    """Estimates of a statistic of the sample, float64[n], with intervals.

    `statistic` is given the rows (points) and columns (replicates) to take, as positions. The two uncertainties, which
    points were drawn and what luck the replicates had, are found by leaving out parts of each, and added; points that
    were not drawn but cover all there is add none (Efron and Tibshirani 1993, chapter 11).
    """
    rows, columns = np.arange(sample.values.shape[0]), np.arange(sample.values.shape[1])
    value = statistic(rows, columns)
    luck = jackknife_half_widths(lambda kept: statistic(rows, kept), columns)
    if sample.whole_grid:
        return [Estimate(float(one)) for one in value] if luck is None else estimates(value, luck)
    drawn = jackknife_half_widths(lambda kept: statistic(_rows(sample, kept), columns), np.arange(sample.blocks))
    if drawn is None:
        return [Estimate(float(one)) for one in value]
    return estimates(value, drawn if luck is None else np.hypot(drawn, luck))


def _rows(sample: Sample, blocks: np.ndarray) -> np.ndarray:
    """The places of the points of some blocks."""
    return np.flatnonzero(np.isin(sample.block, blocks)) if sample.blocked else blocks


def jackknife_half_widths(statistic: Callable[[np.ndarray], np.ndarray], items: np.ndarray) -> np.ndarray | None:
    """Half the widths of the 90% intervals of a statistic of items; None for fewer than two items."""
    from scipy.stats import t

    groups = np.array_split(items, min(GROUPS, len(items)))
    if len(groups) < 2:
        return None
    without = np.array([statistic(np.concatenate([*groups[:g], *groups[g + 1 :]])) for g in range(len(groups))])
    spread = np.sqrt((len(groups) - 1) / len(groups) * np.square(without - without.mean(axis=0)).sum(axis=0))
    half: np.ndarray = t.ppf((1 + LEVEL) / 2, len(groups) - 1) * spread
    return half


def mean_over(sample: Sample, inside: np.ndarray) -> Estimate:
    """The mean outcome of some points, bool[P].

    Its interval holds the luck of the replicates and, where points were drawn, which were drawn.
    """
    from scipy.stats import t

    values = sample.values[inside]
    parts = [values.mean(axis=0)] if sample.whole_grid else [values.mean(axis=0), values.mean(axis=1)]
    parts = [part for part in parts if len(part) > 1 or part is parts[-1]]
    if any(len(part) < 2 for part in parts):
        return Estimate(float(values.mean()))
    variance = sum(part.var(ddof=1) / len(part) for part in parts)
    return estimate(values.mean(), t.ppf((1 + LEVEL) / 2, min(len(part) for part in parts) - 1) * np.sqrt(variance))
