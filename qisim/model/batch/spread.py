"""What facilities show each other: pushed to peers, coaches and cohorts when it changes."""

import math

from qisim.model import rules
from qisim.model.batch.arrays import CHANGED
from qisim.model.batch.compile import compiled, compiled_hot
from qisim.model.state import FAILED, USES, WORKING


@compiled_hot
def mark_changed(f, k, work):
    """Remember that what a facility does with an idea may have changed."""
    if not work.practice[f, k].changed:
        work.practice[f, k].changed = True
        work.changed[work.tally[CHANGED]] = f * work.practice.shape[1] + k
        work.tally[CHANGED] += 1


@compiled_hot
def give_up(f, k, stage, work):
    """Stop using an idea: abandoned or lapsed."""
    practice = work.practice[f, k]
    practice.stage = stage
    practice.works = False
    practice.reach = 0.0
    practice.embedding = 0.0
    mark_changed(f, k, work)


@compiled_hot
def _to_show(practice):
    if practice.stage == rules.ADOPTED:
        return USES | WORKING if practice.works else USES
    return FAILED if practice.stage == rules.ABANDONED else 0


@compiled
def show_changes(here, plan, work):
    """At the end of a month, let peers, coaches and cohorts see what changed."""
    ideas = work.practice.shape[1]
    for i in range(work.tally[CHANGED]):
        f, k = work.changed[i] // ideas, work.changed[i] % ideas
        practice = work.practice[f, k]
        practice.changed = False
        before, now = practice.shown, _to_show(practice)
        if before != now:
            practice.shown = now
            _tell(f, k, int(before), int(now), here, plan, work)
    work.tally[CHANGED] = 0


@compiled
def _tell(f, k, before, now, here, plan, work):
    uses = (now & USES) - (before & USES)
    working = ((now & WORKING) - (before & WORKING)) // WORKING
    failed = ((now & FAILED) - (before & FAILED)) // FAILED
    if uses != 0:
        for i in range(here.start[f], here.start[f + 1]):
            work.practice[here.peer[i], k].influence += uses * here.peer_weight[i]
        if work.facility[f].cohort >= 0:
            work.cohort_users[work.facility[f].cohort, k] += uses
    for i in range(plan.coaches_start[f], plan.coaches_start[f + 1]):
        work.coach_working[plan.coaches[i], k] += working
        work.coach_failed[plan.coaches[i], k] += failed


@compiled
def enter_cohort(f, cohort, work):
    """Make a facility a member of a cohort, whose members see what it uses."""
    work.facility[f].cohort = cohort
    work.cohort_size[cohort] += 1
    for k in range(work.practice.shape[1]):
        work.cohort_users[cohort, k] += int(work.practice[f, k].shown) & USES


@compiled
def leave_cohort(f, work):
    """Take a facility out of its cohort, if it is in one."""
    cohort = work.facility[f].cohort
    if cohort < 0:
        return
    work.facility[f].cohort = -1
    work.cohort_size[cohort] -= 1
    for k in range(work.practice.shape[1]):
        work.cohort_users[cohort, k] -= int(work.practice[f, k].shown) & USES


@compiled
def meet_evidence(f, k, proof, work, b):
    """Take in news of an idea from others; good news may bring an abandoned idea back."""
    practice = work.practice[f, k]
    practice.evidence = proof
    if practice.stage == rules.ABANDONED and rules.reconsiders(proof, b):
        practice.stage = rules.AWARE
        practice.failures = 0
        mark_changed(f, k, work)


@compiled_hot
def introduce(practice, source, learnt_from):
    """Tell a facility of an idea it had not heard of; `learnt_from` is the facility that did, or -1.

    Returns whether it was news.
    """
    if practice.stage != rules.UNAWARE:
        return False
    practice.stage = rules.AWARE
    practice.source = source
    practice.learnt_from = learnt_from
    return True


@compiled_hot
def adopt(f, k, works, reach, work):
    """Take an idea into use."""
    practice = work.practice[f, k]
    practice.stage = rules.ADOPTED
    practice.works = works
    practice.reach = max(practice.reach, reach)
    work.adoptions[practice.source] += 1
    mark_changed(f, k, work)


@compiled
def put_first(f, j, plan, work, ideas):
    """Let a team take up the strongest idea on indicator `j` that it knows and has not tested."""
    best, strongest = -1, -1.0
    for i in range(plan.indicator_start[j], plan.indicator_start[j + 1]):
        k = plan.by_indicator[i]
        stage = work.practice[f, k].stage
        if (stage == rules.AWARE or stage == rules.LAPSED) and abs(ideas[k].effect) > strongest:
            best, strongest = k, abs(ideas[k].effect)
    if best >= 0:
        work.facility[f].priority = best


@compiled
def largest_gap(f, work, indicators):
    """The indicator of a facility's largest reported gap to the ceiling, weighted."""
    best, largest = 0, -math.inf
    for j in range(len(indicators)):
        gap = indicators[j].weight * (indicators[j].ceiling - work.reported[f, j])
        if gap > largest:
            best, largest = j, gap
    return best
