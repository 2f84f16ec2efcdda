"""A month of one facility: awareness, PDSA, what happens within, performance, motivation."""

from qisim.model import chance, rules
from qisim.model.batch.compile import compiled_hot
from qisim.model.batch.luck import draw
from qisim.model.batch.spread import adopt, give_up, introduce
from qisim.model.state import BY_COHORT, OWN, PEER, USES


@compiled_hot
def facilities_month(first, last, month, seed, replicate, here, plan, work, b, ideas, indicators):
    """Everything that facilities `first` to `last` - 1 do in a month, after people left and support arrived.

    Facilities do not depend on each other within a month, so each part is done for all of them in turn: short loops
    keep the processor busier than one long one. Their luck in it, `work.luck`, is drawn for all of them at once.
    """
    luck = work.luck
    draw(first, last, seed, replicate, month + 1, chance.HEARING, len(ideas), luck)
    most_alone = rules.hears_at_most(0.0, 0.0, b)
    for f in range(first, last):
        facility = work.facility[f]
        facility.frequency = rules.visit_frequency(facility.frequency, facility.visits, b)
        _hear_of_ideas(f, f - first, most_alone, here, work, b)
    draw(first, last, seed, replicate, month + 1, chance.TEAM, 4, luck)
    for f in range(first, last):
        i = f - first
        _invent(f, luck[1, i], luck[2, i], work, b)
        _meet(f, month, luck[0, i], luck[3, i], seed, replicate, plan, work, b, ideas, indicators)
    draw(first, last, seed, replicate, month + 1, chance.PRACTICE, len(ideas), luck)
    for f in range(first, last):
        _sustain(f, f - first, month, work, b)
    for f in range(first, last):
        perform(f, month + 1, plan, work, b, ideas, indicators)
    if _review(first, last, rules.routine_review(month + 1, b), work):
        draw(first, last, seed, replicate, month + 1, chance.RECORDS, len(indicators), luck)
        for f in range(first, last):
            if work.facility[f].reviewed:
                measure(f, f - first, work, b, indicators)
    for f in range(first, last):
        _motivate(f, month, plan, work, b)


@compiled_hot
def _unsupported(facility, month, b):
    """No visit or session for some months."""
    return month - facility.last_support >= b.unsupported_months


@compiled_hot
def _meet(f, month, u_whether, u_cycles, seed, replicate, plan, work, b, ideas, indicators):
    """The team meets or not; if it does, it runs its cycles, taking up the next idea when one is decided."""
    facility = work.facility[f]
    supported = not _unsupported(facility, month, b) or (facility.enrolled and plan.waves[facility.wave].supports)
    workload = facility.workload + facility.extra_workload + facility.load - facility.slack
    facility.meeting = facility.called or u_whether < rules.meets(
        facility.engagement, workload, facility.trained, supported, facility.skill, facility.dependence, b
    )
    facility.called = False
    facility.cycles = 0
    if not facility.meeting:
        facility.skill = rules.down(facility.skill, b.skill_fading)
    else:
        facility.attention = rules.up(facility.attention, b.meeting_attention)
        for cycle in range(rules.cycles(facility.frequency, u_cycles, b)):
            _pick_ideas(f, work, b, ideas, indicators)
            _test_ideas(f, month, cycle, seed, replicate, work, b, ideas)


@compiled_hot
def _hear_of_ideas(f, i, most_alone, here, work, b):
    """Awareness of ideas through peers, as these showed at the end of last month; the luck is the `i`-th.

    `most_alone` is the most that a facility without ties to a cohort or partner can hear.
    """
    facility = work.facility[f]
    others = work.cohort_size[facility.cohort] - 1 if facility.cohort >= 0 else 0
    cohort_tie = work.cohort_tie[facility.cohort] if others > 0 else 0.0
    # Most often luck lies above all that the probability can be: then there is nothing to look up.
    most = most_alone
    if cohort_tie != 0.0 or facility.partner_tie != 0.0:
        most = rules.hears_at_most(cohort_tie, facility.partner_tie, b)
    for k in range(work.practice.shape[1]):
        luck = work.luck[k, i]
        practice = work.practice[f, k]
        if (practice.stage != rules.UNAWARE) | (luck > most):
            continue
        network = practice.influence / here.total[f] if here.total[f] > 0.0 else 0.0
        cohort = work.cohort_users[facility.cohort, k] / others if others > 0 else 0.0
        partner = 0.0
        if facility.partner >= 0 and (int(work.practice[facility.partner, k].shown) & USES) != 0:
            partner = 1.0
        use = rules.visible_use(network, cohort, cohort_tie, partner, facility.partner_tie)
        chance_of = rules.hears(use, b)
        if luck < chance_of:
            _learn_from_peer(f, k, luck / chance_of * use, network, cohort_tie * cohort, here, work)


