"""Hypothesis strategies for programme elements of every kind, valid by construction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import pandas as pd
from hypothesis import strategies as st

from qisim.scenario.elements import KINDS
from qisim.world.world import World

SELECTIONS = ["all", "random", "strongest", "weakest", "volunteers", "remote_first", "by_district", "list"]
POLICIES = ["rotation", "weakest", "strongest", "newest", "nearest"]
START = date(2024, 11, 1)
Document = dict[str, Any]


class Place(NamedTuple):
    """What an element is fitted to: the world, the horizon, the names of indicators and ideas."""

    world: World
    months: int
    indicators: list[str]
    ideas: list[str]


def shares(low: float = 0.0, high: float = 1.0) -> st.SearchStrategy[float]:
    """Numbers of at most three decimals, which read well in a failing example."""
    return st.integers(round(low * 1000), round(high * 1000)).map(lambda thousandths: thousandths / 1000)


def when(month: int) -> st.SearchStrategy[int | date]:
    """A month as a number or as a date."""
    months = START.month - 1 + month
    days = st.integers(1, 28).map(lambda day: date(START.year + months // 12, months % 12 + 1, day))
    return st.just(month) | days


def start_of(place: Place) -> st.SearchStrategy[int | date]:
    """When an element starts: often at once."""
    return (st.just(0) | st.integers(0, place.months - 1)).flatmap(when)


def package(place: Place) -> st.SearchStrategy[list[str]]:
    """All ideas, or some in any order."""
    return st.just([]) | st.lists(st.sampled_from(place.ideas), unique=True, min_size=1)


@st.composite
def coverage(draw: st.DrawFn, world: World) -> Document:
    """Which facilities an element covers: all, or at least one named in one of the four ways."""
    key = draw(st.sampled_from(["", "", "provinces", "districts", "kinds", "facilities"]))
    if not key:
        return {}
    column = {"provinces": "province", "districts": "district", "kinds": "kind", "facilities": "id"}[key]
    present = sorted(set(world.facilities[column]))
    return {key: draw(st.lists(st.sampled_from(present), unique=True, min_size=1))}


@st.composite
def common(draw: st.DrawFn, place: Place) -> Document:
    """The keys that every kind has, apart from its name."""
    owned = st.fixed_dictionaries({}, optional={"ownership": shares(), "identity": shares()})
    costs = st.fixed_dictionaries({}, optional={"fixed": shares(0, 99), "monthly": shares(0, 9), "visits": shares()})
    return {**draw(coverage(place.world)), **draw(owned), "costs": draw(st.just({}) | costs)}


@st.composite
def span(draw: st.DrawFn, place: Place) -> Document:
    """From when to when an element lasts, perhaps beyond the horizon."""
    first = draw(st.just(0) | st.integers(0, place.months - 1))
    last = draw(st.none() | st.integers(first + 1, place.months + 3))
    told = {"start": draw(when(first))}
    return told if last is None else told | {"end": draw(when(last))}


def _covered(world: World, told: Document) -> pd.DataFrame:
    table = world.facilities
    for key, column in (("provinces", "province"), ("districts", "district"), ("kinds", "kind"), ("facilities", "id")):
        if key in told:
            table = table[table[column].isin(told[key])]
    return table


@st.composite
def _wave(draw: st.DrawFn, start: int, covered: pd.DataFrame) -> Document:
    wave: Document = {"start": draw(when(start))}
    for key, column in (("kinds", "kind"), ("districts", "district")):
        if draw(st.integers(0, 4)) == 0:
            wave[key] = [draw(st.sampled_from(sorted(set(covered[column]))))]
            covered = covered[covered[column].isin(wave[key])]
    size = draw(st.sampled_from(["", "sites", "share"]))
    if size == "sites":
        wave["sites"] = draw(st.integers(0, len(covered)))
    elif size == "share":
        wave["share"] = draw(shares(0.05, 1))
    return wave


@st.composite
def collaboratives(draw: st.DrawFn, place: Place, told: Document) -> Document:
    """A collaborative with up to three waves."""
    select = draw(st.sampled_from(SELECTIONS))
    if select == "list" and "facilities" not in told:
        ids = sorted(_covered(place.world, told)["id"])
        told = {**told, "facilities": draw(st.lists(st.sampled_from(ids), unique=True, min_size=1))}
    starts = sorted(draw(st.lists(st.just(0) | st.integers(0, place.months - 1), min_size=1, max_size=3)))
    element: Document = {
        **told, "select": select,
        "waves": [draw(_wave(start, _covered(place.world, told))) for start in starts],
        "cohort": draw(st.sampled_from(["wave", "province", "district"])),
        "sessions": draw(st.integers(1, 5)), "action_months": draw(st.integers(1, 4)),
        "session_days": draw(shares(0, 4)), "mode": draw(st.sampled_from(["in_person", "virtual"])),
        "when_stopped": draw(st.sampled_from(["cancel", "virtual"])), "attendees": draw(st.integers(1, 6)),
        "release": draw(st.sampled_from(["at_once", "stages"])), "package": draw(package(place)),
        "phase": draw(st.sampled_from(["demonstration", "demonstration", "spread"])),
    }  # fmt: skip
    if element["phase"] == "demonstration" and draw(st.integers(0, 3)):
        champions, days = draw(st.sampled_from([2, 1, 3, 0])), draw(shares(0.5, 8))
        element |= {"synthesis": True, "champions": champions, "champion_days": days}
    return element


@st.composite
def coachings(draw: st.DrawFn, place: Place, told: Document) -> Document:
    """Coaches of any policy, in districts or in all."""
    how_many = draw(st.sampled_from(["coaches", "coaches_per_district"]))
    return {
        **told, **draw(span(place)), how_many: draw(st.integers(0, 3)), "days_per_month": draw(shares(0, 12)),
        "policy": draw(st.sampled_from(POLICIES)), "whom": draw(st.sampled_from(["enrolled", "all"])),
        "visits_per_facility": draw(st.integers(1, 4)), "external": draw(st.booleans()), "skill": draw(shares()),
    }  # fmt: skip


@st.composite
def financings(draw: st.DrawFn, place: Place, told: Document) -> Document:
    """Up to three thresholds; amounts may be 0 or alike."""
    scores = sorted(draw(st.lists(shares(), unique=True, max_size=3)))
    amounts = sorted(draw(st.sampled_from([0.0, 0.3, 100.0])) for _ in scores)
    thresholds = [{"score": score, "amount": amount} for score, amount in zip(scores, amounts, strict=True)]
    every, records = draw(st.integers(1, 5)), draw(st.sampled_from([1, 30, 1_000_000]))
    return {**told, **draw(span(place)), "thresholds": thresholds, "every_months": every, "records": records}


def _keys(**keys: st.SearchStrategy[Any]) -> Callable[[Place, Document], st.SearchStrategy[Document]]:
    """An element that lasts and has these further keys, independent of each other and of the place."""

    @st.composite
    def elements(draw: st.DrawFn, place: Place, told: Document) -> Document:
        return {**told, **draw(span(place)), **draw(st.fixed_dictionaries(keys))}

    return elements


@st.composite
def exchanges(draw: st.DrawFn, place: Place, told: Document) -> Document:
    """Exchange visits, some months with several."""
    return {
        **told, **draw(span(place)), "visits": draw(st.integers(0, 60)), "people": draw(st.integers(0, 4)),
        "reach": draw(st.sampled_from(["district", "province", "anywhere"])),
        "indicator": draw(st.just("") | st.sampled_from(place.indicators)),
    }  # fmt: skip


@st.composite
def trainings(draw: st.DrawFn, place: Place, told: Document) -> Document:
    """One or several rounds, some of which lie beyond the horizon."""
    return {
        **told, "start": draw(start_of(place)), "tiers": draw(st.integers(1, 4)),
        "months_per_tier": draw(st.integers(0, 2)), "people": draw(st.integers(1, 6)), "days": draw(shares(0, 5)),
        "reach": draw(shares()), "rounds": draw(st.integers(1, 4)), "every_months": draw(st.integers(1, 8)),
        "package": draw(package(place)),
    }  # fmt: skip


@st.composite
def told_of(draw: st.DrawFn, place: Place, told: Document, **keys: st.SearchStrategy[Any]) -> Document:
    """An element that lasts and tells of a package."""
    return {**told, **draw(span(place)), "package": draw(package(place)), **draw(st.fixed_dictionaries(keys))}


@st.composite
def policies(draw: st.DrawFn, place: Place, told: Document) -> Document:
    """Circulars, often enforced to the full."""
    return {
        **told, "start": draw(start_of(place)), "reach": draw(shares()), "package": draw(package(place)),
        "enforcement": draw(st.just(1.0) | shares()), "rounds": draw(st.integers(1, 5)),
        "every_months": draw(st.integers(1, 4)),
    }  # fmt: skip


@st.composite
def feedbacks(draw: st.DrawFn, place: Place, told: Document) -> Document:
    """Feedback with any of its features."""
    features = ["once", "by_colleague", "verbal_and_written", "targets", "action_plans"]
    return {
        **told, **draw(span(place)), "reach": draw(shares(0.3, 1)), "every_months": draw(st.integers(1, 4)),
        "indicator": draw(st.just("") | st.sampled_from(place.indicators)),
        **{feature: draw(st.booleans()) for feature in features},
    }  # fmt: skip


@st.composite
def patients(draw: st.DrawFn, place: Place, told: Document) -> Document:
    """Patients' feedback on one of the indicators."""
    indicator, every = draw(st.sampled_from(place.indicators)), draw(st.integers(1, 3))
    return {**told, **draw(span(place)), "indicator": indicator, "use": draw(shares()), "every_months": every}


