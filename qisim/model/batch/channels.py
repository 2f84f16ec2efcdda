"""Channels other than coaches, sessions and exchange visits: training, agents, campaigns, policies, feedback, money."""

from qisim.model import chance, programme, rules
from qisim.model.batch.compile import compiled
from qisim.model.batch.spread import adopt, introduce, largest_gap, meet_evidence, put_first
from qisim.model.state import (
    ATTENDANCES,
    BY_AGENT,
    BY_CAMPAIGN,
    BY_ENDORSEMENT,
    BY_FEEDBACK,
    BY_POLICY,
    BY_TRAINING,
    COACH_DAYS,
    CONTACTS,
    PAYMENTS,
    STAFF_DAYS,
    VISITS,
)


@compiled
def channel(c, number, month, seed, replicate, plan, work, b, ideas, indicators):
    """One event of a channel, the `number`-th from 0: it reaches some of the facilities it covers."""
    own = plan.channels[c]
    if own.kind == programme.TRANSFER:
        _teach_coaches(c, month, plan, work, b)
    people = 0
    for f in range(len(work.facility)):
        if not plan.channel_covers[c, f]:
            continue
        u = chance.uniforms(seed, replicate, f, month + 1, chance.CHANNEL, own.entity)
        if u[0] < own.reach:
            people += _meet(f, c, number, u, month, seed, replicate, plan, work, b, ideas, indicators)
    work.units[own.element, STAFF_DAYS] += people * own.days


@compiled
def _meet(f, c, number, u, month, seed, replicate, plan, work, b, ideas, indicators):
    """Reach one facility. Returns how many of its people were away for it."""
    own = plan.channels[c]
    if own.kind == programme.TRAINING:
        return _train(f, c, u[1], month, seed, replicate, plan, work, b)
    if own.kind == programme.AGENT:
        _agent_visits(f, c, plan, work, b)
    elif own.kind == programme.CAMPAIGN:
        _campaign(f, c, month, seed, replicate, plan, work, b)
    elif own.kind == programme.POLICY:
        _decree(f, c, month, seed, replicate, plan, work, b)
    elif own.kind == programme.ENDORSEMENT:
        _endorse(f, c, month, seed, replicate, plan, work, b)
    elif own.kind == programme.FEEDBACK:
        _feed_back(f, c, number, u[1], u[2], u[3], month, plan, work, b, ideas, indicators)
    elif own.kind == programme.PAYMENT:
        _pay(f, c, number, month, seed, replicate, plan, work, b, indicators)
    elif own.kind == programme.PATIENTS:
        _listen_to_patients(f, c, plan, work, b, ideas)
    elif own.kind == programme.TRANSFER:
        _stand_alone(f, own, work, b)
    return 0


@compiled
def _lift(f, own, engagement, attention, work, b):
    """Lift engagement and attention by so much of their gaps, as far as the element is owned and nobody tired."""
    facility = work.facility[f]
    o, i, fatigue = own.ownership, own.identity, facility.fatigue
    facility.engagement = rules.lifted(facility.engagement, engagement, o, i, fatigue, b)
    facility.attention = rules.lifted(facility.attention, attention, o, i, fatigue, b)


@compiled
def _impose(f, own, work, b):
    work.facility[f].fatigue = rules.imposed(work.facility[f].fatigue, own.ownership, b)


