"""What was seen of a real programme, and what a simulation says of the same months and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from qisim.outcomes.runs import Runs, by_run

if TYPE_CHECKING:
    import pandas as pd

    from qisim.scenario.schema import Scenario
    from qisim.world.world import World


MEASURED = "_measured"
"""Ends the names of means that somebody from outside measured."""

REPORTED_WORDS, MEASURED_WORDS = "as facilities report it", "as measured from outside"


@dataclass(frozen=True)
class Series:
    """Something that can be seen: its name in the user's file, its column in the tables of runs, and it in words.

    `kind` is "enrolled" or "at_standard" for numbers of facilities, "reported" or "measured" for means over facilities
    (0-1) of what they report or of what is so. `indicator` is the one of which it is a mean, "" for the score.
    """

    name: str
    column: str
    words: str
    kind: str
    indicator: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is a number of facilities, not a mean."""
        return self.kind not in ("reported", "measured")


SERIES = {
    series.name: series
    for series in (
        Series("enrolled", "enrolled", "facilities enrolled", "enrolled"),
        Series("at_standard", "at_target", "facilities at the standard", "at_standard"),
        Series("score", "reported_score", f"mean score {REPORTED_WORDS}", "reported"),
        Series("score_measured", "score", f"mean score {MEASURED_WORDS}", "measured"),
    )
}
"""What can be seen of any scenario."""


def series_of(scenario: Scenario) -> dict[str, Series]:
    """What can be seen of a scenario by name: `SERIES`, then each of its indicators where it has more than one.

    The only indicator of a scenario is its score. An indicator that is called like another series is left out.
    """
    several = [indicator.name for indicator in scenario.indicators if len(scenario.indicators) > 1]
    means = [
        series
        for name in several
        for series in (
            Series(name, "reported", f"{name} {REPORTED_WORDS}", "reported", name),
            Series(name + MEASURED, "performance", f"{name} {MEASURED_WORDS}", "measured", name),
        )
    ]
    return SERIES | {series.name: series for series in means if series.name not in SERIES}


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
        table = self.table
        places = table.groupby(["district", "series"], sort=False).indices.values()
        return [np.asarray(rows)[np.argsort(table["month"].to_numpy()[rows], kind="stable")] for rows in places]


def read_observed(path: str | Path, scenario: Scenario, world: World) -> Observed:
    """Read what was seen from a CSV file. Raises BadInput with every problem found.

    A row is a month, and a district where the column is there and filled in. Columns: month (0 for the state at the
    start, 1 for the end of the first month, or YYYY-MM for the end of a calendar month), district, enrolled,
    at_standard, score, score_measured, and the indicators of the scenario by name with or without `_measured`. Empty
    cells are gaps.
    """
    from qisim.outcomes.observed_file import read

    table, facilities = read(Path(path), scenario, world)
    return Observed(str(path), table, facilities, series_of(scenario))


class SeenRuns(Runs, Protocol):
    """The tables that observations are compared with; `group_indicators` is None where it was not recorded."""

    @property
    def indicators(self) -> pd.DataFrame: ...
    @property
    def group_indicators(self) -> pd.DataFrame | None: ...


def simulated(observed: Observed, runs: SeenRuns) -> npt.NDArray[np.float64]:
    """What the runs say of each cell, float64[R, cells]: replicates in rising order, cells as in `observed.table`."""
    table, sources = observed.table, _Sources(runs)
    result = np.empty((runs.months["replicate"].nunique(), len(observed)))
    for cells in observed.blocks():
        series = observed.series[table["series"].iloc[cells[0]]]
        paths = sources.paths(series, table["district"].iloc[cells[0]])
        result[:, cells] = paths[:, table["month"].to_numpy()[cells]]
    return result


def path(series: Series, runs: SeenRuns) -> npt.NDArray[np.float64]:
    """What the runs say of a series over all facilities, float64[R, M + 1]."""
    return _Sources(runs).paths(series, "")


class _Sources:
    """The rows of runs' tables that tell of a series in a place; each table is searched once."""

    def __init__(self, runs: SeenRuns):
        self._runs = runs
        self._found: dict[tuple[bool, str], pd.DataFrame] = {}

    def paths(self, series: Series, district: str) -> npt.NDArray[np.float64]:
        """float64[R, M + 1]; `district` is "" for all facilities."""
        key = (bool(district), series.indicator)
        if key not in self._found:
            self._found[key] = self._rows(*key)
        rows = self._found[key]
        return by_run(rows[rows["group"] == district] if district else rows, series.column)

    def _rows(self, in_districts: bool, indicator: str) -> pd.DataFrame:
        runs = self._runs
        if in_districts:
            table = runs.group_indicators if indicator else runs.groups
            assert table is not None, "indicators were not recorded by group"
            table = table[table["grouping"] == "district"]
        else:
            table = runs.indicators if indicator else runs.months
        return table[table["indicator"] == indicator] if indicator else table
