"""Adoption of each change idea: where it is in use, and where it also works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from qisim.outcomes.outcome import Outcome, over_runs
from qisim.outcomes.runs import Runs, by_run, facility_count
from qisim.words.numbers import percent

if TYPE_CHECKING:
    import numpy as np

Use = Literal["aware", "adopted", "working"]


def idea_shares(runs: Runs, idea: str, use: Use) -> np.ndarray:
    """The share of facilities (0-1) that know, use or use with effect one idea; float64[R, M + 1]."""
    return by_run(runs.idea_totals[runs.idea_totals["idea"] == idea], use) / facility_count(runs)


def outcome(runs: Runs) -> list[Outcome]:
    """For each idea the share of facilities in which it is adopted and works at the end."""
    rows = []
    for number, idea in enumerate(runs.scenario.ideas):
        working = idea_shares(runs, idea.name, "working")[:, -1]
        adopted = idea_shares(runs, idea.name, "adopted")[:, -1]
        note = f"in use in {percent(float(adopted.mean()))}" + (" on average" if len(adopted) > 1 else "")
        rows.append(over_runs(f"working_at_end_{number}", idea.name, "share", working, percent, note))
    return rows
