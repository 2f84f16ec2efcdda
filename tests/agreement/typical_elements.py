"""One typical instance of every kind of programme element: what none of it is, what more of it is, what it aims at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qisim.study.results import Results

START, MONTHS = 9, 24
ADDED = "added"
UP, DOWN = 1, -1
BACKGROUND: list[dict[str, Any]] = [
    {"kind": "collaborative", "name": "main collaborative", "kinds": ["hospital", "health_centre"],
     "waves": [{"start": 0}], "cohort": "district", "sessions": 6, "action_months": 3, "release": "stages"},
    {"kind": "coaching", "name": "mentors", "coaches_per_district": 1, "days_per_month": 6, "whom": "all",
     "external": True},
    {"kind": "coaching", "name": "government coaches", "coaches_per_district": 1, "days_per_month": 2, "whom": "all"},
]  # fmt: skip
"""What the element is added to: it leaves health posts free to join something, and lasts beyond the element's start."""

Target = Callable[[Results], np.ndarray]
"""What an element aims at itself, one number a replicate; as far as not told otherwise, in its first month."""


def _first_month(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["month"] == START + 1]


def total_of(column: str) -> Target:
    """A state of facilities, summed over them."""
    return lambda results: _first_month(results.facility_months).groupby("replicate")[column].sum().to_numpy()


def counted(column: str) -> Target:
    """A column of the table of months."""
    return lambda results: _first_month(results.months)[column].to_numpy()


def unit(name: str, whole: bool = False) -> Target:
    """A unit of the element itself; over the whole run if `whole`."""

    def target(results: Results) -> np.ndarray:
        own = results.units[results.units["element"] == ADDED]
        return (own if whole else _first_month(own)).groupby("replicate")[name].sum().to_numpy()

    return target


def ideas(column: str) -> Target:
    """Facilities aware of or using each idea, summed over ideas."""
    return lambda results: _first_month(results.idea_totals).groupby("replicate")[column].sum().to_numpy()


def adopted_from(source: str) -> Target:
    """Adoptions by facilities that learnt of the idea from `source`."""

    def target(results: Results) -> np.ndarray:
        table = _first_month(results.adoptions)
        return table[table["source"] == source]["adoptions"].to_numpy()

    return target


@dataclass(frozen=True)
class More:
    """Keys that make the element less and more, and where theory then says that its target goes."""

    less: dict[str, Any]
    more: dict[str, Any]
    target: Target
    direction: int = UP


@dataclass(frozen=True)
class Typical:
    """A typical element of a kind. `none` lists ways to have none of it, `units` what it counts."""

    element: dict[str, Any]
    none: list[dict[str, Any]]
    units: set[str]
    more: list[More]
    stops_others: bool = False  # in its first month


def feature(name: str, target: Target) -> More:
    """A feature of a feedback, without and with it."""
    return More({name: False}, {name: True}, target)


IN_PERSON = {"sessions", "attendances", "staff_days"}
PAID = [{"score": 0.6, "amount": 50.0}, {"score": 0.8, "amount": 100.0}]

