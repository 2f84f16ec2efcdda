"""What holds around facilities: institutions, endorsements and shocks; and the start of a reorganisation."""

from qisim.model import chance, rules
from qisim.model.batch.compile import compiled, compiled_hot
from qisim.model.batch.people import lose_members, new_head
from qisim.model.batch.spread import give_up


@compiled_hot
def stand_free(facility):
    """No institution, endorsement or shock holds."""
    facility.load = 0.0
    facility.level_shift = 0.0
    facility.lapse_share = 1.0
    facility.skill_share = 1.0
    facility.no_gatherings = False
    facility.no_visits = False
    facility.supervised = False


@compiled
def change_condition(c, holds, plan, work, b):
    """A condition begins (`holds` is 1) or ends (0) for the facilities it covers."""
    work.active[c] = holds == 1
    for f in range(len(work.facility)):
        if plan.condition_covers[c, f]:
            _add_up(f, plan, work, b)


@compiled
def _add_up(f, plan, work, b):
    """All that holds around a facility now, one condition after the other."""
    facility = work.facility[f]
    stand_free(facility)
    for c in range(len(work.active)):
        if not (work.active[c] and plan.condition_covers[c, f]):
            continue
        own = plan.conditions[c]
        facility.load += b.shock_workload * own.load
        facility.level_shift += rules.level_shift(
            own.supervision, own.agreements, own.endorsed, own.freedom, own.upheaval, b
        )
        facility.lapse_share = rules.lapse_left(facility.lapse_share, own.accreditation, b)
        facility.skill_share = rules.skill_left(facility.skill_share, own.preservice, b)
        facility.no_gatherings = facility.no_gatherings or own.no_gatherings
        facility.no_visits = facility.no_visits or own.no_visits
        facility.supervised = facility.supervised or own.supervision > 0.0


@compiled
def upheaval(c, month, seed, replicate, plan, work, b, ideas):
    """A reorganisation begins: heads leave, teams are broken up and tired, practices lapse or come loose."""
    own = plan.channels[c]
    for f in range(len(work.facility)):
        if not plan.channel_covers[c, f]:
            continue
        u = chance.uniforms(seed, replicate, f, month + 1, chance.UPHEAVAL, own.entity)
        if u[0] < b.upheaval_heads * own.strength:
            new_head(f, u[1], u[2], work, b)
        leavers = chance.successes(u[3], work.facility[f].team, b.upheaval_teams * own.strength)
        if leavers > 0:
            which = (own.entity + 1000) & chance.WORD
            moved = chance.uniforms(seed, replicate, f, month + 1, chance.UPHEAVAL, which)
            lose_members(f, leavers, moved[0], work, b)
        work.facility[f].fatigue = rules.up(work.facility[f].fatigue, b.upheaval_fatigue * own.strength)
        work.facility[f].attention = rules.loosened(work.facility[f].attention, own.strength, b)
        for k in range(work.practice.shape[1]):
            practice = work.practice[f, k]
            if ideas[k].needs_adapting:
                practice.fit = rules.loosened(practice.fit, own.strength, b)
            if practice.stage != rules.ADOPTED:
                continue
            v = chance.uniforms(seed, replicate, f, month + 1, chance.UPHEAVAL, (own.entity + 1 + k // 4) & chance.WORD)
            if chance.lane(v, k) < b.upheaval_lapse * own.strength:
                give_up(f, k, rules.LAPSED, work)
            else:
                practice.embedding = rules.loosened(practice.embedding, own.strength, b)
