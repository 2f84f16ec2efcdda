"""A comparison: strategies among the same facilities with the same luck, as often as the differences ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from qisim.comparison import stopping
from qisim.comparison.decision import Finding, dominated, findings
from qisim.input.errors import BadInput, Problem
from qisim.model.chance import MOST_REPLICATES
from qisim.outcomes.measures import TIME
from qisim.outcomes.time_to_target import time_to_target
from qisim.scenario.schema import Scenario
from qisim.study.results import Results
from qisim.study.run import kept_bytes, run
from qisim.world.world import World

LETTERS = "ABCDEFGH"
"""What strategies are called in tables and charts; as many as colours that all readers tell apart."""

PRECISION = 0.5
REPLICATES = 400
MOST_NAMED = 3
TABLES = ("months", "idea_totals", "groups", "indicators", "units", "adoptions")

Advance = Callable[[int, int], None]


@dataclass
class Strategy:
    """One of the strategies compared, with the tables of its runs as in `Results`."""

    label: str
    name: str
    scenario: Scenario
    world: World
    months: pd.DataFrame
    idea_totals: pd.DataFrame
    groups: pd.DataFrame
    indicators: pd.DataFrame
    units: pd.DataFrame
    adoptions: pd.DataFrame
    group_indicators: None = None


@dataclass
class Compared:
    """What came of a comparison: replicate r of each strategy shares its luck with replicate r of the others.

    `world` is that of the first strategy; the others have the same facilities, perhaps with other ties. `precise` tells
    whether the differences in time to target reached the `precision` in months before the `limit` of replicates.
    """

    strategies: list[Strategy]
    world: World
    seed: int
    replicates: int
    precision: float
    limit: int
    precise: bool

    @cached_property
    def findings(self) -> list[Finding]:
        """Every measure, its estimates and its paired differences."""
        return findings(self.strategies)

    @cached_property
    def dominated(self) -> dict[int, list[int]]:
        """Positions of the dominated strategies, each with those that dominate it."""
        return dominated(self.findings)

    def finding(self, key: str) -> Finding:
        """One measure's finding."""
        return next(finding for finding in self.findings if finding.measure.key == key)

    @property
    def half_width(self) -> float | None:
        """The half-width in months that was reached for the differences in time to target; None after one run."""
        times, horizon = self.finding(TIME).by_run, self.strategies[0].scenario.months
        return float(stopping.half_widths(times, horizon)[-1]) if self.replicates > 1 else None


def compare(
    scenarios: Sequence[Scenario],
    worlds: Sequence[World],
    *,
    seed: int = 1,
    precision: float = PRECISION,
    limit: int = REPLICATES,
    threads: int | None = None,
    progress: Advance | None = None,
    compiling: Callable[[], None] | None = None,
) -> Compared:
    """Run each scenario in its world with equal luck, until differences in time to target are told within `precision`.

    `precision` is a half-width in months, `limit` the most replicates of each strategy. `progress` is told how many
    runs of all strategies are done, of how many at most. Raises BadInput where the scenarios cannot be compared.
    """
    check_comparable(scenarios, worlds)
    _check_numbers(precision, limit)
    _check_memory(scenarios, worlds, limit)
    batches: list[list[Results]] = [[] for _ in scenarios]
    done, precise = 0, False
    while done < limit and not precise:
        more = stopping.next_batch(done, limit)
        for place, (scenario, world) in enumerate(zip(scenarios, worlds, strict=True)):
            before = done * len(scenarios) + place * more
            told = _told(progress, before, limit * len(scenarios))
            batches[place].append(
                run(scenario, world, replicates=more, first=done, seed=seed, threads=threads, progress=told,
                    compiling=compiling)
            )  # fmt: skip
            compiling = None
        done += more
        precise = stopping.precise(np.array([_times(parts) for parts in batches]), scenarios[0].months, precision)
    names = _names(scenarios)
    strategies = [
        Strategy(LETTERS[i], names[i], scenario, worlds[i], **{name: _joined(batches[i], name) for name in TABLES})
        for i, scenario in enumerate(scenarios)
    ]
    return Compared(strategies, worlds[0], seed, done, precision, limit, precise)


