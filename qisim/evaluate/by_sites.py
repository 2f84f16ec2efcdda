"""How many sites an evaluation needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qisim.evaluate.experiment import Evaluation, evaluation
from qisim.evaluate.plan import Progress
from qisim.evaluate.what_if import further
from qisim.input.errors import BadInput, Problem, shown
from qisim.study.study import Study, load

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class BySites:
    """Evaluations of one programme with different numbers of sites, with the same luck."""

    title: str
    evaluations: dict[int, Evaluation]

    def table(self) -> pd.DataFrame:
        """A row a number of sites and design: sites, comparison, and the columns of `Evaluation.table`."""
        tables = []
        for sites, one in self.evaluations.items():
            table = one.table()
            table.insert(0, "sites", sites)
            table.insert(1, "comparison", one.plan.comparison)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def plot_power(self, ax: Axes | None = None) -> Axes:
        """Power of each design by the number of sites. Returns the axes drawn on."""
        from qisim.evaluate.charts.power import plot_power

        return plot_power(self.table(), self.title, ax)


def power(
    scenario: str | Path | Study,
    sites: Sequence[int],
    *,
    designs: Sequence[str] | None = None,
    replicates: int = 100,
    seed: int = 1,
    progress: Progress | None = None,
    **options: Any,
) -> BySites:
    """Evaluate a programme with several numbers of sites, and as many comparison sites unless `comparison` is told.

    `options` are those of `evaluation`. `progress` is told how many replicates are done, of how many in all. Raises
    BadInput as `evaluation` does.
    """
    study = scenario if isinstance(scenario, Study) else load(scenario)
    if isinstance(sites, (str, int)) or not len(sites):
        raise BadInput(Problem("sites", f"found {shown(sites)}", allowed="a list of numbers, such as [5, 10, 20]"))
    evaluations: dict[int, Evaluation] = {}
    for place, number in enumerate(sites):
        evaluations[number] = evaluation(
            study, designs=designs, replicates=replicates, seed=seed, **{**options, "sites": number},
            progress=further(progress, place, len(sites)),
        )  # fmt: skip
    return BySites(study.scenario.title, evaluations)
