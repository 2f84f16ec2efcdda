"""A sweep that takes a moment: six facilities, six months, a few points, in many small chunks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from qisim.sweeps.design import Design, load_design

SCENARIO = """
title = "Two small districts"
start = 2024-01-01
months = 6
[target]
score = 0.5
coverage = 0.5
[world]
provinces = 1
districts = 2
kinds = [{ name = "hospital", per_district = 1, staff = 40 }, { name = "health_centre", per_district = 2 }]
[[indicators]]
name = "hand hygiene"
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = 0.9
initial_users = 0.05
[[programme]]
kind = "collaborative"
waves = [{ start = 0, sites = 4 }]
[[programme]]
kind = "coaching"
coaches_per_district = 1
"""

DESIGN = """
title = "Small sweep"
scenario = "small.toml"
method = "factorial"
replicates = 20
seed = 3
[[factors]]
name = "coaches"
key = "programme.coaching.coaches_per_district"
levels = [1, 2]
[[factors]]
name = "sites"
key = "programme.collaborative.waves.0.sites"
levels = [3, 4, 60]                 # there are no 60
[[factors]]
name = "turnover"
key = "behaviour.turnover_annual"
levels = [0.1, 0.2, 0.3, 0.45]
[[factors]]
name = "effect"
key = "ideas.peer monitoring.effect"
levels = [0.4, 0.9]
"""

LAYOUT = (9, 4)
"""Points and replicates a chunk: 30 chunks, some of them short."""

FAILING = 16
"""Points that cannot be run."""


def write(folder: Path) -> Path:
    """Write the scenario and the design; the path of the design."""
    (folder / "small.toml").write_text(SCENARIO, encoding="utf-8")
    path = folder / "design.toml"
    path.write_text(DESIGN, encoding="utf-8")
    return path


def design(folder: Path, **other: Any) -> Design:
    """The small design, with other values of some keys."""
    path = write(folder)
    made = load_design(path)
    if not other:
        return made
    return Design(made.origin, **{**made.model_dump(exclude_none=True), **other})


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Hold that two tables are the same, bit for bit."""
    pd.testing.assert_frame_equal(one, other, check_exact=True)
