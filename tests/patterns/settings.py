"""The setting in which directions are looked at: 60 facilities that share one indicator and five ideas."""

from __future__ import annotations

from typing import Any

from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario

SESSIONS = {"kind": "collaborative", "waves": [{"start": 0}], "cohort": "district", "sessions": 4, "action_months": 4}
COACHING = {"kind": "coaching", "coaches_per_district": 2, "days_per_month": 10.0, "whom": "all"}
"""Every facility is visited about once a month, enrolled or not."""


def setting(programme: list[dict[str, Any]], months: int = 18, districts: int = 4, **behaviour: Any) -> Scenario:
    """15 facilities a district with this programme, and default behaviour but for what is told."""
    ideas = [{"name": f"idea {k}", "indicator": "care", "effect": 0.4, "complexity": 0.3} for k in range(1, 6)]
    document = {
        "title": "directions",
        "start": "2025-01-01",
        "months": months,
        "world": {
            "provinces": 2,
            "districts": districts,
            "kinds": [{"name": "health_centre", "per_district": 15}],
        },
        "indicators": [{"name": "care", "baseline": 0.38, "baseline_sd": 0.2}],
        "ideas": ideas,
        "programme": programme,
        "behaviour": behaviour,
    }
    return from_document(document, Origin())
