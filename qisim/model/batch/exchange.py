"""Exchange visits of a lower-performing facility to one of the best."""

from qisim.model import rules
from qisim.model.batch.arrays import EXCHANGES_MADE
from qisim.model.batch.compile import compiled
from qisim.model.batch.spread import introduce, largest_gap, meet_evidence
from qisim.model.state import BY_EXCHANGE, EXCHANGES, STAFF_DAYS, USES


@compiled
def exchange(e, visits, month, here, plan, work, b, ideas, indicators):
    """So many exchange visits of one programme in a month."""
    for _ in range(visits):
        visitor = _visitor(e, plan, work)
        if visitor < 0:
            return
        j = plan.exchanges[e].indicator
        if j < 0:
            j = largest_gap(visitor, work, indicators)
        work.facility[visitor].exchanges += 1
        host = _host(visitor, e, j, here, plan, work)
        if host >= 0:
            _see(visitor, host, e, j, month, plan, work, b, ideas)


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
    """The best reported performer on an indicator within reach that is better than the visitor; -1 for none."""
    reach = plan.exchanges[e].reach
    best, highest = -1, work.reported[visitor, j]
    for f in range(len(work.facility)):
        if not plan.exchange_covers[e, f] or f == visitor or work.facility[f].no_gatherings:
            continue
        if reach == 2 and here.district[f] != here.district[visitor]:
            continue
        if reach == 1 and here.province[f] != here.province[visitor]:
            continue
        if work.reported[f, j] > highest:
            best, highest = f, work.reported[f, j]
    return best


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
    work.units[own.element, STAFF_DAYS] += own.people * rules.visit_days(guest.travel_days)


@compiled
def _motivate(f, own, work, b):
    facility = work.facility[f]
    facility.engagement = rules.lifted(
        facility.engagement, b.exchange_engagement, own.ownership, own.identity, facility.fatigue, b
    )
