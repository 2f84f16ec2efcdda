"""Fan chart: how the share of facilities at the standard develops, and how differently it may."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.charts.fan import draw_fan
from qisim.outcomes.runs import by_run
from qisim.outcomes.time_to_target import TimeToTarget, in_words, peaks, time_to_target
from qisim.study.typical import typical_replicate
from qisim.words.numbers import percent, target_percent

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.study.results import Results

MOST_SINGLE_RUNS = 40


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_coverage(results))


@style.styled
def plot_coverage(results: Results, ax: Axes | None = None) -> Axes:
    """Coverage by month: single runs, one of them picked out, bands that the number of runs supports, median, target.

    Draws into `ax`, or into a new figure.
    """
    own, ax = ax is None, style.own_axes(ax, 5.3)
    scenario = results.scenario
    coverage = by_run(results.months, "coverage")
    time = time_to_target(results.months, scenario.target.coverage)
    keys = _single_runs(ax, coverage)
    number = typical_replicate(results.months, scenario.target.coverage)
    picked = sorted(results.months["replicate"].unique()).index(number)
    keys += ax.plot(coverage[picked], color=style.ORANGE, linewidth=2, zorder=4, label=f"one run (number {number})")
    if len(coverage) > 1:
        keys += draw_fan(ax, coverage)
    _target(ax, scenario.target.coverage, time)
    among = style.of_facilities(len(results.facility_summary))
    style.percent_axis(ax, f"% {among} at the standard\n(score {scenario.target.score:.2f} or more)")
    style.month_axis(ax, scenario.start, coverage.shape[1] - 1)
    style.finish(ax, own, finding(results, time), scenario.title, keys, columns=3)
    return ax


def _single_runs(ax: Axes, coverage: np.ndarray) -> list[Artist]:
    shown = min(len(coverage), MOST_SINGLE_RUNS)
    if shown == 1:
        return []
    lines = ax.plot(coverage[:shown].T, color=style.GREY, linewidth=0.7, alpha=0.3, zorder=2)
    lines[0].set_label(f"{shown} single runs")
    return [lines[0]]


def _target(ax: Axes, coverage: float, time: TimeToTarget) -> None:
    """The aimed-at coverage, and the median time of reaching it."""
    ax.axhline(coverage, color=style.RED, linestyle=(0, (5, 3)), linewidth=1.6, zorder=3.5)
    above = coverage < 0.9
    ax.annotate(f"target: {target_percent(coverage)} of facilities", (0, coverage), (6, 3 if above else -3),
                ("axes fraction", "data"), "offset points", color=style.RED, fontsize=style.SMALL, fontweight="bold",
                va="bottom" if above else "top", zorder=6, path_effects=style.halo())  # fmt: skip
    if time.median < math.inf:
        ax.plot(time.median, coverage, "o", markersize=9, color="white", markeredgecolor=style.INK, markeredgewidth=2,
                zorder=7, clip_on=False)  # fmt: skip


def finding(results: Results, time: TimeToTarget) -> str:
    """When the target is reached, in one line."""
    share = target_percent(results.scenario.target.coverage)
    if time.missed == time.runs:
        highest = percent(float(np.median(peaks(results.months)[0])))
        within = f"{share} of facilities within {time.horizon} months"
        if time.runs == 1:
            return f"The run does not reach {within}; its peak is {highest}"
        return f"No run reaches {within}; half never {'exceed' if highest != '0%' else 'leave'} {highest}"
    if time.median == math.inf:
        reaching = f"{time.runs - time.missed} of {time.runs} runs"
        return f"{reaching} reach {share} of facilities within {time.horizon} months"
    if time.median == 0:
        return f"{share} of facilities are at the standard from the start"
    month = in_words(time.median, results.scenario.start).replace(" ", style.NO_BREAK)
    if time.runs == 1:
        return f"{share} of facilities are at the standard in {month}"
    return f"Half of the runs reach {share} of facilities by {month}"
