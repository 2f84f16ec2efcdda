"""Run charts of the same two facilities under each strategy: the one in the middle under A, and the remotest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.charts.panels import COLUMNS, panels
from qisim.study.charts.facility_charts import (
    MIDDLE,
    REMOTEST,
    by_luck,
    facility_panel,
    finding,
    keys,
    remotest,
    typical_facilities,
)
from qisim.study.typical import typical_future

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qisim.comparison.experiment import Compared


def figure(compared: Compared) -> Figure:
    """The chart as a figure of its own."""
    return style.owner(plot_run_charts(compared)[0])


@style.styled
def plot_run_charts(compared: Compared) -> Sequence[Axes]:
    """A row a strategy: what the facility in the middle under A, and the remotest, report in a typical future."""
    futures = [typical_future(s, s.world, compared.seed) for s in compared.strategies]
    shown = {MIDDLE: typical_facilities(futures[0])[MIDDLE], REMOTEST: remotest(compared.world)}
    rows = [(i, role, row) for i in range(len(futures)) for role, row in shown.items()]
    drawn = panels(COLUMNS * len(futures), 2.3, 2.7, sharey=True)
    charts = []
    for ax, (place, role, row) in zip(drawn, rows, strict=True):
        charts.append(facility_panel(ax, futures[place], f"{compared.strategies[place].label}, {role.lower()}", row))
    whole = style.owner(drawn[0])
    below = f"A typical future of each strategy; facilities' own figures\n{by_luck(charts)}"
    style.heading(whole, finding(charts), below)
    whole.legend(handles=keys(), loc="outside lower center", ncols=2)
    return drawn
