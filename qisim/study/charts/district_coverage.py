"""Where each district stands at the end: intervals over runs, best district first. For targets out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from qisim.charts import districts, style
from qisim.outcomes.groups import group_coverage_at_end
from qisim.outcomes.intervals import interval, supported
from qisim.words.numbers import target_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qisim.study.results import Results


@style.styled
def plot_district_coverage(results: Results, ax: Axes | None = None, finding: str = "") -> Axes:
    """A row for each district: median coverage at the end, with 50% and 90% intervals that the runs support, target.

    More than 40 districts are told by the best and the last 15. Draws into `ax`, or into a new figure. The title says
    `finding`, and what is shown.
    """
    scenario, runs = results.scenario, results.replicates
    shares = group_coverage_at_end(results.groups, "district")
    rows = districts.rows_of(list(shares))
    own, ax = ax is None, style.own_axes(ax, districts.height(len(rows)))
    for place, name in enumerate(rows):
        if name is not None:
            _district(ax, place, shares[name])
    districts.frame(ax, rows, len(shares))
    standard = f"(score {scenario.target.score:.2f} or more) after {scenario.months} months"
    style.percent_axis(ax, f"% of the district's facilities at the standard\n{standard}", along=True)
    ax.set_xlim(left=-0.02)  # room for marks at 0
    target = ax.axvline(scenario.target.coverage, color=style.RED, linestyle=(0, (5, 3)), linewidth=1.6, zorder=1,
                        label=f"target: {target_percent(scenario.target.coverage)}")  # fmt: skip
    levels = {level for level, *_ in districts.INTERVALS if supported(level, runs)}
    keys = [districts.median_key("median" if runs > 1 else "the run"), *districts.bar_keys(levels), target]
    title = f"{finding}: where districts stand at the end" if finding else "Where districts stand at the end"
    style.finish(ax, own, title, scenario.title, keys, columns=2)
    return ax


def _district(ax: Axes, place: int, shares: np.ndarray) -> None:
    for level, width, color in districts.INTERVALS:
        ends = interval(shares, level)
        if ends is not None:
            districts.bar(ax, place, ends, width, color)
    districts.median(ax, place, float(np.median(shares)))
