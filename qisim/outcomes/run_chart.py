"""Run charts and p-charts: whether measurements in time order show more than chance.

The rules of the run chart are those of Perla, Provost and Murray, "The run chart: a simple analytical tool for
learning from variation in healthcare processes", BMJ Qual Saf 2011;20:46-51. Their fourth, the astronomical point, is
a judgement of the eye and not worked out here. The p-chart is Shewhart's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike

from qisim.input.errors import BadInput, Problem

SHIFT_POINTS = 6
TREND_POINTS = 5
FEWEST_USEFUL = 10
"""Points off the median from which runs are counted; the published table begins there."""

TAIL = 40
"""One in so many charts of chance alone has too few runs, at most, and one in so many too many."""

ORDERS, SEED = 4000, 1
"""So many random orders of a chart's values tell how often luck alone makes a signal: to 1 in 100, and always alike."""

MOST_VALUES = 1_000_000
"""Values in all these orders, so that long charts, which hardly ever lack a signal, take no more memory."""

MOST_COUNTS = 20_000
"""Counts within the limits, of all points together, up to which chances are worked out given the share seen."""

SIGMAS = 3
ROUNDING = 1e-12
"""A share that lies on its limit but for rounding is not beyond it."""


@dataclass(frozen=True)
class Signal:
    """A shift or a trend: the `points` that make it, counted from 0, and whether they lie above or go up."""

    points: tuple[int, ...]
    up: bool

    @property
    def span(self) -> str:
        """The first and the last point, counted from 1 as a reader does."""
        return f"points {self.points[0] + 1} to {self.points[-1] + 1}"