@compiled
def _tell_each(f, c, probability, source, month, seed, replicate, plan, work):
    """Tell a facility of each idea of the channel's package, with some probability each."""
    own = plan.channels[c]
    for i in range(own.ideas):
        k = plan.channel_packages[c, i]
        if work.practice[f, k].stage == rules.UNAWARE:
            u = chance.uniforms(seed, replicate, f, month + 1, chance.CHANNEL_IDEA, (own.entity + k // 4) & chance.WORD)
            if chance.lane(u, k) < probability:
                introduce(work.practice[f, k], source, -1)


@compiled
def _vouch(f, c, proof, plan, work, b):
    """Let what a facility knows of the channel's package look at least this promising."""
    for i in range(plan.channels[c].ideas):
        k = plan.channel_packages[c, i]
        practice = work.practice[f, k]
        if practice.stage != rules.UNAWARE and proof > practice.evidence:
            meet_evidence(f, k, proof, work, b)


@compiled
def _train(f, c, u_tries, month, seed, replicate, plan, work, b):
    """A training, as much of it as its tiers left, which the team may try out at home; none without gatherings.

    Returns how many took part.
    """
    own, facility = plan.channels[c], work.facility[f]
    if facility.no_gatherings:
        return 0
    left = rules.fidelity(own.tiers, b)
    work.units[own.element, ATTENDANCES] += 1.0
    people = min(facility.team, own.people)
    facility.trained = min(facility.team, facility.trained + people)
    facility.skill = rules.up(facility.skill, rules.welcomed(b.training_skill * left, own.ownership, own.identity, b))
    facility.extra_workload += b.session_workload
    _lift(f, own, b.training_engagement, b.training_attention * left, work, b)
    _impose(f, own, work, b)
    _tell_each(f, c, left, BY_TRAINING, month, seed, replicate, plan, work)
    facility.called = facility.called or u_tries < left
    return people


@compiled
def _agent_visits(f, c, plan, work, b):
    """An agent encourages and tells of the first idea of the package that is news."""
    own, facility = plan.channels[c], work.facility[f]
    if facility.no_visits:
        return
    work.units[own.element, VISITS] += 1.0
    work.units[own.element, COACH_DAYS] += rules.visit_days(facility.travel_days)
    _lift(f, own, b.agent_engagement, b.agent_attention, work, b)
    _impose(f, own, work, b)
    for i in range(own.ideas):
        if introduce(work.practice[f, plan.channel_packages[c, i]], BY_AGENT, -1):
            return


@compiled
def _campaign(f, c, month, seed, replicate, plan, work, b):
    """A message: awareness and some enthusiasm."""
    own = plan.channels[c]
    work.units[own.element, CONTACTS] += 1.0
    _lift(f, own, b.campaign_engagement, 0.0, work, b)
    _impose(f, own, work, b)
    _tell_each(f, c, b.campaign_awareness, BY_CAMPAIGN, month, seed, replicate, plan, work)


@compiled
def _decree(f, c, month, seed, replicate, plan, work, b):
    """A circular: ideas become known and legitimate; some are taken over on paper, where they change nothing."""
    own = plan.channels[c]
    work.units[own.element, CONTACTS] += 1.0
    _impose(f, own, work, b)
    _tell_each(f, c, b.policy_awareness, BY_POLICY, month, seed, replicate, plan, work)
    _vouch(f, c, b.policy_evidence, plan, work, b)
    probability = rules.complies(own.strength, own.ownership, b)
    for i in range(own.ideas):
        k = plan.channel_packages[c, i]
        practice = work.practice[f, k]
        if practice.stage != rules.AWARE and practice.stage != rules.LAPSED:
            continue
        u = chance.uniforms(
            seed, replicate, f, month + 1, chance.CHANNEL_IDEA, (own.entity + 1000 + k // 4) & chance.WORD
        )
        if chance.lane(u, k) < probability:
            practice.source = BY_POLICY
            practice.learnt_from = -1
            adopt(f, k, False, b.paper_reach, work)


@compiled
def _endorse(f, c, month, seed, replicate, plan, work, b):
    """The word of a trusted body: what it stands behind is heard of and believed."""
    work.units[plan.channels[c].element, CONTACTS] += 1.0
    _tell_each(f, c, b.endorsement_awareness, BY_ENDORSEMENT, month, seed, replicate, plan, work)
    _vouch(f, c, b.endorsement_evidence, plan, work, b)


@compiled
def _feed_back(f, c, number, u_information, u_intention, u_behaviour, month, plan, work, b, ideas, indicators):
    """Feedback must cross three gaps: to information, to intention, to behaviour."""
    own, facility = plan.channels[c], work.facility[f]
    work.units[own.element, CONTACTS] += 1.0
    _impose(f, own, work, b)
    verbal = 1 if own.features & programme.VERBAL_AND_WRITTEN else 0
    if u_information >= rules.understands(1 if number > 0 else 0, verbal, b):
        return
    j = own.indicator if own.indicator >= 0 else largest_gap(f, work, indicators)
    gap = indicators[j].ceiling - work.reported[f, j]
    colleague = 1 if own.features & programme.COLLEAGUE else 0
    targets = 1 if own.features & programme.TARGETS else 0
    if u_intention >= rules.means_to_act(gap, colleague, targets, b):
        return
    _lift(f, own, b.feedback_engagement, b.feedback_attention, work, b)
    plans = 1 if own.features & programme.ACTION_PLANS else 0
    if u_behaviour >= rules.acts(plans, b):
        return
    _think_of_ideas(f, j, plans == 1, plan, work)
    put_first(f, j, plan, work, ideas)
    facility.called = True
    facility.last_support = month


@compiled
def _think_of_ideas(f, j, all_of_them, plan, work):
    """Action plans name every idea on an indicator; without them a team comes upon one, if it knows none."""
    for i in range(plan.indicator_start[j], plan.indicator_start[j + 1]):
        stage = work.practice[f, plan.by_indicator[i]].stage
        if not all_of_them and (stage == rules.AWARE or stage == rules.LAPSED):
            return
    for i in range(plan.indicator_start[j], plan.indicator_start[j + 1]):
        if introduce(work.practice[f, plan.by_indicator[i]], BY_FEEDBACK, -1) and not all_of_them:
            return


@compiled
def _pay(f, c, number, month, seed, replicate, plan, work, b, indicators):
    """Assessors sample records and pay by the highest threshold reached; after the last one, slack ends.

    Where several schemes pay, a facility has the slack of the one that gives most.
    """
    own, facility = plan.channels[c], work.facility[f]
    if facility.paid_by == c:
        facility.slack = 0.0
        facility.paid_by = -1
    if number < 0:
        return
    work.units[own.element, CONTACTS] += 1.0
    score = _assessed_score(f, own, month, seed, replicate, work, indicators)
    reached = -1
    for t in range(own.first_threshold, own.first_threshold + own.thresholds):
        if rules.reaches(score, plan.thresholds[t].score):
            reached = t
    if reached < 0:
        return
    paid = plan.thresholds[reached]
    work.units[own.element, PAYMENTS] += paid.amount
    _lift(f, own, b.payment_engagement * paid.share, b.payment_attention * paid.share, work, b)
    slack = b.payment_slack * paid.share
    if slack > facility.slack:
        facility.slack = slack
        facility.paid_by = c


@compiled
def _assessed_score(f, own, month, seed, replicate, work, indicators):
    """A facility's score in a sample of records from outside."""
    score = 0.0
    for j in range(len(indicators)):
        u = chance.uniforms(seed, replicate, f, month + 1, chance.ASSESSMENT, (own.entity + j // 4) & chance.WORD)
        score += indicators[j].weight * chance.sampled_share(chance.lane(u, j), own.records, work.performance[f, j])
    return score


@compiled
def _listen_to_patients(f, c, plan, work, b, ideas):
    """A team looks at what patients tell: better data, and ideas that matter to patients come first."""
    own, facility = plan.channels[c], work.facility[f]
    work.units[own.element, CONTACTS] += 1.0
    facility.data_quality = rules.up(facility.data_quality, b.patients_data_quality)
    _lift(f, own, b.patients_engagement, 0.0, work, b)
    put_first(f, own.indicator, plan, work, ideas)


@compiled
def _stand_alone(f, own, work, b):
    """A facility learns to do without mentors."""
    facility = work.facility[f]
    facility.dependence = rules.down(facility.dependence, b.transfer_dependence * own.strength)
    facility.skill = rules.up(facility.skill, b.transfer_skill * own.strength)


@compiled
def _teach_coaches(c, month, plan, work, b):
    """The coaches who take over learn, if anything of theirs is covered."""
    own = plan.channels[c]
    for p in range(own.first_post, own.first_post + own.posts):
        covered = False
        if month >= plan.posts[p].end:
            continue
        for i in range(plan.caseload_start[p], plan.caseload_start[p + 1]):
            covered = covered or plan.channel_covers[c, plan.caseload[i]]
        if covered and work.coach[p].in_post:
            work.coach[p].skill = rules.up(work.coach[p].skill, b.transfer_skill * own.strength)
