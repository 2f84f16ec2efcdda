"""The rules of the model: small scalar functions, pure, used by both engines.

`b` is the record of behaviour parameters (`qisim.scenario.behaviour`); shares and probabilities lie in [0, 1], times
are months. The functions are plain Python; the batch core compiles these same lines. `docs/model.md` explains them
in the order of the month.
"""

import math

# Stages of a change idea in a facility.
UNAWARE, AWARE, TESTING, ADOPTED, ABANDONED, LAPSED = 0, 1, 2, 3, 4, 5

# Policies of a coach.
ROTATION, WEAKEST, STRONGEST, NEWEST, NEAREST = 0, 1, 2, 3, 4

# Rules by which a wave selects its sites.
ALL, RANDOM, FIRST_STRONGEST, FIRST_WEAKEST, VOLUNTEERS, REMOTE_FIRST, BY_DISTRICT, LISTED = 0, 1, 2, 3, 4, 5, 6, 7

# Facilities whose turn it may be for an exchange visit before it is given up, for want of anything to see.
ASKED_TO_VISIT = 10


def up(x, a):
    """`x` raised by the share `a` of its gap to 1."""
    return x + a * (1.0 - x)


def down(x, a):
    """`x` lowered by the share `a` of itself."""
    return x - a * x


def reaches(score, threshold):
    """Whether a score is at a threshold or above; a billionth is left to the rounding of sums."""
    return score >= threshold - 1e-9


def expit(x):
    """The probability whose logit is `x`, which is kept above -700 for the sake of the exponential."""
    return 1.0 / (1.0 + math.exp(-max(x, -700.0)))


def logit(p):
    """The logit of a probability, which is kept 1e-9 away from 0 and 1."""
    p = min(max(p, 1e-9), 1.0 - 1e-9)
    return math.log(p / (1.0 - p))


def monthly(annual):
    """The monthly probability that amounts to an annual one."""
    return 1.0 - (1.0 - annual) ** (1.0 / 12.0)


# --- Differences between facilities ---------------------------------------------------------------------------------


def readiness(district_z, facility_z, b):
    """Latent readiness in standard deviations: a district's part and a facility's own."""
    share = b.readiness_district_share
    return math.sqrt(share) * district_z + math.sqrt(1.0 - share) * facility_z


def trait(mean, loading, ready, z, b):
    """Leadership, openness or workload: logit-normal around `mean`, leaning on readiness by `loading`."""
    return expit(logit(mean) + loading * b.readiness_sd * ready + b.trait_sd * z)


def baseline(mean, sd, ready, z, b):
    """Untold baseline performance of an indicator, correlated with readiness, kept within 0.01 and 0.99."""
    loading = b.baseline_loading
    return min(max(mean + sd * (loading * ready + math.sqrt(1.0 - loading * loading) * z), 0.01), 0.99)


def uses_at_start(ready, z, share_quantile):
    """Whether a facility is among the positive deviants that use an idea from the start.

    Half of the variance is readiness. `share_quantile` is the normal quantile of one minus the share of users.
    """
    return math.sqrt(0.5) * ready + math.sqrt(0.5) * z > share_quantile


def baseline_without(given, ceiling, gap_left, share_kept):
    """Performance without the ideas already in use, with which it is the baseline `given`.

    They leave the share `gap_left` of the gap to the ceiling, and keep `share_kept` of performance. Above the ceiling
    there is no gap to close. What no performance from 0 to the ceiling (or the baseline, if that is higher) amounts
    to is met as nearly as can be.
    """
    raised = min(given / max(share_kept, 1e-9), max(ceiling, given))
    if raised >= ceiling:
        return raised
    return max((raised - ceiling * (1.0 - gap_left)) / gap_left, 0.0) if gap_left > 0.0 else 0.0


def team_size(staff, b):
    """People in the improvement team of a facility."""
    wanted = min(max(math.floor(staff * b.team_share + 0.5), b.team_min), b.team_max)
    return int(min(wanted, staff))


# --- Waves ---------------------------------------------------------------------------------------------------------


def selection_key(select, reported_score, ready, travel_days, district, u):
    """What the facilities open to a wave are sorted by: the smallest joins first, ties in the order of the registry."""
    if select == RANDOM:
        return u
    if select == FIRST_STRONGEST:
        return -reported_score
    if select == FIRST_WEAKEST:
        return reported_score
    if select == VOLUNTEERS:
        return -ready
    if select == REMOTE_FIRST:
        return -travel_days
    if select == BY_DISTRICT:
        return float(district)
    return 0.0


# --- People (turnover) ----------------------------------------------------------------------------------------------


