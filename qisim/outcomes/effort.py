"""What was done: meetings, test cycles, visits, session places, exchange visits, days; and who dropped out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.outcomes.outcome import Outcome, over_runs
from qisim.outcomes.recorded import at_end, recorded
from qisim.outcomes.runs import Runs
from qisim.words.numbers import count

if TYPE_CHECKING:
    import numpy as np

OF_TEAMS = {"meetings": "team meetings", "cycles": "test cycles (PDSA)"}
"""Columns of the monthly table that count what teams did in the month."""

ACTIVITIES = {
    "staff_days": "days of facilities' staff away",
    "coach_days": "days of coaches and agents",
    "visits": "coaching visits",
    "attendances": "attendances in person",
    "online_attendances": "attendances online",
    "exchanges": "exchange visits",
    "contacts": "contacts: messages, circulars, feedbacks, assessments",
}
"""Columns of the table of units that count what the programme took; see `qisim.scenario.costs.UNITS`."""

MOST_AT_A_TIME = {"enrolled": "most facilities enrolled at a time"}
AT_END = {"dropped_out": "facilities that dropped out", "trained": "trained team members in post at the end"}
"""Columns of the monthly table that count a state."""

COLLABORATIVES, COACHES = {"collaborative"}, {"coaching", "extension_agents"}
SESSIONS = {"collaborative", "cascade_training"}
BROUGHT_BY = {
    "staff_days": SESSIONS | {"exchange_visits"},
    "coach_days": COACHES,
    "visits": COACHES,
    "attendances": SESSIONS,
    "online_attendances": set[str](),
    "exchanges": {"exchange_visits"},
    "contacts": {"campaign", "policy", "endorsement", "audit_feedback", "performance_financing", "patient_feedback"},
    "enrolled": COLLABORATIVES,
    "dropped_out": COLLABORATIVES,
    "trained": SESSIONS | {"coaching"},
}
"""The kinds of programme element without which nothing is expected of it."""


def taken(runs: Runs, unit: str) -> np.ndarray:
    """How many of a unit the programme took over the whole horizon, float64[R]; 0 without a programme."""
    return recorded(runs).taken(unit)


def outcome(runs: Runs) -> list[Outcome]:
    """Totals of each activity over the whole horizon, then the largest enrolment, then the states at the end.

    Left out is what no run has and no element of the programme would bring.
    """
    planned = {element.kind for element in runs.scenario.programme}
    by_replicate = runs.months.groupby("replicate")
    values = {key: by_replicate[key].sum().to_numpy(float) for key in OF_TEAMS}
    values |= {unit: taken(runs, unit) for unit in ACTIVITIES}
    values |= {key: by_replicate[key].max().to_numpy(float) for key in MOST_AT_A_TIME}
    values |= {key: at_end(runs, key) for key in AT_END}
    names = OF_TEAMS | ACTIVITIES | MOST_AT_A_TIME | AT_END
    return [
        over_runs(key, names[key], "count", found, count)
        for key, found in values.items()
        if key not in BROUGHT_BY or BROUGHT_BY[key] & planned or found.any()
    ]
