"""What the charts of a sensitivity analysis share: rows with their text above them, and axes in an outcome's unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any

from qisim.charts import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qisim.outcomes.meaning import Meaning
    from qisim.sensitivities.methods.estimate import Estimate

WIDTH = 4.5
"""Width of a chart in inches: so small that its type can be read on a phone that shows the whole width."""

LETTERS, LETTERS_ALONG = 46, 36
"""Letters that surely fit a row, and a line below an axis."""

INCHES_A_LINE = 0.21
INCHES_A_ROW = 0.42
APART = 0.12
"""Inches from the marks of a row to the text of the next."""

FRAME = 1.75
MOST_TICKS = 5
BEHIND = {"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 0.8}
"""What keeps text readable above lines, and a text in SVG files."""


def row_axes(ax: Axes | None, labels: Sequence[str]) -> tuple[Axes, list[float]]:
    """Axes with a row for each label, written above it, and the height of each row's marks, from above in inches."""
    texts = [fill(label, LETTERS) for label in labels]
    marks, top = [], 0.0
    tops = []
    for text in texts:
        top += APART
        tops.append(top)
        top += INCHES_A_LINE * (text.count("\n") + 1)
        marks.append(top + INCHES_A_ROW / 2)
        top += INCHES_A_ROW
    if ax is None:
        ax = style.new_figure(FRAME + top, WIDTH).subplots()
    ax.set_ylim(top, 0)
    for text, at in zip(texts, tops, strict=True):
        ax.annotate(text, (0, at), (2, 0), ("axes fraction", "data"), "offset points", va="top",
                    fontsize=style.SMALL, zorder=6, bbox=BEHIND)  # fmt: skip
    ax.set_yticks([])
    ax.grid(axis="y", visible=False)
    ax.spines["left"].set_visible(False)
    return ax, marks


def line_in_rows(ax: Axes, at: float, heights: Sequence[float], **look: Any) -> None:
    """A vertical line through the marks of each row, but not through their texts."""
    half = INCHES_A_ROW / 2
    ax.vlines([at] * len(heights), [one - half for one in heights], [one + half for one in heights], **look)


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


@dataclass(frozen=True)
class Scale:
    """How values of a chart are told, all alike.

    `unit` is what the chart has to say of it, such as "in millions"; `each` follows a value that stands by itself, such
    as "million US$".
    """

    form: Callable[[float], str]
    gap: Callable[[float], str]
    unit: str = ""
    each: str = ""

    def alone(self, value: float) -> str:
        """A value with its unit."""
        return f"{self.form(value)} {self.each}".strip()

    def named(self, name: str) -> str:
        """A name with what is to be said of its unit."""
        return f"{name}, {self.unit}" if self.unit else name


SIZES = ((1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


def scale_of(measure: Meaning, values: Sequence[float]) -> Scale:
    """One unit for all these values: of money in thousands, millions or billions."""
    if measure.kind != "money":
        return Scale(measure.form, measure.gap, each=measure.unit if measure.kind in ("time", "gap") else "")
    largest = max(map(abs, values))
    by, word = next((size for size in SIZES if largest >= size[0]), (1.0, ""))
    digits = 0 if largest / by >= 100 else 1 if largest / by >= 10 else 2

    def told(value: float) -> str:
        return f"{value / by:,.{digits}f}"

    least = 10.0**-digits
    return Scale(told, lambda gap: told(gap) if gap / by >= least else f"{gap / by:.1g}",
                 f"in {word}s" if word else "", f"{word} {measure.unit}".strip())  # fmt: skip


def value_axis(ax: Axes, measure: Meaning, scale: Scale | None = None) -> None:
    """A horizontal axis in the unit of an outcome, on the `scale` of other texts of the chart if there are any."""
    ax.set_xlabel(fill(in_unit(ax.xaxis, measure, scale).named(measure.name), LETTERS_ALONG))


def in_unit(axis: Any, measure: Meaning, scale: Scale | None = None) -> Scale:
    """Ticks in per cent where the outcome is a share, and in one unit, that of `scale` if given, where it is money."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

    scale = scale or scale_of(measure, axis.get_view_interval())
    axis.set_major_locator(MaxNLocator(MOST_TICKS))
    if measure.is_share:
        axis.set_major_formatter(PercentFormatter(1, decimals=0))
    elif measure.kind == "money":
        axis.set_major_formatter(FuncFormatter(lambda value, _: scale.form(value)))
    return scale
