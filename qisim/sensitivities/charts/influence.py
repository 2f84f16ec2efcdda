"""Which inputs matter for an outcome: Sobol indices, Morris effects or PAWN distances, whichever the design gives."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.sensitivities.charts.rows import LETTERS_ALONG, dot, in_unit, key, line_in_rows, row_axes
from qisim.sensitivities.words import asks, bars, basis, mattering, shown, wide, without_intervals

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from qisim.sensitivities.experiment import Analysis
    from qisim.sensitivities.methods.factor import Factor

APART = 0.09
"""Inches by which two marks of a row stand above and below its middle."""


@style.styled
def plot_influence(one: Analysis, ax: Axes | None = None) -> Axes:
    """A row an input, the strongest first. Draws into `ax`, or into a new figure."""
    own, ranked = ax is None, _order(one)
    drawn = one.pawn.distance if one.pawn and not (one.sobol or one.morris) else shown(one)
    ax, heights = row_axes(ax, [factor.name for factor in ranked])
    places = [one.sample.factors.index(factor) for factor in ranked]
    if one.sobol:
        keys = _sobol(ax, one, places, heights)
    elif one.morris:
        keys = _morris(ax, one, places, heights)
    else:
        keys = _pawn(ax, one, places, heights)
    style.finish(
        ax,
        own,
        _finding(one),
        f"{one.measure.name}\n{basis(one.sample)}; {bars(one.sample, drawn)}",
        keys,
        columns=2 if len(keys) < 3 else 1,
    )
    return ax


def _sobol(ax: Axes, one: Analysis, places: list[int], heights: list[float]) -> list[Artist]:
    from matplotlib.ticker import PercentFormatter

    assert one.sobol is not None
    for place, height in zip(places, heights, strict=True):
        _luck(ax, min(one.sobol.nothing[place], 1.0), height)
        dot(ax, one.sobol.total[place].kept_within(0, 1), height - APART)
        dot(ax, one.sobol.first[place].kept_within(0, 1), height + APART, color=style.ORANGE, marker="D")
    line_in_rows(ax, 0, heights, color=style.INK, linewidth=1.2, zorder=1)
    ax.set_xlim(-0.03, 1.03)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel("share of the variance between points")
    keys: list[Artist] = [key(style.BLUE, "with all interactions (ST)"), key(style.ORANGE, "by itself (S1)", "D")]
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
    unit = one.measure.gap_unit if one.measure.unit == "share" else one.measure.unit
    said = f"change when the input crosses its range, {unit}"
    ax.set_xlabel(fill(in_unit(ax.xaxis, one.measure).named(said), LETTERS_ALONG))
    hollow = Line2D([], [], linestyle="", marker="D", markerfacecolor="white", markeredgecolor=style.INK,
                    markersize=7, markeredgewidth=1.6, label="how much it differs (sigma)")  # fmt: skip
    return [key(style.BLUE, "mean size (mu*)"), hollow, *([_luck_key()] if any(one.morris.nothing) else [])]


def _pawn(ax: Axes, one: Analysis, places: list[int], heights: list[float]) -> list[Artist]:
    assert one.pawn is not None
    for place, height in zip(places, heights, strict=True):
        dot(ax, one.pawn.distance[place], height)
        _luck(ax, one.pawn.nothing[place], height)
    ax.set_xlim(left=0)
    ax.set_xlabel(fill("PAWN: distance between distributions (0 to 1)", LETTERS_ALONG))
    return [key(style.BLUE, "mean distance"), _luck_key()]


def _luck(ax: Axes, reached: float, height: float) -> None:
    """What luck alone reaches, as a mark across a row."""
    if reached > 0:
        ax.plot([reached] * 2, [height - 2 * APART, height + 2 * APART], color=style.RED, linewidth=2.2,
                linestyle=(0, (2, 1)), zorder=4)  # fmt: skip


def _luck_key() -> Artist:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=style.RED, linewidth=2.2, linestyle=(0, (2, 1)), label="reached by luck alone")


def _order(one: Analysis) -> list[Factor]:
    """The inputs from the strongest down, by what is shown."""
    if one.sobol or one.morris or one.pawn is None:
        return one.ranked
    factors, far = one.sample.factors, one.pawn
    return sorted(factors, key=lambda factor: far.nothing[factors.index(factor)]
                  - far.distance[factors.index(factor)].value)  # fmt: skip


def _finding(one: Analysis) -> str:
    if one.pawn and not (one.sobol or one.morris):
        return f"What moves its distribution most: {_order(one)[0].name}"
    names = [factor.name for factor in mattering(one)]
    if not names and without_intervals(shown(one)):
        return f"To tell which inputs matter {asks(one.sample)}"
    if not names:
        return "Which inputs matter cannot be told yet" if wide(one) else "Of no input can an effect be told"
    rest = len(one.ranked) - len(names)
    said = f"What matters most: {names[0]}" + (f", then {names[1]}" if len(names) > 1 else "")
    return said + (f"; no effect can be told of {rest} input{'' if rest == 1 else 's'}" if rest else "")
