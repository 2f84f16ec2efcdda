"""A run: many replicates of one scenario on the core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from qisim.experiments.results import Results
from qisim.model import tables
from qisim.model.batch.arrays import Out
from qisim.model.calendar import Programme, build_calendar
from qisim.scenario.errors import BadInput, Problem
from qisim.scenario.schema import Scenario
from qisim.world.world import World, build_world

MOST_REPLICATES = 1_000_000


def run(
    scenario: Scenario,
    world: World | None = None,
    *,
    replicates: int = 100,
    first: int = 0,
    seed: int = 1,
    threads: int | None = None,
    detail: bool = False,
    progress: Callable[[int, int], None] | None = None,
    compiling: Callable[[], None] | None = None,
) -> Results:
    """Simulate `replicates` replicates of a scenario, numbered from `first`; the same inputs give the same bits.

    `progress` is told how many replicates are done, of how many; `compiling` is called before the core is compiled
    for the first time. Raises BadInput where the scenario does not fit its world or the machine's memory.
    """
    _check(replicates, first, seed)
    world = build_world(scenario) if world is None else world
    programme = build_calendar(scenario, world)
    from qisim.model.batch.simulate import is_compiled, simulate

    _check_memory(scenario, world, programme, replicates, detail)
    if compiling and not is_compiled():
        compiling()
    collected = _Tables(scenario, world, detail)
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        if progress:
            progress(done, replicates)

    for chunk, out in simulate(
        scenario,
        world,
        programme,
        range(first, first + replicates),
        seed,
        threads=threads,
        detail=detail,
        progress=advance,
    ):
        collected.add(chunk, out)
    return collected.results(seed, replicates)


def _check(replicates: Any, first: Any, seed: Any) -> None:
    """Refuse numbers that the core cannot work with."""
    for name, value, low, high in (
        ("replicates", replicates, 1, MOST_REPLICATES),
        ("first", first, 0, MOST_REPLICATES),
        ("seed", seed, 0, 2**32 - 1),
    ):
        if not isinstance(value, int) or not low <= value <= high:
            raise BadInput(Problem(name, f"found {value!r}", allowed=f"a whole number from {low} to {high}"))


def _check_memory(scenario: Scenario, world: World, programme: Programme, replicates: int, detail: bool) -> None:
    """Refuse a run whose tables would not fit into memory, before any of it is taken."""
    from qisim.model.batch import arrays, simulate

    months, ideas, groups = scenario.months + 1, len(scenario.ideas), len(world.districts) + len(world.kinds)
    a_replicate = months * (180 + ideas * 50 + groups * 110) + len(world) * 4
    if detail:  # a table of the recorded rows and its copy while it is put together
        a_replicate += 3 * arrays.out_bytes(world, ideas, scenario.months, detail=True)
    simulate.check_memory(scenario, world, programme, 1, detail, kept=2 * replicates * a_replicate)


class _Tables:
    """Collects the chunks of a run into tables."""

    def __init__(self, scenario: Scenario, world: World, detail: bool):
        self.scenario, self.world, self.detail = scenario, world, detail
        self.parts: dict[str, list[pd.DataFrame]] = {}
        self.score = np.zeros(len(world))
        self.at_target = np.zeros(len(world), dtype=np.int64)
        self.first: list[np.ndarray] = []

    def add(self, chunk: range, out: Out) -> None:
        """Turn a chunk into tables; its arrays are used again afterwards."""
        scenario, world = self.scenario, self.world
        self._append("months", tables.months_table(chunk, out.months, len(world)))
        self._append("idea_totals", tables.idea_totals_table(chunk, out.ideas, scenario))
        self._append("groups", tables.groups_table(chunk, out.groups, world))
        if self.detail:
            self._append("facility_months", tables.facility_months_table(chunk, out.facility_months, world))
            self._append("idea_months", tables.idea_months_table(chunk, out.idea_months, world, scenario))
        for scores in out.final_score:  # one by one, so that chunks do not change the sum
            self.score += scores
        self.at_target += (out.final_score >= scenario.target.score).sum(axis=0)
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
        first = np.concatenate(self.first).astype(float)
        first[first < 0] = np.nan
        reached = ~np.isnan(first).all(axis=0)
        summary["first_at_target"] = np.nan
        summary.loc[reached, "first_at_target"] = np.nanmedian(first[:, reached], axis=0)
        return summary