@compiled_hot
def _learn_from_peer(f, k, share, network, cohort, here, work):
    """Whom a facility learns from: `share` of its peers' influence lies in one part of it, each as likely as it weighs.

    Neighbours of the network come first (`network` of the whole), then the cohort, then the exchange partner.
    """
    if share < network:
        introduce(work.practice[f, k], PEER, _neighbour(f, k, share * here.total[f], here, work))
    elif share < network + cohort:
        introduce(work.practice[f, k], BY_COHORT, -1)
    else:
        introduce(work.practice[f, k], PEER, work.facility[f].partner)


@compiled_hot
def _neighbour(f, k, weight, here, work):
    """The neighbour using an idea at which the weights of those who do, summed in their order, pass `weight`."""
    passed, last = 0.0, -1
    for i in range(here.start[f], here.start[f + 1]):
        if (int(work.practice[here.peer[i], k].shown) & USES) != 0:
            passed += here.peer_weight[i]
            last = here.peer[i]
            if weight < passed:
                break
    return last


@compiled_hot
def _invent(f, u_whether, u_which, work, b):
    """The team may think of an idea itself."""
    facility = work.facility[f]
    if u_whether >= rules.invents(facility.skill, facility.engagement, b):
        return
    unaware = 0
    for k in range(work.practice.shape[1]):
        if work.practice[f, k].stage == rules.UNAWARE:
            unaware += 1
    which = int(u_which * unaware)
    for k in range(work.practice.shape[1]):
        if work.practice[f, k].stage == rules.UNAWARE:
            if which == 0:
                introduce(work.practice[f, k], OWN, -1)
                return
            which -= 1


@compiled_hot
def _pick_ideas(f, work, b, ideas, indicators):
    """Take ideas in hand until there are as many as a team tests at a time."""
    in_hand = 0
    for k in range(len(ideas)):
        if work.practice[f, k].stage == rules.TESTING:
            in_hand += 1
    first = work.facility[f].priority
    if first >= 0 and _untested(work.practice[f, first]):  # does not wait for those in hand
        in_hand = min(in_hand, b.ideas_in_hand - 1)
    while in_hand < b.ideas_in_hand:
        k = _most_promising(f, work, ideas, indicators)
        if k < 0:
            return
        practice = work.practice[f, k]
        practice.stage = rules.TESTING
        practice.failures = 0
        practice.shared = False
        if work.facility[f].priority == k:
            work.facility[f].priority = -1
        in_hand += 1


@compiled_hot
def _untested(practice):
    """Known and neither in hand nor in use nor given up."""
    return practice.stage == rules.AWARE or practice.stage == rules.LAPSED


@compiled_hot
def _most_promising(f, work, ideas, indicators):
    """The idea seen in an exchange visit, or else the most promising one known; -1 for none."""
    first = work.facility[f].priority
    if first >= 0 and _untested(work.practice[f, first]):
        return first
    best, highest = -1, -1.0
    for k in range(len(ideas)):
        practice = work.practice[f, k]
        if not _untested(practice):
            continue
        j = ideas[k].indicator
        gap = indicators[j].ceiling - work.reported[f, j]
        promise = rules.promise(
            ideas[k].effect, indicators[j].weight, gap, practice.evidence, ideas[k].complexity,
            practice.stage == rules.LAPSED,
        )  # fmt: skip
        if promise > highest:
            best, highest = k, promise
    return best


@compiled_hot
def _test_ideas(f, month, cycle, seed, replicate, work, b, ideas):
    """Run one PDSA cycle on each idea in hand.

    Its luck belongs to the month: luck that belonged to the number of the cycle would tie strategies less closely.
    """
    for k in range(len(ideas)):
        if work.practice[f, k].stage == rules.TESTING:
            u = chance.uniforms(seed, replicate, f, month + 1, chance.CYCLE, k * 16 + cycle)
            _run_cycle(f, k, u, work, b, ideas)
            work.facility[f].cycles += 1


@compiled_hot
def _run_cycle(f, k, u, work, b, ideas):
    facility, practice = work.facility[f], work.practice[f, k]
    properly = u[0] < rules.proper(facility.skill, facility.frequency, b)
    works = rules.works(practice.difficulty, practice.fit, facility.skill, ideas[k].complexity, practice.refinement, b)
    if rules.judged_success(works, properly, u[1], facility.data_quality, b):
        adopt(f, k, works, b.reach_start, work)
        facility.engagement = rules.up(facility.engagement, b.success_engagement)
        return
    practice.failures += 1
    facility.engagement = rules.down(facility.engagement, b.failure_engagement)
    if properly:
        practice.fit = rules.up(practice.fit, b.fit_learning)
    if u[2] < rules.abandons(practice.failures, facility.fatigue, b):
        _abandon(f, k, work, b)


@compiled_hot
def _abandon(f, k, work, b):
    give_up(f, k, rules.ABANDONED, work)
    work.facility[f].fatigue = rules.up(work.facility[f].fatigue, b.fatigue_abandoned)


