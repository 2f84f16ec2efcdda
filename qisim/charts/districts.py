"""What charts with a row for each district share: which rows there are, their intervals, their marks."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

from qisim.charts import style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

MOST_ROWS = 40
AT_EACH_END = 15
MOST_LETTERS = 24

INTERVALS = ((0.9, 2.0, style.GREY), (0.5, 7.0, style.BLUE))
"""Level, width of the line in points, colour."""


def rows_of(names: list[str]) -> list[str | None]:
    """The districts to draw; None stands for those left out between the first 15 and the last 15 of more than 40."""
    if len(names) <= MOST_ROWS:
        return list(names)
    return [*names[:AT_EACH_END], None, *names[-AT_EACH_END:]]


def height(rows: int) -> float:
    """Inches of a figure with so many rows."""
    return 3.1 + 0.28 * rows


def frame(ax: Axes, rows: list[str | None], districts: int) -> None:
    """Name the rows, from the top down."""
    left_out = f"… {districts - 2 * AT_EACH_END} between …"
    ax.set_yticks(range(len(rows)), [shorten(n, MOST_LETTERS, placeholder="…") if n else left_out for n in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.grid(False, axis="y")
    for place in range(len(rows)):
        ax.axhline(place, color=style.FAINT, linewidth=0.8, zorder=0)


def bar(ax: Axes, place: int, ends: tuple[float, float], width: float, color: str) -> None:
    """An interval in a row."""
    ax.plot(ends, [place, place], color=color, linewidth=width, solid_capstyle="butt", zorder=2)


def median(ax: Axes, place: int, value: float) -> None:
    """The median of a row."""
    ax.plot(value, place, "o", markersize=8, color="white", markeredgecolor=style.INK, markeredgewidth=1.8, zorder=4,
            clip_on=False)  # fmt: skip


def median_key(label: str) -> Artist:
    """What the mark of `median` means."""
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="", marker="o", markersize=8, color="white", markeredgecolor=style.INK,
                  markeredgewidth=1.8, label=label)  # fmt: skip


def bar_keys(levels: set[float]) -> list[Artist]:
    """What bars of these levels mean."""
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=color, linewidth=width, label=f"{level:.0%} of runs")
        for level, width, color in reversed(INTERVALS)
        if level in levels
    ]
