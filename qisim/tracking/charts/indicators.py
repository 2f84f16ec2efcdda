"""Where each indicator that was seen stands to its forecast, month by month."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.charts.panels import LETTERS, MOST_PANELS, is_left
from qisim.tracking import tables
from qisim.tracking.charts.fan import fans, national
from qisim.tracking.standing import counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.tracking.experiment import Tracked


def figure(tracked: Tracked) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_indicators(tracked)[0])


def applies(tracked: Tracked) -> bool:
    """Whether any single indicator was seen of all facilities."""
    return bool(_seen(tracked))


@style.styled
def plot_indicators(tracked: Tracked) -> Sequence[Axes]:
    """The mean of each indicator by month: forecast, updated forecast, what was seen. Draws into a new figure.

    Of more than `MOST_PANELS` series the first ones are drawn; `seen.csv` has all.
    """
    names = _seen(tracked)
    shown = names[:MOST_PANELS]
    titles = [fill(tracked.observed.series[name].words, LETTERS) for name in shown]
    below = tracked.scenario.title
    if len(names) > len(shown):
        below += f"\nthe first {len(shown)} of {len(names)} series; all in seen.csv"
    axes = fans(tracked, shown, titles, _finding(tracked, names), below)
    for ax in axes:
        if is_left(ax):
            ax.set_ylabel("mean of all facilities (0-1)")
    return axes


def _seen(tracked: Tracked) -> list[str]:
    """The series of indicators that were seen of all facilities."""
    return [
        name for name in tracked.observed.names if tracked.observed.series[name].indicator and name in national(tracked)
    ]


def _finding(tracked: Tracked, names: Sequence[str]) -> str:
    """How many of the series stand where, each by its last observation."""
    rows = tables.seen(tracked)
    rows = rows[(rows["district"] == "") & rows["series"].isin(names)].sort_values("month", kind="stable")
    behind, ahead = counts(rows.drop_duplicates("series", keep="last"))
    if not behind and not ahead:
        return "Indicators last seen within the forecast" if len(names) > 1 else "Last seen within the forecast"
    what = "1 series of indicators" if len(names) == 1 else f"{len(names)} series of indicators"
    return f"Of {what}, {behind or 'none'} last seen behind the forecast and {ahead or 'none'} ahead"
