"""What runs recorded, as arrays: all replicates of a measure are worked out at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from qisim.model.state import GROUP_COUNTS
from qisim.outcomes.runs import Runs, by_run
from qisim.scenario.costs import UNITS

if TYPE_CHECKING:
    import pandas as pd

    from qisim.model.batch.arrays import Out
    from qisim.world.groupings import Grouping


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups of one grouping: G names, how many facilities each has, int64[G]."""

    names: list[str]
    facilities: np.ndarray


class Recorded(Protocol):
    """R replicates in the order of their numbers, months from 0 to M, elements of the programme in its order."""

    def months(self, column: str) -> np.ndarray:
        """A column of the monthly table, float64[R, M + 1]."""
        ...

    def groupings(self) -> dict[str, Groups]:
        """The groupings by name."""
        ...

    def group_months(self, grouping: str, column: str) -> np.ndarray:
        """A column of the table of groups, float64[R, M + 1, G]."""
        ...

    def indicator_months(self, column: str) -> np.ndarray:
        """A column of the table of indicators, float64[R, M + 1, J]."""
        ...

    def group_indicator_months(self, grouping: str, column: str) -> np.ndarray:
        """A column of the table of groups' indicators, float64[R, M + 1, G, J], where these were recorded."""
        ...

    def units(self) -> np.ndarray:
        """The table of units, float64[R, M + 1, elements, units]."""
        ...

    def taken(self, unit: str) -> np.ndarray:
        """How many of a unit the programme took in all, float64[R]."""
        ...


def recorded(runs: Runs) -> Recorded:
    """The arrays of runs: their own where they have any, else made of their tables."""
    own: Recorded | None = getattr(runs, "recorded", None)
    return FromTables(runs) if own is None else own


class FromCore:
    """The arrays as the core wrote them."""

    def __init__(self, out: Out, groupings: list[Grouping], facilities: int):
        self._out, self._facilities = out, facilities
        self._groups: dict[str, Groups] = {}
        self._columns: dict[str, slice] = {}
        first = 0
        for one in groupings:
            count = len(one.names)
            self._groups[one.name] = Groups(list(one.names), np.bincount(one.codes, minlength=count))
            self._columns[one.name] = slice(first, first + count)
            first += count

    def months(self, column: str) -> np.ndarray:
        if column == "coverage":
            return self._out.months["at_target"] / self._facilities
        return self._out.months[column].astype(np.float64)

    def groupings(self) -> dict[str, Groups]:
        return self._groups

    def group_months(self, grouping: str, column: str) -> np.ndarray:
        values = self._out.groups[:, :, self._columns[grouping]][column]
        if column in GROUP_COUNTS:
            return values.astype(np.float64)
        return values / self._groups[grouping].facilities

    def indicator_months(self, column: str) -> np.ndarray:
        return self._out.indicators[:, :, 0][column] / self._facilities

    def group_indicator_months(self, grouping: str, column: str) -> np.ndarray:
        values = self._out.indicators[:, :, 1:][:, :, self._columns[grouping]][column]
        return values / self._groups[grouping].facilities[:, None]

    def units(self) -> np.ndarray:
        return self._out.units

    def taken(self, unit: str) -> np.ndarray:
        return self._taken[:, list(UNITS).index(unit)]

    @cached_property
    def _taken(self) -> np.ndarray:
        return total(self._out.units)


class FromTables:
    """The arrays made of tables, whose rows may be in any order."""

    def __init__(self, runs: Runs):
        self._runs = runs

    def months(self, column: str) -> np.ndarray:
        return by_run(self._runs.months, column)

    def groupings(self) -> dict[str, Groups]:
        table = self._runs.groups
        if table.empty:
            return {}
        start = table[(table["month"] == 0) & (table["replicate"] == table["replicate"].min())]
        return {
            str(name): Groups([str(group) for group in rows["group"]], rows["facilities"].to_numpy(np.int64))
            for name, rows in start.groupby(start["grouping"].astype(str), sort=False)
        }

    def group_months(self, grouping: str, column: str) -> np.ndarray:
        table = self._runs.groups
        rows = table[table["grouping"] == grouping]
        return _ordered(rows, {"group": self.groupings()[grouping].names}, [column])[..., 0]

    def indicator_months(self, column: str) -> np.ndarray:
        return _ordered(self._runs.indicators, {"indicator": self._indicators}, [column])[..., 0]

    def group_indicator_months(self, grouping: str, column: str) -> np.ndarray:
        table = self._runs.group_indicators
        assert table is not None, "indicators were not recorded by group"
        names = {"group": self.groupings()[grouping].names, "indicator": self._indicators}
        return _ordered(table[table["grouping"] == grouping], names, [column])[..., 0]

    @property
    def _indicators(self) -> list[str]:
        return [indicator.name for indicator in self._runs.scenario.indicators]

    def units(self) -> np.ndarray:
        names = [element.name for element in self._runs.scenario.programme]
        if not names:
            months = self._runs.months
            return np.zeros((months["replicate"].nunique(), months["month"].nunique(), 0, len(UNITS)))
        return _ordered(self._runs.units, {"element": names}, list(UNITS))

    def taken(self, unit: str) -> np.ndarray:
        return total(self.units())[:, list(UNITS).index(unit)]


def _ordered(table: pd.DataFrame, keys: dict[str, list[str]], columns: list[str]) -> np.ndarray:
    """Columns of a table with a row a replicate, month and name of each key, float64[R, M + 1, names, ..., columns]."""
    import pandas as pd

    places = [pd.Index(names).get_indexer(table[key].astype(str)) for key, names in keys.items()]
    replicate, month = table["replicate"].to_numpy(), table["month"].to_numpy()
    order = np.lexsort((*reversed(places), month, replicate))
    values = table[columns].to_numpy(np.float64)[order]
    return values.reshape(-1, int(month.max()) + 1, *(len(names) for names in keys.values()), len(columns))


def at_end(runs: Runs, column: str) -> np.ndarray:
    """A column of the monthly table at the end of the horizon, float64[R]."""
    return recorded(runs).months(column)[:, -1]


def total(values: np.ndarray) -> np.ndarray:
    """Sums over all but the first axis and the last, one term after the other; float64[R, N] of float64[R, ..., N].

    NumPy's own sums take terms in an order that depends on the shape, so that a last digit would, too.
    """
    count = math.prod(values.shape[1:-1])
    terms = values.reshape(len(values), count, values.shape[-1])
    return terms.cumsum(axis=1)[:, -1] if count else np.zeros((len(values), values.shape[-1]))