@st.composite
def shocks(draw: st.DrawFn, place: Place, told: Document) -> Document:
    """A blow of any sort and length."""
    stops = st.none() | st.booleans()
    return {
        **told, "what": draw(st.sampled_from(["epidemic", "reorganisation", "other"])), "severity": draw(shares()),
        "start": draw(start_of(place)), "months": draw(st.integers(1, 12)), "stops_gatherings": draw(stops),
        "stops_visits": draw(stops), "cuts_bureaucracy": draw(st.booleans()),
    }  # fmt: skip


STRATEGIES: dict[str, Callable[[Place, Document], st.SearchStrategy[Document]]] = {
    "collaborative": collaboratives,
    "coaching": coachings,
    "exchange_visits": exchanges,
    "cascade_training": trainings,
    "extension_agents": lambda place, told: told_of(
        place, told, agents=st.integers(0, 5), visits_per_month=shares(0, 10)
    ),
    "campaign": lambda place, told: told_of(place, told, reach=shares(), enrols=shares()),
    "policy": policies,
    "endorsement": lambda place, told: told_of(place, told, standing=shares()),
    "audit_feedback": feedbacks,
    "performance_financing": financings,
    "patient_feedback": patients,
    "capacity_transfer": _keys(effort=shares()),
    "institutionalisation": _keys(
        supervision=shares(), agreements=shares(), preservice=shares(), accreditation=shares()
    ),
    "shock": shocks,
}
"""How the keys of each kind of element are drawn, given the keys that all have."""


@st.composite
def elements(draw: st.DrawFn, kind: str, place: Place) -> Document:
    """An element of one kind."""
    return {"kind": kind, **draw(STRATEGIES[kind](place, draw(common(place))))}


@st.composite
def programmes(
    draw: st.DrawFn, world: World, months: int, indicators: list[str], ideas: list[str], core: Sequence[str]
) -> list[Document]:
    """Elements of the kinds of `core`, and up to two more of any kind."""
    place = Place(world, months, indicators, ideas)
    kinds = [*core, *draw(st.lists(st.sampled_from(sorted(KINDS)), max_size=2))]
    programme = [{**draw(elements(kind, place)), "name": f"element {i}"} for i, kind in enumerate(kinds)]
    coaching = [e["name"] for e in programme if e["kind"] == "coaching" and not e["external"]]
    for element in programme:
        if element["kind"] == "capacity_transfer":
            element["to"] = draw(st.sampled_from([*coaching, ""]))
    return programme
