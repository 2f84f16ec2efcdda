"""When each district reaches the target: intervals over runs, earliest district first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from qisim.charts import districts, style
from qisim.outcomes.groups import group_times
from qisim.outcomes.time_to_target import TimeToTarget
from qisim.study.charts.district_coverage import plot_district_coverage
from qisim.words.numbers import percent, target_percent

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.study.results import Results

BESIDE = 14
"""Points between the axes and what stands to the right of them."""

ARROW: Any = {"marker": ">", "markersize": 9, "color": style.RED}


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_district_times(results))


@style.styled
def plot_district_times(results: Results, ax: Axes | None = None) -> Axes:
    """A row for each district: median month at the target, with 50% and 90% intervals that the runs support.

    Where at most one of several districts gets there in half of the runs, coverage at the end is drawn instead. More
    than 40 districts are told by the earliest and the latest 15. Draws into `ax`, or into a new figure.
    """
    coverage = results.scenario.target.coverage
    times = group_times(results.groups, "district", coverage)
    finding = _finding(times, coverage)
    there = sum(time.median < math.inf for time in times.values())
    if there == 0 or there == 1 < len(times):
        return plot_district_coverage(results, ax, finding)
    rows = districts.rows_of(list(times))
    own, ax = ax is None, style.own_axes(ax, districts.height(len(rows)))
    shown = {place: times[name] for place, name in enumerate(rows) if name is not None}
    for place, time in shown.items():
        _district(ax, place, time)
    if any(time.missed for time in shown.values()):
        ax.annotate("runs that do\nnot reach it", (1, 1), (BESIDE, 4), "axes fraction", "offset points", va="bottom",
                    fontsize=style.SMALL, color=style.RED)  # fmt: skip
    districts.frame(ax, rows, len(times))
    style.month_axis(ax, results.scenario.start, shown[0].horizon)
    style.finish(ax, own, finding, results.scenario.title, _keys(list(shown.values())), columns=4)
    return ax


def _district(ax: Axes, place: int, time: TimeToTarget) -> None:
    for level, width, color in districts.INTERVALS:
        ends = _drawn(time, level)
        if ends is not None:
            districts.bar(ax, place, (ends[0], min(ends[1], time.horizon)), width, color)
    if time.median < math.inf:
        districts.median(ax, place, time.median)
    if _goes_on(time):
        ax.plot(time.horizon, place, linestyle="", **ARROW, zorder=4, clip_on=False)
    if time.missed:
        _beside(ax, place, percent(time.missed / time.runs))


def _drawn(time: TimeToTarget, level: float) -> tuple[float, float] | None:
    """An interval that the runs support and that begins before the horizon."""
    ends = time.interval(level)
    return ends if ends is not None and ends[0] < math.inf else None


def _goes_on(time: TimeToTarget) -> bool:
    """Whether the median or an interval lies beyond the horizon or runs past it."""
    drawn = [ends for level, *_ in districts.INTERVALS if (ends := _drawn(time, level))]
    return math.inf in (time.median, *(high for _, high in drawn))


def _beside(ax: Axes, place: float, text: str) -> None:
    """Text to the right of the axes, at the height of a row."""
    ax.annotate(text, (1, place), (BESIDE, 0), ("axes fraction", "data"), "offset points", va="center",
                fontsize=style.SMALL, color=style.RED, annotation_clip=False)  # fmt: skip


def _finding(times: dict[str, TimeToTarget], coverage: float) -> str:
    share, (first, *_, last) = target_percent(coverage), [*times, *times]
    horizon, several = times[first].horizon, times[first].runs > 1
    half = " in half of the runs" if several else ""
    reaching = sum(time.median < math.inf for time in times.values())
    if reaching == 0:
        return f"No district reaches {share} within {horizon} months{half}"
    by = f"{share}{half} by month {times[first].median:.0f}"
    if len(times) == 1:
        return f"{first} reaches {by}"
    if reaching == len(times):
        early, late = (f"({name})".replace(" ", style.NO_BREAK) for name in (first, last))
        return f"Districts reach {by} {early} to {times[last].median:.0f} {late}"
    who = f"Only {first} reaches" if reaching == 1 else f"{reaching} of {len(times)} districts reach"
    return f"{who} {share} within {horizon} months{half}" + (" or more" if several else "")


def _keys(times: list[TimeToTarget]) -> list[Artist]:
    """What the marks mean, of those that are drawn."""
    from matplotlib.lines import Line2D

    keys = [districts.median_key("median" if times[0].runs > 1 else "month reached")]
    keys += districts.bar_keys({level for level, *_ in districts.INTERVALS if any(_drawn(t, level) for t in times)})
    if any(_goes_on(time) for time in times):
        keys.append(Line2D([], [], linestyle="", **ARROW, label="later, or never"))
    return keys
