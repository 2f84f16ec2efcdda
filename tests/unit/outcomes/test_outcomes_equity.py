"""Equity, sustainment, attribution and reporting against answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qisim.model.state import SOURCES
from qisim.outcomes import attribution, equity, groups, reporting, sustainment
from tests.unit.outcomes.hand_made import (
    COACHING,
    COLLABORATIVE,
    HandMade,
    adoptions_table,
    groups_table,
    months_table,
    scenario,
)

THIRDS = ["near", "middle", "remote"]
SCORES = arrays(float, st.tuples(st.integers(1, 6), st.integers(2, 5), st.just(3)), elements=st.floats(0, 1))


def by_remoteness(score: object, facilities: list[int] | None = None, names: list[str] = THIRDS) -> HandMade:
    return HandMade(scenario(), groups=groups_table("remoteness", names, score, facilities))


def test_a_gap_worked_by_hand() -> None:
    runs = by_remoteness([[[0.50, 0.45, 0.35], [0.50, 0.60, 0.55]], [[0.4, 0.4, 0.4], [0.7, 0.8, 0.5]]])
    assert equity.gap(runs, "remoteness") == pytest.approx(np.array([[15, 10], [0, 30]]))


def test_fifteen_points_that_fall_to_eight_are_narrowed() -> None:
    runs = by_remoteness([[[0.50, 0.45, 0.35], [0.90, 0.85, 0.82]]])
    (row,) = equity.outcome(runs)
    assert (row.key, row.value, row.note) == ("gap_remoteness", "8.0", "narrowed (15.0 at the start)")


def test_a_gap_is_narrowed_kept_or_widened_in_each_run_and_on_average() -> None:
    gaps = np.array([[10, 7.9], [10, 8], [10, 12], [10, 12.1]])
    assert equity.change(gaps).tolist() == [equity.NARROWED, equity.KEPT, equity.KEPT, equity.WIDENED]
    assert equity.verdict(gaps) == equity.KEPT
    runs = by_remoteness([[[0.9, 0.8], [0.6, 0.5]]] * 3, names=["near", "remote"])
    (row,) = equity.outcome(runs)
    assert row.note == "kept (on average 10.0 at the start, 10.0 at the end); narrowed in 0 of 3 runs, widened in 0"


@given(SCORES)
def test_gaps_are_those_found_group_by_group(score: np.ndarray) -> None:
    found = equity.gap(by_remoteness(score), "remoteness")
    slow = [[100 * (max(month) - min(month)) for month in run] for run in score.tolist()]
    assert found == pytest.approx(np.array(slow))
    assert (found >= 0).all()


def test_empty_and_untold_groups_have_no_part_in_a_gap() -> None:
    score = [[[0.5, 0.4, 0.1], [0.5, 0.4, 0.1]]]
    assert equity.gap(by_remoteness(score, [5, 5, 0]), "remoteness") == pytest.approx(np.array([[10, 10]]))
    assert equity.gap(by_remoteness(score, names=["a", "b", "untold"]), "remoteness")[0, 0] == pytest.approx(10)
    assert equity.groupings(by_remoteness(score, names=["a", "b", "untold"])) == ["remoteness"]
    assert equity.groupings(by_remoteness(score, [5, 0, 0])) == []
    assert equity.outcome(by_remoteness(score, [5, 0, 0])) == []


def test_the_group_that_arrives_last_is_named() -> None:
    whole = [groups_table(name, ["all"], np.zeros((1, 3, 1))) for name in ("kind", "district")]
    thirds = groups_table("remoteness", THIRDS, np.zeros((1, 3, 3)))

    def last(at_target: list[int]) -> tuple[str, str]:
        """Which is last and when, from facilities at the standard, of 5, by month and group; 4 are the target."""
        runs = HandMade(scenario(), groups=pd.concat([*whole, thirds.assign(at_target=at_target)]))
        (row,) = groups.outcome(runs)
        return row.name.removeprefix("last by remoteness at 80%: "), row.value

    assert last([0, 0, 0, 4, 0, 1, 4, 4, 2]) == ("remote", "not reached")
    assert last([0, 0, 0, 4, 0, 4, 4, 4, 4]) == ("middle", "month 2 (Feb 2024)")
    assert last([0, 0, 0, 0, 2, 1, 0, 2, 1]) == ("near", "not reached"), "the least coverage of those not there"


# --- sustainment ----------------------------------------------------------------------------------------------------


def scored(score: object, months: int, **told: object) -> HandMade:
    return HandMade(scenario(months, **told), months_table(score=score))


def test_the_share_kept_worked_by_hand() -> None:
    score = np.full((3, 21), 0.9)  # support ends in month 6, so months 0, 6 and 18 count
    score[:, 0], score[:, 6], score[:, 18] = 0.4, [0.6, 0.8, 0.405], [0.55, 0.84, 0.3]
    runs = scored(score, 20, programme=[COLLABORATIVE, COACHING])
    assert sustainment.support_ends(runs.scenario) == 6
    shares = sustainment.share_kept(*sustainment.gain_and_kept(runs))
    assert shares[:2] == pytest.approx([0.75, 1.1])
    assert np.isnan(shares[2]), "half a point is too little to tell a share of"
    (row,) = sustainment.outcome(runs)
    assert row.median == pytest.approx(0.925)
    assert row.note == "last support in month 6 (Jun 2024); told of the 2 of 3 runs that gained a point or more"


@pytest.mark.parametrize(
    ("months", "programme", "why"),
    [
        (24, [], "there is no support that could end"),
        (24, [COACHING | {"end": None}], "support goes on until the end of the simulation"),
        (15, [COACHING], "the last support is in month 4; the simulation ends 11 months later, not 12"),
        (16, [COACHING], ""),
        (16, [COACHING, {"kind": "institutionalisation", "supervision": 1.0}], ""),
        (17, [COACHING, COLLABORATIVE], "the last support is in month 6; the simulation ends 11 months later, not 12"),
        (24, [COACHING | {"whom": "enrolled", "end": None}], "there is no support that could end"),
        (18, [COACHING | {"whom": "enrolled", "end": None}, COLLABORATIVE], ""),
        (24, [{"kind": "policy"}], "there is no support that could end"),
    ],
)
def test_it_is_said_why_sustainment_is_not_told(months: int, programme: list[dict[str, object]], why: str) -> None:
    runs = scored(np.linspace(0.2, 0.6, months + 1)[None], months, programme=programme)
    assert sustainment.why_untold(runs.scenario) == why
    told = sustainment.outcome(runs)
    if not programme:
        assert told == []
    elif why:
        assert [(row.value, row.note, row.median) for row in told] == [("not told", why, None)]
        with pytest.raises(ValueError, match=why):
            sustainment.gain_and_kept(runs)
    else:
        assert told[0].median is not None and told[0].median > 1


def test_no_share_is_told_of_no_gain() -> None:
    (row,) = sustainment.outcome(scored(np.full((20, 25), 0.4), 24, programme=[COACHING]))
    assert (row.value, row.note) == ("not told", "there was less than a point of score to keep")


# --- attribution ----------------------------------------------------------------------------------------------------


def test_every_source_has_its_words() -> None:
    assert list(attribution.WORDS) == SOURCES[1:]


def test_shares_by_source_worked_by_hand() -> None:
    counts = [
        [{"initial": 9}, {"session": 2, "peer": 1}, {"session": 1}],
        [{"initial": 9}, {"session": 1, "initial": 1}, {}],
        [{"initial": 9}, {}, {}],
    ]
    runs = HandMade(scenario(2), months_table(score=np.zeros((3, 3))), adoptions=adoptions_table(counts))
    shares = attribution.shares(runs)
    assert shares.loc[0, ["session", "peer", "initial"]].tolist() == [0.75, 0.25, 0]
    assert shares.loc[1, ["session", "peer", "initial"]].tolist() == [0.5, 0, 0.5]
    assert shares.loc[2].isna().all(), "nothing was adopted after the start"
    means = attribution.mean_shares(runs)
    assert means["mean"].to_dict() == {"session": 0.625, "initial": 0.25, "peer": 0.125}
    assert means["low"].isna().all(), "too few runs"
    assert [row.name for row in attribution.outcome(runs)] == [attribution.WORDS[source] for source in means.index]


def test_where_nothing_is_adopted_no_source_is_told() -> None:
    runs = HandMade(scenario(1), months_table(score=np.zeros((2, 2))), adoptions=adoptions_table([[{}, {}]] * 2))
    assert attribution.outcome(runs) == []
    assert attribution.mean_shares(runs).empty


@given(arrays(int, (25, 3, len(SOURCES) - 1), elements=st.integers(0, 4)))
def test_shares_add_up_to_all(drawn: np.ndarray) -> None:
    names = SOURCES[1:]
    counts = [[dict(zip(names, month, strict=True)) for month in run] for run in drawn.tolist()]
    runs = HandMade(scenario(2), months_table(score=np.zeros((25, 3))), adoptions=adoptions_table(counts))
    table = attribution.shares(runs)
    some = drawn[:, 1:].sum(axis=(1, 2)) > 0
    np.testing.assert_allclose(table.sum(axis=1)[some], 1)
    assert table[~some].isna().all(axis=None)
    if some.any():
        means = attribution.mean_shares(runs)
        assert means["mean"].sum() == pytest.approx(1)
        assert (means["mean"].diff().dropna() <= 0).all()


# --- reported and true ----------------------------------------------------------------------------------------------


def test_what_is_reported_beyond_what_is_so() -> None:
    runs = HandMade(scenario(2), months_table(score=[[0.4, 0.5, 0.6]] * 2,
                                              reported_score=[[0.4, 0.6, 0.61], [0.4, 0.54, 0.59]]))  # fmt: skip
    assert reporting.excess(runs) == pytest.approx(np.array([[0, 10, 1], [0, 4, -1]]))
    (row,) = reporting.outcome(runs)
    assert row.median == pytest.approx(0)
    assert (row.value, row.note) == ("0.0", "furthest apart in month 1: +7.0 on average")
