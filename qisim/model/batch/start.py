"""The start of a replicate: what the registry does not tell is drawn."""

import numpy as np

from qisim.model import chance, rules
from qisim.model.batch.arrays import AT_A_TIME
from qisim.model.batch.compile import compiled
from qisim.model.batch.conditions import stand_free
from qisim.model.batch.luck import draw
from qisim.model.batch.month import effects, measure, perform
from qisim.model.batch.spread import adopt, show_changes
from qisim.model.state import INITIAL, NEVER, NONE


@compiled
def start(seed, replicate, here, plan, work, b, ideas, indicators):
    """Set the state to that before the first month."""
    work.coach_working[:] = 0
    work.coach_failed[:] = 0
    work.cohort_size[:] = 0
    work.cohort_tie[:] = 0.0
    work.cohort_users[:] = 0
    work.refinement[:] = 0.0
    work.released[:] = 0
    work.tally[:] = 0
    work.active[:] = False
    work.units[:] = 0.0
    work.adoptions[:] = 0
    for c in range(len(work.coach)):
        coach = work.coach[c]
        coach.skill = plan.posts[c].skill
        coach.in_post = not plan.posts[c].champion
        coach.vacant_until = NEVER
        coach.balance = 0.0
    for first in range(0, len(work.facility), AT_A_TIME):
        last = min(first + AT_A_TIME, len(work.facility))
        _start_facilities(first, last, seed, replicate, here, plan, work, b, ideas, indicators)
    show_changes(here, plan, work)


@compiled
def _start_facilities(first, last, seed, replicate, here, plan, work, b, ideas, indicators):
    """Start facilities `first` to `last` - 1, each part for all of them, with luck drawn for all at once."""
    draw(first, last, seed, replicate, 0, chance.TRAITS, 8, work.luck)
    for f in range(first, last):
        district = chance.uniforms(seed, replicate, here.district[f], 0, chance.DISTRICT, 0)
        _start_facility(f, f - first, chance.normal(district[0]), here, work, b)
    draw(first, last, seed, replicate, 0, chance.PRACTICE_START, 4 * len(ideas), work.luck)
    for f in range(first, last):
        _start_practices(f, f - first, work, b, ideas)
    draw(first, last, seed, replicate, 0, chance.BASELINE, len(indicators), work.luck)
    for f in range(first, last):
        _start_level(f, f - first, here, plan, work, b, ideas, indicators)
        perform(f, 0, plan, work, b, ideas, indicators)
    draw(first, last, seed, replicate, 0, chance.RECORDS, len(indicators), work.luck)
    for f in range(first, last):
        measure(f, f - first, work, b, indicators)


@compiled
def _told(value, drawn):
    return drawn if np.isnan(value) else value


@compiled
def _start_facility(f, i, district, here, work, b):
    """What a facility is like; `district` is its district's part of readiness, its luck the `i`-th."""
    facility, luck = work.facility[f], work.luck
    ready = rules.readiness(district, chance.normal(luck[0, i]), b)
    facility.ready = ready
    facility.leadership = _told(
        here.told[f, 0], rules.trait(b.trait_mean, b.trait_loading, ready, chance.normal(luck[1, i]), b)
    )
    facility.openness = _told(
        here.told[f, 1], rules.trait(b.trait_mean, b.trait_loading, ready, chance.normal(luck[2, i]), b)
    )
    facility.workload = _told(here.told[f, 2], rules.trait(b.workload_mean, 0.0, ready, chance.normal(luck[3, i]), b))
    facility.supportive_head = luck[4, i] < facility.leadership
    facility.connectivity = here.connectivity[f]
    facility.travel_days = here.travel_days[f]
    facility.staff = here.staff[f]
    facility.team = rules.team_size(here.staff[f], b)
    facility.trained = 0
    facility.skill = b.skill_start
    facility.data_quality = b.data_quality_start
    facility.attention = 0.0
    facility.dependence = 0.0
    facility.fatigue = b.fatigue_start
    facility.enrolled = False
    facility.dropped_out = False
    facility.wave = -1
    facility.own_wave = -1
    facility.cohort = -1
    facility.joined = NEVER
    facility.elements_joined = 0
    facility.low_months = 0
    facility.last_support = NEVER
    facility.last_visit = NEVER
    facility.frequency = 0.0
    facility.extra_workload = 0.0
    stand_free(facility)
    facility.slack = 0.0
    facility.paid_by = -1
    facility.lost = 0.0
    facility.partner = -1
    facility.partner_tie = 0.0
    facility.priority = -1
    facility.exchanges = 0
    facility.visits = 0
    facility.called = False
    facility.reviewed = True
    facility.attends = False
    facility.meeting = False
    facility.cycles = 0
    facility.engagement = rules.own_level(
        facility.leadership,
        facility.openness,
        facility.workload,
        b.fatigue_start,
        0.0,
        True,
        facility.supportive_head,
        0.0,
        0.0,
        b,
    )


@compiled
def _start_practices(f, i, work, b, ideas):
    """What it makes of each idea; some are in use."""
    ready, luck = work.facility[f].ready, work.luck
    for k in range(len(ideas)):
        practice = work.practice[f, k]
        practice.difficulty = rules.logit(luck[4 * k, i])
        practice.fit = b.fit_low + (b.fit_high - b.fit_low) * luck[4 * k + 1, i] if ideas[k].needs_adapting else 1.0
        practice.stage = rules.UNAWARE
        practice.works = False
        practice.shared = False
        practice.changed = False
        practice.shown = 0
        practice.source = NONE
        practice.learnt_from = -1
        practice.failures = 0
        practice.reach = 0.0
        practice.embedding = 0.0
        practice.evidence = rules.evidence(0, 0)
        practice.refinement = 0.0
        practice.influence = 0.0
        if rules.uses_at_start(ready, chance.normal(luck[4 * k + 2, i]), ideas[k].initial_quantile):
            practice.source = INITIAL
            practice.embedding = b.initial_embedding
            adopt(f, k, True, b.initial_reach, work)


@compiled
def _start_level(f, i, here, plan, work, b, ideas, indicators):
    """What its performance would be without the ideas in use."""
    facility = work.facility[f]
    care = rules.care(facility.attention, facility.engagement, b)
    for j in range(len(indicators)):
        z = chance.normal(work.luck[j, i])
        drawn = rules.baseline(indicators[j].baseline, indicators[j].baseline_sd, facility.ready, z, b)
        open_gap = rules.known_but_not_done(facility.attention, b)
        gap_left, share_kept = effects(f, j, open_gap, care, plan, work, ideas)
        given = _told(here.baseline[f, j], drawn)
        work.base[f, j] = rules.baseline_without(given, indicators[j].ceiling, gap_left, share_kept)
