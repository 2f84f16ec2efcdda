"""Rules that tell where an outcome is good or bad, and where one choice beats the other."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.sensitivities.charts.rows import LETTERS_ALONG, dot, in_unit, line_in_rows, row_axes, scale_of, value_axis
from qisim.sensitivities.words import bars, basis, duel_text, verdict
from qisim.words.numbers import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qisim.sensitivities.experiment import Analysis


@style.styled
def plot_rules(one: Analysis, ax: Axes | None = None) -> Axes:
    """A row a rule: the mean outcome where it holds. Draws into `ax`, or into a new figure."""
    assert one.rules is not None
    own, found = ax is None, one.rules.rules
    scale = scale_of(one.measure, [rule.mean.value for rule in found])
    ax, heights = row_axes(ax, [f"{rule.said}: {scale.alone(rule.mean.value)}" for rule in found])
    middle = float(one.sample.means.mean())
    for rule, height in zip(found, heights, strict=True):
        dot(ax, rule.gap.moved(middle), height)
    line_in_rows(ax, middle, heights, color=style.GREY, linewidth=1.4, linestyle="--", zorder=1)
    ax.margins(x=0.08)
    value_axis(ax, one.measure, scale)
    best = found[-1 if one.measure.less_is_better else 0]
    drawn = bars(one.sample, [rule.gap for rule in found], "bars: 90% intervals of the difference between them")
    below = (f"{basis(one.sample)}; dots: means where a rule holds, dashed: mean of all points; {drawn}; the rules "
             f"foretell {percent(one.rules.foretold)} of the variance between points, of points and replicates they "
             "have not seen")  # fmt: skip
    _finish(ax, own, f"Best when {best.said}", below)
    return ax


@style.styled
def plot_duel(one: Analysis, ax: Axes | None = None) -> Axes:
    """A row a part of the space of inputs: the first level less the second. Draws into `ax`, or into a new figure."""
    assert one.duel is not None
    own, duel = ax is None, one.duel
    rows = [("all inputs", duel.difference, duel.gaps)]
    rows += [(rule.said, rule.mean, duel.gaps[rule.inside]) for rule in (duel.rules.rules if duel.rules else [])]
    ax, heights = row_axes(ax, [f"{said}: {duel_text(one, told, gaps)}" for said, told, gaps in rows])
    for (_, told, _), height in zip(rows, heights, strict=True):
        dot(ax, told, height)
    line_in_rows(ax, 0, heights, color=style.INK, linewidth=1.4, zorder=1)
    ax.margins(x=0.08)
    scale = in_unit(ax.xaxis, one.measure)
    low, high = one.measure.less, one.measure.more
    unit = one.measure.gap_unit if one.measure.unit == "share" else one.measure.unit
    ax.set_xlabel(f"← {duel.one} {low}   |   {duel.one} {high} →\n{fill(scale.named(unit), LETTERS_ALONG)}")
    below = (f"{one.measure.name}\n{len(duel.gaps):,} pairs of points that differ in {duel.factor.name} alone, with "
             f"the same luck, {one.sample.replicates:,} replicate{'' if one.sample.replicates == 1 else 's'}; "
             f"{bars(one.sample, [told for _, told, _ in rows])}")  # fmt: skip
    _finish(ax, own, verdict(one, duel.difference, "on average"), below)
    return ax


def _finish(ax: Axes, own: bool, finding: str, below: str) -> None:
    if own:
        style.heading(style.owner(ax), finding, below)
    else:
        ax.set_title(finding)
