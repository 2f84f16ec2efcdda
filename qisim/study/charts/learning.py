"""Who learnt from whom in the typical future of a run: a map of what passed between facilities or districts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.charts.map_labels import put_names
from qisim.study.charts.learning_flows import Flows, flows
from qisim.study.charts.learning_map import draw_flows, keep_proportions, keys, scale_of, told_below
from qisim.study.typical import typical_future
from qisim.words.numbers import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.study.results import Results

MOST_NAMES = 24


def figure(results: Results) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_learning(results))


@style.styled
def plot_learning(results: Results, ax: Axes | None = None) -> Axes:
    """The places of the typical future, arrows from where an idea was learnt to where it went, squares for other ways.

    Above 60 facilities, districts stand for them. Draws into `ax`, or into a new figure.
    """
    future = typical_future(results, results.world, results.seed)
    number = int(future.months["replicate"].iloc[0])
    learnt = flows(future)
    own, ax = ax is None, style.own_axes(ax, 7.2)
    scale = scale_of([learnt])
    draw_flows(ax, learnt, scale)
    told = f"Run number {number}, a typical one. Counted: each idea, once in each facility"
    below = f"{results.scenario.title}\n{told}\n{told_below([learnt])}"
    style.finish(ax, own, finding(learnt), below, keys(learnt.level, scale), columns=1)
    keep_proportions([ax], learnt)
    if learnt.level != "facility" and len(learnt.names) <= MOST_NAMES:
        put_names(ax, learnt.points, learnt.names)
    return ax


def finding(learnt: Flows) -> str:
    """How much facilities learn from each other, in words."""
    if not learnt.learnt:
        return "Nothing is learnt"
    share = percent(learnt.between / learnt.learnt)
    return f"{share} of what facilities learn comes from other facilities"
