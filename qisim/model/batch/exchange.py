"""Exchange visits of a lower-performing facility to one of the best."""

import math

from qisim.model import rules
from qisim.model.batch.arrays import EXCHANGES_MADE
from qisim.model.batch.compile import compiled
from qisim.model.batch.spread import introduce, meet_evidence
from qisim.model.state import BY_EXCHANGE, EXCHANGES, STAFF_DAYS, USES


@compiled
def exchange(e, visits, month, here, plan, work, b, ideas, indicators):
    """So many exchange visits of one programme in a month; who finds nothing to see leaves its turn to the next."""
    for _ in range(visits):
        for _ in range(rules.ASKED_TO_VISIT):
            visitor = _visitor(e, plan, work)
            if visitor < 0:
                return
            work.facility[visitor].exchanges += 1
            j = plan.exchanges[e].indicator
            if j < 0:
                j = _widest_to_learn(visitor, e, here, plan, work, indicators)
            host = _host(visitor, e, j, here, plan, work) if j >= 0 else -1
            if host >= 0:
                _see(visitor, host, e, j, month, plan, work, b, ideas)
                break


@compiled
def _widest_to_learn(visitor, e, here, plan, work, indicators):
    """The indicator of the visitor's largest reported gap on which a host has something to show; -1 for none."""
    widest, largest = -1, -math.inf
    for j in range(len(indicators)):
        gap = indicators[j].weight * (indicators[j].ceiling - work.reported[visitor, j])
        if gap > largest and _host(visitor, e, j, here, plan, work) >= 0:
            widest, largest = j, gap
    return widest


@compiled
def _visitor(e, plan, work):
    """The enrolled facility with the lowest reported score among those that made fewest visits; -1 for none.

    Nobody goes while a shock stops gatherings.
    """
    best = -1
    for f in range(len(work.facility)):
        facility = work.facility[f]
        if plan.exchange_covers[e, f] and facility.enrolled and not facility.no_gatherings and (
            best < 0
            or facility.exchanges < work.facility[best].exchanges
            or (
                facility.exchanges == work.facility[best].exchanges
                and facility.reported_score < work.facility[best].reported_score
            )
        ):  # fmt: skip
            best = f
    return best


@compiled
def _host(visitor, e, j, here, plan, work):
    """The best reported performer on an indicator within reach that is better than the visitor; -1 for none.

    It has something to show that the visitor neither uses nor tests.
    """
    reach = plan.exchanges[e].reach
    best, highest = -1, work.reported[visitor, j]
    for f in range(len(work.facility)):
        if work.reported[f, j] <= highest:  # so it is with most of them, and quickest to see
            continue
        if not plan.exchange_covers[e, f] or f == visitor or work.facility[f].no_gatherings:
            continue
        if reach == 2 and here.district[f] != here.district[visitor]:
            continue
        if reach == 1 and here.province[f] != here.province[visitor]:
            continue
        if _shows_something_new(f, visitor, j, plan, work):
            best, highest = f, work.reported[f, j]
    return best


@compiled
def _shows_something_new(host, visitor, j, plan, work):
    """Whether a host uses an idea on an indicator that the visitor neither uses nor tests."""
    for i in range(plan.indicator_start[j], plan.indicator_start[j + 1]):
        k = plan.by_indicator[i]
        stage = work.practice[visitor, k].stage
        if (int(work.practice[host, k].shown) & USES) != 0 and stage != rules.TESTING and stage != rules.ADOPTED:
            return True
    return False


@compiled
def _see(visitor, host, e, j, month, plan, work, b, ideas):
    """The visitor learns of what the host uses, with full evidence, and puts the strongest idea first."""
    guest, own = work.facility[visitor], plan.exchanges[e]
    best, strongest = -1, -1.0
    for i in range(plan.indicator_start[j], plan.indicator_start[j + 1]):
        k = plan.by_indicator[i]
        practice = work.practice[visitor, k]
        if (int(work.practice[host, k].shown) & USES) == 0:
            continue
        introduce(practice, BY_EXCHANGE, host)
        meet_evidence(visitor, k, b.exchange_evidence, work, b)
        untested = practice.stage == rules.AWARE or practice.stage == rules.LAPSED
        if untested and abs(ideas[k].effect) > strongest:
            best, strongest = k, abs(ideas[k].effect)
    if best >= 0:
        guest.priority = best
    guest.partner_tie = rules.up(guest.partner_tie if guest.partner == host else 0.0, b.exchange_tie)
    guest.partner = host
    guest.last_support = month
    _motivate(visitor, own, work, b)
    _motivate(host, own, work, b)
    work.tally[EXCHANGES_MADE] += 1
    work.units[own.element, EXCHANGES] += 1.0
    work.units[own.element, STAFF_DAYS] += min(own.people, guest.team) * rules.visit_days(guest.travel_days)


@compiled
def _motivate(f, own, work, b):
    facility = work.facility[f]
    facility.engagement = rules.lifted(
        facility.engagement, b.exchange_engagement, own.ownership, own.identity, facility.fatigue, b
    )