def leaving(month, b):
    """Probability that a member of the team leaves in a month; higher in a month of rotation."""
    if b.rotation_months > 0.0 and month > 0 and month % max(int(b.rotation_months), 1) == 0:
        return 1.0 - (1.0 - b.leave_monthly) * (1.0 - b.rotation_share)
    return b.leave_monthly


def skill_after_turnover(skill, lost, skill_share, b):
    """Skill of a team that lost the share `lost` of its members.

    `skill_share` is what newcomers do not make up for.
    """
    return down(skill, lost * b.skill_in_people * skill_share)


# --- Ownership, identity and fatigue --------------------------------------------------------------------------------


def lifted(x, share, ownership, identity, fatigue, b):
    """Engagement or attention after support that may lift it by `share` of its gap: less if imposed or tired."""
    return up(x, welcomed(share, ownership, identity, b) * (1.0 - fatigue))


def welcomed(share, ownership, identity, b):
    """What is left of support that may raise something by `share` of its gap: less if imposed or diluted."""
    return share * (1.0 - b.imposed_loss * (1.0 - ownership * identity))


def imposed(fatigue, ownership, b):
    """Fatigue after something that was imposed as far as it is not owned."""
    return up(fatigue, b.fatigue_imposed * (1.0 - ownership))


# --- Coaching visits ------------------------------------------------------------------------------------------------


def visit_priority(policy, last_visit, reported_score, joined, travel_days):
    """How early a coach of this policy visits a facility; the greatest comes first."""
    if policy == WEAKEST:
        return -reported_score
    if policy == STRONGEST:
        return reported_score
    if policy == NEWEST:
        return float(joined)
    if policy == NEAREST:
        return -travel_days
    return -float(last_visit)


def visit_days(travel_days):
    """Days a visit takes a coach: travel and one day at the facility."""
    return travel_days + 1.0


def visit_frequency(current, visits, b):
    """Visits a month as they are felt now: last month's value and this month's visits, weighted."""
    return b.visit_memory * current + (1.0 - b.visit_memory) * visits


def evidence(working, failed):
    """How promising an idea looks that works in so many facilities and failed in so many (Laplace's rule)."""
    return (working + 1.0) / (working + failed + 2.0)


# --- Learning sessions ----------------------------------------------------------------------------------------------


def attendance(virtual, connectivity, b):
    """Probability that a member facility takes part in a session."""
    return b.session_attendance * connectivity if virtual else b.session_attendance


def attendees(planned, team, virtual, b):
    """People a facility sends to a session: of its team only."""
    return min(int(math.floor(planned * b.virtual_attendees + 0.5)) if virtual else planned, team)


def compared(engagement, above, openness, b):
    """Engagement after seeing one's results beside the others': recognised above the mean, pressed below it."""
    if above:
        return up(engagement, b.recognition)
    push = b.pressure * (2.0 * openness - 1.0)
    return up(engagement, push) if push > 0.0 else down(engagement, -push)


def session_tie(tie, virtual, b):
    """Strength of a cohort's ties after one more session."""
    return up(tie, b.session_tie * b.virtual_tie if virtual else b.session_tie)


# --- Other channels -------------------------------------------------------------------------------------------------


def fidelity(tiers, b):
    """Share of a training's content that is left in the last of its tiers."""
    left = 1.0
    for _ in range(tiers - 1):
        left *= b.cascade_fidelity
    return left


def complies(enforcement, ownership, b):
    """Probability that a facility takes a known idea over on paper after a circular."""
    return b.policy_compliance * enforcement * (1.0 - ownership)


def understands(repeated, verbal_and_written, b):
    """Feedback, first gap: probability that it is read and understood."""
    return expit(logit(b.feedback_information) + b.feedback_feature * (repeated + verbal_and_written))


def means_to_act(gap, by_colleague, targets, b):
    """Feedback, second gap: probability that what was understood makes the team mean to act; more at a large gap."""
    features = b.feedback_feature * (by_colleague + targets)
    return expit(logit(b.feedback_intention) + features + b.feedback_gap * max(gap, 0.0))


def acts(action_plans, b):
    """Feedback, third gap: probability that a team which means to act does."""
    return expit(logit(b.feedback_behaviour) + b.feedback_action_plans * action_plans)


# --- What holds around a facility: institutions and shocks ----------------------------------------------------------


def level_shift(supervision, agreements, endorsed, freedom, upheaval, b):
    """What a standing condition adds to the logit of a facility's own level of engagement."""
    return (
        b.supervision_level * supervision
        + b.agreements_level * agreements
        + b.endorsement_level * endorsed
        + b.freedom_level * freedom
        - b.upheaval_level * upheaval
    )


