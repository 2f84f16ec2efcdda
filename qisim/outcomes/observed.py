"""What was seen of a real programme, and what a simulation says of the same months and places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qisim.outcomes.runs import by_run

if TYPE_CHECKING:
    import pandas as pd

    from qisim.outcomes.runs import Runs
    from qisim.scenario.schema import Scenario
    from qisim.world.world import World


@dataclass(frozen=True)
class Series:
    """Something that can be seen: its name in the user's file, its column in `Runs`, and what it is in words.

    `counts` tells numbers of facilities from means over facilities (0-1).
    """

    name: str
    column: str
    words: str
    counts: bool


SERIES = {
    series.name: series
    for series in (
        Series("enrolled", "enrolled", "facilities enrolled", counts=True),
        Series("at_standard", "at_target", "facilities at the standard", counts=True),
        Series("score", "reported_score", "mean score as facilities report it", counts=False),
        Series("score_measured", "score", "mean score as measured from outside", counts=False),
    )
}


@dataclass(frozen=True, eq=False)
class Observed:
    """A series of observations, a cell a month, place and series.

    `table` has a row a cell, in the order of the file: month (0 is the state at the start, m the end of the m-th
    month), district ("" for all facilities), series (a name of `SERIES`) and value (a number of facilities, or a mean
    of 0-1). `facilities` (int64[cells]) is how many facilities the place of a cell has.
    """

    file: str
    table: pd.DataFrame
    facilities: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """The number of cells."""
        return len(self.table)

    @cached_property
    def values(self) -> npt.NDArray[np.float64]:
        """What was seen in each cell, float64[cells]."""
        return self.table["value"].to_numpy(np.float64)

    @cached_property
    def counts(self) -> npt.NDArray[np.bool_]:
        """Which cells hold a number of facilities, bool[cells]."""
        return np.array([SERIES[name].counts for name in self.table["series"]], dtype=bool)

    @property
    def names(self) -> list[str]:
        """The series there are, in the order of `SERIES`."""
        present = set(self.table["series"])
        return [name for name in SERIES if name in present]

    @property
    def districts(self) -> list[str]:
        """The districts there are, in the order of the file, without all facilities."""
        return [str(name) for name in self.table["district"].unique() if name]

    @property
    def last_month(self) -> int:
        """The last month of which anything was seen."""
        return int(self.table["month"].max())

    def blocks(self) -> list[npt.NDArray[np.int64]]:
        """The cells of each series in each place, by month; in the order in which the file first tells of them."""
        table = self.table
        places = table.groupby(["district", "series"], sort=False).indices.values()
        return [np.asarray(rows)[np.argsort(table["month"].to_numpy()[rows], kind="stable")] for rows in places]


def read_observed(path: str | Path, scenario: Scenario, world: World) -> Observed:
    """Read what was seen from a CSV file. Raises BadInput with every problem found.

    A row is a month, and a district where the column is there and filled in. Columns: month (0 for the state at the
    start, 1 for the end of the first month, or YYYY-MM for the end of a calendar month), district, enrolled,
    at_standard, score, score_measured, and the indicators of the scenario by name with or without `_measured`. The
    simulation keeps scores: indicators count together, as their weighted mean. Empty cells are gaps.
    """
    from qisim.outcomes.observed_file import read

    table, facilities = read(Path(path), scenario, world)
    return Observed(str(path), table, facilities)


def simulated(observed: Observed, runs: Runs) -> npt.NDArray[np.float64]:
    """What the runs say of each cell, float64[R, cells]: replicates in rising order, cells as in `observed.table`."""
    months, table = runs.months, observed.table
    districts = runs.groups[runs.groups["grouping"] == "district"] if observed.districts else None
    result = np.empty((months["replicate"].nunique(), len(observed)))
    for cells in observed.blocks():
        place, series = table["district"].iloc[cells[0]], SERIES[table["series"].iloc[cells[0]]]
        source = months if districts is None or not place else districts[districts["group"] == place]
        result[:, cells] = by_run(source, series.column)[:, table["month"].to_numpy()[cells]]
    return result
