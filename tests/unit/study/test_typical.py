"""The typical future: which one it is, and that it is the same future when it is simulated again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qisim.outcomes.followed import MOST_ROWS, can_be_followed
from qisim.scenario.load import load_scenario
from qisim.study.run import run
from qisim.study.typical import typical_future, typical_replicate

FILE = Path(__file__).parents[3] / "scenarios" / "one_district.toml"


def months(*coverage: list[float]) -> pd.DataFrame:
    """The monthly table of runs with these shares of facilities at the standard, numbered from 7."""
    shape = np.array(coverage).shape
    replicate, month = (axis.ravel() for axis in np.indices(shape))
    return pd.DataFrame({"replicate": replicate + 7, "month": month, "coverage": np.ravel(coverage)})


EARLY, MIDDLE, LATE, NEVER = [0.0, 0.9, 0.9, 0.9], [0.0, 0.1, 0.9, 0.9], [0.0, 0.1, 0.2, 0.9], [0.0, 0.1, 0.2, 0.3]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([EARLY, LATE, MIDDLE], 9),
        ([NEVER, EARLY, LATE], 9),
        ([NEVER, NEVER, EARLY], 7),
        ([LATE], 7),
        # equally late, but the second keeps nearest to the median month by month
        ([[0.0, 0.7, 0.9, 0.9], [0.0, 0.4, 0.9, 0.9], [0.0, 0.1, 0.9, 0.9]], 8),
    ],
)
def test_the_typical_run_is_in_the_middle(runs: list[list[float]], expected: int) -> None:
    assert typical_replicate(months(*runs), 0.8) == expected


def test_the_typical_future_is_one_of_the_runs() -> None:
    results = run(load_scenario(FILE), replicates=9, seed=5)
    future = typical_future(results, results.world, results.seed)
    number = typical_replicate(results.months, results.scenario.target.coverage)
    same = results.months[results.months["replicate"] == number].reset_index(drop=True)
    pd.testing.assert_frame_equal(future.months, same)
    assert future.idea_months is not None and future.facility_months is not None
    assert set(future.idea_months["replicate"]) == {number}


def test_a_country_too_large_is_not_followed() -> None:
    scenario = load_scenario(FILE)
    world = run(scenario, replicates=1).world
    assert can_be_followed(scenario, world)
    many = scenario.model_copy(update={"months": MOST_ROWS})
    assert not can_be_followed(many, world)
