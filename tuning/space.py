"""What is tuned: behaviour parameters within their plausible ranges, as points of a unit cube."""

from __future__ import annotations

import numpy as np

from qisim.scenario.behaviour import PARAMETERS

HELD = {
    # a publication tells the size
    "turnover_annual", "head_turnover_annual", "readiness_district_share", "inclusion_threshold", "proper_base",
    "feedback_action_plans", "team_min", "team_max",
    # no pattern has anything to say of them
    "rotation_months", "rotation_share", "team_share", "coach_turnover_annual", "coach_vacancy_months",
    "coach_successor_skill", "coach_learning", "virtual_tie", "virtual_attendees", "tie_fading", "session_tie",
    "exchange_engagement", "exchange_evidence", "exchange_tie", "cascade_fidelity", "agent_engagement",
    "agent_attention", "campaign_engagement", "policy_evidence", "endorsement_awareness", "endorsement_evidence",
    "endorsement_level", "patients_engagement", "patients_data_quality", "transfer_dependence", "transfer_skill",
    "supervision_level", "agreements_level", "preservice_skill", "accreditation_lapse", "freedom_level",
    "initial_reach", "initial_embedding", "invention_annual", "skill_in_people", "fatigue_start",
    "refinement_scale", "synthesis_refinement",
    # counts and switches, which are no matter of degree
    "peer_threshold", "ideas_in_hand", "records", "routine_months", "enough_trained", "unsupported_months",
    "dropout_months",
}  # fmt: skip
"""Parameters that keep their values."""

FREE = [name for name in PARAMETERS if name not in HELD]
LOW = np.array([PARAMETERS[name].low for name in FREE])
HIGH = np.array([PARAMETERS[name].high for name in FREE])
DIGITS = 3
"""Significant digits of a value; more would claim more than is known."""


def behaviour(point: np.ndarray) -> dict[str, float]:
    """The values that a point of the unit cube, float64[free parameters], stands for."""
    return dict(zip(FREE, (LOW + np.asarray(point) * (HIGH - LOW)).tolist(), strict=True))


def rounded(values: dict[str, float], digits: int = DIGITS) -> dict[str, float]:
    """The same values to so many significant digits."""
    return {name: float(f"{value:.{digits}g}") for name, value in values.items()}


def point_of(values: dict[str, float]) -> np.ndarray:
    """The point of the unit cube that stands for these values, kept inside it."""
    told = np.array([values[name] for name in FREE])
    return np.clip((told - LOW) / (HIGH - LOW), 0.0, 1.0)
