"""Running one replicate on both engines and comparing every bit of what they record."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from qisim.model.agents.model import QIModel
from qisim.scenario.schema import Scenario
from qisim.study.results import Results
from qisim.study.run import run
from qisim.world.world import World

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.toml"))
COMPARED = ("facility_months", "idea_months", "months", "idea_totals", "groups", "indicators", "group_indicators",
            "units", "adoptions")  # fmt: skip
TABLES = (*COMPARED, "facility_summary")


def assert_engines_agree(scenario: Scenario, world: World, seed: int, replicates: Iterable[int]) -> list[QIModel]:
    """Compare the tables of some replicates; returns the finished Mesa models.

    The core runs all replicates up to the last one on a single thread, so that each but the first starts in the
    workspace of the one before it.
    """
    wanted = sorted(replicates)
    core = run(scenario, world, replicates=wanted[-1] + 1, seed=seed, threads=1, detail=True)
    models = []
    for replicate in wanted:
        model = QIModel(scenario, world, rng=seed, replicate=replicate)
        trajectory = model.run()
        for name in COMPARED:
            assert_same_table(getattr(trajectory, name), of_replicate(getattr(core, name), replicate), name)
        models.append(model)
    return models


def of_replicate(table: pd.DataFrame, replicate: int) -> pd.DataFrame:
    """The rows of one replicate, numbered from 0."""
    return table[table["replicate"] == replicate].reset_index(drop=True)


def assert_same_table(one: pd.DataFrame, other: pd.DataFrame, name: str) -> None:
    """Equal to the last bit: values, types, order, names."""
    assert_frame_equal(one, other, check_exact=True, obj=name)
    for column in one.select_dtypes("float"):  # equal values may differ in the sign of zero
        assert np.array_equal(np.signbit(one[column]), np.signbit(other[column])), f"{name}, {column}: sign of zero"


def assert_same_results(one: Results, other: Results, tables: Iterable[str] = TABLES) -> None:
    """Two runs on the core gave the same bits."""
    for name in tables:
        assert_same_table(getattr(one, name), getattr(other, name), name)
