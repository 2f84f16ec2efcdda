"""What holds around facilities, in the Mesa model: institutions, endorsements, shocks; and reorganisations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.model import chance, rules

if TYPE_CHECKING:
    from qisim.model.agents.facility import Facility
    from qisim.model.agents.model import QIModel


def change_condition(model: QIModel, c: int, holds: bool) -> None:
    """A condition begins or ends for the facilities it covers."""
    model.active[c] = holds
    for facility in model.by_index:
        if model.programme.condition_covers[c, facility.index]:
            add_up(model, facility)


def add_up(model: QIModel, facility: Facility) -> None:
    """All that holds around a facility now, one condition after the other."""
    b, covers = model.behaviour, model.programme.condition_covers
    facility.stand_free()
    for c, holds in enumerate(model.active):
        if not (holds and covers[c, facility.index]):
            continue
        own = model.conditions[c]
        facility.load += b.shock_workload * own.load
        facility.level_shift += rules.level_shift(
            own.supervision, own.agreements, own.endorsed, own.freedom, own.upheaval, b
        )
        facility.lapse_share = rules.lapse_left(facility.lapse_share, own.accreditation, b)
        facility.skill_share = rules.skill_left(facility.skill_share, own.preservice, b)
        facility.no_gatherings = facility.no_gatherings or own.no_gatherings
        facility.no_visits = facility.no_visits or own.no_visits
        facility.supervised = facility.supervised or own.supervision > 0.0


def upheaval(model: QIModel, c: int) -> None:
    """A reorganisation begins: heads leave, teams are broken up and tired, practices lapse or come loose."""
    b, plan = model.behaviour, model.programme
    own, strength = plan.channels[c], float(plan.channels[c]["strength"])
    for facility in model.by_index:
        if not plan.channel_covers[c, facility.index]:
            continue
        facility.log("reorganisation")
        u = facility.uniforms(model.month + 1, chance.UPHEAVAL, int(own["entity"]))
        if u[0] < b.upheaval_heads * strength:
            facility.new_head(u[1] < facility.leadership, u[2] < b.head_loss_stops_test)
        leavers = chance.successes(u[3], facility.team, b.upheaval_teams * strength)
        facility.lose_members(leavers, chance.UPHEAVAL, (int(own["entity"]) + 1000) & chance.WORD)
        facility.fatigue = rules.up(facility.fatigue, b.upheaval_fatigue * strength)
        facility.attention = rules.loosened(facility.attention, strength, b)
        for k, practice in enumerate(facility.practices):
            if model.ideas[k]["needs_adapting"]:
                practice.fit = rules.loosened(practice.fit, strength, b)
            if practice.stage != rules.ADOPTED:
                continue
            v = facility.uniforms(model.month + 1, chance.UPHEAVAL, (int(own["entity"]) + 1 + k // 4) & chance.WORD)
            if chance.lane(v, k) < b.upheaval_lapse * strength:
                practice.give_up(rules.LAPSED)
                facility.log("practice lapsed", practice, "in the reorganisation")
            else:
                practice.embedding = rules.loosened(practice.embedding, strength, b)
