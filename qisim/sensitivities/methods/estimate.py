"""Numbers with intervals, from the points and the replicates of a sweep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qisim.outcomes.intervals import LEVEL

if TYPE_CHECKING:
    from qisim.sensitivities.methods.sample import Sample

GROUPS = 20
"""Parts of about equal size, each of which is left out once."""

FEWEST_REPLICATES = 3
"""With fewer, luck alone tells no interval: it would be many times too wide or too narrow."""

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

    def moved(self, by: float) -> Estimate:
        """The same with a number added that is known."""
        ends = [None if end is None else end + by for end in (self.low, self.high)]
        return Estimate(self.value + by, *ends)

    def kept_within(self, least: float, most: float) -> Estimate:
        """The same for a quantity that cannot lie beyond `least` and `most`."""
        ends = [None if end is None else float(np.clip(end, least, most)) for end in (self.low, self.high)]
        return Estimate(float(np.clip(self.value, least, most)), *ends)


def estimate(value: float, half_width: float | None) -> Estimate:
    """An estimate from half the width of its interval."""
    if half_width is None or not np.isfinite(half_width):
        return Estimate(float(value))
    return Estimate(float(value), float(value - half_width), float(value + half_width))


def estimates(values: np.ndarray, half_widths: np.ndarray | None) -> list[Estimate]:
    """Estimates from numbers and half the widths of their intervals, if there are any."""
    halves = [None] * len(values) if half_widths is None else half_widths
    return [estimate(value, half) for value, half in zip(values, halves, strict=True)]


@dataclass(frozen=True)
class Spread:
    """The variance of an estimate, float64[n] or a number, told with so many degrees of freedom."""

    variance: Any
    freedom: float


def half_widths(spreads: Sequence[Spread | None]) -> np.ndarray | None:
    """Half the widths of 90% intervals of what has several independent variances; None where there is none.

    Degrees of freedom by Welch and Satterthwaite, so that a small variance that is told by few replicates does not
    widen an interval as if it were all there is.
    """
    from scipy.stats import t

    told = [spread for spread in spreads if spread is not None]
    if not told:
        return None
    whole = np.asarray(sum(np.asarray(spread.variance, float) for spread in told))
    parts = np.asarray(sum(np.square(np.asarray(spread.variance, float)) / spread.freedom for spread in told))
    freedom = np.divide(np.square(whole), parts, out=np.full(whole.shape, 1e9), where=parts > 0)
    half: np.ndarray = t.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(whole)
    return half


def jackknifed(sample: Sample, statistic: Statistic) -> list[Estimate]:
    """Estimates of a statistic of the sample, float64[n], with intervals.

    `statistic` is given the rows (points) and columns (replicates) to take, as positions. The two uncertainties, which
    points were drawn and what luck the replicates had, are found by leaving out parts of each, and added; points that
    were not drawn but cover all there is add none (Efron and Tibshirani 1993, chapter 11), and then fewer than
    `FEWEST_REPLICATES` give no interval.
    """
    rows, columns = np.arange(sample.values.shape[0]), np.arange(sample.values.shape[1])
    value = statistic(rows, columns)
    if sample.whole_grid and len(columns) < FEWEST_REPLICATES:
        return estimates(value, None)
    luck = jackknife(lambda kept: statistic(rows, kept), columns)
    if sample.whole_grid:
        return estimates(value, half_widths([luck]))
    drawn = jackknife(lambda kept: statistic(_rows(sample, kept), columns), np.arange(sample.blocks))
    return estimates(value, None if drawn is None else half_widths([drawn, luck]))


def _rows(sample: Sample, blocks: np.ndarray) -> np.ndarray:
    """The places of the points of some blocks."""
    return np.flatnonzero(np.isin(sample.block, blocks)) if sample.blocked else blocks


def jackknife(statistic: Callable[[np.ndarray], np.ndarray], items: np.ndarray) -> Spread | None:
    """The variance of a statistic of items, which are left out part by part; None for fewer than two items."""
    groups = np.array_split(items, min(GROUPS, len(items)))
    if len(groups) < 2:
        return None
    without = np.array([statistic(np.concatenate([*groups[:g], *groups[g + 1 :]])) for g in range(len(groups))])
    variance = (len(groups) - 1) / len(groups) * np.square(without - without.mean(axis=0)).sum(axis=0)
    return Spread(variance, len(groups) - 1)


def mean_over(sample: Sample, inside: np.ndarray) -> Estimate:
    """The mean outcome of some points, bool[P].

    Its interval holds the luck of the replicates and, where points were drawn, which were drawn, those of a block
    together.
    """
    return _averaged(sample, inside, sample.values[inside].mean(axis=0), _pull(sample, inside))


def gap_over(sample: Sample, inside: np.ndarray) -> Estimate:
    """How much the mean outcome of some points, bool[P], is above the mean of all, with an interval as `mean_over`.

    Luck that all points share leaves the interval, replicate by replicate. The mean of all points is one of points
    that were drawn, too.
    """
    everywhere = np.ones(len(inside), bool)
    gap = sample.values[inside].mean(axis=0) - sample.values.mean(axis=0)
    return _averaged(sample, inside, gap, _pull(sample, inside) - _pull(sample, everywhere))


def _pull(sample: Sample, inside: np.ndarray) -> np.ndarray:
    """By how much each point pulls the mean of those `inside` away from what it is, float64[P]."""
    return np.where(inside, sample.means - sample.means[inside].mean(), 0.0) / inside.sum()


def _averaged(sample: Sample, inside: np.ndarray, by_replicate: np.ndarray, pull: np.ndarray) -> Estimate:
    """The mean of what each replicate says, float64[R], where each point pulls it by so much, float64[P]."""
    mean, replicates = by_replicate.mean(), len(by_replicate)
    luck = Spread(by_replicate.var(ddof=1) / replicates, replicates - 1) if replicates > 1 else None
    if sample.whole_grid:
        return estimate(mean, None if replicates < FEWEST_REPLICATES else _number(half_widths([luck])))
    there = len(np.unique(sample.block[inside]))
    if there < 2:
        return estimate(mean, None)
    pulling = len(np.unique(sample.block[pull != 0]))
    variance = np.square(np.bincount(sample.block, pull)).sum() * pulling / max(pulling - 1, 1)
    return estimate(mean, _number(half_widths([Spread(variance, there - 1), luck])))


def _number(half: np.ndarray | None) -> float | None:
    return None if half is None else float(half)
