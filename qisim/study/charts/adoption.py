"""Small charts, one for each change idea: where it is known, in use, and in use with effect."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.outcomes.adoption import Use, idea_shares
from qisim.outcomes.coverage import fan
from qisim.outcomes.intervals import supported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.study.results import Results

MOST_IDEAS = 12
COLUMNS = 2
KEY_PANEL = "key"
LINES: dict[Use, tuple[str, str, str]] = {
    "aware": (style.GREY, ":", "known"),
    "adopted": (style.ORANGE, "--", "in use"),
    "working": (style.BLUE, "-", "in use and working"),
}


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_adoption(results)[0])


@style.styled
def plot_adoption(results: Results, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """The share of facilities that know each idea, use it, and use it with effect: median and 90% band over runs.

    Draws into `axes`, one for each idea, or into a new figure, which shows the first 12 ideas. Raises ValueError when
    the axes are too few.
    """
    ideas = [idea.name for idea in results.scenario.ideas]
    shown = ideas if axes is not None else ideas[:MOST_IDEAS]
    drawn = _new_axes(len(shown)) if axes is None else axes
    if len(drawn) < len(shown):
        raise ValueError(f"{len(shown)} ideas need as many axes, found {len(drawn)}")
    for ax, idea in zip(drawn, shown, strict=False):
        _idea(ax, results, idea)
    if axes is None:
        for ax in drawn:
            ax.label_outer()
        _frame(drawn, results, len(ideas))
    return drawn


def _new_axes(ideas: int) -> list[Axes]:
    """Panels in two columns. Beside an odd first one there is room, which the key takes; so all columns end alike."""
    columns = min(ideas, COLUMNS)
    free = -ideas % columns
    rows = (ideas + free) // columns
    figure = style.new_figure(2.9 + 2.1 * rows)
    grid = figure.add_gridspec(rows, columns)
    places = [divmod(place, columns) for place in range(rows * columns)]
    del places[columns - free : columns]
    axes: list[Axes] = []
    for row, column in places:
        shared = {"sharex": axes[0], "sharey": axes[0]} if axes else {}
        axes.append(figure.add_subplot(grid[row, column], **shared))
    if free:
        figure.add_subplot(grid[0, columns - 1], label=KEY_PANEL, xticks=(), yticks=(), frame_on=False)
    return axes


def _idea(ax: Axes, results: Results, idea: str) -> None:
    for use, (color, line, label) in LINES.items():
        bands = fan(idea_shares(results, idea, use), (0.9,))
        if "low_90" in bands and use != "aware":
            ax.fill_between(bands.index, bands["low_90"], bands["high_90"], color=color, alpha=0.2, linewidth=0)
        ax.plot(bands["median"], color=color, linestyle=line, linewidth=2.4, label=label)
    ax.set_title(fill(idea, 30), fontsize=style.SMALL)
    style.percent_axis(ax, f"% {style.of_facilities(len(results.facility_summary))}")
    style.month_axis(ax, results.scenario.start, results.scenario.months, most=2)
    ax.yaxis.label.set_fontsize(style.SMALL)


def _frame(axes: Sequence[Axes], results: Results, ideas: int) -> None:
    whole = style.owner(axes[0])
    left_out = f" (first {len(axes)} of {ideas})" if ideas > len(axes) else ""
    style.heading(whole, f"Where change ideas are in use, and where they work{left_out}", results.scenario.title)
    keys, labels = axes[0].get_legend_handles_labels()
    meaning = "median of runs; shaded: 90% of runs" if supported(0.9, results.replicates) else "median of runs"
    told = None if results.replicates == 1 else meaning
    free = next((ax for ax in whole.axes if ax.get_label() == KEY_PANEL), None)
    if free is None:
        whole.legend(keys, labels, loc="outside lower center", ncols=3, title=told, title_fontsize=style.SMALL)
    else:
        title = told and told.replace("; ", "\n")
        free.legend(keys, labels, loc="center", title=title, title_fontsize=style.SMALL, alignment="left")
