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


def capital(text: str) -> str:
    """A text that begins with a capital."""
    return text[:1].upper() + text[1:]


def listed(things: list[str]) -> str:
    """Things in a sentence."""
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things, such as "1 point" and "105 points"."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
