"""What the charts of a sensitivity analysis share: rows with their text above them, and axes in an outcome's unit."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from qisim.show import style
from qisim.show.sensitivity_words import is_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qisim.experiments.sensitivity.estimate import Estimate
    from qisim.outcomes.measures import Measure

LETTERS = 72
INCHES_A_LINE = 0.21
INCHES_A_ROW = 0.42
FRAME = 1.75
BEHIND = {"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 0.8}
"""What keeps text readable above lines, and a text in SVG files."""


def row_axes(ax: Axes | None, labels: Sequence[str]) -> tuple[Axes, list[float]]:
    """Axes with a row for each label, written above it, and the height of each row's marks, from above in inches."""
    texts = [fill(label, LETTERS) for label in labels]
    marks, top = [], 0.1
    tops = []
    for text in texts:
        tops.append(top)
        top += INCHES_A_LINE * (text.count("\n") + 1)
        marks.append(top + INCHES_A_ROW / 2)
        top += INCHES_A_ROW
    ax = style.own_axes(ax, FRAME + top)
    ax.set_ylim(top, 0)
    for text, at in zip(texts, tops, strict=True):
        ax.annotate(text, (0, at), (4, 0), ("axes fraction", "data"), "offset points", va="top",
                    fontsize=style.SMALL, zorder=6, bbox=BEHIND)  # fmt: skip
    ax.set_yticks([])
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    return ax, marks


def dot(ax: Axes, told: Estimate, height: float, **look: Any) -> None:
    """An estimate as a dot on its interval."""
    color = look.pop("color", style.BLUE)
    if told.low is not None and told.high is not None:
        ax.plot([told.low, told.high], [height, height], color=color, linewidth=5, solid_capstyle="butt", alpha=0.55,
                zorder=3)  # fmt: skip
    ax.plot(told.value, height, look.pop("marker", "o"), color=color, markeredgecolor=style.INK, markersize=8,
            zorder=5, **look)  # fmt: skip


def key(color: str, label: str, marker: str = "o", **look: Any) -> Any:
    """The key of what `dot` draws."""
    from matplotlib.lines import Line2D

    return Line2D([], [], color=color, linewidth=5, marker=marker, markeredgecolor=style.INK, markersize=8, label=label,
                  **look)  # fmt: skip


def value_axis(ax: Axes, measure: Measure, *, along: bool = True) -> None:
    """An axis in the unit of an outcome."""
    axis = ax.xaxis if along else ax.yaxis
    axis.set_label_text(fill(measure.name, 58))
    in_percent(axis, measure)


def in_percent(axis: Any, measure: Measure) -> None:
    """Ticks in per cent where the outcome is a share."""
    from matplotlib.ticker import PercentFormatter

    if is_share(measure):
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
