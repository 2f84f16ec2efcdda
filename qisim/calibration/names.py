"""Parameters of a calibration in plain words, for those who do not know their names."""

from __future__ import annotations

from qisim.scenario.behaviour import PARAMETERS

PLAIN = {
    "works_base": "how often tested ideas work",
    "reach_growth": "how fast a practice spreads among a facility's staff",
    "workload_mean": "how much of a team's time routine work takes",
    "peer_influence": "how much facilities learn from their peers",
    "baseline_loading": "how strongly good starts and readiness go together",
    "reporting_bias": "how much better reported scores look than measured ones",
}
"""The parameters that are calibrated unless told; others are called by their meaning, as `qisim params` lists it."""


def plain(name: str) -> str:
    """What a parameter is, without its name."""
    return PLAIN.get(name, PARAMETERS[name].meaning)


def named(name: str) -> str:
    """What a parameter is, and its name."""
    return f"{plain(name)} ({name})"


def measured(name: str) -> str:
    """What a parameter is, its name, and the unit of its values."""
    return f"{plain(name)} ({name}; {PARAMETERS[name].unit})"
