"""What outcomes are worked out from: the tables of a run of many replicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qisim.scenario.schema import Scenario


class Runs(Protocol):
    """The part of a run's results that outcomes read.

    `months` has a row for each replicate and month, `idea_totals` also for each idea, `groups` for each group of each
    grouping, `indicators` for each indicator, `group_indicators` for each group and indicator (None where that was not
    recorded), `units` for each element of the programme, and `adoptions` for each source. Month 0 is the state before
    the first month.
    """

    @property
    def scenario(self) -> Scenario: ...
    @property
    def months(self) -> pd.DataFrame: ...
    @property
    def idea_totals(self) -> pd.DataFrame: ...
    @property
    def groups(self) -> pd.DataFrame: ...
    @property
    def indicators(self) -> pd.DataFrame: ...
    @property
    def group_indicators(self) -> pd.DataFrame | None: ...
    @property
    def units(self) -> pd.DataFrame: ...
    @property
    def adoptions(self) -> pd.DataFrame: ...


def by_run(frame: pd.DataFrame, column: str) -> np.ndarray:
    """A column as float64[R, M + 1]: a row for each replicate, a column for each month from 0."""
    return frame.pivot(index="replicate", columns="month", values=column).to_numpy(dtype=float)


def per_run(runs: Runs, frame: pd.DataFrame, column: str) -> np.ndarray:
    """A column summed over each replicate, float64[R]; 0 for a replicate without rows."""
    everyone = sorted(runs.months["replicate"].unique())
    return frame.groupby("replicate")[column].sum().reindex(everyone, fill_value=0).to_numpy(float)


def facility_count(runs: Runs) -> int:
    """How many facilities the runs have."""
    districts = runs.groups[runs.groups["grouping"] == "district"]
    first = districts[(districts["replicate"] == districts["replicate"].min()) & (districts["month"] == 0)]
    return int(first["facilities"].sum())
