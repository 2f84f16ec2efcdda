"""A run: many replicates of one scenario on the core."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from qisim.input.errors import whole
from qisim.model import rules, tables
from qisim.model.batch.arrays import Out
from qisim.model.calendar import build_calendar
from qisim.model.chance import MOST_REPLICATES, MOST_SEED
from qisim.model.state import SOURCES
from qisim.scenario.costs import UNITS
from qisim.scenario.schema import Scenario
from qisim.study.results import Results
from qisim.world.groupings import groupings
from qisim.world.world import World, build_world

MOST_THREADS = 1024


def run(
    scenario: Scenario,
    world: World | None = None,
    *,
    replicates: int = 100,
    first: int = 0,
    seed: int = 1,
    threads: int | None = None,
    detail: bool = False,
    by_group: bool = False,
    progress: Callable[[int, int], None] | None = None,
    compiling: Callable[[], None] | None = None,
) -> Results:
    """Simulate `replicates` replicates of a scenario, numbered from `first`; the same inputs give the same bits.

    `by_group` keeps each indicator in each group, `detail` that and every facility and idea. `progress` is told how
    many replicates are done, of how many; `compiling` is called before the core is compiled for the first time.
    Raises BadInput where the scenario does not fit its world or the machine's memory.
    """
    replicates = whole("replicates", replicates, 1, MOST_REPLICATES)
    first = whole("first", first, 0, MOST_REPLICATES)
    seed = whole("seed", seed, 0, MOST_SEED)
    world = build_world(scenario) if world is None else world
    programme = build_calendar(scenario, world)
    by_group = by_group or detail
    groupings(world, scenario)  # what the registry does not tell is refused before anything runs
    from qisim.model.batch.simulate import is_compiled, simulate
    from qisim.model.machine import available_cores

    threads = whole("threads", available_cores() if threads is None else threads, 1, MOST_THREADS)
    if compiling and not is_compiled():
        compiling()
    collected = _Tables(scenario, world, detail, by_group)
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(done, replicates)

    for chunk, out in simulate(
        scenario, world, programme, range(first, first + replicates), seed, threads=threads, detail=detail,
        by_group=by_group, progress=advance, kept_bytes=kept_bytes(scenario, world, replicates, detail, by_group),
    ):  # fmt: skip
        collected.add(chunk, out)
    return collected.results(seed, replicates)


def kept_bytes(scenario: Scenario, world: World, replicates: int, detail: bool, by_group: bool = False) -> int:
    """Memory that the tables of a run take, and their parts while they are put together."""
    months, ideas, elements = scenario.months + 1, len(scenario.ideas), len(scenario.programme)
    groups = sum(len(grouping.names) for grouping in groupings(world, scenario))
    of_indicators = 45 * len(scenario.indicators) * (1 + groups if by_group or detail else 1)
    a_month = 180 + ideas * 50 + groups * 110 + of_indicators + elements * (20 + 8 * len(UNITS)) + 28 * len(SOURCES)
    a_replicate = 2 * months * a_month + len(world) * 12
    if detail:  # a table of the recorded rows and its copy while it is put together
        from qisim.model.batch import arrays

        a_replicate += 6 * arrays.out_bytes(arrays.size(world, groupings(world, scenario), scenario), detail=True)
    return replicates * a_replicate


class _Tables:
    """Collects the chunks of a run into tables."""

    def __init__(self, scenario: Scenario, world: World, detail: bool, by_group: bool):
        self.scenario, self.world, self.detail, self.by_group = scenario, world, detail, by_group
        self.groupings = groupings(world, scenario)
        self.parts: dict[str, list[pd.DataFrame]] = {}
        self.score = np.zeros(len(world))
        self.at_target = np.zeros(len(world), dtype=np.int64)
        self.first: list[np.ndarray] = []

    def add(self, chunk: range, out: Out) -> None:
        """Turn a chunk into tables; its arrays are used again afterwards."""
        scenario, world = self.scenario, self.world
        self._append("months", tables.months_table(chunk, out.months, len(world)))
        self._append("idea_totals", tables.idea_totals_table(chunk, out.ideas, scenario))
        self._append("groups", tables.groups_table(chunk, out.groups, self.groupings))
        self._append("indicators", tables.indicators_table(chunk, out.indicators, len(world), scenario))
        if self.by_group:
            table = tables.group_indicators_table(chunk, out.indicators, self.groupings, scenario)
            self._append("group_indicators", table)
        self._append("units", tables.units_table(chunk, out.units, scenario))
        self._append("adoptions", tables.adoptions_table(chunk, out.adoptions))
        if self.detail:
            self._append("facility_months", tables.facility_months_table(chunk, out.facility_months, world))
            self._append("idea_months", tables.idea_months_table(chunk, out.idea_months, world, scenario))
        for scores in out.final_score:  # one by one, so that chunks do not change the sum
            self.score += scores
        self.at_target += rules.reaches(out.final_score, scenario.target.score).sum(axis=0)
        self.first.append(out.first_at_target.copy())

    def _append(self, name: str, table: pd.DataFrame) -> None:
        self.parts.setdefault(name, []).append(table)

    def results(self, seed: int, replicates: int) -> Results:
        """All chunks together."""
        whole = {name: pd.concat(self.parts.pop(name), ignore_index=True) for name in list(self.parts)}
        return Results(
            scenario=self.scenario,
            world=self.world,
            seed=seed,
            replicates=replicates,
            facility_summary=self._summary(replicates),
            **whole,
        )

    def _summary(self, replicates: int) -> pd.DataFrame:
        columns = ["id", "name", "kind", "district", "province", "lat", "lon"]
        summary = self.world.facilities[columns].copy()
        summary["score"] = self.score / replicates
        summary["at_target"] = self.at_target / replicates
        summary["first_at_target"] = _censored_median(np.concatenate(self.first))
        return summary


def _censored_median(first: np.ndarray) -> np.ndarray:
    """Median over replicates of i4[R, F], -1 standing for never; NaN where half or more never arrive."""
    result = np.empty(first.shape[1])
    for f in range(first.shape[1]):  # one facility at a time, for memory
        months = np.where(first[:, f] < 0, np.inf, first[:, f])
        result[f] = np.median(months)
    return np.where(np.isinf(result), np.nan, result)
