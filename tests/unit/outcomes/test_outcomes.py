"""Outcomes against answers worked out by hand or by a slower way."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qisim.outcomes import outcomes
from qisim.outcomes.adoption import idea_shares
from qisim.outcomes.coverage import fan
from qisim.outcomes.effort import ACTIVITIES
from qisim.outcomes.groups import group_coverage_at_end, group_times
from qisim.outcomes.intervals import interval, runs_needed
from qisim.outcomes.outcome import over_runs
from qisim.outcomes.runs import by_run, facility_count
from qisim.outcomes.target_held import sustained
from qisim.outcomes.time_to_target import as_outcome, censored, milestones, peaks, time_to_target
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.words.dates import calendar_month
from qisim.words.numbers import percent
from tests.unit.outcomes.hand_made import units_table

FACILITIES = 10
ELEMENTS: dict[str, dict[str, object]] = {
    "collaborative": {
        "kind": "collaborative",
        "waves": [{"start": "2019-01-01", "sites": 5}],
        "package": ["checklist"],
    },
    "coaching": {"kind": "coaching", "coaches_per_district": 1},
    "exchange_visits": {"kind": "exchange_visits", "visits": 1},
}
counts = arrays(int, st.tuples(st.integers(1, 30), st.integers(2, 12)), elements=st.integers(0, FACILITIES))


def table(at_target: np.ndarray) -> pd.DataFrame:
    """A monthly table from int[R, M + 1], with the rows in no particular order."""
    runs, months = at_target.shape
    frame = pd.DataFrame(
        {
            "replicate": np.repeat(np.arange(runs), months),
            "month": np.tile(np.arange(months), runs),
            "at_target": at_target.ravel(),
            "coverage": at_target.ravel() / FACILITIES,
        }
    )
    return frame.sample(frac=1, random_state=1)


@dataclass
class Tables:
    scenario: Scenario
    months: pd.DataFrame
    idea_totals: pd.DataFrame
    groups: pd.DataFrame
    units: pd.DataFrame
    adoptions: pd.DataFrame


def tables(at_target: np.ndarray, programme: tuple[str, ...] = ()) -> Tables:
    """Results in which the at most 10 facilities at target sit in district A first, then in B."""
    document = {
        "title": "two districts",
        "start": "2019-01-01",
        "months": at_target.shape[1] - 1,
        "world": {"provinces": 1, "districts": 2, "kinds": [{"name": "health_centre", "per_district": 5}]},
        "indicators": [{"name": "hand hygiene"}],
        "ideas": [{"name": "checklist", "indicator": "hand hygiene", "effect": 0.5}],
        "programme": [ELEMENTS[kind] for kind in programme],
    }
    months = table(at_target).assign(score=0.5, reported_score=0.6, enrolled=9, dropped_out=1, trained=30)
    months = months.assign(meetings=4, cycles=3, visits=2, attendances=1, exchanges=0)
    keys, at = months[["replicate", "month"]], months["at_target"]
    first = at.clip(upper=5)
    groups = [
        keys.assign(grouping=grouping, group=group, facilities=size, at_target=value, score=0.5)
        for grouping, group, size, value in (
            ("kind", "health_centre", 10, at), ("district", "B", 5, at - first), ("district", "A", 5, first),
        )
    ]  # fmt: skip
    ideas = keys.assign(idea="checklist", aware=10, adopted=at, working=at // 2)
    scenario = from_document(document, Origin())
    units = units_table(scenario, len(at_target))
    units[["visits", "attendances"]] = [2.0, 1.0]
    adoptions = keys.assign(source="session", adopted=at).rename(columns={"adopted": "adoptions"})
    return Tables(scenario, months, ideas, pd.concat(groups), units, adoptions)


@pytest.mark.parametrize(("level", "runs"), [(0.5, 4), (0.8, 10), (0.9, 20), (0.95, 40)])
def test_an_interval_needs_a_run_beyond_each_end(level: float, runs: int) -> None:
    assert runs_needed(level) == runs
    assert interval(np.arange(runs - 1), level) is None
    assert interval(np.arange(runs), level) == pytest.approx(
        ((runs - 1) * (1 - level) / 2, (runs - 1) * (1 + level) / 2)
    )


@given(counts, st.integers(1, FACILITIES))
def test_times_are_those_found_month_by_month(at_target: np.ndarray, wanted: int) -> None:
    time = time_to_target(table(at_target), wanted / FACILITIES)
    horizon = at_target.shape[1] - 1
    slow = np.array([next((m for m, n in enumerate(run) if n >= wanted), math.inf) for run in at_target])

    assert time.runs == len(at_target)
    assert time.missed == np.isinf(slow).sum()
    assert time.restricted_mean == pytest.approx(np.minimum(slow, horizon).mean())
    for q in (0.05, 0.25, 0.5, 0.95, 1.0):
        assert time.quantile(q) == np.sort(slow)[math.ceil(round(q * len(slow), 9)) - 1]
    for month in range(horizon + 1):
        assert time.probability(month) == pytest.approx((slow <= month).mean())


def test_nothing_is_told_beyond_the_horizon() -> None:
    with pytest.raises(ValueError, match="beyond month 4"):
        censored(np.array([1.0, np.nan]), 4).probability(5)


def test_a_time_in_words() -> None:
    first = np.concatenate([np.repeat(22.0, 11), np.repeat(27.0, 150), np.repeat(35.0, 30), np.repeat(np.nan, 9)])
    said = as_outcome("time", "80% of facilities at the standard (score 0.80)", censored(first, 48), date(2019, 1, 1))
    assert said.text == (
        "80% of facilities at the standard (score 0.80): median month 27 (Mar 2021), 90% interval 22 to 35; "
        "reached in 191 of 200 runs"
    )


@pytest.mark.parametrize(
    ("first", "value", "spread", "note", "text"),
    [
        ([np.nan] * 20, "reached in none of 20 runs", "beyond 48", "",
         "reached in none of 20 runs, 90% interval beyond 48"),
        ([10.0] * 9 + [np.nan] * 11, "reached in 9 of 20 runs", "10 to beyond 48", "", None),
        ([10.0] * 10 + [np.nan] * 10, "month 10 (Oct 2019)", "10 to beyond 48", "reached in 10 of 20 runs", None),
        ([10.0] * 19, "month 10 (Oct 2019)", "", "reached in all 19 runs",
         "median month 10 (Oct 2019); reached in all 19 runs"),
        ([0.0] * 20, "at the start", "0 to 0", "reached in all 20 runs", None),
        ([12.0], "month 12 (Dec 2019)", "", "", "month 12 (Dec 2019)"),
        ([np.nan], "not reached", "", "", "not reached"),
    ],
)  # fmt: skip
def test_a_time_at_its_edges(first: list[float], value: str, spread: str, note: str, text: str | None) -> None:
    said = as_outcome("time", "target", censored(np.array(first), 48), date(2019, 1, 1))
    assert (said.value, said.spread, said.note) == (value, spread, note)
    assert text is None or said.text == f"target: {text}"


@pytest.mark.parametrize(
    ("at_target", "value", "note"),
    [
        ([[0, 3, 4, 4, 1], [0, 0, 1, 2, 2], [1, 1, 1, 1, 6]], "40%", "in half of the runs by month 3 (Mar 2019)"),
        ([[0, 3, 4, 4, 1]], "40%", "in month 2 (Feb 2019)"),
        ([[5, 3, 4, 4, 1]], "50%", "at the start"),
        ([[0, 0], [0, 0]], "0%", ""),
        ([[0, 8], [0, 2], [0, 0]], "20%", "in half of the runs by month 1 (Jan 2019)"),
    ],
)
def test_a_target_out_of_reach_is_told_with_the_highest_share(
    at_target: list[list[int]], value: str, note: str
) -> None:
    runs = tables(np.array(at_target))
    shares, months = peaks(runs.months)
    assert shares.tolist() == [max(run) / FACILITIES for run in at_target]
    assert months.tolist() == [run.index(max(run)) for run in at_target]
    _, row, *_ = outcomes(runs)["time to target"]
    assert (row.name, row.value, row.note) == ("highest share reached", value, note)


def test_no_highest_share_where_half_of_the_runs_arrive() -> None:
    assert "highest_coverage" not in {row.key for row in outcomes(tables(np.array([[0, 8], [0, 2]])))["time to target"]}


@pytest.mark.parametrize(
    ("at_target", "rows"),
    [
        ([[0, 9], [0, 9]], {"time_first_district": "month 1 (Jan 2019)", "time_last_district": "month 1 (Jan 2019)"}),
        ([[0, 5], [0, 5]],
         {"time_first_district": "month 1 (Jan 2019)", "time_last_district": "reached in none of 2 runs"}),
        ([[0, 5], [0, 0], [0, 0]], {"districts_not_reached": "2 of 2"}),
    ],
)  # fmt: skip
def test_no_district_is_called_first_that_most_runs_do_not_see_arrive(
    at_target: list[list[int]], rows: dict[str, str]
) -> None:
    told = outcomes(tables(np.array(at_target)))["who comes first and last"]
    assert {row.key: row.value for row in told} == rows


def test_losing_the_target_again() -> None:
    result = sustained(table(np.array([[0, 8, 8], [8, 2, 8], [0, 8, 2], [0, 0, 0]])), 0.8)
    assert result.reached.tolist() == [True, True, True, False]
    assert result.fell_back.tolist() == [False, True, True, False]
    assert result.below_at_end.tolist() == [False, False, True, False]


def test_groups_stand_in_order_of_arrival() -> None:
    at_target = np.array([[0, 4, 5, 9], [0, 0, 4, 5], [0, 4, 9, 9]])
    times = group_times(tables(at_target).groups, "district", 0.8)
    assert list(times) == ["A", "B"]
    assert times["A"].month.tolist() == [1, 2, 1]
    assert times["B"].month.tolist() == [3, 3, 2]
    assert times["B"].reached.tolist() == [True, False, True]


@pytest.mark.parametrize("districts", [5, 127, 128, 300, 40_000])
def test_any_number_of_groups_has_its_times(districts: int) -> None:
    """Categories of many names have wider codes than those of the few that one grouping uses."""
    names = [f"District {i:05d}" for i in range(districts)]
    labels = ["health_centre", "hospital", *names]
    at_target = np.array([[0, 0, 1], [0, 1, 1]])  # of each district, by replicate and month
    groups = pd.DataFrame(
        {
            "replicate": np.repeat([0, 1], 3 * len(labels)),
            "month": np.tile(np.repeat(np.arange(3), len(labels)), 2),
            "grouping": pd.Categorical(np.tile(["kind"] * 2 + ["district"] * districts, 6)),
            "group": pd.Categorical(np.tile(labels, 6), labels),
            "facilities": 1,
            "at_target": np.repeat(at_target.ravel(), len(labels)),
        }
    )
    for grouping, expected in (("kind", labels[:2]), ("district", names)):
        times = group_times(groups, grouping, 0.8)
        assert list(times) == expected
        assert times[expected[-1]].month.tolist() == [2, 1]
        assert list(group_coverage_at_end(groups, grouping)) == expected


def test_coverage_of_groups_at_the_end() -> None:
    runs = tables(np.array([[9, 9, 6], [0, 0, 5], [0, 8, 8]]))
    shares = group_coverage_at_end(runs.groups, "district")
    assert {name: values.tolist() for name, values in shares.items()} == {"A": [1, 1, 1], "B": [0.2, 0, 0.6]}
    assert list(shares) == ["A", "B"]


@pytest.mark.parametrize(("runs", "bands"), [(3, []), (4, ["50"]), (20, ["90", "50"])])
def test_a_fan_has_the_bands_its_runs_support(runs: int, bands: list[str]) -> None:
    values = np.arange(runs)[:, None] + np.zeros((runs, 3))
    result = fan(values)
    assert list(result) == ["median"] + [f"{end}_{band}" for band in bands for end in ("low", "high")]
    assert (result["median"] == (runs - 1) / 2).all()


def test_shares_of_ideas_are_of_all_facilities() -> None:
    runs = tables(np.array([[0, 4, 9], [2, 4, 4]]))
    assert facility_count(runs) == FACILITIES
    assert idea_shares(runs, "checklist", "working").tolist() == [[0, 0.2, 0.4], [0.1, 0.2, 0.2]]
    assert by_run(runs.months, "at_target").tolist() == [[0, 4, 9], [2, 4, 4]]


@given(counts)
def test_every_outcome_is_in_order_and_fit_for_machines(at_target: np.ndarray) -> None:
    runs = tables(at_target)
    rows = [row for part in outcomes(runs).values() for row in part]
    assert len({row.key for row in rows}) == len(rows)
    json.dumps([row.row() for row in rows], allow_nan=False)
    for row in rows:
        assert (row.low is None) == (row.high is None)
        if row.low is not None and row.high is not None and row.median is not None:
            assert len(at_target) >= 20
            assert row.low <= row.median <= row.high
    effort = {row.key: row.median for row in outcomes(runs)["effort"]}
    assert (effort["meetings"], effort["trained"]) == (4 * at_target.shape[1], 30)


ALWAYS = {"meetings", "cycles"}
JOINING = {"staff_days", "attendances", "enrolled", "dropped_out", "trained"}


@pytest.mark.parametrize(
    ("programme", "keys"),
    [
        ((), ALWAYS),
        (("coaching",), ALWAYS | {"coach_days", "visits", "trained"}),
        (("collaborative",), ALWAYS | JOINING),
        (("collaborative", "exchange_visits"), ALWAYS | JOINING | {"exchanges"}),
    ],
)
def test_effort_of_which_there_is_none_is_told_where_it_was_planned(programme: tuple[str, ...], keys: set[str]) -> None:
    runs = tables(np.array([[0, 1]]), programme)
    in_months, in_units = ["meetings", "cycles", "enrolled", "dropped_out", "trained"], list(ACTIVITIES)
    runs.months[in_months] = 0
    runs.units[in_units] = 0.0
    assert {row.key for row in outcomes(runs)["effort"]} == keys
    runs.months[in_months] = 1
    runs.units[in_units] = 1.0
    every = {*in_months, *(in_units if programme else [])}
    assert {row.key for row in outcomes(runs)["effort"]} == every


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.004, "under 1%"), (0.012, "1%"), (0.5, "50%"), (0.995, "over 99%"), (1, "100%")]
)
def test_only_nothing_is_none_and_only_all_is_all(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(("month", "said"), [(1, "Nov 2019"), (2, "Dec 2019"), (3, "Jan 2020"), (14, "Dec 2020")])
def test_months_on_the_calendar(month: int, said: str) -> None:
    assert calendar_month(date(2019, 11, 1), month) == said


@pytest.mark.parametrize(
    ("runs", "text"), [(1, "0.0"), (5, "median 2.0"), (21, "median 10.0, 90% interval 1.0 to 19.0")]
)
def test_runs_in_a_sentence(runs: int, text: str) -> None:
    assert over_runs("cycles", "test cycles", "cycles", np.arange(runs), "{:.1f}".format).text == f"test cycles: {text}"


@pytest.mark.parametrize(
    ("horizon", "months"), [(9, [9]), (12, [12]), (48, [12, 24, 36, 48]), (100, [24, 48, 72, 96, 100])]
)
def test_milestones_are_ends_of_years_and_the_horizon(horizon: int, months: list[int]) -> None:
    assert milestones(horizon) == months


def test_machines_are_told_what_lies_beyond_the_horizon() -> None:
    time = censored(np.array([10.0] * 12 + [np.nan] * 8), 48)
    row = as_outcome("time", "target", time, date(2019, 1, 1)).row()
    assert (row["median"], row["low"], row["high"], row["beyond_horizon"]) == (10, 10, None, ["high"])