def check_comparable(scenarios: Sequence[Scenario], worlds: Sequence[World]) -> None:
    """Raise BadInput unless 2 to 8 scenarios put the same question: facilities, start, months and target."""
    if not 2 <= len(scenarios) <= len(LETTERS):
        found = f"found {len(scenarios)} scenario{'' if len(scenarios) == 1 else 's'}"
        raise BadInput(Problem("comparison", found, allowed=f"2 to {len(LETTERS)}"))
    problems = []
    for scenario, world in zip(scenarios[1:], worlds[1:], strict=True):
        problems += _other_question(scenarios[0], scenario) + _other_facilities(
            scenarios[0], worlds[0], scenario, world
        )
    if problems:
        raise BadInput(problems)


def _other_question(first: Scenario, other: Scenario) -> list[Problem]:
    found = []
    for key in ("start", "months", "target.score", "target.coverage"):
        ours, theirs = _at(first, key), _at(other, key)
        if ours != theirs:
            found.append(other.problem(key, f"found {theirs}, but {ours} in {first.origin.name}; "
                                       "compared strategies need the same"))  # fmt: skip
    return found


def _other_facilities(first: Scenario, world: World, other: Scenario, its_world: World) -> list[Problem]:
    ours, theirs = world.facilities, its_world.facilities
    if ours["id"].tolist() != theirs["id"].tolist():
        only = sorted(set(ours["id"]) ^ set(theirs["id"]))
        which = f": {len(theirs)} instead of {len(ours)}; only in one of them: {_listed(only)}" if only else " in order"
        return [other.problem("world", f"the facilities differ from those of {first.origin.name}{which}")]
    columns = [c for c in ours if c not in theirs or not ours[c].equals(theirs[c])]
    columns += [c for c in theirs if c not in ours]
    if not columns:
        return []
    what = f"the facilities have the ids of those of {first.origin.name}, but differ in: {_listed(columns)}"
    return [other.problem("world", what)]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _at(scenario: Scenario, key: str) -> object:
    value: object = scenario
    for part in key.split("."):
        value = getattr(value, part)
    return value


def _check_numbers(precision: Any, limit: Any) -> None:
    problems = []
    if not isinstance(precision, (int, float)) or not 0 < precision < float("inf"):
        problems.append(Problem("precision", f"found {precision!r}", allowed="a number of months above 0"))
    if not isinstance(limit, int) or not 1 <= limit <= MOST_REPLICATES:
        problems.append(
            Problem("replicates", f"found {limit!r}", allowed=f"a whole number from 1 to {MOST_REPLICATES}")
        )
    if problems:
        raise BadInput(problems)


def _check_memory(scenarios: Sequence[Scenario], worlds: Sequence[World], limit: int) -> None:
    """Raise BadInput where the tables of all replicates would not fit into the memory that is free."""
    from qisim.model.machine import check_free

    pairs = zip(scenarios, worlds, strict=True)
    kept = sum(kept_bytes(scenario, world, limit, detail=False) for scenario, world in pairs)
    check_free(kept, "comparison", "fewer replicates or strategies")


def _names(scenarios: Sequence[Scenario]) -> list[str]:
    """Titles, with the file's name where two have the same."""
    titles = [scenario.title for scenario in scenarios]
    return [
        f"{title} ({scenario.origin.files[0][0].stem})" if titles.count(title) > 1 and scenario.origin.files else title
        for title, scenario in zip(titles, scenarios, strict=True)
    ]


def _told(progress: Advance | None, before: int, total: int) -> Advance | None:
    if progress is None:
        return None
    return lambda done, _: progress(before + done, total)


def _times(parts: Sequence[Results]) -> np.ndarray:
    return np.concatenate([time_to_target(p.months, p.scenario.target.coverage).month for p in parts])


def _joined(parts: Sequence[Results], table: str) -> pd.DataFrame:
    return pd.concat([getattr(part, table) for part in parts], ignore_index=True)
