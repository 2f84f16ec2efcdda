"""What changes in a run: the state of facilities, of ideas in facilities, and of coaches, declared once.

The batch core keeps it as NumPy records, the Mesa engine as attributes of agents; tables are made of it.
"""

from __future__ import annotations

import numpy as np

STAGES = ["unaware", "aware", "testing", "adopted", "abandoned", "lapsed"]
SOURCES = ["none", "initial", "own", "peer", "coach", "session", "exchange", "cohort", "training", "agent",
           "campaign", "policy", "endorsement", "feedback"]  # fmt: skip
(NONE, INITIAL, OWN, PEER, BY_COACH, BY_SESSION, BY_EXCHANGE, BY_COHORT, BY_TRAINING, BY_AGENT, BY_CAMPAIGN, BY_POLICY,
 BY_ENDORSEMENT, BY_FEEDBACK) = range(14)  # fmt: skip
"""Where a facility learnt of an idea: `peer` is a neighbour or an exchange partner, `cohort` another member of the
cohort between sessions."""

(
    SESSIONS,
    ONLINE_SESSIONS,
    ATTENDANCES,
    ONLINE_ATTENDANCES,
    STAFF_DAYS,
    VISITS,
    COACH_DAYS,
    COACH_MONTHS,
    EXCHANGES,
    CONTACTS,
    PAYMENTS,
) = range(11)
"""Columns of what is counted by element and month, as in `qisim.scenario.costs.UNITS`."""

NEVER = -1000
"""A month long before the start: never visited, never joined."""

FACILITY = np.dtype(
    [
        # fixed within a replicate
        ("ready", "f8"),  # latent readiness, standard deviations
        ("leadership", "f8"),
        ("openness", "f8"),
        ("workload", "f8"),
        ("connectivity", "f8"),
        ("travel_days", "f8"),
        ("staff", "i8"),
        ("team", "i8"),  # people in the improvement team
        # changing
        ("trained", "i8"),
        ("skill", "f8"),
        ("engagement", "f8"),
        ("attention", "f8"),  # to what is known and agreed, beyond what was usual at the start
        ("data_quality", "f8"),
        ("dependence", "f8"),
        ("fatigue", "f8"),
        ("supportive_head", "?"),
        ("enrolled", "?"),
        ("dropped_out", "?"),
        ("wave", "i8"),  # last joined, or signed up in; -1 before any
        ("own_wave", "i8"),  # of the collaborative last joined; -1 before any
        ("cohort", "i8"),  # whom it meets at sessions; -1 before any
        ("joined", "i8"),  # month of joining
        ("elements_joined", "i8"),  # bits: the collaboratives it has ever joined
        ("low_months", "i8"),  # months in a row of low engagement
        ("last_support", "i8"),  # month of the last visit or session
        ("last_visit", "i8"),  # month of the last coaching visit
        ("frequency", "f8"),  # current coaching visits a month
        ("extra_workload", "f8"),  # this month
        ("load", "f8"),  # workload that shocks add
        ("slack", "f8"),  # workload that the last payment takes off
        ("paid_by", "i8"),  # the channel that paid it; -1 for none
        ("level_shift", "f8"),  # logit that standing conditions add to its own level of engagement
        ("lapse_share", "f8"),  # lapse left where accreditation asks for the practices, 1 without
        ("skill_share", "f8"),  # skill lost to turnover that newcomers do not make up for, 1 without
        ("no_gatherings", "?"),  # a shock stops sessions in person and exchange visits
        ("no_visits", "?"),  # a shock stops coaching visits
        ("supervised", "?"),  # routine supervision reviews its records every month
        ("lost", "f8"),  # share of the team that left this month
        ("partner", "i8"),  # host of the last exchange visit; -1 before any
        ("partner_tie", "f8"),
        ("priority", "i8"),  # idea seen in an exchange visit, to be tested first; -1 for none
        ("exchanges", "i8"),  # exchange visits made
        ("visits", "i8"),  # coaching visits this month
        ("called", "?"),  # a visit, feedback or a training calls a meeting this month
        ("attends", "?"),  # takes part in this month's session
        ("meeting", "?"),  # the team met this month
        ("reviewed", "?"),  # it reviewed its records this month
        ("cycles", "i8"),  # PDSA cycles this month
        ("score", "f8"),
        ("reported_score", "f8"),
    ],
    align=True,
)

PRACTICE = np.dtype(
    [
        ("stage", "u1"),
        ("works", "?"),
        ("shared", "?"),  # the result of its last test has been shared at a session
        ("shown", "u1"),  # what peers see of it: bits USES, WORKING, FAILED, as of the end of last month
        ("changed", "?"),  # what peers see may change at the end of this month
        ("source", "u1"),
        ("learnt_from", "i4"),  # the facility it was learnt from; -1 where it was none
        ("failures", "i4"),  # failed cycles of the present test
        ("difficulty", "f8"),  # logit of a uniform number: how hard the idea is to make work here
        ("fit", "f8"),
        ("reach", "f8"),
        ("embedding", "f8"),
        ("evidence", "f8"),
        ("refinement", "f8"),  # of the version the facility was told of
        ("influence", "f8"),  # summed weight of the network peers that use it
    ],
    align=True,
)
"""A change idea in a facility."""

USES, WORKING, FAILED = 1, 2, 4

COACH = np.dtype(
    [
        ("skill", "f8"),
        ("in_post", "?"),
        ("vacant_until", "i8"),  # month in which a successor starts
        ("balance", "f8"),  # visit days not yet spent
    ],
    align=True,
)

FACILITY_MONTH = ["score", "reported_score", "engagement", "attention", "skill", "data_quality", "dependence",
                  "fatigue", "trained", "supportive_head", "enrolled", "reviewed"]  # fmt: skip
"""Columns of the table `facility_months`, after replicate, month and facility."""

IDEA_MONTH = ["stage", "works", "fit", "reach", "embedding", "source", "learnt_from"]
"""Columns of the table `idea_months`, after replicate, month, facility and idea."""

FACILITY_ROW = np.dtype([(name, FACILITY[name]) for name in FACILITY_MONTH], align=True)
IDEA_ROW = np.dtype([(name, PRACTICE[name]) for name in IDEA_MONTH], align=True)

MEANS = ["score", "reported_score", "engagement", "attention", "skill", "data_quality", "dependence", "fatigue"]
COUNTS = ["at_target", "trained", "enrolled", "dropped_out", "meetings", "cycles", "visits", "attendances",
          "exchanges"]  # fmt: skip
GROUP_MEANS = ["score", "reported_score"]
GROUP_IDEAS = ["ideas_adopted", "ideas_working"]
GROUP_COUNTS = ["at_target", "enrolled", "dropped_out", "cycles", "visits"]
GROUP_ROW = np.dtype([(name, "i8") for name in GROUP_COUNTS + GROUP_IDEAS] + [(name, "f8") for name in GROUP_MEANS])
"""One month of one replicate in one district or kind: counts, ideas in use summed, and scores summed."""

INDICATOR_MEANS = ["performance", "reported"]
INDICATOR_ROW = np.dtype([(name, "f8") for name in INDICATOR_MEANS])
"""One month of one indicator in one replicate and place: true and reported performance, summed over facilities."""

MONTH_ROW = np.dtype([(name, "i8") for name in COUNTS] + [(name, "f8") for name in MEANS])
"""One month of one replicate: counts over facilities and means over facilities, in the order of facilities."""
