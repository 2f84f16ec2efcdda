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

MOST_AT_A_TIME = {"enrolled": "most facilities enrolled at a time"}
AT_END = {"dropped_out": "facilities that dropped out", "trained": "trained team members in post at the end"}
"""Columns of the monthly table that count a state."""

BROUGHT_BY = {
    "visits": {"coaching"},
    "attendances": {"collaborative"},
    "exchanges": {"exchange_visits"},
    "enrolled": {"collaborative"},
    "dropped_out": {"collaborative"},
    "trained": {"collaborative", "coaching"},
}
"""The kinds of programme element without which nothing is expected in a column."""


def outcome(runs: Runs) -> list[Outcome]:
    """Totals of each activity over the whole horizon, then the largest enrolment, then the states at the end.

    Left out is what no run has and no element of the programme would bring.
    """
    planned = {element.kind for element in runs.scenario.programme}
    by_replicate = runs.months.groupby("replicate")
    totals, most = by_replicate[list(ACTIVITIES)].sum(), by_replicate[list(MOST_AT_A_TIME)].max()
    end = runs.months[runs.months["month"] == runs.months["month"].max()]
    parts = ((ACTIVITIES, totals), (MOST_AT_A_TIME, most), (AT_END, end))
    return [
        over_runs(key, name, "count", values[key].to_numpy(float), count)
        for names, values in parts
        for key, name in names.items()
        if key not in BROUGHT_BY or BROUGHT_BY[key] & planned or values[key].any()
    ]
