"""The arrays that the core works on, in named groups: the world, the programme, the working state, the results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from qisim.model.programme import Programme
from qisim.model.state import (
    COACH,
    FACILITY,
    FACILITY_ROW,
    GROUP_ROW,
    IDEA_ROW,
    INDICATOR_ROW,
    MONTH_ROW,
    PRACTICE,
    SOURCES,
)
from qisim.scenario.costs import UNITS
from qisim.scenario.schema import Scenario
from qisim.world.groupings import Grouping
from qisim.world.world import World


class Here(NamedTuple):
    """The world: F facilities, J indicators. `told` holds leadership, openness, workload; NaN where untold."""

    district: np.ndarray  # i4[F]
    province: np.ndarray  # i4[F]
    group: np.ndarray  # i4[F, G], the group of each grouping, counted through all of them
    staff: np.ndarray  # i8[F]
    travel_days: np.ndarray  # f8[F]
    connectivity: np.ndarray  # f8[F]
    told: np.ndarray  # f8[F, 3]
    baseline: np.ndarray  # f8[F, J], NaN where untold
    start: np.ndarray  # i8[F + 1], where each facility's peers begin
    peer: np.ndarray  # i4
    peer_weight: np.ndarray  # f8
    total: np.ndarray  # f8[F], summed weight of all peers


class Plan(NamedTuple):
    """The programme; see `Programme`. `indicator_start` and `by_indicator` list the ideas of each indicator."""

    events: np.ndarray
    event_start: np.ndarray
    waves: np.ndarray
    wave_covers: np.ndarray
    packages: np.ndarray
    posts: np.ndarray
    caseload_start: np.ndarray
    caseload: np.ndarray
    coaches_start: np.ndarray
    coaches: np.ndarray
    exchanges: np.ndarray
    exchange_covers: np.ndarray
    channels: np.ndarray
    channel_covers: np.ndarray
    channel_packages: np.ndarray
    thresholds: np.ndarray
    conditions: np.ndarray
    condition_covers: np.ndarray
    indicator_start: np.ndarray  # i8[J + 1]
    by_indicator: np.ndarray  # i8[K]


class Work(NamedTuple):
    """The state of one replicate, and room to work in; used again for the next."""

    facility: np.ndarray  # FACILITY[F]
    practice: np.ndarray  # PRACTICE[F, K]
    base: np.ndarray  # f8[F, J], performance without any idea
    performance: np.ndarray  # f8[F, J]
    reported: np.ndarray  # f8[F, J]
    coach: np.ndarray  # COACH[C]
    coach_working: np.ndarray  # i8[C, K], facilities of the caseload where the idea works, as shown
    coach_failed: np.ndarray  # i8[C, K]
    cohort_size: np.ndarray  # i8[cohorts]
    cohort_tie: np.ndarray  # f8[cohorts]
    cohort_users: np.ndarray  # i8[cohorts, K], as shown
    session_size: np.ndarray  # i8[cohorts], facilities at this month's session
    session_virtual: np.ndarray  # i8[cohorts], how many of them take part online
    session_score: np.ndarray  # f8[cohorts], their summed reported scores
    session_working: np.ndarray  # i8[cohorts, K]
    session_failed: np.ndarray  # i8[cohorts, K]
    refinement: np.ndarray  # f8[K], of the shared package
    tests: np.ndarray  # i8[K], newly shared
    released: np.ndarray  # i8[waves], ideas of the package released so far
    active: np.ndarray  # bool[conditions], which hold
    units: np.ndarray  # f8[elements, units], counted this month
    adoptions: np.ndarray  # i8[sources], this month
    visits_now: np.ndarray  # i8[F], visits of the coach at work, by place in its list
    last_visit: np.ndarray  # i8[F], the same: month of the last visit by anybody
    sort_key: np.ndarray  # f8[F]
    order: np.ndarray  # i8[F]
    changed: np.ndarray  # i8[F * K], what to show to peers at the end of the month
    tally: np.ndarray  # i8[TALLIES]
    luck: np.ndarray  # f8[., AT_A_TIME], what was drawn for the facilities dealt with; see `luck.draw`


CHANGED, ATTENDANCES, EXCHANGES_MADE, TALLIES = 0, 1, 2, 3

AT_A_TIME = 64
"""Facilities dealt with at a time: few enough for their state to stay in the processor's cache."""


class Out(NamedTuple):
    """Results of the replicates of a chunk, one row each. Detail arrays have no rows unless asked for."""

    months: np.ndarray  # MONTH_ROW[R, M + 1]
    ideas: np.ndarray  # i8[R, M + 1, K, 3]: aware, adopted, working
    groups: np.ndarray  # GROUP_ROW[R, M + 1, groups of all groupings]
    indicators: np.ndarray  # INDICATOR_ROW[R, M + 1, P, J], places: all facilities, then the groups if asked for
    units: np.ndarray  # f8[R, M + 1, elements, units]
    adoptions: np.ndarray  # i8[R, M + 1, sources]
    final_score: np.ndarray  # f8[R, F]
    first_at_target: np.ndarray  # i4[R, F], first month at the target score, -1 for never
    facility_months: np.ndarray  # FACILITY_ROW[R, M + 1, F]
    idea_months: np.ndarray  # IDEA_ROW[R, M + 1, F, K]


