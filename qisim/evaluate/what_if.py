"""What circumstances do to each design: one thing at a time is made worse than in an evaluation without faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from qisim.evaluate.experiment import Evaluation, evaluation
from qisim.evaluate.plan import Progress
from qisim.input.errors import BadInput, Problem, shown
from qisim.study.study import Study, load

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FAULTLESS: Mapping[str, Any] = MappingProxyType({
    "data": "measured", "choose": "random", "trend": 0.0, "spill_over": False,
})  # fmt: skip
"""An evaluator measures, lots choose the sites, nothing changes by itself, comparison sites hear nothing."""

CIRCUMSTANCES: Mapping[str, Mapping[str, Any]] = MappingProxyType({
    "no fault": {},
    "self-reported data": {"data": "reported"},
    "sites claim too much": {"data": "reported", "over_reporting": 0.2},
    "weakest sites chosen": {"choose": "weakest"},
    "weakest, then lots": {"choose": "weakest", "lottery": True},
    "secular trend": {"trend": 0.05},
    "spill-over": {"spill_over": True},
})  # fmt: skip
"""Circumstances and what they change in `FAULTLESS`; a trend of 5 points a year is assumed, for illustration."""


@dataclass(frozen=True)
class Circumstances:
    """Evaluations of one programme under several circumstances, with the same luck."""

    title: str
    evaluations: dict[str, Evaluation]

    def table(self) -> pd.DataFrame:
        """A row a circumstance and design, with the columns of `Evaluation.table`."""
        tables = []
        for name, one in self.evaluations.items():
            table = one.table()
            table.insert(0, "circumstance", name)
            tables.append(table)
        return pd.concat(tables, ignore_index=True)

    def plot_bias(self) -> Sequence[Axes]:
        """Bias of each design under each circumstance, a panel a design. Returns the axes drawn on."""
        from qisim.evaluate.charts.circumstances import plot_circumstances

        return plot_circumstances(self.table(), self.title)


def circumstances(
    scenario: str | Path | Study,
    cases: Mapping[str, Mapping[str, Any]] = CIRCUMSTANCES,
    *,
    designs: Sequence[str] | None = None,
    replicates: int = 100,
    seed: int = 1,
    progress: Progress | None = None,
    **options: Any,
) -> Circumstances:
    """Evaluate a programme under each of some circumstances: options of `evaluation` that differ from `FAULTLESS`.

    Other `options` hold under all of them. `progress` is told how many replicates are done, of how many in all.
    Raises BadInput as `evaluation` does.
    """
    study = scenario if isinstance(scenario, Study) else load(scenario)
    for name, case in cases.items():
        if not isinstance(case, Mapping):
            raise BadInput(Problem("cases", f"found {shown(case)}", name, allowed="options by name"))
    if not cases:
        raise BadInput(Problem("cases", "there is none", allowed="at least one, such as {'no fault': {}}"))
    evaluations: dict[str, Evaluation] = {}
    for place, (name, case) in enumerate(cases.items()):
        evaluations[name] = evaluation(
            study, designs=designs, replicates=replicates, seed=seed, **{**FAULTLESS, **options, **case},
            progress=further(progress, place, len(cases)),
        )  # fmt: skip
    return Circumstances(study.scenario.title, evaluations)


def further(progress: Progress | None, place: int, parts: int) -> Progress | None:
    """Progress of one of several equal parts, told as that of the whole."""
    if progress is None:
        return None

    def tell(done: int, total: int) -> None:
        if place == 0 or done:  # nothing done stands for the beginning of the whole
            progress(place * total + done, parts * total)

    return tell
