"""What was seen of a real programme, and what a simulation says of the same months and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qisim.observed.series import Series, series_of
from qisim.outcomes.recorded import recorded

if TYPE_CHECKING:
    import pandas as pd

    from qisim.outcomes.runs import Runs
    from qisim.scenario.schema import Scenario
    from qisim.world.world import World


@dataclass(frozen=True, eq=False)
class Observed:
    """A series of observations, a cell a month, place and series.

    `table` has a row a cell, in the order of the file: month (0 is the state at the start, m the end of the m-th
    month), district ("" for all facilities), series (a name of `series`) and value (a number of facilities, or a mean
    of 0-1). `facilities` (int64[cells]) is how many facilities the place of a cell has. `series` are those that can be
    seen of the scenario.
    """

    file: str
    table: pd.DataFrame
    facilities: npt.NDArray[np.int64]
    series: Mapping[str, Series]

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
        return np.array([self.series[name].counts for name in self.table["series"]], dtype=bool)

    @cached_property
    def kinds(self) -> npt.NDArray[np.str_]:
        """The kind of each cell's series, str[cells]."""
        return np.array([self.series[name].kind for name in self.table["series"]], dtype=str)

    @property
    def names(self) -> list[str]:
        """The names of the series there are, in the order of `series`."""
        present = set(self.table["series"])
        return [name for name in self.series if name in present]

    @property
    def districts(self) -> list[str]:
        """The districts there are, in the order of the file, without all facilities."""
        return [str(name) for name in self.table["district"].unique() if name]

    @property
    def by_group(self) -> bool:
        """Whether any indicator was seen in a district, for which runs must record indicators in groups."""
        names = set(self.table["series"][self.table["district"] != ""])
        return any(self.series[name].indicator for name in names)

    @property
    def last_month(self) -> int:
        """The last month of which anything was seen."""
        return int(self.table["month"].max())

    def blocks(self) -> list[npt.NDArray[np.int64]]:
        """The cells of each series in each place, by month; in the order in which the file first tells of them."""
        place, months = self.table.groupby(["district", "series"], sort=False).ngroup(), self.table["month"].to_numpy()
        order = np.lexsort((months, place.to_numpy()))
        return np.split(order, np.flatnonzero(np.diff(place.to_numpy()[order])) + 1)


def read_observed(path: str | Path, scenario: Scenario, world: World) -> Observed:
    """Read what was seen from a CSV file. Raises BadInput with every problem found.

    A row is a month, and a district where the column is there and filled in. Columns: month (0 for the state at the
    start, 1 for the end of the first month, or YYYY-MM for the end of a calendar month), district, enrolled,
    at_standard, score, score_measured, and the indicators of the scenario by name with or without `_measured`. Empty
    cells are gaps.
    """
    from qisim.observed.file import read

    series = series_of(scenario)
    table, facilities = read(Path(path), scenario, world, series)
    return Observed(str(path), table, facilities, series)


def simulated(observed: Observed, runs: Runs) -> npt.NDArray[np.float64]:
    """What the runs say of each cell, float64[R, cells]: replicates in rising order, cells as in `observed.table`."""
    table, sources = observed.table, _Sources(runs)
    result = np.empty((runs.months["replicate"].nunique(), len(observed)))
    for cells in observed.blocks():
        series = observed.series[table["series"].iloc[cells[0]]]
        paths = sources.paths(series, table["district"].iloc[cells[0]])
        result[:, cells] = paths[:, table["month"].to_numpy()[cells]]
    return result


def paths(names: Iterable[str], observed: Observed, runs: Runs) -> dict[str, npt.NDArray[np.float64]]:
    """What the runs say of some series over all facilities, float64[R, M + 1] each."""
    sources = _Sources(runs)
    return {name: sources.paths(observed.series[name], "") for name in names}


class _Sources:
    """The columns of runs that series are looked up in; each is put in order once."""

    def __init__(self, runs: Runs):
        self._scenario, self._recorded = runs.scenario, recorded(runs)
        self._found: dict[tuple[str, bool, bool], npt.NDArray[np.float64]] = {}

    def paths(self, series: Series, district: str) -> npt.NDArray[np.float64]:
        """float64[R, M + 1]; `district` is "" for all facilities."""
        key = (series.column, bool(district), bool(series.indicator))
        if key not in self._found:
            self._found[key] = self._column(*key)
        found = self._found[key]
        if district:
            found = found[:, :, self._recorded.groupings()["district"].names.index(district)]
        if series.indicator:
            found = found[..., [one.name for one in self._scenario.indicators].index(series.indicator)]
        return found

    def _column(self, column: str, in_districts: bool, of_indicators: bool) -> npt.NDArray[np.float64]:
        if in_districts and of_indicators:
            return self._recorded.group_indicator_months("district", column)
        if in_districts:
            return self._recorded.group_months("district", column)
        return self._recorded.indicator_months(column) if of_indicators else self._recorded.months(column)
