"""Tornado: how far an outcome moves when one input is low or high."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.sensitivities.charts.rows import line_in_rows, row_axes, value_axis
from qisim.sensitivities.words import asks, bars, basis

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from qisim.sensitivities.experiment import Analysis
    from qisim.sensitivities.methods.effects import Effects
    from qisim.sensitivities.methods.sample import Sample

BAR = 0.15


@style.styled
def plot_effects(one: Analysis, ax: Axes | None = None) -> Axes:
    """A row an input, the largest effect first: the outcome with it low and high. Draws into `ax`, or a new figure."""
    from matplotlib.patches import Patch

    assert one.effects is not None
    own, found = ax is None, one.effects
    ax, heights = row_axes(ax, [f"{e.factor.name}: {e.low}, or {e.high}" for e in found.effects])
    for effect, height in zip(found.effects, heights, strict=True):
        sides = ((effect.at_low, style.ORANGE, "//", -1), (effect.at_high, style.BLUE, "", 1))
        for told, color, hatch, side in sides:
            at = height + side * BAR / 2
            ax.barh(
                at, told.value, BAR, found.middle, color=color, hatch=hatch, edgecolor="white", linewidth=0, zorder=2
            )
            if told.low is not None and told.high is not None:
                ax.plot([found.middle + told.low, found.middle + told.high], [at, at], color=style.INK, linewidth=1.6,
                        marker="|", markersize=8, zorder=4)  # fmt: skip
    line_in_rows(ax, found.middle, heights, color=style.INK, linewidth=1.4, zorder=3)
    value_axis(ax, one.measure)
    first = Patch(facecolor=style.ORANGE, hatch="//", edgecolor="white", linewidth=0, label="the first value")
    keys: list[Artist] = [first, Patch(facecolor=style.BLUE, label="the second value")]
    drawn = bars(one.sample, [told for effect in found.effects for told in (effect.at_low, effect.at_high)],
                 "thin lines: 90% intervals of the differences to it")  # fmt: skip
    below = f"{basis(one.sample)}; middle line: mean of {_compared(found)}; {drawn}"
    style.finish(ax, own, _finding(one.sample, found), below, keys, columns=2)
    return ax


def _compared(found: Effects) -> str:
    return "all points" if found.compared == "all points" else "the base point"


def _finding(sample: Sample, found: Effects) -> str:
    clear = [effect for effect in found.effects if effect.difference.clear]
    if all(effect.difference.low is None for effect in found.effects):
        return f"To tell which input moves it most {asks(sample)}"
    if not clear:
        return "No input moves it clearly between low and high"
    return f"What moves it most: {clear[0].factor.name}"
