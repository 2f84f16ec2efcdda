"""Who learnt from whom under each strategy, in its typical future: maps side by side."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.comparison.charts.labels import named
from qisim.study.charts.learning_flows import Flows, flows
from qisim.study.charts.learning_map import draw_flows, keep_proportions, keys, scale_of, told_below
from qisim.study.typical import typical_future
from qisim.words.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.comparison.experiment import Compared

COLUMNS = 2
ROW = 3.9
"""Inches of a row of maps, with their squares and words."""

PANEL_LETTERS = 56


def figure(compared: Compared) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_learning(compared)[0])


@style.styled
def plot_learning(compared: Compared) -> Sequence[Axes]:
    """A map a strategy of what passed between facilities, or districts above 60, all drawn to the same scale."""
    learnt = [flows(typical_future(s, s.world, compared.seed)) for s in compared.strategies]
    scale = scale_of(learnt)
    rows = -(-len(learnt) // COLUMNS)
    grid = list(style.new_figure(2.2 + ROW * rows).subplots(rows, COLUMNS, squeeze=False).flat)
    for ax in grid[len(learnt) :]:
        ax.remove()
    panels = grid[: len(learnt)]
    for place, (ax, of_strategy) in enumerate(zip(panels, learnt, strict=True)):
        draw_flows(ax, of_strategy, scale)
        ax.set_title(fill(named(compared, place, PANEL_LETTERS), 29), fontsize=style.SMALL)
    whole = style.owner(panels[0])
    below = "A typical future of each. Counted: each idea, once in each facility\n"
    style.heading(whole, _finding(compared, learnt), below + told_below(learnt))
    whole.legend(handles=keys(learnt[0].level, scale), loc="outside lower center", ncols=1)
    keep_proportions(panels, learnt[0])
    return panels


def _finding(compared: Compared, learnt: Sequence[Flows]) -> str:
    shares = [told.between / max(told.learnt, 1) for told in learnt]
    if not any(shares):
        return "Facilities learn nothing from each other"
    if len({percent(share) for share in shares}) == 1:
        return f"{percent(shares[0])} of what facilities learn comes from each other, whichever strategy"
    labels = [strategy.label for strategy in compared.strategies]
    high, low = max(range(len(shares)), key=shares.__getitem__), min(range(len(shares)), key=shares.__getitem__)
    return (f"From other facilities comes {percent(shares[high])} of what is learnt under {labels[high]}, "
            f"{percent(shares[low])} under {labels[low]}")  # fmt: skip
