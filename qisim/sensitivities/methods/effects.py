"""What moves an outcome when one input is low or high: exactly where others stay, else on average over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qisim.sensitivities.methods.estimate import Estimate, jackknifed
from qisim.sensitivities.methods.factor import Factor
from qisim.sensitivities.methods.sample import Sample, Untold, plain

THIRDS = 3


@dataclass(frozen=True)
class Effect:
    """The mean outcome with a factor low and high, each less the mean that it is compared with, and their difference.

    `low` and `high` are the values of the factor in words, such as "up to 12%".
    """

    factor: Factor
    low: str
    high: str
    at_low: Estimate
    at_high: Estimate
    difference: Estimate


@dataclass(frozen=True)
class Effects:
    """Effects of all factors, the largest first, around the `middle`, which is the mean outcome of `compared`."""

    effects: list[Effect]
    middle: float
    compared: str


@dataclass(frozen=True)
class _Ends:
    """The points with a factor low and high, as masks bool[P], and both in words."""

    factor: Factor
    low: str
    high: str
    low_points: np.ndarray
    high_points: np.ndarray


def effects(sample: Sample) -> Effects:
    """The effect of each factor on an outcome, with intervals. Raises Untold where the outcome never changes."""
    if sample.constant:
        raise Untold("it is the same in all runs")
    if sample.method == "one_at_a_time":
        base = base_point(sample)
        ends, compared = [_exact(sample, factor, base) for factor in sample.factors], "all others at their base values"
        others = np.zeros(len(sample.points), bool)
        others[base] = True
    else:
        ends, compared = [_ends(sample, factor) for factor in sample.factors], "all points"
        others = np.ones(len(sample.points), bool)
    found = [end for end in ends if end is not None]

    def statistic(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        means = sample.values[np.ix_(rows, columns)].mean(axis=1)
        middle = means[others[rows]].mean()
        sides = np.array([[means[end.low_points[rows]].mean(), means[end.high_points[rows]].mean()] for end in found])
        return np.concatenate([sides[:, 0] - middle, sides[:, 1] - middle, sides[:, 1] - sides[:, 0]])

    told = jackknifed(sample, statistic)
    count = len(found)
    all_effects = [Effect(end.factor, end.low, end.high, told[i], told[count + i], told[2 * count + i])
                   for i, end in enumerate(found)]  # fmt: skip
    all_effects.sort(key=lambda effect: -max(abs(effect.at_low.value), abs(effect.at_high.value),
                                             abs(effect.difference.value)))  # fmt: skip
    return Effects(all_effects, float(sample.means[others].mean()), compared)


def base_point(sample: Sample) -> int:
    """The place of the point from which all others of a one-at-a-time design differ in one factor, its first.

    Raises Untold where that point was left out.
    """
    if sample.points.index[0] != 0:
        raise Untold("the base point, from which all others differ in one input, is missing")
    return 0


def _exact(sample: Sample, factor: Factor, base: int) -> _Ends | None:
    """The points of a one-at-a-time design at the ends of a factor; the base itself where it is an end."""
    codes = factor.codes(sample.column(factor))
    others = [one for one in sample.factors if one is not factor]
    alone = np.ones(len(codes), bool)
    for other in others:
        column = other.codes(sample.column(other))
        alone &= column == column[base]
    if len(set(codes[alone])) < 2:
        return None
    places = np.flatnonzero(alone)
    by = sample.means if factor.kind == "words" else codes
    low, high = places[np.argmin(by[places])], places[np.argmax(by[places])]
    values = sample.column(factor)
    number = np.arange(len(codes))
    return _Ends(factor, factor.said(plain(values[low])), factor.said(plain(values[high])), number == low,
                 number == high)  # fmt: skip


def _ends(sample: Sample, factor: Factor) -> _Ends | None:
    """The lowest and highest third of a range; of levels the lowest and highest, of texts the worst and best."""
    values = sample.column(factor)
    if factor.kind == "range":
        low, high = np.quantile(values.astype(float), [1 / THIRDS, 1 - 1 / THIRDS])
        return _Ends(
            factor, f"up to {factor.said(low)}", f"{factor.said(high)} and more", values <= low, values >= high
        )
    codes = factor.codes(values)
    present = sorted(set(codes))
    if len(present) < 2:
        return None
    if factor.kind == "words":
        present.sort(key=lambda code: sample.means[codes == code].mean())
    first, last = codes == present[0], codes == present[-1]
    return _Ends(factor, factor.said(plain(values[first][0])), factor.said(plain(values[last][0])), first, last)