@dataclass(frozen=True, eq=False)
class RunChart:
    """A run chart and what its rules find.

    `values`: float64[N], NaN where there was no measurement. `median`: of all values, or of the first `baseline`
    points. `above`, `below`: points on either side of it, together the useful ones. `runs`: how often in a row they
    lie on one side. `run_limits`: the fewest and the most runs that chance explains, None with under 10 useful points.
    """

    values: np.ndarray
    baseline: int | None
    median: float
    shifts: tuple[Signal, ...]
    trends: tuple[Signal, ...]
    above: int
    below: int
    runs: int
    run_limits: tuple[int, int] | None

    @property
    def useful(self) -> int:
        """How many points do not lie on the median."""
        return self.above + self.below

    @property
    def too_few_runs(self) -> bool:
        """Whether there are fewer runs than chance explains, as when the process has moved."""
        return self.run_limits is not None and self.runs < self.run_limits[0]

    @property
    def too_many_runs(self) -> bool:
        """Whether there are more runs than chance explains, as when two processes take turns."""
        return self.run_limits is not None and self.runs > self.run_limits[1]

    @property
    def signal(self) -> bool:
        """Whether any rule finds more than chance."""
        return bool(self.shifts or self.trends or self.too_few_runs or self.too_many_runs)

    @cached_property
    def chance(self) -> float:
        """How often luck alone makes a signal: the share of random orders of these values with one, 0 to 1.

        It grows with the number of points: about 0.15 of 12 points, 0.36 of 24 and 0.7 of 49, less where values are
        alike.
        """
        there = ~np.isnan(self.values)
        orders = np.tile(self.values[there], (min(ORDERS, 1 + MOST_VALUES // int(there.sum())), 1))
        np.random.default_rng(SEED).permuted(orders, axis=1, out=orders)
        return float(have_signals(orders, None if self.baseline is None else int(there[: self.baseline].sum())).mean())

    def findings(self) -> list[str]:
        """Each signal as a sentence without its full stop; empty where there is none."""
        told = [f"shift: {len(s.points)} in a row {'above' if s.up else 'below'} the median, {s.span}"
                for s in self.shifts]  # fmt: skip
        told += [f"trend: {len(t.points)} in a row going {'up' if t.up else 'down'}, {t.span}" for t in self.trends]
        if self.too_few_runs or self.too_many_runs:
            told.append(f"too {'few' if self.too_few_runs else 'many'} runs: {self.runs_in_words()}")
        return told

    def runs_in_words(self) -> str:
        """How many runs there are and how many chance explains."""
        counted = f"{self.runs} {'run' if self.runs == 1 else 'runs'} of {self.useful} points off the median"
        if self.run_limits is None:
            return f"{counted}; {FEWEST_USEFUL} are needed to judge the runs"
        return f"{counted}, chance gives {self.run_limits[0]} to {self.run_limits[1]}"


@dataclass(frozen=True, eq=False)
class PChart:
    """A p-chart: shares of varying numbers of records, with limits of three standard errors either way.

    `right`, `records`: int64[N]. `shares`, `lower`, `upper`: float64[N] in 0-1, NaN where there were no records.
    `centre`: the share of all records, or of those of the first `baseline` points. `outside`: the points beyond their
    limits, counted from 0.
    """

    right: np.ndarray
    records: np.ndarray
    baseline: int | None
    shares: np.ndarray
    centre: float
    lower: np.ndarray
    upper: np.ndarray
    outside: tuple[int, ...]

    @cached_property
    def chance(self) -> float:
        """How often luck alone puts one point or more outside, 0 to 1, were all records right with the same chance.

        Counts are whole numbers, so it depends on the share and on how many records there are: between some 3 and 30%
        of charts of 24 points. Exact for the points that the centre line comes from, given how many of their records
        are right; of others, were `centre` their chance.
        """
        if not 0 < self.centre < 1:
            return 0.0
        seen = self.records > 0
        n, own = self.records[seen], (np.arange(len(seen)) < (self.baseline or len(seen)))[seen]
        least = np.ceil(np.maximum(n * (self.lower[seen] - ROUNDING), 0)).astype(int)
        most = np.floor(np.minimum(n * (self.upper[seen] + ROUNDING), n)).astype(int)
        if (most - least).sum() > MOST_COUNTS:  # too many to go through: as if the share were known
            from scipy.special import bdtr

            below = np.where(least > 0, bdtr(np.maximum(least - 1.0, 0), n, self.centre), 0.0)
            return float(1 - np.prod(bdtr(most * 1.0, n, self.centre) - below))
        inside = [_binomial(int(k), np.arange(low, high + 1), self.centre)
                  for k, low, high in zip(n, least, most, strict=True)]  # fmt: skip
        of_others = np.prod([chances.sum() for chances, one in zip(inside, own, strict=True) if not one])
        together = np.ones(1)
        for chances, one in zip(inside, own, strict=True):
            together = np.convolve(together, chances) if one else together
        right = int(self.right[seen][own].sum())
        place = right - int(least[own].sum())
        all_in = together[place] if 0 <= place < len(together) else 0.0
        return float(1 - of_others * all_in / _binomial(int(n[own].sum()), np.array([right]), self.centre)[0])


def _binomial(n: int, counts: np.ndarray, p: float) -> np.ndarray:
    """The chances of these counts among n, each with the chance p between 0 and 1."""
    from scipy.special import gammaln

    ways = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    return np.asarray(np.exp(ways + counts * np.log(p) + (n - counts) * np.log1p(-p)))


def run_chart(values: ArrayLike, baseline: int | None = None) -> RunChart:
    """The run chart of `values`, numbers[N] in time order, about the median of all or of the first `baseline` points.

    - Shift: 6 or more in a row above the median, or below. Points on the median neither add to a row nor break it.
    - Trend: 5 or more in a row going up, or down. Of equal values in a row the first counts.
    - Runs: fewer, or more, than chance gives in 1 of 40 charts with as many points above and below the median.

    A missing value (NaN) is passed over as if the point before and the point after were neighbours.
    Raises BadInput where values are not numbers or the baseline does not lie within them.
    """
    numbers, problems = _numbers("run chart", "values", values, missing=True)
    problems += _baseline_problems("run chart", baseline, ~np.isnan(numbers), "a measurement")
    if problems:
        raise BadInput(problems)
    median = float(np.nanmedian(numbers[:baseline]))
    useful = [int(i) for i in np.flatnonzero(~np.isnan(numbers) & (numbers != median))]
    rows = list(_rows(useful, [bool(numbers[i] > median) for i in useful]))
    above = sum(len(row.points) for row in rows if row.up)
    return RunChart(
        values=numbers,
        baseline=baseline,
        median=median,
        shifts=tuple(row for row in rows if len(row.points) >= SHIFT_POINTS),
        trends=tuple(row for row in _slopes(numbers) if len(row.points) >= TREND_POINTS),
        above=above,
        below=len(useful) - above,
        runs=len(rows),
        run_limits=run_limits(above, len(useful) - above) if len(useful) >= FEWEST_USEFUL else None,
    )


def have_signals(values: np.ndarray, baseline: int | None = None) -> np.ndarray:
    """Whether each of many run charts, float64[N, points] without missing values, shows a signal: bool[N]."""
    side = np.sign(values - np.median(values[:, :baseline], axis=1, keepdims=True))
    slope = np.sign(np.diff(values, axis=1))
    shift, runs = _longest(side)
    trend, _ = _longest(slope)  # of equal neighbours no step is made, so that the first counts
    found = (shift >= SHIFT_POINTS) | (trend >= TREND_POINTS - 1)
    above, below = (side > 0).sum(axis=1), (side < 0).sum(axis=1)
    for up, down in {*zip(above.tolist(), below.tolist(), strict=True)}:
        if up + down >= FEWEST_USEFUL:
            least, most = run_limits(up, down)
            found |= (above == up) & (below == down) & ((runs < least) | (runs > most))
    return np.asarray(found)


def _longest(signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The longest row of equal signs in each line of a table, zeros passed over, and how many rows there are."""
    last, length, longest, rows = (np.zeros(len(signs), int) for _ in range(4))
    for sign in signs.T.astype(int):
        there, same = sign != 0, sign == last
        length = np.where(there, np.where(same, length + 1, 1), length)
        rows += there & ~same
        last, longest = np.where(there, sign, last), np.maximum(longest, length)
    return longest, rows


@lru_cache(maxsize=4096)
def run_limits(above: int, below: int) -> tuple[int, int]:
    """The fewest and the most runs that chance explains, with so many points above and below the median.

    Fewer come about in at most 2.5% of all orders of the points, and more in at most 2.5%; the distribution is that
    of Swed and Eisenhart, Ann Math Stat 1943;14:66-87, worked out in whole numbers.
    """
    ways = run_ways(above, below)
    total = sum(ways)
    return _tail_end(ways, total), len(ways) - 1 - _tail_end(ways[::-1], total)


def run_ways(above: int, below: int) -> list[int]:
    """In how many orders of the points there are 0, 1, 2, ... runs."""
    if not (above and below):
        return [0, 1] if above or below else [1]
    one, other = _binomials(above - 1), _binomials(below - 1)
    most = 2 * min(above, below) + (above != below)
    ways = [0, 0]
    for runs in range(2, most + 1):
        k = runs // 2
        if runs % 2 == 0:
            ways.append(2 * one[k - 1] * other[k - 1])
        else:
            ways.append(sum(a[k] * b[k - 1] for a, b in ((one, other), (other, one)) if k < len(a) and k - 1 < len(b)))
    return ways


def p_chart(right: ArrayLike, records: ArrayLike, baseline: int | None = None) -> PChart:
    """The p-chart of `right` records among so many `records`, whole numbers[N] in time order.

    Centre line and limits are those of all points, or of the first `baseline` points and then kept for the others:
    p +- 3 sqrt(p (1 - p) / n), no less than 0 and no more than 1. A point without records has no share.
    Raises BadInput, with every problem, where the counts are not counts, some right records are no records, or the
    baseline does not lie within them.
    """
    good, problems = _counts("right", right)
    seen, more = _counts("records", records)
    problems += more
    if not problems:
        problems = _pair_problems(good, seen) or _baseline_problems("p-chart", baseline, seen > 0, "a record")
    if problems:
        raise BadInput(problems)
    good, seen = good.astype(np.int64), seen.astype(np.int64)
    centre = float(good[:baseline].sum() / seen[:baseline].sum())
    n = np.where(seen > 0, seen, np.nan)
    reach = SIGMAS * np.sqrt(centre * (1 - centre) / n)
    shares, lower, upper = good / n, np.maximum(centre - reach, 0), np.minimum(centre + reach, 1)
    outside = tuple(int(i) for i in np.flatnonzero((shares < lower - ROUNDING) | (shares > upper + ROUNDING)))
    return PChart(good, seen, baseline, shares, centre, lower, upper, outside)


def _rows(points: Sequence[int], up: Sequence[bool]) -> Iterator[Signal]:
    """Neighbours that agree, in rows as long as can be."""
    start = 0
    for place in range(1, len(points) + 1):
        if place == len(points) or up[place] != up[start]:
            yield Signal(tuple(points[start:place]), up[start])
            start = place


def _slopes(values: np.ndarray) -> Iterator[Signal]:
    """Points that go up in a row, or down; a turning point ends one row and begins the next."""
    points: list[int] = []
    for place in np.flatnonzero(~np.isnan(values)):
        if not points or values[place] != values[points[-1]]:
            points.append(int(place))
    before = dict(zip(points[1:], points, strict=False))
    for row in _rows(points[1:], [bool(values[place] > values[before[place]]) for place in points[1:]]):
        yield Signal((before[row.points[0]], *row.points), row.up)


def _binomials(n: int) -> list[int]:
    """The ways to choose 0, 1, ..., n of n."""
    row = [1]
    for k in range(n):
        row.append(row[-1] * (n - k) // (k + 1))
    return row


def _tail_end(ways: list[int], total: int) -> int:
    """The first place where more than 1 in 40 of all lie at or before it."""
    so_far = 0
    for place, number in enumerate(ways):
        so_far += number
        if TAIL * so_far > total:
            return place
    raise ValueError("there are no ways at all")


def _numbers(where: str, key: str, given: ArrayLike, missing: bool) -> tuple[np.ndarray, list[Problem]]:
    """A copy of a series as float64[N], and what is wrong with it."""
    allowed = "numbers in time order, at least one"
    try:
        numbers = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        return np.empty(0), [Problem(where, "not all are numbers", key=key, allowed=allowed)]
    if numbers.ndim != 1 or not len(numbers):
        shape = "no values" if not numbers.size else f"a table of {' by '.join(map(str, numbers.shape))}"
        return np.empty(0), [
            Problem(where, f"found {shape if numbers.ndim else 'one number'}", key=key, allowed=allowed)
        ]
    wrong = np.isinf(numbers) if missing else ~np.isfinite(numbers)
    what = "infinite" if missing else "missing or infinite"
    return numbers, [Problem(where, f"{what}: {_places(wrong)}", key=key, allowed=allowed)] if wrong.any() else []


def _counts(key: str, given: ArrayLike) -> tuple[np.ndarray, list[Problem]]:
    counts, problems = _numbers("p-chart", key, given, missing=False)
    wrong = (counts < 0) | (counts != np.floor(counts))
    if not problems and wrong.any():
        problems = [Problem("p-chart", f"not a count: {_places(wrong)}", key=key, allowed="0, 1, 2, ...")]
    return counts, problems


def _pair_problems(right: np.ndarray, records: np.ndarray) -> list[Problem]:
    if len(right) != len(records):
        return [Problem("p-chart", f"found {len(right)} values and {len(records)} of records", key="right",
                        allowed="as many as records")]  # fmt: skip
    wrong = right > records
    return [Problem("p-chart", f"more than records: {_places(wrong)}", key="right")] if wrong.any() else []


def _baseline_problems(where: str, baseline: int | None, known: np.ndarray, need: str) -> list[Problem]:
    """What is wrong with a baseline of points of which some are `known`."""
    if baseline is not None and (isinstance(baseline, bool) or not isinstance(baseline, int | np.integer)):
        return [Problem(where, f"found {baseline!r}", key="baseline", allowed="a whole number of points, or none")]
    if baseline is not None and len(known) and not 1 <= baseline <= len(known):
        return [Problem(where, f"found {baseline}", key="baseline", allowed=f"1 to {len(known)}")]
    if len(known) and not known[:baseline].any():
        return [Problem(where, f"no point has {need}" + (" in the baseline" if baseline else ""))]
    return []


def _places(wrong: np.ndarray) -> str:
    """The first few points concerned, counted from 1."""
    places = [str(place + 1) for place in np.flatnonzero(wrong)]
    return ("point " if len(places) == 1 else "points ") + ", ".join(places[:5]) + (" ..." if places[5:] else "")
