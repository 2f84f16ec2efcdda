"""What is missing of a sweep is left out and said, and what is there is used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qisim.input.errors import BadInput
from qisim.sensitivities.experiment import analyse, chosen
from qisim.sensitivities.methods.sample import Untold, evened
from qisim.sensitivities.methods.sobol import sobol
from qisim.sensitivities.sensitivity import Sensitivity
from qisim.sensitivities.words import answer
from qisim.sweeps.task import CRASHED
from tests.unit.sensitivities.made_sweeps import (
    CUBE,
    SCORE,
    designed,
    gathered,
    hidden,
    plane,
    planted,
    sampled,
    swept,
    table,
    zip_product,
)


def test_an_incomplete_block_is_left_out_whole_and_said() -> None:
    points = designed("saltelli", CUBE, 32)
    runs = swept(points, plane)
    runs.loc[(runs["point"] == 11) & (runs["replicate"] == 2), ["error", "score"]] = [
        "more sites than facilities",
        np.nan,
    ]
    whole, sample = sampled(points, runs, "saltelli", base=32)
    assert len(sample.points) == len(points) - 8 and set(range(8, 16)).isdisjoint(sample.points.index)
    assert sample.notes == () and whole.notes == (
        "1 run failed, and 1 of 256 points are left out for it, and 7 with them that belong to the same base points "
        "(point 11: more sites than facilities)",
    )
    assert sobol(whole, sample).total[1].value == pytest.approx(0.8, abs=0.1)


def test_indices_of_what_is_left_are_refused_when_much_is_missing() -> None:
    points = designed("saltelli", CUBE, 16)
    runs = swept(points, plane)
    runs.loc[runs["point"].isin(range(0, 128, 20)), "score"] = np.nan
    whole, sample = sampled(points, runs, "saltelli", base=16)
    with pytest.raises(Untold, match=r"too few, of 16.*cannot be told"):
        sobol(whole, sample)
    assert "too few" in analyse(whole, SCORE).untold["sobol"]


def test_a_design_that_is_no_whole_saltelli_design_is_refused() -> None:
    points = designed("saltelli", CUBE, 16)[:-1]
    with pytest.raises(BadInput, match="multiple of 8 or 5"):
        gathered(points, swept(points, plane), "saltelli", base=16)


def test_only_replicates_that_every_point_has_are_used() -> None:
    points = table(zip_product(a=[0.0, 1.0], b=[0.0, 1.0], c=[0.0, 1.0]))
    runs = swept(points, plane, replicates=5)
    some = gathered(points, runs.iloc[:-3], "factorial", replicates=10)
    sample = some.sample(SCORE)
    assert (len(sample.points), sample.replicates) == (8, 4)
    assert "4 of 10 replicates" in some.notes[0]
    with pytest.raises(BadInput, match="no replicate is finished at all 8 points; run the same qisim sweep again"):
        gathered(points, runs.iloc[:5], "factorial")
    with pytest.raises(BadInput, match="is not finished: 0 runs"):
        gathered(points, runs.iloc[:0], "factorial")


def test_nothing_is_said_of_an_outcome_that_never_changes_or_is_never_told() -> None:
    points = designed("latin_hypercube", CUBE, 60)
    runs = swept(points, lambda x: np.ones(60))
    found = analyse(gathered(points, runs, "latin_hypercube"), SCORE)
    assert [found.split, found.pawn, found.effects, found.rules, found.grids] == [None] * 5
    assert answer(found) == ["Nothing matters for mean score: it is the same in all runs."]
    runs["score"] = np.nan
    with pytest.raises(Untold, match="60 of 60 points"):
        analyse(gathered(points, runs, "latin_hypercube"), SCORE)


def test_an_unknown_outcome_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"did you mean 'score'.*allowed: score, cost"):
        chosen(["score", "cost"], ["scores"])


def test_the_same_sweep_gives_the_same_numbers_in_any_order_of_rows() -> None:
    points = hidden(100)
    runs = swept(points, planted, own=0.1)
    one, other = (
        Sensitivity("t", "s", whole, [analyse(whole, SCORE)], {})
        for whole in (gathered(points, some, "latin_hypercube") for some in (runs, runs.sample(frac=1, random_state=1)))
    )
    for name in ("variance", "indices", "effects", "interactions", "rules"):
        pd.testing.assert_frame_equal(one.table(name), other.table(name), check_exact=True)


AGAIN = "the same qisim sweep again runs what was lost when a worker died"


def lost(points: pd.DataFrame, replicates: int, which: range, when: range) -> pd.DataFrame:
    """The runs of a sweep of which one chunk crashed."""
    runs = swept(points, plane, replicates=replicates)
    runs.loc[runs["point"].isin(which) & runs["replicate"].isin(when), ["error", "score"]] = [CRASHED, np.nan]
    return runs


def test_a_chunk_that_crashed_costs_its_replicates_and_no_point_of_a_grid() -> None:
    points = table(zip_product(a=[0.0, 1.0], b=[0.0, 1.0, 2.0], c=[0.0, 1.0]))
    whole, sample = sampled(points, lost(points, 20, range(4), range(4, 8)), "factorial")
    assert (len(sample.points), sample.replicates) == (12, 16)
    said = f"16 runs failed ({CRASHED}), and 4 of 20 replicates are left out at all points for it"
    assert whole.notes == (said, AGAIN)
    assert sample.notes == ()


def test_a_chunk_that_crashed_costs_points_where_those_are_fewer() -> None:
    points = designed("latin_hypercube", CUBE, 60)
    whole, sample = sampled(points, lost(points, 10, range(2), range(5)), "latin_hypercube")
    assert (len(sample.points), sample.replicates) == (58, 10)
    assert "10 runs failed, and 2 of 60 points are left out" in whole.notes[0]


@given(st.integers(1, 12), st.integers(1, 8), st.integers(1, 4), st.booleans(), st.randoms())
def test_what_is_left_is_all_there(points: int, replicates: int, block: int, grid: bool, luck: Any) -> None:
    missing = np.array([[luck.random() < 0.15 for _ in range(replicates)] for _ in range(points * block)])
    out, kept = evened(missing, block, whole_grid=grid)
    assert not missing[~out][:, kept].any()
    assert kept.any() or out.all()
    if not missing.any():
        assert not out.any() and kept.all()


def test_what_is_missing_everywhere_is_said_once_and_not_of_each_outcome() -> None:
    points = designed("latin_hypercube", CUBE, 60)
    runs = lost(points, 4, range(1), range(4))
    runs["cost"] = runs["score"].where(runs["point"] != 5)
    whole = gathered(points, runs, "latin_hypercube")
    other = whole.sample(SCORE.model_copy(update={"key": "cost"}))
    assert len(whole.notes) == 2 and whole.sample(SCORE).notes == ()
    assert other.notes == ("1 of 60 points are left out here, for runs in which it cannot be told",)
