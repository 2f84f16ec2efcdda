"""Fans of the forecast and of the updated one, with what was seen on top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from qisim.charts import style
from qisim.charts.panels import panels
from qisim.observed.series import MEASURED_WORDS, REPORTED_WORDS
from qisim.outcomes.time_to_target import in_words
from qisim.tracking import tables
from qisim.tracking.tables import fan
from qisim.tracking.target import expected, untold
from qisim.tracking.terms import amount, when
from qisim.words.numbers import percent, score, target_percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.tracking.experiment import Tracked

SCORES = ("score_measured", "score")
NINETY = 1.645
"""Standard deviations on either side that hold 90% of a normal error."""

ERROR = "seen, with 90% of its error"


def coverage_figure(tracked: Tracked) -> Figure:
    """The chart of coverage as a figure of its own."""
    return style.owner(plot_coverage(tracked))


def score_figure(tracked: Tracked) -> Figure:
    """The chart of scores as a figure of its own."""
    return style.owner(plot_score(tracked)[0])


def enrolled_figure(tracked: Tracked) -> Figure:
    """The chart of enrolment as a figure of its own."""
    return style.owner(plot_enrolled(tracked))


def saw(name: str) -> Callable[[Tracked], bool]:
    """Whether a series was seen of all facilities."""
    return lambda tracked: name in national(tracked)


@style.styled
def plot_coverage(tracked: Tracked, ax: Axes | None = None) -> Axes:
    """Share of facilities at the standard by month: forecast, updated forecast, what was seen, target.

    Draws into `ax`, or into a new figure.
    """
    own, ax = ax is None, style.own_axes(ax, 5.4)
    target = tracked.scenario.target
    keys = draw_series(ax, tracked, "at_standard")
    ax.axhline(target.coverage, color=style.RED, linestyle=(0, (5, 3)), linewidth=1.6, zorder=3.5)
    above = target.coverage < 0.9
    label = f"target: {target_percent(target.coverage)} of facilities"
    ax.annotate(label, (0, target.coverage), (6, 3 if above else -3), ("axes fraction", "data"), "offset points",
                color=style.RED, fontsize=style.SMALL, fontweight="bold", va="bottom" if above else "top",
                zorder=6, path_effects=style.halo())  # fmt: skip
    among = style.of_facilities(len(tracked.world))
    style.percent_axis(ax, f"% {among} at the standard\n(score {target.score:.2f} or more)")
    style.month_axis(ax, tracked.scenario.start, tracked.scenario.months)
    style.finish(ax, own, coverage_finding(tracked), tracked.scenario.title, keys, columns=2)
    return ax


@style.styled
def plot_enrolled(tracked: Tracked, ax: Axes | None = None) -> Axes:
    """Share of facilities enrolled by month: forecast, updated forecast, what was seen.

    Draws into `ax`, or into a new figure.
    """
    own, ax = ax is None, style.own_axes(ax, 5.0)
    keys = draw_series(ax, tracked, "enrolled")
    style.percent_axis(ax, f"% {style.of_facilities(len(tracked.world))} enrolled")
    style.month_axis(ax, tracked.scenario.start, tracked.scenario.months)
    style.finish(ax, own, enrolled_finding(tracked), tracked.scenario.title, keys, columns=2)
    return ax


@style.styled
def plot_score(tracked: Tracked) -> Sequence[Axes]:
    """Mean score by month, a panel for the true one and for the reported one, of those that were seen."""
    shown = [name for name in SCORES if name in national(tracked)] or [SCORES[0]]
    titles = [MEASURED_WORDS if name == SCORES[0] else REPORTED_WORDS for name in shown]
    axes = fans(tracked, shown, titles, score_finding(tracked, shown[0]), tracked.scenario.title)
    axes[0].set_ylabel("mean score of all facilities (0-1)")
    return axes


def fans(tracked: Tracked, names: Sequence[str], titles: Sequence[str], finding: str, below: str) -> list[Axes]:
    """A panel a series over all facilities, with its title, in a new figure."""
    axes = panels(len(names), 2.4, 3.1 if len(names) > 1 else 3.4, sharey=True)
    keys: dict[str, Artist] = {}
    for ax, name, title in zip(axes, names, titles, strict=True):
        keys |= {str(key.get_label()): key for key in draw_series(ax, tracked, name)}
        most = 5 if len(names) == 1 else 2
        style.month_axis(ax, tracked.scenario.start, tracked.scenario.months, most=most)
        ax.set_title(title, fontsize=style.SMALL)
    whole = style.owner(axes[0])
    style.heading(whole, finding, below)
    whole.legend(handles=list(keys.values()), loc="outside lower center", ncols=2, columnspacing=1.2, handlelength=1.8)
    return axes


def draw_series(ax: Axes, tracked: Tracked, name: str) -> list[Artist]:
    """One series over all facilities; counts as shares of the facilities. Returns what the marks mean."""
    values = tracked.paths[name]
    keys = [*_forecast(ax, fan(tracked.before, values)), *_updated(ax, fan(tracked.after, values))]
    return keys + _seen(ax, tracked, name)


def _forecast(ax: Axes, bands: pd.DataFrame) -> list[Artist]:
    from matplotlib.patches import Patch

    looks: dict[str, Any] = {"facecolor": "#DDDDDD", "edgecolor": "#AAAAAA", "hatch": "//", "linewidth": 0}
    ax.fill_between(bands.index, bands["low_90"], bands["high_90"], zorder=1, **looks)
    lines = ax.plot(bands["median"], color=style.GREY, linewidth=2, linestyle=(0, (4, 2)), zorder=2,
                    label="forecast: median")  # fmt: skip
    return [Patch(**looks, label="forecast: 90% of runs"), *lines]


def _updated(ax: Axes, bands: pd.DataFrame) -> list[Artist]:
    """The median, and the widest band that the weights support."""
    from matplotlib.patches import Patch

    keys: list[Artist] = []
    for level in ("90", "50"):
        if f"low_{level}" in bands:
            ax.fill_between(bands.index, bands[f"low_{level}"], bands[f"high_{level}"], color=style.BLUE, alpha=0.35,
                            linewidth=0, zorder=3)  # fmt: skip
            keys.append(Patch(color=style.BLUE, alpha=0.35, linewidth=0, label=f"updated: {level}%"))
            break
    return [*keys, *ax.plot(bands["median"], color=style.BLUE, linewidth=3, zorder=4, label="updated: median")]


def _seen(ax: Axes, tracked: Tracked, name: str) -> list[Artist]:
    """The observations of all facilities, and where they end."""
    cells = national(tracked).get(name)
    ax.axvline(tracked.observed.last_month, color=style.INK, linewidth=1, linestyle=":", zorder=2.5)
    if cells is None:
        return []
    scale = len(tracked.world) if tracked.observed.series[name].counts else 1
    values = tracked.observed.table["value"].to_numpy()[cells] / scale
    error = NINETY * tracked.agreement.error_sd[cells]
    ends = np.vstack([np.minimum(error, values), np.minimum(error, 1 - values)])
    months = tracked.observed.table["month"].to_numpy()[cells]
    drawn = ax.errorbar(months, values, yerr=ends, fmt="D", markersize=7, color=style.ORANGE, markeredgecolor=style.INK,
                        markeredgewidth=1, ecolor=style.INK, elinewidth=1, capsize=2, zorder=6, clip_on=False,
                        label=ERROR)  # fmt: skip
    return [cast("Artist", drawn)]


def national(tracked: Tracked) -> dict[str, np.ndarray]:
    """The cells of each series that tell of all facilities, in order of time."""
    table = tracked.observed.table
    return {
        str(table["series"].iloc[cells[0]]): cells
        for cells in tracked.observed.blocks()
        if not table["district"].iloc[cells[0]]
    }


def coverage_finding(tracked: Tracked) -> str:
    """When the target is reached now, or was seen to be, in one line."""
    share, later = target_percent(tracked.scenario.target.coverage), expected(tracked)
    if later is None:
        return _kept_together(untold(tracked))
    first = tracked.arrival(tracked.before)
    before, after = first.median, later.median
    if after == math.inf:
        chances = [percent(time.probability(tracked.scenario.months)) for time in (first, later)]
        if chances[0] == chances[1]:
            return f"Chance of {share} of facilities by the end: still {chances[1]}"
        return f"Chance of {share} of facilities by the end: now {chances[1]}, the forecast was {chances[0]}"
    now = in_words(after, tracked.scenario.start).replace(" ", style.NO_BREAK)
    if after == before:
        return f"{share} of facilities still expected by {now}"
    was = (
        f"instead of month {before:.0f}"
        if before < math.inf
        else f"though forecast not within {tracked.scenario.months} months"
    )
    return _kept_together(f"{share} of facilities now expected by {now}, {was}")


def _kept_together(text: str) -> str:
    """A text whose lines do not end between "month" and its number."""
    return text.replace(" month ", f" month{style.NO_BREAK}")


def score_finding(tracked: Tracked, name: str) -> str:
    """The score at the end, before and after, in one line."""
    before, after = (
        float(w.quantile(tracked.paths[name][:, -1], 0.5)) for w in (tracked.before, tracked.after)
    )  # fmt: skip
    if score(before) == score(after):
        return f"Mean score at the end: still {score(after)}"
    return f"Mean score at the end: now {score(after)}, the forecast was {score(before)}"


def enrolled_finding(tracked: Tracked) -> str:
    """How many facilities were enrolled when last seen, beside the forecast, in one line."""
    rows = tables.seen(tracked)
    rows = rows[(rows["district"] == "") & (rows["series"] == "enrolled")].sort_values("month", kind="stable")
    if rows.empty:
        return "Facilities enrolled, of which nothing was seen"
    last = rows.iloc[-1]
    seen, forecast = (amount(last[column], tracked.observed.series["enrolled"]) for column in ("value", "forecast"))
    return f"Facilities enrolled {when(tracked, last['month'])}: {seen} seen, {forecast} forecast"