@compiled_hot
def _sustain(f, i, month, work, b):
    """Reach and embedding of practices in use; some lapse, some are found not to work. The luck is the `i`-th."""
    facility = work.facility[f]
    unsupported = _unsupported(facility, month, b)
    included = rules.inclusion(facility.trained, facility.staff, b)
    for k in range(work.practice.shape[1]):
        practice = work.practice[f, k]
        if practice.stage != rules.ADOPTED:
            continue
        practice.reach = rules.reach_next(practice.reach, facility.engagement, included, practice.embedding, b)
        practice.embedding = rules.embedded(practice.embedding, facility.engagement, facility.dependence, b)
        lapse = rules.lapses(
            practice.embedding, facility.engagement, facility.lost, facility.dependence, unsupported,
            facility.lapse_share, b,
        )  # fmt: skip
        if work.luck[k, i] < lapse:
            give_up(f, k, rules.LAPSED, work)
        elif not practice.works:
            found_out = rules.found_out(facility.data_quality, practice.reach, b)
            if work.luck[k, i] < lapse + (1.0 - lapse) * found_out:
                _abandon(f, k, work, b)


@compiled_hot
def effects(f, j, gap_left, care, plan, work, ideas):
    """What practices that work leave of the gap of an indicator, of which `gap_left` is open, and of the rest."""
    share_kept = 1.0
    for i in range(plan.indicator_start[j], plan.indicator_start[j + 1]):
        k = plan.by_indicator[i]
        practice = work.practice[f, k]
        # Who uses what cannot be foretold: working it out for all is faster than choosing for whom.
        use = rules.done(practice.reach, practice.embedding, care)
        use = use if (practice.stage == rules.ADOPTED) & practice.works else 0.0
        gap_left = rules.gap_closed(gap_left, ideas[k].effect, use)
        share_kept = rules.kept(share_kept, ideas[k].effect, use)
    return gap_left, share_kept


@compiled_hot
def perform(f, months, plan, work, b, ideas, indicators):
    """True performance of each indicator, and the score, after so many months."""
    score = 0.0
    attention = work.facility[f].attention
    care = rules.care(attention, work.facility[f].engagement, b)
    for j in range(len(indicators)):
        gap_left, share_kept = effects(f, j, rules.known_but_not_done(attention, b), care, plan, work, ideas)
        true = rules.performance(
            work.base[f, j], indicators[j].ceiling, gap_left, share_kept, indicators[j].trend_monthly * months
        )
        work.performance[f, j] = true
        score += indicators[j].weight * true
    work.facility[f].score = score


@compiled_hot
def _review(first, last, routine, work):
    """Settle who reviews its records this month; returns whether any facility does.

    Teams in a programme, or under supervision that asks for it, do so every month, others when it is `routine`.
    """
    some = False
    for f in range(first, last):
        facility = work.facility[f]
        facility.reviewed = routine or facility.enrolled or facility.supervised
        some = some or facility.reviewed
    return some


@compiled_hot
def measure(f, i, work, b, indicators):
    """What the facility's own records show: a sample, biased while data quality is low. The luck is the `i`-th."""
    facility = work.facility[f]
    score = 0.0
    for j in range(len(indicators)):
        mean = rules.seen(work.performance[f, j], facility.data_quality, b)
        work.reported[f, j] = chance.sampled_share(work.luck[j, i], int(b.records), mean)
        score += indicators[j].weight * work.reported[f, j]
    facility.reported_score = score


@compiled_hot
def _motivate(f, month, plan, work, b):
    """Engagement moves to the facility's own level; fatigue and dependence fade; the weary drop out."""
    facility = work.facility[f]
    ownership, bond = 0.0, 0.0
    if facility.enrolled:
        ownership = plan.waves[facility.wave].ownership
        bond = ownership * plan.waves[facility.wave].identity
    level = rules.own_level(
        facility.leadership, facility.openness, facility.workload + facility.load, facility.fatigue,
        facility.dependence, _unsupported(facility, month, b), facility.supportive_head, bond, facility.level_shift, b,
    )  # fmt: skip
    facility.engagement = rules.engagement_next(facility.engagement, level, b)
    facility.fatigue = rules.fatigue_next(facility.fatigue, ownership, facility.enrolled, b)
    facility.dependence = rules.down(facility.dependence, b.dependence_fading)
    facility.attention = rules.attention_next(facility.attention, facility.dependence, b)
    facility.extra_workload = 0.0
    facility.lost = 0.0
    facility.partner_tie = rules.down(facility.partner_tie, b.tie_fading)
    if not facility.enrolled:
        return
    facility.low_months = facility.low_months + 1 if facility.engagement < b.dropout_engagement else 0
    if facility.low_months >= b.dropout_months:
        facility.enrolled = False
        facility.dropped_out = facility.dropped_out or plan.waves[facility.wave].supports
        facility.low_months = 0
