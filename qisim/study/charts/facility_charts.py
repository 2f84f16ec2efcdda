"""Run charts of a few facilities of one future, as their teams would draw them from their own figures."""

from __future__ import annotations

from textwrap import fill, shorten
from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.charts.panels import is_left, panels
from qisim.charts.run_chart import draw_run_chart, of_charts
from qisim.model import rules
from qisim.outcomes.run_chart import RunChart, run_chart
from qisim.study.typical import typical_future

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.study.results import Results
    from qisim.world.world import World

MIDDLE, FIRST, REMOTEST, NEVER = "In the middle", "First at the standard", "Remotest", "Never at the standard"
POINT = 4.0


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_run_charts(results)[0])


@style.styled
def plot_run_charts(results: Results) -> Sequence[Axes]:
    """The reported score of up to four facilities of the typical future by month, with median, shifts and trends.

    The facilities: in the middle by score at the end, first at the standard, remotest, and never at the standard.
    """
    future = typical_future(results, results.world, results.seed)
    number = int(future.months["replicate"].iloc[0])
    chosen = typical_facilities(future)
    drawn = panels(len(chosen), 2.4, 2.9, sharey=True)
    charts = [facility_panel(ax, future, role, row) for ax, (role, row) in zip(drawn, chosen.items(), strict=True)]
    whole, scenario = style.owner(drawn[0]), results.scenario
    below = f"{scenario.title}\nRun number {number}, a typical one; facilities' own figures\n{by_luck(charts)}"
    style.heading(whole, finding(charts), below)
    whole.legend(handles=keys(), loc="outside lower center", ncols=2)
    return drawn


def typical_facilities(future: Results) -> dict[str, int]:
    """Facilities by what they stand for, as rows of the registry; none twice, and none where nobody is of a kind."""
    scores, target = by_facility(future, "score"), future.scenario.target.score
    there = rules.reaches(scores, target)
    order = np.argsort(scores[:, -1], kind="stable")
    arrived = np.where(there.any(axis=1), there.argmax(axis=1), scores.shape[1]).astype(float)
    arrived[there[:, 0]] = np.inf  # at the standard from the start: nothing to see
    arrived[arrived == scores.shape[1]] = np.inf
    chosen = {MIDDLE: int(order[len(order) // 2])}
    ways = {
        FIRST: (arrived, np.isfinite(arrived)),
        REMOTEST: (-future.world.facilities["travel_days"].to_numpy(float), np.full(len(scores), True)),
        NEVER: (scores[:, -1], ~there.any(axis=1)),
    }
    for role, (least, may) in ways.items():
        free = np.flatnonzero(may & ~np.isin(np.arange(len(scores)), list(chosen.values())))
        if len(free):
            chosen[role] = int(free[np.argmin(least[free])])
    return chosen


def remotest(world: World) -> int:
    """The row of the facility that is the longest journey away."""
    return int(world.facilities["travel_days"].to_numpy(float).argmax())


def by_facility(future: Results, column: str) -> np.ndarray:
    """A column of every facility of one future by month, float64[F, M + 1], in the order of the registry."""
    rows = future.facility_months
    if rows is None:
        raise ValueError("the run has no table of facilities by month; run it with detail")
    values = np.full((len(future.world), future.scenario.months + 1), np.nan)
    facility = rows["facility"].cat.set_categories(list(future.world.facilities["id"])).cat.codes
    values[facility, rows["month"]] = rows[column]
    return values


def reviewed(future: Results, row: int) -> np.ndarray:
    """The score that a facility reports in each month from the first, float64[M]; NaN where it reviews no records.

    Outside a programme records are reviewed every few months, and what was found then is reported until the next time.
    """
    score, anew = by_facility(future, "reported_score")[row], by_facility(future, "reviewed")[row]
    return np.where(anew[1:] > 0, score[1:], np.nan)


def facility_panel(ax: Axes, future: Results, role: str, row: int, letters: int = 56) -> RunChart:
    """Draw the run chart of the facility in this row of the registry."""
    chart = run_chart(reviewed(future, row))
    draw_run_chart(ax, chart, POINT)
    name = str(future.world.facilities["name"].iloc[row])
    ax.set_title(fill(shorten(f"{role}: {name}", letters, placeholder=" …"), 30), fontsize=style.SMALL)
    style.month_axis(ax, future.scenario.start, future.scenario.months, most=2)
    ax.set_xlim(0, future.scenario.months + 1)
    style.percent_axis(ax, "reported score, %" if is_left(ax) else "")
    return chart


def finding(charts: Sequence[RunChart]) -> str:
    """In how many of the charts the rules find more than chance."""
    signals = sum(chart.signal for chart in charts)
    if not signals:
        return "The rules find no signal in any run chart"
    if len(charts) == 1:
        return "The rules find a signal in the run chart"
    return f"The rules find a signal in {'all' if signals == len(charts) else signals} of {len(charts)} run charts"


def by_luck(charts: Sequence[RunChart]) -> str:
    """In how many of the charts luck alone would make a signal."""
    chances = [chart.chance for chart in charts]
    if len(charts) == 1:
        return f"Luck alone makes a signal in {of_charts(chances[0])}"
    return f"Luck alone makes a signal in about {sum(chances):.1f} of {len(charts)} such charts"


def keys() -> list[Artist]:
    """What the marks mean."""
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=style.BLUE, marker="o", markersize=POINT, linewidth=1.2, label="reported by the team"),
        Line2D([], [], color=style.INK, linewidth=1.8, label="median of all points"),
        Line2D([], [], linestyle="", marker="s", markersize=2 * POINT, markerfacecolor="none",
               markeredgecolor=style.RED, markeredgewidth=1.4, label="shift: 6 or more on one side"),
        Line2D([], [], linestyle="", marker="^", markersize=1.5 * POINT, color=style.ORANGE,
               markeredgecolor=style.INK, markeredgewidth=0.8, label="trend: 5 or more up or down"),
    ]  # fmt: skip