# Theory speaks of the first month only, in which nothing else differs yet. Later on more may well do worse: a team
# that hears of ideas earlier takes up another one first, and what is imposed tires.
TYPICAL: dict[str, Typical] = {
    "collaborative": Typical(
        {"kind": "collaborative", "waves": [{"start": START}], "cohort": "district", "sessions": 3},
        [{"waves": [{"start": START, "sites": 0}]}],
        IN_PERSON,
        [
            More({"waves": [{"start": START, "sites": 2}]}, {"waves": [{"start": START, "sites": 5}]},
                 total_of("enrolled")),
            More({"sessions": 2}, {"sessions": 4}, unit("attendances", whole=True)),
            More({"attendees": 1}, {"attendees": 4}, total_of("trained")),
        ],
    ),
    "coaching": Typical(
        {"kind": "coaching", "coaches_per_district": 1, "days_per_month": 4.0, "whom": "all", "start": START},
        [{"coaches_per_district": 0}, {"days_per_month": 0.0}],
        {"visits", "coach_days", "coach_months"},
        [
            More({"days_per_month": 3.0}, {"days_per_month": 6.0}, unit("visits")),
            More({"skill": 0.2}, {"skill": 0.9}, total_of("skill")),
        ],
    ),
    "exchange_visits": Typical(
        {"kind": "exchange_visits", "visits": 20, "start": START, "end": START + 5},
        [{"visits": 0}],
        {"exchanges", "staff_days"},
        [More({"visits": 5}, {"visits": 40}, unit("exchanges"))],
    ),
    "cascade_training": Typical(
        {"kind": "cascade_training", "start": START, "months_per_tier": 0, "rounds": 2, "every_months": 4},
        [{"reach": 0.0}],
        {"attendances", "staff_days"},
        [
            More({"reach": 0.3}, {"reach": 0.9}, total_of("trained")),
            More({"people": 1}, {"people": 5}, total_of("trained")),
            More({"tiers": 3}, {"tiers": 1}, total_of("skill")),
        ],
    ),
    "extension_agents": Typical(
        {"kind": "extension_agents", "agents": 1, "visits_per_month": 5.0, "start": START},
        [{"agents": 0}, {"visits_per_month": 0.0}],
        {"visits", "coach_days"},
        [
            More({"agents": 1}, {"agents": 3}, unit("visits")),
            More({"agents": 1}, {"agents": 3}, ideas("aware")),
            More({"ownership": 0.0}, {"ownership": 1.0}, total_of("engagement")),
        ],
    ),
    "campaign": Typical(
        {"kind": "campaign", "reach": 0.6, "enrols": 0.5, "start": START, "end": START + 6},
        [{"reach": 0.0, "enrols": 0.0}],
        {"contacts"},
        [
            More({"reach": 0.2}, {"reach": 0.9}, ideas("aware")),
            More({"enrols": 0.1}, {"enrols": 1.0}, total_of("enrolled")),
        ],
    ),
    "policy": Typical(
        {"kind": "policy", "start": START, "enforcement": 0.8},
        [{"reach": 0.0}],
        {"contacts"},
        [
            More({"reach": 0.3}, {"reach": 0.9}, ideas("aware")),
            More({"enforcement": 0.2}, {"enforcement": 1.0}, adopted_from("policy")),
            More({"enforcement": 1.0, "ownership": 1.0}, {"enforcement": 1.0, "ownership": 0.0},
                 adopted_from("policy")),
        ],
    ),
    "endorsement": Typical(
        {"kind": "endorsement", "start": START},
        [{"standing": 0.0}],
        {"contacts"},
        [
            More({"standing": 0.2}, {"standing": 0.9}, ideas("aware")),
            More({"standing": 0.2}, {"standing": 0.9}, total_of("engagement")),
        ],
    ),
    "audit_feedback": Typical(
        {"kind": "audit_feedback", "start": START, "action_plans": True},
        [{"reach": 0.0}],
        {"contacts"},
        [
            *(feature(name, total_of("engagement")) for name in ("by_colleague", "verbal_and_written", "targets")),
            feature("action_plans", ideas("aware")),
            More({"once": True}, {"once": False}, unit("contacts", whole=True)),
        ],
    ),
    "performance_financing": Typical(
        {"kind": "performance_financing", "start": START, "thresholds": PAID},
        [{"thresholds": []}, {"thresholds": [{"score": 0.0, "amount": 0.0}]}],
        {"contacts", "payments"},
        [
            More({}, {"thresholds": [{"score": 0.6, "amount": 100.0}, PAID[1]]}, total_of("engagement")),
            More({}, {"thresholds": [{"score": 0.6, "amount": 100.0}, PAID[1]]}, unit("payments")),
            More({}, {"thresholds": [{"score": 0.4, "amount": 50.0}, *PAID]}, total_of("engagement")),
        ],
    ),
    "patient_feedback": Typical(
        {"kind": "patient_feedback", "indicator": "indicator 1", "use": 0.6, "start": START},
        [{"use": 0.0}],
        {"contacts"},
        [More({"use": 0.2}, {"use": 0.9}, total_of("data_quality"))],
    ),
    "capacity_transfer": Typical(
        {"kind": "capacity_transfer", "to": "government coaches", "start": START},
        [{"effort": 0.0}],
        set(),
        [
            More({"effort": 0.2}, {"effort": 1.0}, total_of("dependence"), DOWN),
            More({"effort": 0.2}, {"effort": 1.0}, total_of("skill")),
        ],
    ),
    "capacity_transfer, to no coaches": Typical(
        {"kind": "capacity_transfer", "start": START},
        [{"effort": 0.0}],
        set(),
        [More({"effort": 0.2}, {"effort": 1.0}, total_of("dependence"), DOWN)],
    ),
    "institutionalisation": Typical(
        {"kind": "institutionalisation", "supervision": 0.8, "agreements": 0.5, "preservice": 0.5,
         "accreditation": 0.5, "start": START},
        [{"supervision": 0.0, "agreements": 0.0, "preservice": 0.0, "accreditation": 0.0}],
        set(),
        [
            More({"supervision": 0.2}, {"supervision": 1.0}, total_of("engagement")),
            More({"agreements": 0.0}, {"agreements": 1.0}, total_of("engagement")),
            More({"preservice": 0.0}, {"preservice": 1.0}, total_of("skill")),
            More({"accreditation": 0.0}, {"accreditation": 1.0}, ideas("adopted")),
        ],
    ),
    "shock": Typical(
        {"kind": "shock", "what": "epidemic", "start": START, "months": 5},
        [{"severity": 0.0}],
        set(),
        [More({"severity": 0.2}, {"severity": 1.0}, counted("meetings"), DOWN)],
        stops_others=True,
    ),
    "shock, a reorganisation": Typical(
        {"kind": "shock", "what": "reorganisation", "start": START, "months": 5},
        [{"severity": 0.0}],
        set(),
        [More({"severity": 0.2}, {"severity": 1.0}, counted("meetings"), DOWN)],
    ),
    "shock, with freedom": Typical(
        {"kind": "shock", "what": "other", "start": START, "months": 5, "cuts_bureaucracy": True},
        [{"severity": 0.0}],
        set(),
        # How severe it is works both ways: more workload, and fewer rules in the way.
        [More({"cuts_bureaucracy": False}, {"cuts_bureaucracy": True}, total_of("engagement"))],
    ),
}  # fmt: skip
