"""Every chart of a sensitivity analysis. A chart of an outcome is added by its line in `CHARTS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qisim.charts import style
from qisim.sensitivities.charts import grids
from qisim.sensitivities.charts.chance import plot_chance
from qisim.sensitivities.charts.effects import plot_effects
from qisim.sensitivities.charts.influence import plot_influence
from qisim.sensitivities.charts.rules import plot_duel, plot_rules

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qisim.sensitivities.experiment import Analysis


@dataclass(frozen=True)
class Chart:
    """A chart of one outcome: its heading, how to read it, whether there is something to draw, and the drawing."""

    title: str
    reading: str
    there: Callable[[Analysis], bool]
    figure: Callable[[Analysis], Figure]


CHANCE = "chance_and_inputs"
CHANCE_TITLE = "Inputs and chance"
CHANCE_READING = (
    "Each bar is the variance of single runs of one outcome. Blue comes from differences between the inputs that were "
    "varied: to decide on them, or to know them better, would take it away. The rest is luck. Some luck makes a future "
    "better or worse at every point alike, because replicates share their luck; it does not blur comparisons between "
    "points."
)

CHARTS: dict[str, Chart] = {
    "influence": Chart(
        "Which inputs matter",
        "Inputs from the strongest down. A mark far to the right is an input that matters.",
        lambda one: bool(one.sobol or one.morris or one.pawn),
        lambda one: style.owner(plot_influence(one)),
    ),
    "tornado": Chart(
        "Low and high",
        "How far the outcome moves when one input is low or high: exactly, where the design changes one input at a "
        "time; else as the mean over all points with it low or high.",
        lambda one: bool(one.effects and one.effects.effects),
        lambda one: style.owner(plot_effects(one)),
    ),
    "interactions": Chart(
        "Two inputs together",
        "The mean outcome for each combination of two inputs. Where a column changes from bottom to top more than its "
        "neighbour does, the two inputs depend on each other.",
        lambda one: bool(one.grids),
        grids.figure,
    ),
    "rules": Chart(
        "Where it is good and where it is bad",
        "Rules found by a small decision tree. They part all points among them. A bar that does not touch the dashed "
        "line is clearly better or worse than the mean of all points, with the same luck.",
        lambda one: bool(one.rules),
        lambda one: style.owner(plot_rules(one)),
    ),
    "compared": Chart(
        "Which of two is better, and when",
        "Pairs of points that are equal in all else, with the same luck in each replicate.",
        lambda one: bool(one.duel),
        lambda one: style.owner(plot_duel(one)),
    ),
}  # fmt: skip


def figures(analyses: Sequence[Analysis], charted: Sequence[Analysis]) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """The charts by file name: of all outcomes together, then of each of the `charted` ones."""
    if any(one.split for one in analyses):
        yield CHANCE, lambda: style.owner(plot_chance(analyses))
    for one in charted:
        for name, chart in CHARTS.items():
            if chart.there(one):
                yield f"{one.measure.key}_{name}", lambda one=one, chart=chart: chart.figure(one)  # type: ignore[misc]
