"""Facilities alike in which nothing but some programme elements act."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qisim.scenario.schema import Scenario
from qisim.study.results import Results
from qisim.study.run import run
from tests.theory.settings import STILL, scenario

ENGINES = [("core", 20), ("mesa", 1)]
FACILITIES = 150
NO_TESTS = {"cycles_per_meeting": 0.0}
HALF = {"engagement_base": 0.0}
"""Engagement of one half, which stays there."""


def ask(element: dict[str, Any] | list[dict[str, Any]], months: int, **keys: Any) -> Scenario:
    """`FACILITIES` facilities, in which nothing but the programme acts."""
    behaviour = {**STILL, **keys.pop("behaviour", {})}
    programme = element if isinstance(element, list) else [element]
    named = [{"name": f"{part['kind']} {i}", **part} for i, part in enumerate(programme)]
    return scenario(months, keys.pop("facilities", FACILITIES), programme=named, behaviour=behaviour, **keys)


def counted(question: Scenario, replicates: int = 20) -> Results:
    """A run on the core, with the table of units."""
    return run(question, replicates=replicates, seed=1, detail=True)


def by_month(table: pd.DataFrame, column: str) -> np.ndarray:
    """The one value that all facilities have, by month from 0; float64[months + 1]."""
    spread = table.groupby("month")[column].agg(["min", "max"])
    assert spread["max"].to_numpy() == pytest.approx(spread["min"].to_numpy(), abs=1e-12), "facilities must be alike"
    return spread["min"].to_numpy(float)
