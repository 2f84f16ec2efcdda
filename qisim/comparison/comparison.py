"""Strategies compared, from Python: `qisim.compare(["a.toml", "b.toml"])`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qisim.comparison import experiment
from qisim.comparison.experiment import Compared
from qisim.study.study import Study, load

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


class Comparison(Compared):
    """What came of a comparison, with its tables, charts and report."""

    def outcomes(self) -> pd.DataFrame:
        """A row a strategy and measure: mean, intervals, share of replicates in which it is the best."""
        from qisim.comparison.tables import outcomes

        return outcomes(self)

    def differences(self) -> pd.DataFrame:
        """A row a measure and ordered pair of strategies: the paired difference with its interval."""
        from qisim.comparison.tables import differences

        return differences(self)

    def runs(self) -> pd.DataFrame:
        """A row a strategy and replicate, a column a measure."""
        from qisim.comparison.tables import runs

        return runs(self)

    def answer(self) -> list[str]:
        """The answer in a few sentences."""
        from qisim.comparison.words import answer

        return answer(self)

    def plot_time_to_target(self, ax: Axes | None = None) -> Axes:
        """The share of futures at the target by month, a curve a strategy. Returns the axes drawn on."""
        from qisim.comparison.charts.time import plot_time_to_target

        return plot_time_to_target(self, ax)

    def plot_differences(self, ax: Axes | None = None) -> Axes:
        """Months earlier or later than the first strategy, future by future. Returns the axes drawn on."""
        from qisim.comparison.charts.differences import plot_differences

        return plot_differences(self, ax)

    def plot_coverage(self) -> Sequence[Axes]:
        """Coverage by month, a panel a strategy on the same axes. Returns the axes drawn on."""
        from qisim.comparison.charts.coverage import plot_coverage

        return plot_coverage(self)

    def plot_costs(self, ax: Axes | None = None) -> Axes:
        """What each strategy costs against its months to target. Returns the axes drawn on."""
        from qisim.comparison.charts.cost import plot_costs

        return plot_costs(self, ax)

    def plot_equity(self) -> Sequence[Axes]:
        """The gap between best and worst group by month, a panel a grouping. Returns the axes drawn on."""
        from qisim.comparison.charts.equity import plot_equity

        return plot_equity(self)

    def plot_sources(self, ax: Axes | None = None) -> Axes:
        """Where adopted practices had been learnt, a bar a strategy. Returns the axes drawn on."""
        from qisim.comparison.charts.sources import plot_sources

        return plot_sources(self, ax)

    def plot_learning(self) -> Sequence[Axes]:
        """Who learnt from whom in a typical future of each strategy, as maps. Returns the axes drawn on."""
        from qisim.comparison.charts.learning import plot_learning

        return plot_learning(self)

    def plot_run_charts(self) -> Sequence[Axes]:
        """Run charts of two facilities in a typical future of each strategy. Returns the axes drawn on."""
        from qisim.comparison.charts.facilities import plot_run_charts

        return plot_run_charts(self)

    def save(self, folder: str | Path, command: str = "", inputs: Sequence[Mapping[str, bytes]] | None = None) -> Path:
        """Write tables to a folder, whole or not at all, then report and charts. Raises BadInput as `save_results`."""
        from qisim.comparison import folder as comparison_folder
        from qisim.store.folder import add

        where = comparison_folder.save(self, folder, command, inputs=inputs)
        add(where, self.files())
        return where

    def files(
        self, drawing: Callable[[int, int], None] | None = None, faults: list[str] | None = None
    ) -> dict[str, bytes]:
        """Report and charts as files by name. `drawing` is called with the charts drawn, of how many.

        With `faults`, a list, what cannot be drawn is left out and added to it.
        """
        from qisim.charts.files import report_files
        from qisim.comparison.charts.catalogue import CHARTS
        from qisim.comparison.report import comparison_report

        return report_files(CHARTS, self, comparison_report, drawing, faults)


def compare(
    strategies: Sequence[str | Path | Study],
    *,
    precision: float = experiment.PRECISION,
    replicates: int = experiment.REPLICATES,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    compiling: Callable[[], None] | None = None,
) -> Comparison:
    """Compare strategies, given as scenario files or studies, among the same facilities and with the same luck.

    Replicates are added until the paired differences in time to target are told within `precision` months either way,
    at most `replicates` of each strategy. Raises BadInput where the scenarios put different questions: facilities,
    start, months or target.
    """
    studies = [strategy if isinstance(strategy, Study) else load(strategy) for strategy in strategies]
    result = experiment.compare(
        [study.scenario for study in studies],
        [study.world for study in studies],
        seed=seed,
        precision=precision,
        limit=replicates,
        threads=threads,
        progress=progress,
        compiling=compiling,
    )
    return Comparison(**vars(result))
