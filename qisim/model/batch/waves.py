"""Waves join a collaborative, hold sessions, fix their package and end."""

from qisim.model import chance, rules
from qisim.model.batch.arrays import ATTENDANCES
from qisim.model.batch.coaching import appoint_champions
from qisim.model.batch.compile import compiled
from qisim.model.batch.sort import sort
from qisim.model.batch.spread import enter_cohort, introduce, leave_cohort, meet_evidence
from qisim.model.state import ATTENDANCES as IN_PERSON
from qisim.model.state import BY_SESSION, ONLINE_ATTENDANCES, ONLINE_SESSIONS, SESSIONS, STAFF_DAYS


@compiled
def join(w, released, month, seed, replicate, here, plan, work):
    """The facilities that the selection rule puts first join; see `rules.selection_key`."""
    wave = plan.waves[w]
    work.released[w] = released
    element = 1 << wave.collaborative
    candidates = 0
    for f in range(len(work.facility)):
        facility = work.facility[f]
        free = not (facility.enrolled and plan.waves[facility.wave].supports)
        open_to = plan.wave_covers[w, f] and free and (facility.elements_joined & element) == 0
        if open_to:
            u = chance.uniforms(seed, replicate, f, month + 1, chance.SELECTION, 0)
            work.sort_key[f] = rules.selection_key(
                wave.select, facility.reported_score, facility.ready, facility.travel_days, here.district[f], u[0]
            )
            work.order[candidates] = f
            candidates += 1
    sort(work.order, work.sort_key, candidates)
    for i in range(min(wave.sites, candidates)):
        f = work.order[i]
        facility = work.facility[f]
        facility.wave = w
        facility.enrolled = True
        facility.joined = month
        facility.elements_joined |= element
        facility.low_months = 0
        if not wave.supports:  # who signs up in a campaign stays what it is in its collaborative
            continue
        facility.own_wave = w
        facility.dropped_out = False
        leave_cohort(f, work)
        group = here.district[f] if wave.cohort_by == 2 else (here.province[f] if wave.cohort_by == 1 else 0)
        enter_cohort(f, wave.first_cohort + group, work)


@compiled
def end_of_support(w, work):
    """The members of a wave are on their own; they still know each other."""
    for f in range(len(work.facility)):
        if work.facility[f].wave == w:
            work.facility[f].enrolled = False


@compiled
def session(w, released, month, seed, replicate, plan, work, b):
    """A learning session of a wave, held cohort by cohort."""
    wave = plan.waves[w]
    work.released[w] = released
    work.session_size[:] = 0
    work.session_virtual[:] = 0
    work.session_score[:] = 0.0
    work.session_working[:] = 0
    work.session_failed[:] = 0
    work.tests[:] = 0
    for f in range(len(work.facility)):
        facility = work.facility[f]
        facility.attends = False
        if facility.enrolled and facility.wave == w:
            u = chance.uniforms(seed, replicate, f, month + 1, chance.SESSION, 0)
            virtual = _virtual(facility, wave)
            may = virtual or not facility.no_gatherings
            facility.attends = may and u[0] < rules.attendance(virtual, facility.connectivity, b)
            if facility.attends:
                _report(f, virtual, work)
    for k in range(len(work.tests)):
        work.refinement[k] = rules.refined(work.refinement[k], work.tests[k], b)
    for c in range(len(work.session_size)):
        if work.session_size[c] >= 2:
            work.cohort_tie[c] = rules.session_tie(work.cohort_tie[c], work.session_virtual[c] > 0, b)
        if work.session_size[c] >= 1:
            online = work.session_virtual[c] == work.session_size[c]
            work.units[wave.element, ONLINE_SESSIONS if online else SESSIONS] += 1.0
    people = 0
    for f in range(len(work.facility)):
        if work.facility[f].attends:
            work.facility[f].attends = False
            people += _learn(f, w, released, month, plan, work, b)
    work.units[wave.element, STAFF_DAYS] += people * wave.days


@compiled
def _virtual(facility, wave):
    """Whether a facility takes part online: as planned, or because gatherings are stopped."""
    return wave.virtual or (facility.no_gatherings and wave.goes_virtual)


@compiled
def _report(f, virtual, work):
    """What a facility brings to the session: its score, and what worked and failed there."""
    cohort = work.facility[f].cohort
    if virtual:
        work.session_virtual[cohort] += 1
    work.session_size[cohort] += 1
    work.session_score[cohort] += work.facility[f].reported_score
    for k in range(work.practice.shape[1]):
        practice = work.practice[f, k]
        if practice.stage == rules.ADOPTED and practice.works:
            work.session_working[cohort, k] += 1
        elif practice.stage == rules.ABANDONED:
            work.session_failed[cohort, k] += 1
        if not practice.shared and (practice.stage == rules.ADOPTED or practice.stage == rules.ABANDONED):
            practice.shared = True
            work.tests[k] += 1


@compiled
def _learn(f, w, released, month, plan, work, b):
    """What a facility takes home from the session. Returns how many people it sent."""
    facility, wave = work.facility[f], plan.waves[w]
    cohort, virtual = facility.cohort, _virtual(facility, wave)
    work.tally[ATTENDANCES] += 1
    work.units[wave.element, ONLINE_ATTENDANCES if virtual else IN_PERSON] += 1.0
    people = rules.attendees(wave.attendees, facility.team, virtual, b)
    facility.last_support = month
    facility.trained = min(facility.team, facility.trained + people)
    facility.skill = rules.up(facility.skill, rules.welcomed(b.session_skill, wave.ownership, wave.identity, b))
    facility.engagement = rules.lifted(
        facility.engagement, b.session_engagement, wave.ownership, wave.identity, facility.fatigue, b
    )
    facility.attention = rules.lifted(
        facility.attention, b.session_attention, wave.ownership, wave.identity, facility.fatigue, b
    )
    if work.session_size[cohort] >= 2:
        above = facility.reported_score * work.session_size[cohort] >= work.session_score[cohort]
        facility.engagement = rules.compared(facility.engagement, above, facility.openness, b)
    if not virtual:
        facility.extra_workload += b.session_workload
    for i in range(released):
        k = plan.packages[w, i]
        practice = work.practice[f, k]
        introduce(practice, BY_SESSION, -1)
        practice.refinement = work.refinement[k]
        working, failed = work.session_working[cohort, k], work.session_failed[cohort, k]
        if working + failed > 0:
            meet_evidence(f, k, rules.evidence(working, failed), work, b)
    return people


@compiled
def synthesis(w, plan, work, b):
    """A synthesis workshop fixes the package of a wave and yields its champions, if the wave has any member."""
    members = 0
    for f in range(len(work.facility)):
        members += work.facility[f].enrolled and work.facility[f].wave == w
    if members == 0:
        return
    for i in range(plan.waves[w].ideas):
        k = plan.packages[w, i]
        work.refinement[k] = rules.up(work.refinement[k], b.synthesis_refinement)
    appoint_champions(w, plan, work)