def lapse_left(lapse_share, accreditation, b):
    """Lapse that is left once accreditation asks for the practices."""
    return down(lapse_share, b.accreditation_lapse * accreditation)


def skill_left(skill_share, preservice, b):
    """Skill lost to turnover that is left once newcomers bring some."""
    return down(skill_share, b.preservice_skill * preservice)


def loosened(x, severity, b):
    """Attention, or the fit or embedding of a practice, after the start of a reorganisation."""
    return down(x, b.upheaval_embedding * severity)


# --- Awareness ------------------------------------------------------------------------------------------------------


def visible_use(network, cohort, cohort_tie, partner, partner_tie):
    """Share of a facility's peer influence that uses an idea, ties made in the programme counted on top.

    `network`, `cohort` are shares of users among network peers and cohort members, `partner` 1 if the host last
    visited uses it, else 0.
    """
    return network + cohort_tie * cohort + partner_tie * partner


def hears(use, b):
    """Probability a month of hearing of an idea that peers use: 1 - exp(-beta w); above a threshold if one is set."""
    if use <= 0.0 or use < b.peer_threshold:
        return 0.0
    return 1.0 - math.exp(-b.peer_influence * (1.0 if b.peer_threshold > 0.0 else use))


def hears_at_most(cohort_tie, partner_tie, b):
    """The most that `hears` gives, whatever peers do: what it gives where all use the idea, and a little for rounding.

    True of any `hears` that rises with use; where it does not, say here what it gives at most. It is checked before
    the core is compiled.
    """
    return hears(visible_use(1.0, 1.0, cohort_tie, 1.0, partner_tie), b) + 1e-9


def invents(skill, engagement, b):
    """Probability a month that a team thinks of an idea itself."""
    return b.invention_monthly * 0.5 * (skill + engagement)


# --- PDSA -----------------------------------------------------------------------------------------------------------


def meets(engagement, workload, trained, supported, skill, dependence, b):
    """Probability that the team meets in a month.

    A team that is not supported meets as far as it can stand on its own: by its skill, less its dependence.
    """
    team = b.meeting_untrained + (1.0 - b.meeting_untrained) * min(1.0, trained / b.enough_trained)
    chance = engagement * min(max(0.0, 1.0 - workload), 1.0) * team
    return chance if supported else chance * up(b.meeting_alone, skill * (1.0 - dependence))


def promise(effect, weight, gap, proof, complexity, lapsed):
    """How much a team expects of an idea: expected effect x weighted remaining gap x evidence, over complexity.

    Teams expect good of every idea they are told of, hence the size of the effect whatever its sign. A gap of less
    than 5 points is not seen to be smaller; an idea that lapsed before promises half.
    """
    expected = abs(effect) * weight * max(gap, 0.05) * proof / (0.25 + complexity)
    return 0.5 * expected if lapsed else expected


def cycles(frequency, u, b):
    """PDSA cycles that a team runs on each idea in hand in a month in which it meets, at most 12."""
    wanted = min(b.cycles_per_meeting + b.cycles_coached * frequency, 12.0)
    whole = math.floor(wanted)
    return int(whole) + (1 if u < wanted - whole else 0)


def proper(skill, frequency, b):
    """Probability that a PDSA cycle is done properly, at most 0.98."""
    return min(b.proper_base + b.proper_skill * skill + b.proper_coached * min(frequency, 1.0), 0.98)


def works(difficulty, fit, skill, complexity, refinement, b):
    """Whether an idea, as the facility does it now, works here.

    `difficulty` is the logit of a uniform number that belongs to this facility and idea; so the probability that it
    works is the inverse logit of the right-hand side.
    """
    return difficulty < (
        b.works_base + b.works_fit * fit + b.works_skill * skill - b.works_complexity * complexity * (1.0 - refinement)
    )


def judged_success(working, properly, u, data_quality, b):
    """Whether a team calls a cycle a success: a proper study is mostly right, an improper one optimistic."""
    if not properly:
        return u < b.optimism
    right = u < b.study_right + b.study_right_data * data_quality
    return working if right else not working


def abandons(failures, fatigue, b):
    """Probability that a team gives an idea up after a failed cycle."""
    return min(b.abandon_per_failure * failures * (1.0 + fatigue), 1.0)


def reconsiders(proof, b):
    """Whether a team gives an abandoned idea another chance, having met with so much evidence from others."""
    return proof >= b.reconsider_evidence


# --- Attention ------------------------------------------------------------------------------------------------------


