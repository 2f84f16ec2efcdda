"""When each district reaches the target: intervals over runs, earliest district first."""

from __future__ import annotations

import math
from textwrap import shorten
from typing import TYPE_CHECKING

import numpy as np

from qisim.outcomes.groups import group_times
from qisim.outcomes.outcome import percent, target_percent
from qisim.outcomes.time_to_target import TimeToTarget
from qisim.show import style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.experiments.results import Results

MOST_ROWS = 40
AT_EACH_END = 15
MOST_LETTERS = 24
BESIDE = 12
"""Points between the axes and what stands to the right of them."""

INTERVALS = ((0.9, 2.0, style.GREY), (0.5, 7.0, style.BLUE))
"""Level, width of the line in points, colour."""


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_district_times(results))


@style.styled
def plot_district_times(results: Results, ax: Axes | None = None) -> Axes:
    """A row for each district: median month at the target, with 50% and 90% intervals that the runs support.

    More than 40 districts are told by the earliest and the latest 15. Draws into `ax`, or into a new figure.
    """
    own, coverage = ax is None, results.scenario.target.coverage
    times = group_times(results.groups, "district", coverage)
    rows = _rows(list(times))
    ax = style.own_axes(ax, 2.9 + 0.28 * len(rows))
    shown = {place: times[name] for place, name in enumerate(rows) if name is not None}
    for place, time in shown.items():
        _district(ax, place, time)
    if any(time.missed for time in shown.values()):
        ax.annotate("runs that do\nnot reach it", (1, 1), (BESIDE, 4), "axes fraction", "offset points", va="bottom",
                    fontsize=style.SMALL, color=style.RED)  # fmt: skip
    _frame(ax, rows, len(times))
    style.month_axis(ax, results.scenario.start, shown[0].horizon)
    style.finish(ax, own, _finding(times, coverage), results.scenario.title, _keys(list(shown.values())), columns=4)
    return ax


def _rows(names: list[str]) -> list[str | None]:
    """The districts to draw; None stands for those left out between the earliest and the latest."""
    if len(names) <= MOST_ROWS:
        return list(names)
    return [*names[:AT_EACH_END], None, *names[-AT_EACH_END:]]


def _district(ax: Axes, place: int, time: TimeToTarget) -> None:
    for level, width, color in INTERVALS:
        ends = time.interval(level)
        if ends is not None and _reaches(ends):
            ax.plot(np.minimum(ends, time.horizon), [place, place], color=color, linewidth=width,
                    solid_capstyle="butt", zorder=2)  # fmt: skip
    if time.median < math.inf:
        ax.plot(time.median, place, "o", markersize=8, color="white", markeredgecolor=style.INK, markeredgewidth=1.8,
                zorder=4, clip_on=False)  # fmt: skip
    else:
        ax.plot(time.horizon, place, ">", markersize=9, color=style.RED, zorder=4, clip_on=False)
    if time.missed:
        _beside(ax, place, percent(time.missed / time.runs))


def _reaches(ends: tuple[float, float] | None) -> bool:
    """Whether an interval begins before the horizon, and can be drawn."""
    return ends is not None and ends[0] < math.inf


def _beside(ax: Axes, place: float, text: str) -> None:
    """Text to the right of the axes, at the height of a row."""
    ax.annotate(text, (1, place), (BESIDE, 0), ("axes fraction", "data"), "offset points", va="center",
                fontsize=style.SMALL, color=style.RED, annotation_clip=False)  # fmt: skip


def _frame(ax: Axes, rows: list[str | None], districts: int) -> None:
    left_out = f"… {districts - 2 * AT_EACH_END} between …"
    ax.set_yticks(range(len(rows)), [shorten(n, MOST_LETTERS, placeholder="…") if n else left_out for n in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    for place in range(len(rows)):
        ax.axhline(place, color=style.FAINT, linewidth=0.8, zorder=0)


def _finding(times: dict[str, TimeToTarget], coverage: float) -> str:
    share, (first, *_, last) = target_percent(coverage), [*times, *times]
    behind = sum(time.median == math.inf for time in times.values())
    often = " in half of the runs" if times[first].runs > 1 else ""
    if behind == len(times):
        return f"No district reaches {share} within {times[first].horizon} months{often}"
    if behind:
        return f"{behind} of {len(times)} districts do not reach {share} within {times[first].horizon} months{often}"
    if len(times) == 1:
        return f"{first} reaches {share} in month {times[first].median:.0f}"
    return (f"Districts reach {share} between month {times[first].median:.0f} ({first}) "
            f"and month {times[last].median:.0f} ({last})")  # fmt: skip


def _keys(times: list[TimeToTarget]) -> list[Artist]:
    """What the marks mean, of those that are drawn."""
    from matplotlib.lines import Line2D

    keys: list[Artist] = []
    if any(time.median < math.inf for time in times):
        keys.append(Line2D([], [], linestyle="", marker="o", markersize=8, color="white", markeredgecolor=style.INK,
                           markeredgewidth=1.8, label="median" if times[0].runs > 1 else "month reached"))  # fmt: skip
    keys += [
        Line2D([], [], color=color, linewidth=width, label=f"{level:.0%} of runs")
        for level, width, color in reversed(INTERVALS)
        if any(_reaches(time.interval(level)) for time in times)
    ]
    if any(time.median == math.inf for time in times):
        keys.append(Line2D([], [], linestyle="", marker=">", markersize=8, color=style.RED, label="later, or never"))
    return keys
