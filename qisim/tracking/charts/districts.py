"""Where each district that was seen stands to its forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from qisim.charts import districts, style
from qisim.observed.series import Series
from qisim.tracking import tables
from qisim.tracking.standing import counts, judged_by
from qisim.tracking.terms import when

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.tracking.experiment import Tracked

SEEN: Any = {"marker": "D", "markersize": 8, "color": style.ORANGE, "markeredgecolor": style.INK}

MEDIAN: Any = {"marker": "|", "markersize": 18, "markeredgewidth": 2.5, "color": style.BLUE}
"""Tall enough to be seen behind what was seen."""


def figure(tracked: Tracked) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_districts(tracked))


def applies(tracked: Tracked) -> bool:
    """Whether any single district was seen."""
    return bool(tracked.observed.districts)


@style.styled
def plot_districts(tracked: Tracked, ax: Axes | None = None) -> Axes:
    """A row for each district: its last observation, and median and 90% of the forecast of that month.

    More than 40 districts are told by the 15 furthest behind and the 15 furthest ahead. Draws into `ax`, or into a new
    figure.
    """
    series, rows = _rows(tracked)
    shown = districts.rows_of(list(rows["district"]))
    own, ax = ax is None, style.own_axes(ax, districts.height(len(shown)))
    _, width, color = districts.INTERVALS[0]
    for place, district in enumerate(shown):
        if district is None:
            continue
        row = rows[rows["district"] == district].iloc[0]
        districts.bar(ax, place, (row["forecast_low"], row["forecast_high"]), 3 * width, color)
        ax.plot(row["forecast"], place, **MEDIAN, zorder=4, clip_on=False)
        ax.plot(row["value"], place, **SEEN, zorder=5, clip_on=False)
    districts.frame(ax, shown, len(rows))
    if series.counts:
        from matplotlib.ticker import MaxNLocator

        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlim(left=0)
    ax.set_xlabel(f"{series.words}{'' if series.counts else ' (0-1)'}\nin the last month seen of each district")
    below, others = tracked.scenario.title, len(tracked.observed.districts) - len(rows)
    if others:
        below += f"\n{others} more of the districts seen {'tells' if others == 1 else 'tell'} of other series only"
    style.finish(ax, own, _finding(tracked, rows), below, _keys(), columns=3)
    return ax


def _rows(tracked: Tracked) -> tuple[Series, pd.DataFrame]:
    """A series and its last row of each district, furthest behind first.

    Of the series seen in the last month of a district it is the one that matters most, among those of which many
    districts tell then: at least half as many as of any.
    """
    table = tables.seen(tracked)
    table = table[table["district"] != ""]
    last = table[table["month"] == table.groupby("district")["month"].transform("max")]
    times = last["series"].value_counts()
    series = judged_by(tracked, last[last["series"].isin(times.index[2 * times >= times.max()])])
    rows = table[table["series"] == series.name].sort_values("month", kind="stable")
    rows = rows.drop_duplicates("district", keep="last")
    return series, rows.sort_values(["runs_below", "district"], kind="stable")


def _finding(tracked: Tracked, rows: pd.DataFrame) -> str:
    behind, ahead = counts(rows)
    counted = "1 district" if len(rows) == 1 else f"{len(rows)} districts"
    told = f"Of {counted}, {behind or 'none'} behind the forecast and {ahead or 'none'} ahead"
    months = rows["month"].unique()
    return f"{told}, {when(tracked, months[0])}" if len(months) == 1 else told


def _keys() -> list[Artist]:
    from matplotlib.lines import Line2D

    _, width, color = districts.INTERVALS[0]
    return [
        Line2D([], [], linestyle="", **SEEN, label="seen"),
        Line2D([], [], linestyle="", **MEDIAN, label="forecast: median"),
        Line2D([], [], color=color, linewidth=3 * width, label="forecast: 90% of runs"),
    ]
