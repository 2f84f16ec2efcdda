"""What the Mesa model writes down at the end of a month: the same as `qisim.model.batch.record` does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qisim.model import rules, tables
from qisim.model.state import (
    FACILITY_MONTH,
    FACILITY_ROW,
    GROUP_COUNTS,
    GROUP_MEANS,
    GROUP_ROW,
    IDEA_MONTH,
    IDEA_ROW,
    INDICATOR_MEANS,
    INDICATOR_ROW,
    MEANS,
    MONTH_ROW,
    SOURCES,
)
from qisim.world.groupings import groupings

if TYPE_CHECKING:
    from qisim.model.agents.facility import Facility
    from qisim.model.agents.model import QIModel

OF_FACILITIES = {"trained": "trained", "enrolled": "enrolled", "dropped_out": "dropped_out", "meetings": "meeting",
                 "cycles": "cycles", "visits": "visits"}  # fmt: skip
"""Counts of a month, and the facilities' attributes that are summed for them."""


@dataclass
class Trajectory:
    """The tables of one replicate; as those of a run on the core."""

    months: pd.DataFrame
    idea_totals: pd.DataFrame
    groups: pd.DataFrame
    indicators: pd.DataFrame
    group_indicators: pd.DataFrame
    units: pd.DataFrame
    adoptions: pd.DataFrame
    facility_months: pd.DataFrame
    idea_months: pd.DataFrame


class Recorder:
    """The rows of one replicate, of which each array's first axis has one place; see `qisim.model.batch.arrays.Out`."""

    def __init__(self, model: QIModel):
        self.model = model
        facilities, ideas, months = len(model.by_index), len(model.ideas), model.scenario.months + 1
        self._groupings = groupings(model.world, model.scenario)
        self._groups = [
            [model.by_index[f] for f in np.flatnonzero(grouping.codes == code)]
            for grouping in self._groupings
            for code in range(len(grouping.names))
        ]
        self.months = np.zeros((1, months), MONTH_ROW)
        self._facilities = np.zeros((1, months, facilities), FACILITY_ROW)
        self._ideas = np.zeros((1, months, facilities, ideas), IDEA_ROW)
        self._group_rows = np.zeros((1, months, len(self._groups)), GROUP_ROW)
        self._indicators = np.zeros((1, months, 1 + len(self._groups), len(model.indicators)), INDICATOR_ROW)
        self._units = np.zeros((1, months, *model.units.shape))
        self._adoptions = np.zeros((1, months, len(SOURCES)), np.int64)

    def record(self, month: int) -> None:
        """Write down the state after so many months, and what was counted in the last one."""
        model, everybody = self.model, self.model.by_index
        for facility, row, practices in zip(everybody, self._facilities[0, month], self._ideas[0, month], strict=True):
            _fill(row, facility, FACILITY_MONTH)
            for practice, cell in zip(facility.practices, practices, strict=True):
                _fill(cell, practice, IDEA_MONTH)
        self._record_month(self.months[0, month])
        for group, row in zip(self._groups, self._group_rows[0, month], strict=True):
            _record_group(row, group, model.scenario.target.score)
        for place, rows in zip([everybody, *self._groups], self._indicators[0, month], strict=True):
            for j, row in enumerate(rows):
                for name in INDICATOR_MEANS:
                    row[name] = _total(getattr(facility, name)[j] for facility in place)
        self._units[0, month], self._adoptions[0, month] = model.units, model.adoptions

    def _record_month(self, row: Any) -> None:
        model, everybody = self.model, self.model.by_index
        for name in MEANS:
            row[name] = _total(getattr(facility, name) for facility in everybody) / len(everybody)
        row["at_target"] = sum(rules.reaches(facility.score, model.scenario.target.score) for facility in everybody)
        for name, attribute in OF_FACILITIES.items():
            row[name] = sum(getattr(facility, attribute) for facility in everybody)
        row["attendances"], row["exchanges"] = model.attendances, model.exchanges

    def tables(self, month: int) -> Trajectory:
        """The tables up to the state after so many months."""
        model, scenario, upto = self.model, self.model.scenario, slice(0, month + 1)
        which, facilities = range(model.replicate, model.replicate + 1), len(model.by_index)
        ideas, indicators = self._ideas[:, upto], self._indicators[:, upto]
        counts = np.stack(
            [ideas["stage"] != rules.UNAWARE, ideas["stage"] == rules.ADOPTED,
             (ideas["stage"] == rules.ADOPTED) & ideas["works"]], axis=-1
        ).sum(axis=2)  # fmt: skip
        return Trajectory(
            months=tables.months_table(which, self.months[:, upto], facilities),
            idea_totals=tables.idea_totals_table(which, counts, scenario),
            groups=tables.groups_table(which, self._group_rows[:, upto], self._groupings),
            indicators=tables.indicators_table(which, indicators, facilities, scenario),
            group_indicators=tables.group_indicators_table(which, indicators, self._groupings, scenario),
            units=tables.units_table(which, self._units[:, upto], scenario),
            adoptions=tables.adoptions_table(which, self._adoptions[:, upto]),
            facility_months=tables.facility_months_table(which, self._facilities[:, upto], model.world),
            idea_months=tables.idea_months_table(which, ideas, model.world, scenario),
        )


def _fill(row: Any, agent: Any, names: list[str]) -> None:
    for name in names:
        row[name] = getattr(agent, name)


def _record_group(row: Any, facilities: list[Facility], target: float) -> None:
    """Fill the row of a group: sums over its facilities."""
    for name in GROUP_COUNTS:
        row[name] = sum(
            rules.reaches(facility.score, target) if name == "at_target" else getattr(facility, name)
            for facility in facilities
        )
    for name in GROUP_MEANS:
        row[name] = _total(getattr(facility, name) for facility in facilities)
    practices = [practice for facility in facilities for practice in facility.practices]
    row["ideas_adopted"] = sum(practice.stage == rules.ADOPTED for practice in practices)
    row["ideas_working"] = sum(practice.working for practice in practices)


def _total(values: Iterable[float]) -> float:
    """The sum, one by one: sum() would round differently from Python 3.12 on."""
    total = 0.0
    for value in values:
        total += value
    return total
