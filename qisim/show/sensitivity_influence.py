"""Which inputs matter for an outcome: Sobol indices, Morris effects or PAWN distances, whichever the design gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.show import style
from qisim.show.sensitivity_rows import dot, in_percent, key, row_axes
from qisim.show.sensitivity_words import basis, mattering

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from qisim.experiments.sensitivity.analysis import Analysis

APART = 0.09
"""Inches by which two marks of a row stand above and below its middle."""


@style.styled
def plot_influence(one: Analysis, ax: Axes | None = None) -> Axes:
    """A row an input, the strongest first. Draws into `ax`, or into a new figure."""
    own, ranked = ax is None, one.ranked
    ax, heights = row_axes(ax, [factor.name for factor in ranked])
    places = [one.sample.factors.index(factor) for factor in ranked]
    if one.sobol:
        keys = _sobol(ax, one, places, heights)
    elif one.morris:
        keys = _morris(ax, one, places, heights)
    else:
        keys = _pawn(ax, one, places, heights)
    style.finish(
        ax, own, _finding(one), f"{one.measure.name}\n{basis(one.sample)}; bars: 90% intervals", keys, columns=2
    )
    return ax


def _sobol(ax: Axes, one: Analysis, places: list[int], heights: list[float]) -> list[Artist]:
    from matplotlib.ticker import PercentFormatter

    assert one.sobol is not None
    for place, height in zip(places, heights, strict=True):
        _luck(ax, one.sobol.nothing[place], height)
        dot(ax, one.sobol.total[place], height - APART)
        dot(ax, one.sobol.first[place], height + APART, color=style.ORANGE, marker="D")
    ax.axvline(0, color=style.INK, linewidth=1.2, zorder=1)
    ax.set_xlim(min(-0.05, ax.get_xlim()[0]), max(1.0, ax.get_xlim()[1]))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel("share of the variance between points")
    keys = [key(style.BLUE, "with all interactions (ST)"), key(style.ORANGE, "by itself (S1)", "D")]
    return [*keys, _luck_key()] if any(one.sobol.nothing) else keys


def _morris(ax: Axes, one: Analysis, places: list[int], heights: list[float]) -> list[Artist]:
    from matplotlib.lines import Line2D

    assert one.morris is not None
    for place, height in zip(places, heights, strict=True):
        _luck(ax, one.morris.nothing[place], height)
        dot(ax, one.morris.size[place], height - APART)
        ax.plot(one.morris.spread[place], height + APART, "D", color="white", markeredgecolor=style.INK, markersize=7,
                markeredgewidth=1.6, zorder=4)  # fmt: skip
    ax.set_xlim(left=min(0.0, *(told.low or 0.0 for told in one.morris.size)))
    in_percent(ax.xaxis, one.measure)
    unit = one.measure.gap_unit if one.measure.unit == "share" else one.measure.unit
    ax.set_xlabel(f"change when the input crosses its range ({unit})")
    hollow = Line2D([], [], linestyle="", marker="D", markerfacecolor="white", markeredgecolor=style.INK,
                    markersize=7, markeredgewidth=1.6, label="how much it differs (sigma)")  # fmt: skip
    return [key(style.BLUE, "mean size (mu*)"), hollow, *([_luck_key()] if any(one.morris.nothing) else [])]


def _pawn(ax: Axes, one: Analysis, places: list[int], heights: list[float]) -> list[Artist]:
    assert one.pawn is not None
    for place, height in zip(places, heights, strict=True):
        dot(ax, one.pawn.distance[place], height)
        _luck(ax, one.pawn.nothing[place], height)
    ax.set_xlim(left=0)
    ax.set_xlabel("PAWN: distance between distributions (0 to 1)")
    return [key(style.BLUE, "mean distance"), _luck_key()]


def _luck(ax: Axes, reached: float, height: float) -> None:
    """What luck alone reaches, as a mark across a row."""
    if reached > 0:
        ax.plot([reached] * 2, [height - 2 * APART, height + 2 * APART], color=style.RED, linewidth=2.2,
                linestyle=(0, (2, 1)), zorder=4)  # fmt: skip


def _luck_key() -> Artist:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=style.RED, linewidth=2.2, linestyle=(0, (2, 1)), label="reached by luck alone")


def _finding(one: Analysis) -> str:
    names = [factor.name for factor in mattering(one)]
    if not names:
        return "Of no input can an effect be told"
    rest = len(one.ranked) - len(names)
    said = f"What matters most: {names[0]}" + (f", then {names[1]}" if len(names) > 1 else "")
    return said + (f"; no effect can be told of {rest} input{'' if rest == 1 else 's'}" if rest else "")