def here(world: World, groupings: list[Grouping]) -> Here:
    """The world as the core reads it."""
    table, network = world.facilities, world.network
    return Here(
        district=world.district, province=world.province, group=_groups(groupings),
        staff=_own(table["staff"], np.int64), travel_days=_own(table["travel_days"], np.float64),
        connectivity=_own(table["connectivity"], np.float64),
        told=_own(table[["leadership", "openness", "workload"]], np.float64),
        baseline=_own(world.baseline(), np.float64), start=network.start, peer=network.peer,
        peer_weight=network.peer_weight, total=network.total,
    )  # fmt: skip


def _groups(groupings: list[Grouping]) -> np.ndarray:
    first = np.cumsum([0, *(len(grouping.names) for grouping in groupings)])
    columns = [grouping.codes + before for grouping, before in zip(groupings, first, strict=False)]
    return np.ascontiguousarray(np.stack(columns, axis=1), dtype=np.int32)


def _own(values: Any, dtype: Any) -> np.ndarray:
    """A copy: what pandas lends is at times read-only, for which the core would be compiled once more."""
    return np.array(values, dtype=dtype, order="C")


def plan(programme: Programme, idea_indicator: np.ndarray, indicators: int) -> Plan:
    """The programme as the core reads it; `idea_indicator` is the indicator of each idea."""
    names = [name for name in Plan._fields if hasattr(programme, name)]
    order = np.argsort(idea_indicator, kind="stable").astype(np.int64)
    start = np.searchsorted(idea_indicator[order], np.arange(indicators + 1)).astype(np.int64)
    return Plan(**{name: getattr(programme, name) for name in names}, indicator_start=start, by_indicator=order)


def _shapes(facilities: int, ideas: int, indicators: int, programme: Programme) -> dict[str, tuple[Any, ...]]:
    f, k, j, coaches, cohorts = facilities, ideas, indicators, len(programme.posts), programme.cohorts
    return {
        "facility": (FACILITY, f), "practice": (PRACTICE, f, k), "base": ("f8", f, j), "performance": ("f8", f, j),
        "reported": ("f8", f, j), "coach": (COACH, coaches), "coach_working": ("i8", coaches, k),
        "coach_failed": ("i8", coaches, k), "cohort_size": ("i8", cohorts), "cohort_tie": ("f8", cohorts),
        "cohort_users": ("i8", cohorts, k), "session_size": ("i8", cohorts), "session_virtual": ("i8", cohorts),
        "session_score": ("f8", cohorts),
        "session_working": ("i8", cohorts, k), "session_failed": ("i8", cohorts, k), "refinement": ("f8", k),
        "tests": ("i8", k), "released": ("i8", len(programme.waves)), "visits_now": ("i8", f), "last_visit": ("i8", f),
        "active": ("?", len(programme.conditions)), "units": ("f8", programme.elements, len(UNITS)),
        "adoptions": ("i8", len(SOURCES)),
        "sort_key": ("f8", f), "order": ("i8", f),
        "changed": ("i8", f * k), "tally": ("i8", TALLIES), "luck": ("f8", 4 * max(k, j, 2), AT_A_TIME),
    }  # fmt: skip


def work(facilities: int, ideas: int, indicators: int, programme: Programme) -> Work:
    """Room for one replicate."""
    shapes = _shapes(facilities, ideas, indicators, programme)
    return Work(**{name: np.zeros(shape, dtype) for name, (dtype, *shape) in shapes.items()})


def work_bytes(facilities: int, ideas: int, indicators: int, programme: Programme) -> int:
    """Memory that `work` takes."""
    shapes = _shapes(facilities, ideas, indicators, programme).values()
    return sum(int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize for dtype, *shape in shapes)


@dataclass(frozen=True)
class Size:
    """How much a run records: facilities, groups of all groupings, elements, ideas, indicators and months.

    `by_group` tells whether indicators are recorded for each group, too.
    """

    facilities: int
    groups: int
    elements: int
    ideas: int
    indicators: int
    months: int
    by_group: bool


def size(world: World, groupings: list[Grouping], scenario: Scenario, by_group: bool = False) -> Size:
    """The size of a scenario's results; indicators by group if asked for."""
    groups = sum(len(grouping.names) for grouping in groupings)
    ideas, indicators = len(scenario.ideas), len(scenario.indicators)
    return Size(len(world), groups, len(scenario.programme), ideas, indicators, scenario.months, by_group)


def _out_shapes(size: Size, detail: bool) -> dict[str, tuple[Any, ...]]:
    f, steps, ideas = size.facilities, size.months + 1, size.ideas
    places = 1 + size.groups if size.by_group else 1
    return {
        "months": (MONTH_ROW, steps), "ideas": ("i8", steps, ideas, 3), "groups": (GROUP_ROW, steps, size.groups),
        "indicators": (INDICATOR_ROW, steps, places, size.indicators),
        "units": ("f8", steps, size.elements, len(UNITS)), "adoptions": ("i8", steps, len(SOURCES)),
        "final_score": ("f8", f), "first_at_target": ("i4", f),
        "facility_months": (FACILITY_ROW, steps, f) if detail else (FACILITY_ROW, 0, 0),
        "idea_months": (IDEA_ROW, steps, f, ideas) if detail else (IDEA_ROW, 0, 0, 0),
    }  # fmt: skip


def out(size: Size, replicates: int, detail: bool) -> Out:
    """Room for the results of so many replicates."""
    shapes = _out_shapes(size, detail)
    return Out(**{name: np.zeros((replicates, *shape), dtype) for name, (dtype, *shape) in shapes.items()})


def out_bytes(size: Size, detail: bool) -> int:
    """Memory that `out` takes for one replicate."""
    shapes = _out_shapes(size, detail).values()
    return sum(int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize for dtype, *shape in shapes)
