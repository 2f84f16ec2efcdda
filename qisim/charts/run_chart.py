"""Run charts and p-charts as an improvement team hangs them on the wall, with what their rules find marked."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from qisim.charts import style
from qisim.input.errors import BadInput, Problem
from qisim.outcomes.run_chart import SHIFT_POINTS, TREND_POINTS, PChart, RunChart, Signal, p_chart, run_chart
from qisim.words.dates import MONTH_NAMES

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

HEIGHT = 5.0
POINT = 6.0
"""Size of a measurement, in points."""

MOST_TICKS = 6
MOST_LETTERS = 32
"""Of a line beside the vertical axis."""


@style.styled
def plot_run_chart(
    values: ArrayLike,
    ax: Axes | None = None,
    dates: Sequence[Any] | None = None,
    *,
    baseline: int | None = None,
    label: str = "value",
    title: str = "",
    percent: bool = False,
) -> Axes:
    """The run chart of `values`, numbers[N] in time order: points, median, and every shift and trend.

    `dates` are one a point, in order: dates, or text such as 2025-03-01; without them points are numbered. The median
    is that of all points or of the first `baseline`. `label` says what is measured, with its unit; `percent` shows
    shares of 0-1 in per cent. Draws into `ax`, or into a new figure. Raises BadInput as `run_chart` does.
    """
    chart = run_chart(values, baseline)
    days = _days(dates, len(chart.values), "run chart")
    own, ax = ax is None, style.own_axes(ax, HEIGHT)
    median = f"{chart.median:.1%}" if percent else _number(chart.median)
    centre = _centre(ax, chart.median, len(chart.values), baseline, f"median {median}, of")
    keys = [*_points(ax, chart.values, "measured"), *centre, *_shifts(ax, chart), *_trends(ax, chart)]
    _value_axis(ax, label, percent)
    _time_axis(ax, len(chart.values), days)
    below = [title, _sentence(chart.runs_in_words()), f"Luck alone makes a signal in {of_charts(chart.chance)}"]
    style.finish(ax, own, _run_finding(chart), "\n".join(filter(None, below)), keys, columns=2)
    return ax


@style.styled
def plot_p_chart(
    right: ArrayLike,
    records: ArrayLike,
    ax: Axes | None = None,
    dates: Sequence[Any] | None = None,
    *,
    baseline: int | None = None,
    label: str = "records that are right",
    title: str = "",
) -> Axes:
    """The p-chart of `right` among `records`, whole numbers[N] in time order: shares, centre line, limits.

    `label` says what a right record is. Otherwise as `plot_run_chart`. Raises BadInput as `p_chart` does.
    """
    chart = p_chart(right, records, baseline)
    days = _days(dates, len(chart.shares), "p-chart")
    own, ax = ax is None, style.own_axes(ax, HEIGHT)
    centre = _centre(ax, chart.centre, len(chart.shares), baseline, f"mean {chart.centre:.1%}, of")
    keys = [*_points(ax, chart.shares, "measured"), *centre, *_limits(ax, chart), *_outside(ax, chart)]
    ax.set_ylim(*_share_range(chart))
    _value_axis(ax, f"{label},{style.NO_BREAK}%", percent=True)
    _time_axis(ax, len(chart.shares), days)
    below = [title, _records_in_words(chart), f"Luck alone puts a point outside in {of_charts(chart.chance)}"]
    style.finish(ax, own, _p_finding(chart), "\n".join(filter(None, below)), keys, columns=2)
    return ax


def of_charts(chance: float) -> str:
    """A chance as a number of charts."""
    return f"about {100 * chance:.0f} of 100 such charts" if chance >= 0.005 else "fewer than 1 of 100 such charts"


def draw_run_chart(ax: Axes, chart: RunChart, size: float) -> None:
    """A run chart alone, for one of many small panels: points of `size` points, median, shifts and trends."""
    _points(ax, chart.values, "measured", size)
    _centre(ax, chart.median, len(chart.values), chart.baseline, "median, of")
    _shifts(ax, chart, size)
    _trends(ax, chart, size)


def _points(ax: Axes, values: np.ndarray, label: str, size: float = POINT) -> list[Artist]:
    """The measurements, joined past those that are missing, as the rules count them."""
    there = np.flatnonzero(~np.isnan(values))
    return [*ax.plot(there + 1, values[there], color=style.BLUE, linewidth=1.6 * size / POINT, marker="o",
                     markersize=size, zorder=3, label=label)]  # fmt: skip


def _centre(ax: Axes, height: float, points: int, baseline: int | None, name: str) -> list[Artist]:
    """The centre line: drawn through where it comes from, dashed where it is kept."""
    end = points if baseline is None else baseline
    told = f"{name} all points" if end == points else f"{name} points 1 to {end},\nthen kept"
    lines = ax.plot([0.5, end + 0.5], [height, height], color=style.INK, linewidth=1.8, zorder=2, label=told)
    if end < points:
        ax.plot([end + 0.5, points + 0.5], [height, height], color=style.INK, linewidth=1.8, linestyle=(0, (4, 2)),
                zorder=2)  # fmt: skip
        ax.axvline(end + 0.5, color=style.GREY, linewidth=1, linestyle=":", zorder=1)
    return [*lines]


def _shifts(ax: Axes, chart: RunChart, size: float = POINT) -> list[Artist]:
    """A square around each point of a shift, so that a trend through it stays to be seen."""
    return _marks(ax, chart.values, chart.shifts, f"shift: {SHIFT_POINTS} or more in a row\non one side of the median",
                  marker="s", markersize=2 * size, markerfacecolor="none", markeredgecolor=style.RED,
                  markeredgewidth=1.8)  # fmt: skip


def _trends(ax: Axes, chart: RunChart, size: float = POINT) -> list[Artist]:
    """Triangles that point the way the trend goes, in place of its points."""
    keys: list[Artist] = []
    for up, marker, way in ((True, "^", "up"), (False, "v", "down")):
        signals = [trend for trend in chart.trends if trend.up == up]
        keys += _marks(ax, chart.values, signals, f"trend: {TREND_POINTS} or more in a row\ngoing {way}",
                       marker=marker, markersize=1.5 * size, color=style.ORANGE, markeredgecolor=style.INK,
                       markeredgewidth=0.8)  # fmt: skip
    return keys


def _marks(ax: Axes, values: np.ndarray, signals: Sequence[Signal], label: str, **looks: Any) -> list[Artist]:
    """The points of signals of one kind, and their line in the key; nothing where there are none."""
    places = sorted({place for signal in signals for place in signal.points})
    if not places:
        return []
    return [*ax.plot(np.array(places) + 1, values[places], linestyle="", zorder=4, label=label, **looks)]


def _limits(ax: Axes, chart: PChart) -> list[Artist]:
    """The limits of each point, as steps as wide as the point."""
    at = np.arange(0.5, len(chart.shares) + 1)
    steps: list[Artist] = [
        ax.stairs(
            limit, at, baseline=None, color=style.GREY, linewidth=1.4, zorder=2, label="limits: 3 standard errors"
        )
        for limit in (chart.lower, chart.upper)
    ]
    band = np.nan_to_num(chart.lower), np.nan_to_num(chart.upper)
    ax.stairs(band[1], at, baseline=band[0], fill=True, color=style.SKY, alpha=0.18, linewidth=0, zorder=1)
    return steps[:1]


def _outside(ax: Axes, chart: PChart) -> list[Artist]:
    signal = [Signal(chart.outside, up=True)] if chart.outside else []
    return _marks(ax, chart.shares, signal, "outside the limits", marker="D", markersize=10, color=style.RED,
                  markeredgecolor=style.INK, markeredgewidth=0.8)  # fmt: skip


def _value_axis(ax: Axes, label: str, percent: bool) -> None:
    ax.margins(y=0.12)
    ax.set_ylabel("\n".join(fill(line, MOST_LETTERS) for line in label.splitlines()))
    if percent:
        low, high = ax.get_ylim()
        ticks = [tick for tick in ax.get_yticks() if max(low, 0) <= tick <= min(high, 1)]
        ax.set_yticks(ticks, [f"{_number(100 * tick)}%" for tick in ticks])
        ax.set_ylim(low, high)


def _number(value: float) -> str:
    """Four digits, and no more zeros than needed."""
    return np.format_float_positional(value, precision=4, fractional=False, trim="-")


def _share_range(chart: PChart) -> tuple[float, float]:
    """From a little below the lowest point or limit to a little above the highest, and hardly beyond 0 and 1."""
    low = float(np.nanmin([chart.shares, chart.lower]))
    high = float(np.nanmax([chart.shares, chart.upper]))
    room = max(0.08 * (high - low), 0.02)
    return max(low - room, -0.03), min(high + room, 1.03)


def _time_axis(ax: Axes, points: int, days: np.ndarray | None) -> None:
    """Points at equal steps, each tick with its number and, where dates are told, the month or the day."""
    step = next(step for step in _steps() if points <= step * MOST_TICKS)
    ticks = list(range(1, points + 1, step))
    ax.set_xlim(0.4, points + 0.6)
    ax.grid(False, axis="x")
    if days is None:
        ax.set_xticks(ticks, [str(tick) for tick in ticks])
        ax.set_xlabel("point, in order of time")
        return
    monthly = len(np.unique(days.astype("datetime64[M]"))) == len(days)
    ax.set_xticks(ticks, [_day_in_words(days[tick - 1], monthly) for tick in ticks])
    ax.set_xlabel("month" if monthly else "date")


def _steps() -> Any:
    """Points from tick to tick: parts and multiples of a year of months."""
    yield from (1, 2, 3, 4, 6)
    step = 12
    while True:
        yield step
        step *= 2


def _day_in_words(day: np.datetime64, monthly: bool) -> str:
    date = day.astype(object)
    month = MONTH_NAMES[date.month - 1]
    return f"{month}\n{date.year}" if monthly else f"{date.day} {month}\n{date.year}"


def _days(dates: Sequence[Any] | None, points: int, where: str) -> np.ndarray | None:
    """Dates as datetime64[D][N]."""
    if dates is None:
        return None
    allowed = f"{points} dates in order, one a point, such as 2025-03-01"
    try:
        days = np.array(list(dates), dtype="datetime64[D]")
    except (TypeError, ValueError):
        raise BadInput(Problem(where, "not all are dates", key="dates", allowed=allowed)) from None
    if len(days) != points:
        raise BadInput(Problem(where, f"found {len(days)} for {points} points", key="dates", allowed=allowed))
    if np.isnat(days).any():
        raise BadInput(Problem(where, "some are missing", key="dates", allowed=allowed))
    behind = np.flatnonzero(np.diff(days) <= np.timedelta64(0, "D"))
    if len(behind):
        raise BadInput(Problem(where, f"{days[behind[0] + 1]} comes after {days[behind[0]]}", key="dates",
                               allowed=allowed))  # fmt: skip
    return days


def _run_finding(chart: RunChart) -> str:
    told = []
    if chart.shifts:
        told.append(_how_many(chart.shifts, "shift", ("upwards", "downwards")))
    if chart.trends:
        told.append(_how_many(chart.trends, "trend", ("going up", "going down")))
    if chart.too_few_runs or chart.too_many_runs:
        told.append("too few runs" if chart.too_few_runs else "too many runs")
    if not told:
        few = chart.run_limits is None
        return "No signal, but few points so far" if few else "Nothing here that chance would not explain"
    return _sentence(", ".join(told) + ": look closer")


def _how_many(signals: Sequence[Signal], name: str, ways: tuple[str, str]) -> str:
    up = sum(signal.up for signal in signals)
    if len(signals) == 1:
        return f"a {name} {ways[0] if up else ways[1]}"
    if up in (0, len(signals)):
        return f"{len(signals)} {name}s {ways[0] if up else ways[1]}"
    return f"{len(signals)} {name}s"


def _p_finding(chart: PChart) -> str:
    if not chart.outside:
        return "No point lies outside the limits"
    return f"{len(chart.outside)} of {int((chart.records > 0).sum())} points outside the limits: look closer"


def _records_in_words(chart: PChart) -> str:
    seen = chart.records[chart.records > 0]
    records = str(seen.min()) if seen.min() == seen.max() else f"{seen.min()} to {seen.max()}"
    return f"{records} records a point"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
