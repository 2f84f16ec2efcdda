"""What was done: meetings, test cycles, visits, session places, exchange visits; and who dropped out."""

from __future__ import annotations

from qisim.outcomes.outcome import Outcome, count, over_runs
from qisim.outcomes.runs import Runs

ACTIVITIES = {
    "meetings": "team meetings",
    "cycles": "test cycles (PDSA)",
    "visits": "coaching visits",
    "attendances": "attendances at learning sessions",
    "exchanges": "exchange visits",
}
"""Columns of the monthly table that count what was done in the month."""

STATES = {
    "enrolled": "facilities enrolled at the end",
    "dropped_out": "facilities that dropped out",
    "trained": "trained team members in post at the end",
}
"""Columns of the monthly table that count a state."""


def outcome(runs: Runs) -> list[Outcome]:
    """Totals of each activity over the whole horizon, and the states at its end."""
    totals = runs.months.groupby("replicate")[list(ACTIVITIES)].sum()
    end = runs.months[runs.months["month"] == runs.months["month"].max()]
    done = [over_runs(key, name, key, totals[key].to_numpy(float), count) for key, name in ACTIVITIES.items()]
    return done + [over_runs(key, name, "count", end[key].to_numpy(float), count) for key, name in STATES.items()]
