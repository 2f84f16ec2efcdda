"""Exchange visits: who goes where, and what they see there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.model import programme, rules
from qisim.model.state import BY_EXCHANGE, EXCHANGES, STAFF_DAYS

if TYPE_CHECKING:
    from qisim.model.agents.facility import Facility
    from qisim.model.agents.model import QIModel


def exchange_visit(model: QIModel, e: int) -> None:
    """A lower-performing facility visits one of the best in reach; with nothing to see, it is the next one's turn."""
    covers, fixed = model.programme.exchange_covers[e], int(model.programme.exchanges[e]["indicator"])
    covered = [facility for facility in model.by_index if covers[facility.index] and not facility.no_gatherings]
    guests = [facility for facility in covered if facility.enrolled]
    reach = int(model.programme.exchanges[e]["reach"])
    for _ in range(rules.ASKED_TO_VISIT if guests else 0):
        visitor = min(guests, key=lambda f: (f.exchanges, f.reported_score, f.index))
        visitor.exchanges += 1
        near = [f for f in covered if f is not visitor and _within_reach(f, visitor, reach)]
        for j in [fixed] if fixed >= 0 else visitor.by_gap():
            host = best_to_see(visitor, near, j)
            if host is not None:
                see(model, visitor, host, e, j)
                return


def best_to_see(visitor: Facility, near: list[Facility], j: int) -> Facility | None:
    """The best reported performer on an indicator that is better than the visitor and has something new to show."""
    better = [f for f in near if f.reported[j] > visitor.reported[j] and _shows(f, visitor, j)]
    return max(better, key=lambda f: (f.reported[j], -f.index), default=None)


def _within_reach(host: Facility, visitor: Facility, reach: int) -> bool:
    if programme.REACHES[reach] == "district":
        return host.district_code == visitor.district_code
    return programme.REACHES[reach] == "anywhere" or host.province_code == visitor.province_code


def _shows(host: Facility, visitor: Facility, j: int) -> bool:
    """Whether a host uses an idea on an indicator that the visitor neither uses nor tests."""
    return any(
        shown.seen_in_use and own.stage not in (rules.TESTING, rules.ADOPTED)
        for shown, own in zip(host.on_indicator(j), visitor.on_indicator(j), strict=True)
    )


def see(model: QIModel, visitor: Facility, host: Facility, e: int, j: int) -> None:
    """The visitor learns of what the host uses, with full evidence, and puts the strongest idea first."""
    b, best, strongest = model.behaviour, None, -1.0
    own = model.programme.exchanges[e]
    visitor.log("exchange visit", why=f"to {host.name}, for {model.indicator_names[j]}")
    host.log("hosted an exchange visit", why=f"of {visitor.name}")
    for practice, shown in zip(visitor.on_indicator(j), host.on_indicator(j), strict=True):
        if not shown.seen_in_use:
            continue
        if practice.introduce(BY_EXCHANGE, host.index):
            visitor.log("heard of an idea", practice, f"seen at work in {host.name}")
        visitor.meet_evidence(practice, b.exchange_evidence)
        if practice.untested and abs(practice.effect) > strongest:
            best, strongest = practice, abs(practice.effect)
    if best is not None:
        visitor.priority = best
    visitor.partner_tie = rules.up(visitor.partner_tie if visitor.partner is host else 0.0, b.exchange_tie)
    visitor.partner = host
    visitor.last_support = model.month
    for facility in (visitor, host):
        facility.lift(b.exchange_engagement, 0.0, float(own["ownership"]), float(own["identity"]))
    model.exchanges += 1
    model.count(own["element"], EXCHANGES)
    people = min(int(own["people"]), visitor.team)
    model.count(own["element"], STAFF_DAYS, people * rules.visit_days(visitor.travel_days))