def care(attention, engagement, b):
    """Share of what is not yet routine that is done now: by those who are engaged, and because it has attention."""
    return up(attention, b.care_own * engagement)


def done(reach, embedding, care):
    """How far a practice is done: by those whom it reached, as far as it is routine or done with care."""
    return reach * up(embedding, care)


def known_but_not_done(attention, b):
    """Share of the gap left where attention makes people do what they know anyway."""
    return 1.0 - b.attention_gap * attention


def attention_next(attention, dependence, b):
    """Attention a month on: it fades, twice as fast where a team depends on others for it."""
    return down(attention, min(b.attention_fading * (1.0 + dependence), 1.0))


# --- Within the facility --------------------------------------------------------------------------------------------


def inclusion(trained, staff, b):
    """How far improvement goes beyond the team."""
    return b.inclusion_floor + (1.0 - b.inclusion_floor) * min(1.0, trained / staff / b.inclusion_threshold)


def reach_next(reach, engagement, included, embedding, b):
    """Reach among staff a month on: logistic growth, less what staff turnover dilutes of a practice not embedded."""
    grown = reach + b.reach_growth * engagement * included * reach * (1.0 - reach)
    return min(max(down(grown, b.leave_monthly * (1.0 - embedding)), 0.0), 1.0)


def embedded(embedding, engagement, dependence, b):
    """Embedding of a practice in use a month on: the engaged make it their routine, those who depend on others less."""
    return up(embedding, b.embedding_growth * engagement * (1.0 - dependence))


def lapses(embedding, engagement, lost, dependence, unsupported, lapse_share, b):
    """Probability a month that a practice lapses; `lost` is the share of the team that left this month.

    `lapse_share` is what accreditation leaves of it.
    """
    hazard = b.lapse_monthly * (1.0 - embedding) * 2.0 * (1.0 - engagement) * (1.0 + lost) * lapse_share
    if unsupported:
        hazard *= 1.0 + b.lapse_dependence * dependence
    return min(hazard, 1.0)


def found_out(data_quality, reach, b):
    """Probability a month that a practice which does not work is found out, by those who try to follow it."""
    return b.found_out * data_quality * reach


# --- Performance and its measurement --------------------------------------------------------------------------------


def gap_closed(gap_left, effect, used):
    """Share of the gap left after one more working idea of positive effect, done as far as `used`."""
    return gap_left * (1.0 - effect * used) if effect > 0.0 else gap_left


def kept(share_kept, effect, used):
    """Share of performance kept after one more idea of negative effect, done as far as `used`."""
    return share_kept * (1.0 + effect * used) if effect < 0.0 else share_kept


def performance(base, ceiling, gap_left, share_kept, trend):
    """Performance of an indicator: base, plus the part of the gap that working ideas close, plus the trend."""
    raised = base + max(ceiling - base, 0.0) * (1.0 - gap_left)
    return min(max(raised * share_kept + trend, 0.0), 1.0)


def routine_review(months, b):
    """Whether, after so many months, the records of facilities outside any programme are reviewed, too."""
    return months % int(b.routine_months) == 0


def seen(true, data_quality, b):
    """What a team's records would show on average: biased upwards while data quality is low."""
    return up(true, b.reporting_bias * (1.0 - data_quality))


# --- Motivation -----------------------------------------------------------------------------------------------------


def own_level(leadership, openness, workload, fatigue, dependence, unsupported, supportive_head, bond, shift, b):
    """The engagement a facility tends to.

    `bond` is ownership x identity of its programme, 0 outside one; `shift` a logit from what holds around it.
    """
    x = (
        b.engagement_base
        + b.engagement_leadership * (leadership - 0.5)
        + b.engagement_openness * (openness - 0.5)
        - b.engagement_workload * workload
        - b.engagement_fatigue * fatigue
        + b.engagement_programme * bond
        + shift
    )
    if unsupported:
        x -= b.engagement_dependence * dependence
    if not supportive_head:
        x -= b.engagement_no_head
    return expit(x)


def engagement_next(engagement, level, b):
    """Engagement a month on, moving towards the facility's own level."""
    return engagement + b.engagement_rate * (level - engagement)


def fatigue_next(fatigue, ownership, enrolled, b):
    """Fatigue a month on: it fades, and an imposed programme adds to it."""
    fatigue = down(fatigue, b.fatigue_fading)
    return imposed(fatigue, ownership, b) if enrolled else fatigue


# --- The shared package ---------------------------------------------------------------------------------------------


def refined(refinement, tests, b):
    """Refinement of an idea after so many more tests of it were shared."""
    return up(refinement, 1.0 - math.exp(-tests / b.refinement_scale))
