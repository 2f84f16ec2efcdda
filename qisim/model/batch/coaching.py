"""Coaches visit the facilities of their caseload."""

import math

from qisim.model import chance, rules
from qisim.model.batch.compile import compiled, compiled_hot
from qisim.model.batch.spread import introduce, meet_evidence
from qisim.model.state import BY_COACH, COACH_DAYS, COACH_MONTHS, VISITS


@compiled_hot
def visit_month(c, month, seed, replicate, plan, work, b):
    """A month of one coach: who leaves, who is appointed, who is visited."""
    post, coach = plan.posts[c], work.coach[c]
    if month < post.start or month >= post.end:
        return
    if not coach.in_post:
        if post.champion or month < coach.vacant_until:
            return
        coach.in_post = True
        coach.skill = b.coach_successor_skill
    u = chance.uniforms(seed, replicate, post.entity, month + 1, chance.COACH, 0)
    if u[0] < b.coach_leave_monthly:
        coach.in_post = False
        coach.vacant_until = month + int(b.coach_vacancy_months)
        coach.balance = 0.0
        return
    if not post.champion:
        work.units[post.element, COACH_MONTHS] += 1.0
    coach.skill = rules.up(coach.skill, b.coach_learning)
    coach.balance = min(coach.balance + post.days, post.most_days)
    listed = _list_caseload(c, plan, work)
    while True:
        i = _next_to_visit(listed, post, work)
        f = work.order[i] if i >= 0 else -1
        if f < 0 or rules.visit_days(work.facility[f].travel_days) > coach.balance:
            return
        coach.balance -= rules.visit_days(work.facility[f].travel_days)
        work.visits_now[i] += 1
        work.units[post.element, VISITS] += 1.0
        work.units[post.element, COACH_DAYS] += rules.visit_days(work.facility[f].travel_days)
        _visit(f, c, month, seed, replicate, plan, work, b)
        _note(i, f, post, work)


@compiled_hot
def _list_caseload(c, plan, work):
    """List in `work.order` whom of its caseload a coach may visit this month; returns how many they are.

    What the coach goes by is noted in arrays beside the list, to be searched before every visit.
    """
    post, listed = plan.posts[c], 0
    for i in range(plan.caseload_start[c], plan.caseload_start[c + 1]):
        f = plan.caseload[i]
        if not work.facility[f].no_visits and (post.all or work.facility[f].enrolled):
            work.order[listed] = f
            work.visits_now[listed] = 0
            _note(listed, f, post, work)
            listed += 1
    return listed


@compiled_hot
def _note(i, f, post, work):
    """Note of the facility in place `i` of the list when it was last visited and how early its turn comes."""
    facility = work.facility[f]
    work.last_visit[i] = facility.last_visit
    work.sort_key[i] = rules.visit_priority(
        post.policy, facility.last_visit, facility.reported_score, facility.joined, facility.travel_days
    )


@compiled_hot
def _next_to_visit(listed, post, work):
    """The place of the facility that the policy puts first among the least visited this month; -1 if there is none."""
    best, best_visits, best_priority, best_last = -1, 0, 0.0, 0
    for i in range(listed):
        visits, last, priority = work.visits_now[i], work.last_visit[i], work.sort_key[i]
        if visits >= post.most_visits:
            continue
        if best < 0 or visits < best_visits or (
            visits == best_visits
            and (priority > best_priority or (priority == best_priority and last < best_last))
        ):  # fmt: skip
            best, best_visits, best_priority, best_last = i, visits, priority, last
    return best


@compiled_hot
def _visit(f, c, month, seed, replicate, plan, work, b):
    facility, coach, post = work.facility[f], work.coach[c], plan.posts[c]
    u = chance.uniforms(seed, replicate, f, month + 1, chance.VISIT, facility.visits)
    if facility.trained < facility.team and u[0] < b.visit_trains:
        facility.trained += 1
    facility.called = facility.called or u[1] < rules.welcomed(b.visit_meets, post.ownership, post.identity, b)
    facility.visits += 1
    facility.last_visit = month
    facility.last_support = month
    facility.engagement = rules.lifted(
        facility.engagement, b.visit_engagement, post.ownership, post.identity, facility.fatigue, b
    )
    facility.attention = rules.lifted(
        facility.attention, b.visit_attention, post.ownership, post.identity, facility.fatigue, b
    )
    facility.skill = rules.up(
        facility.skill, rules.welcomed(b.visit_skill * coach.skill, post.ownership, post.identity, b)
    )
    facility.data_quality = rules.up(facility.data_quality, b.visit_data_quality)
    if post.external:
        facility.dependence = rules.up(facility.dependence, b.visit_dependence)
    _introduce_next(f, plan, work)
    _carry(f, c, work, b)


@compiled_hot
def _introduce_next(f, plan, work):
    """Tell of the first released idea of the package that the facility has not heard of.

    It is that of what the facility is enrolled in; outside, of the collaborative it joined last, else all ideas.
    """
    facility = work.facility[f]
    wave = facility.wave if facility.enrolled else facility.own_wave
    released = work.released[wave] if wave >= 0 else work.practice.shape[1]
    for i in range(released):
        k = plan.packages[wave, i] if wave >= 0 else i
        if introduce(work.practice[f, k], BY_COACH, -1):
            work.practice[f, k].refinement = work.refinement[k]
            return


@compiled_hot
def _carry(f, c, work, b):
    """Tell of the idea seen to work in most of the caseload, among those not yet tested here or abandoned."""
    best, most = -1, 0
    for k in range(work.practice.shape[1]):
        stage = work.practice[f, k].stage
        if (stage <= rules.AWARE or stage == rules.ABANDONED) and work.coach_working[c, k] > most:
            best, most = k, work.coach_working[c, k]
    if best >= 0:
        introduce(work.practice[f, best], BY_COACH, -1)
        meet_evidence(f, best, rules.evidence(most, work.coach_failed[c, best]), work, b)


@compiled
def appoint_champions(w, plan, work):
    """Fill the champions' posts of a wave: each with the best facility of its caseload where an idea works."""
    wave = plan.waves[w]
    for c in range(wave.first_champion, wave.first_champion + wave.champions):
        best, most, skill = -1, 0, -math.inf
        for i in range(plan.caseload_start[c], plan.caseload_start[c + 1]):
            f = plan.caseload[i]
            working = 0
            for k in range(work.practice.shape[1]):
                if work.practice[f, k].stage == rules.ADOPTED and work.practice[f, k].works:
                    working += 1
            facility = work.facility[f]
            if facility.enrolled and working > 0 and (
                working > most or (working == most and facility.skill > skill)
            ):  # fmt: skip
                best, most, skill = f, working, facility.skill
        if best >= 0:
            work.coach[c].in_post = True
            work.coach[c].skill = skill
