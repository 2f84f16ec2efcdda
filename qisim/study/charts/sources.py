"""Where facilities had learnt of the practices that they adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.outcomes.attribution import counts, mean_shares
from qisim.outcomes.intervals import LEVEL
from qisim.words.numbers import count, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.study.results import Results

MOST = 0.5


def applies(results: Results) -> bool:
    """Whether anything was adopted after the start."""
    return bool(counts(results).to_numpy().any())


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_sources(results))


@style.styled
def plot_sources(results: Results, ax: Axes | None = None) -> Axes:
    """A bar a source: its mean share of the adoptions after the start, and the range of 90% of runs.

    Draws into `ax`, or into a new figure. Raises ValueError where nothing was adopted.
    """
    told = mean_shares(results)
    if told.empty:
        raise ValueError("nothing was adopted, so that there are no sources to show")
    own, ax = ax is None, style.own_axes(ax, 2.3 + 0.42 * len(told))
    keys = _bars(ax, told, results.replicates)
    ax.set_yticks(range(len(told)), told["words"])
    ax.invert_yaxis()
    style.percent_axis(ax, "% of the adoptions after the start", along=True)
    ax.set_xlim(0, 1.12)
    ax.grid(False, axis="y")
    adopted = count(float(counts(results).sum(axis=1).mean()))
    mean = "" if results.replicates == 1 else ", mean of runs"
    below = f"{results.scenario.title}\n{adopted} times a facility took an idea into use{mean}"
    style.finish(ax, own, _finding(told), below, keys, columns=2)
    return ax


def _bars(ax: Axes, told: pd.DataFrame, runs: int) -> list[Artist]:
    places = range(len(told))
    bars = ax.barh(places, told["mean"], 0.62, color=style.BLUE, zorder=2)
    bars[0].set_label("mean of runs" if runs > 1 else "the run")
    keys: list[Artist] = [bars[0]]
    if told["low"].notna().all():
        ends = ax.hlines(places, told["low"], told["high"], color=style.ORANGE, linewidth=3, zorder=3)
        ends.set_label(f"{LEVEL:.0%} of runs")
        keys.append(ends)
    for place, end, mean in zip(places, told[["mean", "high"]].max(axis=1), told["mean"], strict=True):
        ax.annotate(percent(mean), (end, place), (6, 0), "data", "offset points", va="center", fontsize=style.SMALL)
    return keys


def _finding(told: pd.DataFrame) -> str:
    words, share = told["words"].iloc[0], float(told["mean"].iloc[0])
    if share > MOST:
        return f"Most adoptions go back to {words}: {percent(share)}"
    return f"The first source of adoptions is {words}: {percent(share)}"
