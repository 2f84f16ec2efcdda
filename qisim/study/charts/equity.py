"""Who is ahead and who is behind: the mean score of each group, and the gap between the best and the worst."""

from __future__ import annotations

from textwrap import fill, shorten
from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import style
from qisim.charts.panels import is_left, panels
from qisim.charts.style import COLORS, LINES
from qisim.outcomes.coverage import fan
from qisim.outcomes.equity import VERDICTS, counting, gap, groupings, title, verdict
from qisim.outcomes.recorded import recorded
from qisim.words.numbers import points
from qisim.words.sentences import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.outcomes.runs import Runs
    from qisim.study.results import Results

MOST_GROUPS = 5
"""More groups than this are told by the best and the worst, the others in grey."""

MOST_LINES = 200
"""Of more groups than this between the best and the worst, so many are drawn, evenly by rank."""


def shown(runs: Runs) -> list[str]:
    """The groupings that are drawn: all but districts, which have a chart of their own, unless there are no others."""
    told = groupings(runs)
    return [grouping for grouping in told if grouping != "district"] or told


def applies(results: Results) -> bool:
    """Whether any grouping has two groups."""
    return bool(shown(results))


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_equity(results)[0])


@style.styled
def plot_equity(results: Results) -> Sequence[Axes]:
    """A panel a grouping, and in it a line a group: mean score by month, median and 90% band over runs.

    Raises ValueError where no grouping has two groups.
    """
    told = shown(results)
    if not told:
        raise ValueError("the facilities are all of one group, so that there is no gap to show")
    drawn = panels(len(told), 1.6, 3.5, sharey=True)
    gaps = {grouping: gap(results, grouping) for grouping in told}
    for ax, grouping in zip(drawn, told, strict=True):
        _panel(ax, results, grouping)
        name = shorten(title(grouping), 40, placeholder=" …")
        ends = f"{points(gaps[grouping][:, 0].mean())} to {points(gaps[grouping][:, -1].mean())} points"
        wide = 60 if len(drawn) == 1 else 30
        ax.set_title(fill(f"By {name}: gap {ends}, {VERDICTS[verdict(gaps[grouping])]}", wide), fontsize=style.SMALL)
        style.month_axis(ax, results.scenario.start, results.scenario.months, most=5 if len(drawn) == 1 else 2)
        style.percent_axis(ax, "mean score of the group, %" if is_left(ax) else "")
    style.heading(style.owner(drawn[0]), _finding(gaps), f"{results.scenario.title}\n{_reading(results)}")
    return drawn


def _panel(ax: Axes, results: Results, grouping: str) -> None:
    arrays = recorded(results)
    groups, months = arrays.groupings()[grouping], arrays.group_months(grouping, "score")
    scores = {groups.names[i]: months[..., i] for i in counting(groups)}
    order = sorted(scores, key=lambda name: -float(scores[name][:, -1].mean()))
    picked = order if len(order) <= MOST_GROUPS else [order[0], order[-1]]
    between = [name for name in order if name not in picked]
    lines = [between[i] for i in np.linspace(0, len(between) - 1, min(len(between), MOST_LINES)).round().astype(int)]
    for name in lines:
        ax.plot(np.median(scores[name], axis=0), color=style.GREY, linewidth=0.7, alpha=0.5, zorder=2)
    for place, name in enumerate(picked):
        bands = fan(scores[name], (0.9,))
        if "low_90" in bands and len(picked) <= 3:
            ax.fill_between(bands.index, bands["low_90"], bands["high_90"], color=COLORS[place], alpha=0.16,
                            linewidth=0, zorder=1)  # fmt: skip
        ax.plot(bands["median"], color=COLORS[place], linestyle=LINES[place], linewidth=2.4, zorder=3,
                label=shorten(name.replace("_", " "), 26, placeholder=" …"))  # fmt: skip
    if between:
        of = f"{len(lines)} of " if len(lines) < len(between) else ""
        ax.plot([], [], color=style.GREY, linewidth=0.7, label=f"{of}{len(between):,} between")
    ax.legend(loc="best", handlelength=2.6)


def _reading(results: Results) -> str:
    if results.replicates == 1:
        return "One run. The gap is between the best and the worst group"
    return "Lines: median of runs; shaded: 90% of runs; gap: best less worst group, mean of runs"


def _finding(gaps: dict[str, np.ndarray]) -> str:
    said = {word: [title(name) for name, values in gaps.items() if VERDICTS[verdict(values)] == word]
            for word in VERDICTS.values()}  # fmt: skip
    parts = [f"{word} by {listed(names)}" for word, names in said.items() if names]
    return f"The gap between best and worst group is {'; '.join(parts)}"
