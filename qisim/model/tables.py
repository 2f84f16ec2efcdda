"""Tidy tables of what either engine recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from qisim.model.state import (
    COUNTS,
    GROUP_COUNTS,
    GROUP_IDEAS,
    GROUP_MEANS,
    IDEA_MONTH,
    INDICATOR_MEANS,
    MEANS,
    SOURCES,
    STAGES,
)
from qisim.scenario.costs import UNITS
from qisim.scenario.schema import Scenario
from qisim.world.groupings import Grouping
from qisim.world.world import World


def months_table(replicates: range, rows: np.ndarray, facilities: int) -> pd.DataFrame:
    """One row a replicate and month from MONTH_ROW[R, M + 1]: counts, coverage (a share) and means."""
    table = _grid(replicates, rows.shape[1])
    table["at_target"] = rows["at_target"].ravel()
    table["coverage"] = rows["at_target"].ravel() / facilities
    for name in MEANS + COUNTS[1:]:
        table[name] = rows[name].ravel()
    return pd.DataFrame(table)


def idea_totals_table(replicates: range, counts: np.ndarray, scenario: Scenario) -> pd.DataFrame:
    """One row a replicate, month and idea from i8[R, M + 1, K, 3]: facilities aware, adopted, working."""
    names = [idea.name for idea in scenario.ideas]
    table = _grid(replicates, counts.shape[1], len(names))
    table["idea"] = _repeated(names, len(table["month"]))
    for i, name in enumerate(("aware", "adopted", "working")):
        table[name] = counts[..., i].ravel()
    return pd.DataFrame(table)


def groups_table(replicates: range, rows: np.ndarray, groupings: list[Grouping]) -> pd.DataFrame:
    """One row a replicate, month and group of each grouping from GROUP_ROW[R, M + 1, groups].

    Counts as recorded; ideas adopted and working, and scores, are means over the group's facilities.
    """
    table, sizes = _groups(replicates, rows.shape[1], groupings)
    for name in GROUP_COUNTS:
        table[name] = rows[name].ravel()
    for name in GROUP_IDEAS + GROUP_MEANS:
        table[name] = (rows[name] / sizes).ravel()
    return pd.DataFrame(table)


def indicators_table(replicates: range, rows: np.ndarray, facilities: int, scenario: Scenario) -> pd.DataFrame:
    """One row a replicate, month and indicator from INDICATOR_ROW[R, M + 1, P, J]: means over all facilities."""
    table = _grid(replicates, rows.shape[1], rows.shape[3])
    table["indicator"] = _indicators(scenario, len(table["month"]))
    for name in INDICATOR_MEANS:
        table[name] = rows[name][:, :, 0].ravel() / facilities
    return pd.DataFrame(table)


def group_indicators_table(
    replicates: range, rows: np.ndarray, groupings: list[Grouping], scenario: Scenario
) -> pd.DataFrame:
    """One row a replicate, month, group and indicator from INDICATOR_ROW[R, M + 1, P, J]: means over the group."""
    table, sizes = _groups(replicates, rows.shape[1], groupings, each=rows.shape[3])
    table["indicator"] = _indicators(scenario, len(table["month"]))
    for name in INDICATOR_MEANS:
        table[name] = (rows[name][:, :, 1:] / sizes[:, None]).ravel()
    return pd.DataFrame(table)


def _indicators(scenario: Scenario, rows: int) -> pd.Categorical:
    return _repeated([indicator.name for indicator in scenario.indicators], rows)


def _groups(
    replicates: range, months: int, groupings: list[Grouping], each: int = 1
) -> tuple[dict[str, Any], np.ndarray]:
    """The columns replicate to facilities with `each` rows a group, and how many facilities each group has."""
    names = [name for grouping in groupings for name in grouping.names]
    sizes = np.concatenate([np.bincount(grouping.codes, minlength=len(grouping.names)) for grouping in groupings])
    table = _grid(replicates, months, len(names) * each)
    times = len(replicates) * months
    which = np.repeat(np.arange(len(groupings)), [len(grouping.names) * each for grouping in groupings])
    table["grouping"] = pd.Categorical.from_codes(np.tile(which, times), [grouping.name for grouping in groupings])
    shown = sorted(set(names))
    codes = np.repeat(np.searchsorted(shown, names), each)
    table["group"] = pd.Categorical.from_codes(np.tile(codes, times), shown)
    table["facilities"] = np.tile(np.repeat(sizes, each), times)
    return table, sizes


def units_table(replicates: range, counts: np.ndarray, scenario: Scenario) -> pd.DataFrame:
    """One row a replicate, month and element from f8[R, M + 1, elements, units]: what was counted in the month."""
    names = [element.name for element in scenario.programme]
    table = _grid(replicates, counts.shape[1], len(names))
    table["element"] = _repeated(names, len(table["month"]))
    for i, unit in enumerate(UNITS):
        table[unit] = counts[..., i].ravel()
    return pd.DataFrame(table)


def adoptions_table(replicates: range, counts: np.ndarray) -> pd.DataFrame:
    """One row a replicate, month and source from i8[R, M + 1, sources]: ideas taken into use in the month."""
    table = _grid(replicates, counts.shape[1], len(SOURCES) - 1)
    table["source"] = _repeated(SOURCES[1:], len(table["month"]))
    table["adoptions"] = counts[..., 1:].ravel()
    return pd.DataFrame(table)


def facility_months_table(replicates: range, rows: np.ndarray, world: World) -> pd.DataFrame:
    """One row a replicate, month and facility from FACILITY_ROW[R, M + 1, F]."""
    table = _grid(replicates, rows.shape[1], rows.shape[2])
    table["facility"] = _repeated(list(world.facilities["id"]), len(table["month"]))
    for name in rows.dtype.names or ():
        table[name] = rows[name].ravel()
    return pd.DataFrame(table)


def idea_months_table(replicates: range, rows: np.ndarray, world: World, scenario: Scenario) -> pd.DataFrame:
    """One row a replicate, month, facility and idea from IDEA_ROW[R, M + 1, F, K]."""
    facilities, ideas = rows.shape[2], rows.shape[3]
    table = _grid(replicates, rows.shape[1], facilities * ideas)
    count = len(table["month"])
    codes = np.tile(np.repeat(np.arange(facilities), ideas), count // (facilities * ideas))
    table["facility"] = pd.Categorical.from_codes(codes, list(world.facilities["id"]))
    table["idea"] = _repeated([idea.name for idea in scenario.ideas], count)
    for name in IDEA_MONTH:
        values = rows[name].ravel()
        if name == "learnt_from":
            table[name] = pd.Categorical.from_codes(values + 1, ["", *world.facilities["id"]])
            continue
        categories = {"stage": STAGES, "source": SOURCES}.get(name)
        table[name] = pd.Categorical.from_codes(values.astype(np.int8), categories) if categories else values
    return pd.DataFrame(table)


def _grid(replicates: range, months: int, each: int = 1) -> dict[str, Any]:
    """The columns replicate and month of a table with `each` rows a replicate and month."""
    return {
        "replicate": np.repeat(np.arange(replicates.start, replicates.stop), months * each),
        "month": np.tile(np.repeat(np.arange(months), each), len(replicates)),
    }


def _repeated(names: list[str], rows: int) -> pd.Categorical:
    """The names over and over, `rows` in all."""
    return pd.Categorical.from_codes(np.tile(np.arange(len(names)), rows // max(len(names), 1)), names)
