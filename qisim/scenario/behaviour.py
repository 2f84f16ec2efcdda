"""How facilities, teams and coaches behave: every parameter, declared once.

Validation, `qisim params`, the tables of the documentation and the record that both engines read derive from
`PARAMETERS`. `low` and `high` bound what is plausible; `minimum` and `maximum` what is allowed. A source is a
publication, or "assumed" where none was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, create_model

from qisim.scenario.uncertain import quantity

ASSUMED = "assumed"
TUNED = "tuned to published results, all together: docs/evidence.md"
HILL = "Hill et al., collaboration in improvement collaboratives in Ethiopia"
DIXON = "Dixon-Woods 2019, BMJ 366:l5514"


@dataclass(frozen=True)
class Parameter:
    """One behaviour parameter: its default, unit, plausible and allowed range, and where it comes from."""

    name: str
    default: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str = ASSUMED
    minimum: float = 0.0
    maximum: float = 1.0


P = Parameter
GROUPS: dict[str, list[Parameter]] = {
    "Differences between facilities": [
        P("readiness_sd", 0.9, "logit", 0.5, 1.3, "spread of latent readiness between facilities", maximum=5),
        P("readiness_district_share", 0.35, "share of variance", 0.2, 0.5, "part of readiness shared by a district",
          "intraclass correlation 0.34-0.37 of adoption month by management unit, English general practices"),
        P("trait_mean", 0.5, "0-1", 0.3, 0.7, "leadership and openness of the typical facility"),
        P("trait_loading", 0.8, "logit per logit", 0.4, 1.2, "how strongly leadership and openness follow readiness",
          maximum=5),
        P("trait_sd", 0.6, "logit", 0.3, 1.0, "spread of leadership, openness and workload apart from readiness",
          maximum=5),
        P("workload_mean", 0.3, "0-1", 0.15, 0.5, "share of a team's time for improvement that routine work takes"),
        P("baseline_loading", 0.3, "correlation", 0.0, 0.6, "untold baselines with readiness"),
        P("initial_reach", 0.8, "share of staff", 0.5, 1.0, "reach of an idea in use from the start"),
        P("initial_embedding", 0.8, "0-1", 0.5, 1.0, "embedding of an idea in use from the start"),
        P("skill_start", 0.05, "0-1", 0.0, 0.2, "improvement skill of a team before any support"),
        P("data_quality_start", 0.4, "0-1", 0.2, 0.6, "data quality before any support"),
    ],
    "People": [
        P("turnover_annual", 0.14, "probability a year", 0.05, 0.45, "a member of the team leaves",
          "ETATMBA 2022: 47.2% (Malawi) and 45.7% (Tanzania) of trained staff still in post after 5 years; "
          "range: Castro Lopes 2017, 51 studies", maximum=0.99),
        P("rotation_months", 0, "months", 0, 12, "time between staff rotations; 0 for none",
          "4-monthly rotation of junior doctors: Davey et al., BMJ quality improvement series 2022", maximum=60),
        P("rotation_share", 0.5, "probability", 0.2, 1.0, "a member of the team moves on at a rotation"),
        P("skill_in_people", 0.7, "share", 0.4, 1.0, "share of a team's skill that leaves with its members"),
        P("skill_fading", 0.03, "share a month", 0.0, 0.06, "skill lost in a month in which a team does not meet"),
        P("head_turnover_annual", 0.40, "probability a year", 0.2, 0.6, "the head of the facility leaves",
          "tenure of 2-3 years of NHS chief executives: Drew and Pandit, BMJ quality improvement series 2022",
          maximum=0.99),
        P("head_loss_engagement", 0.6, "factor", 0.4, 0.9,
          "engagement and attention kept when a supportive head leaves"),
        P("head_loss_stops_test", 0.5, "probability", 0.2, 0.8, "losing a supportive head stops the tests in hand"),
        P("team_share", 0.3, "share of staff", 0.1, 0.5, "staff who would sit in the improvement team"),
        P("team_min", 4, "people", 2, 5, "smallest team where staff allow", HILL + ": teams of 4-9", 1, 100),
        P("team_max", 9, "people", 6, 12, "largest team", HILL + ": teams of 4-9", 1, 100),
    ],
    "Coaching": [
        P("visit_engagement", 0.2, "share of the gap", 0.2, 0.5, "rise of engagement by a visit", TUNED),
        P("visit_skill", 0.06, "share of the gap", 0.03, 0.12, "rise of skill by a visit of a fully skilled coach"),
        P("visit_data_quality", 0.10, "share of the gap", 0.05, 0.2, "rise of data quality by a visit"),
        P("visit_dependence", 0.081, "share of the gap", 0.02, 0.12,
          "rise of dependence by an external mentor's visit", TUNED),
        P("dependence_fading", 0.02, "share a month", 0.0, 0.05, "fading of dependence"),
        P("visit_meets", 0.27, "probability", 0.2, 0.9, "a visit gathers the team to a meeting", TUNED),
        P("visit_trains", 0.3, "probability", 0.1, 0.6, "a visit trains one more member on the job"),
        P("visit_memory", 0.5, "share a month", 0.3, 0.7, "last month's weight in the current visit frequency",
          "current, not cumulative, coaching mattered: Barnhart et al. 2020"),
        P("coach_turnover_annual", 0.20, "probability a year", 0.05, 0.4, "a coach leaves", maximum=0.99),
        P("coach_vacancy_months", 3, "months", 1, 9, "a coach's post stays vacant", maximum=60),
        P("coach_successor_skill", 0.5, "0-1", 0.3, 0.8, "skill of a newly appointed coach"),
        P("coach_learning", 0.05, "share of the gap a month", 0.0, 0.1, "a coach in post becomes more skilled"),
    ],
    "Learning sessions": [
        P("session_attendance", 0.9, "probability", 0.7, 1.0, "a member facility sends people to a session"),
        P("session_skill", 0.15, "share of the gap", 0.08, 0.25, "rise of skill by a session"),
        P("session_engagement", 0.15, "share of the gap", 0.05, 0.3, "rise of engagement by a session"),
        P("session_tie", 0.3, "share of the gap", 0.1, 0.5, "rise of a cohort's ties by an in-person session"),
        P("session_workload", 0.1, "share of time", 0.0, 0.2, "extra workload in the month of an in-person session"),
        P("virtual_tie", 0.3, "factor", 0.1, 0.6, "ties built by a virtual session relative to one in person"),
        P("virtual_attendees", 1.5, "factor", 1.0, 2.5, "attendees of a virtual session relative to one in person",
          "more participants: Perry et al. 2022; the factor is assumed", maximum=10),
        P("tie_fading", 0.05, "share a month", 0.02, 0.15, "fading of ties made at sessions and exchange visits"),
        P("recognition", 0.10, "share of the gap", 0.0, 0.2, "lift of engagement for those above the cohort's mean",
          HILL + "; the size is assumed"),
        P("pressure", 0.10, "share of the gap", 0.0, 0.2,
          "push on those below the mean: lifts where openness is high, discourages where it is low",
          HILL + "; the size is assumed"),
    ],
    "Exchange visits": [
        P("exchange_engagement", 0.2, "share of the gap", 0.1, 0.4, "lift of engagement for visitor and host"),
        P("exchange_evidence", 0.95, "0-1", 0.8, 1.0, "evidence of an idea seen at work"),
        P("exchange_tie", 0.5, "share of the gap", 0.2, 0.8, "tie formed with the host"),
    ],
    "Ownership": [
        P("imposed_loss", 0.5, "share", 0.2, 0.8, "motivation lost to support that is imposed or has no clear identity",
          "Michigan and Matching Michigan, one package with opposite results: Greenhalgh and Papoutsi 2019, BMJ "
          "365:l2068; the size is assumed"),
    ],
    "Other channels": [
        P("training_skill", 0.15, "share of the gap", 0.05, 0.25, "rise of skill by a training given directly"),
        P("training_engagement", 0.05, "share of the gap", 0.0, 0.15, "lift of engagement by a training"),
        P("cascade_fidelity", 0.7, "share", 0.4, 0.9, "content of a training that survives each further tier"),
        P("agent_engagement", 0.10, "share of the gap", 0.03, 0.2, "lift of engagement by an agent's visit"),
        P("campaign_awareness", 0.2, "probability", 0.05, 0.5, "a facility reached by a campaign hears of an idea"),
        P("campaign_engagement", 0.05, "share of the gap", 0.0, 0.15, "lift of engagement by a campaign's message"),
        P("policy_awareness", 0.4, "probability", 0.2, 0.8, "a facility reached by a circular takes note of an idea"),
        P("policy_evidence", 0.5, "0-1", 0.3, 0.7, "evidence of an idea that is made the rule"),
        P("policy_compliance", 0.4, "probability", 0.1, 0.8,
          "a known idea is taken over on paper after a circular, if fully enforced and not owned at all"),
        P("paper_reach", 0.05, "share of staff", 0.0, 0.15, "staff who use an idea that was taken over on paper"),
        P("endorsement_awareness", 0.3, "probability", 0.1, 0.6, "a facility reached hears of an endorsed idea"),
        P("endorsement_evidence", 0.7, "0-1", 0.5, 0.9, "evidence of an idea for those who look up to who endorses it"),
        P("endorsement_level", 0.2, "logit", 0.0, 0.5, "own level of engagement: endorsed by a body of full standing",
          maximum=20),
        P("feedback_information", 0.6, "probability", 0.4, 0.8, "feedback is taken in, without any feature"),
        P("feedback_intention", 0.3, "probability", 0.15, 0.5, "a team means to act on it, at no gap"),
        P("feedback_behaviour", 0.48, "probability", 0.15, 0.5, "a team that means to act does, without plans", TUNED),
        P("feedback_gap", 0.67, "logit", 0.5, 4.0, "what the whole gap to the ceiling adds to intention",
          "low baselines gain more: Foy et al. 2020, BMJ 368:m213, after Ivers 2012; the size is tuned", maximum=20),
        P("feedback_feature", 0.8, "logit", 0.1, 0.8,
          "what each adds: given by a colleague, repeated, verbal and written, with targets",
          "the features: Ivers 2012, in Foy et al. 2020, BMJ 368:m213; the size is tuned", maximum=20),
        P("feedback_action_plans", 1.3, "logit", 0.6, 2.0, "what action plans add to behaviour",
          "14.8% against 4.8% with feedback alone: Roos-Blom 2019, in Foy et al. 2020, BMJ 368:m213", maximum=20),
        P("feedback_engagement", 0.15, "share of the gap", 0.05, 0.3, "lift of engagement of a team that means to act"),
        P("payment_engagement", 0.2, "share of the gap", 0.05, 0.4, "lift of engagement by the highest payment"),
        P("payment_slack", 0.05, "share of time", 0.0, 0.15, "workload that the highest payment takes off"),
        P("patients_engagement", 0.05, "share of the gap", 0.0, 0.15, "lift of engagement by what patients tell"),
        P("patients_data_quality", 0.05, "share of the gap", 0.0, 0.15, "rise of data quality by looking at it"),
        P("transfer_dependence", 0.15, "share a month", 0.05, 0.3, "fall of dependence while capacity is transferred"),
        P("transfer_skill", 0.10, "share of the gap a month", 0.03, 0.2,
          "rise of skill of facilities' teams, and of the coaches who take over, at full effort"),
    ],
    "Institutions and shocks": [
        P("supervision_level", 0.3, "logit", 0.0, 0.8, "own level of engagement: indicators in routine supervision",
          maximum=20),
        P("agreements_level", 0.3, "logit", 0.0, 0.8, "own level of engagement: performance agreements", maximum=20),
        P("preservice_skill", 0.3, "share", 0.1, 0.6, "skill lost to turnover that trained newcomers make up for"),
        P("accreditation_lapse", 0.4, "share", 0.1, 0.7, "lapse prevented where accreditation asks for the practices"),
        P("shock_workload", 0.3, "share of time", 0.1, 0.6, "workload that a shock adds at full severity"),
        P("upheaval_level", 1.0, "logit", 0.3, 2.0, "own level of engagement: a full reorganisation", maximum=20),
        P("upheaval_embedding", 0.5, "share", 0.2, 0.8,
          "attention, embedding and fit lost at the start of a full reorganisation",
          "things were set back by 18 months or more: Braithwaite 2018, BMJ 361:k2014; the size is assumed"),
        P("upheaval_teams", 0.5, "probability", 0.2, 0.8,
          "a member of the team is moved elsewhere at the start of a full reorganisation"),
        P("upheaval_fatigue", 0.4, "share of the gap", 0.1, 0.8,
          "rise of fatigue at the start of a full reorganisation"),
        P("upheaval_lapse", 0.5, "probability", 0.2, 0.8,
          "a practice in use is dropped at the start of a full reorganisation"),
        P("upheaval_heads", 0.5, "probability", 0.2, 0.8, "a head leaves at the start of a full reorganisation"),
        P("freedom_level", 0.5, "logit", 0.0, 1.0, "own level of engagement: rules in the way are lifted", maximum=20),
    ],
    "Attention": [
        P("attention_gap", 0.7, "share of the gap", 0.2, 0.7,
          "gap to the ceiling that full attention closes at once: what people know, but do not do",
          "more is done under observation: Leonard and Masatu 2006, Social Science & Medicine 63:2330; the size is "
          "tuned"),
        P("attention_fading", 0.17, "share a month", 0.05, 0.3, "fading of attention",
          "current, not cumulative, coaching mattered: Barnhart et al. 2020; the size is tuned"),
        P("care_own", 0.25, "0-1", 0.2, 0.8,
          "share of a practice not yet routine that fully engaged staff do unasked", TUNED),
        P("visit_attention", 0.1, "share of the gap", 0.1, 0.4, "rise of attention by a visit", TUNED),
        P("session_attention", 0.2, "share of the gap", 0.05, 0.4, "rise of attention by a session"),
        P("meeting_attention", 0.077, "share of the gap", 0.05, 0.3,
          "rise of attention by a meeting of the team", TUNED),
        P("training_attention", 0.3, "share of the gap", 0.1, 0.5, "rise of attention by a training given directly"),
        P("agent_attention", 0.15, "share of the gap", 0.05, 0.3, "rise of attention by an agent's visit"),
        P("feedback_attention", 0.56, "share of the gap", 0.1, 0.6,
          "rise of attention where a team means to act on feedback", TUNED),
        P("payment_attention", 0.15, "share of the gap", 0.05, 0.3, "rise of attention by the highest payment"),
    ],
    "Awareness": [
        P("peer_influence", 0.06, "a month", 0.01, 0.3, "beta: hazard of hearing of an idea when all peers use it",
          maximum=10),
        P("peer_threshold", 0.0, "share of influence", 0.0, 0.5,
          "share of peers needed before any influence (complex contagion); 0 for simple contagion"),
        P("invention_annual", 0.10, "probability a year", 0.02, 0.3, "a skilled, engaged team thinks of an idea itself",
          maximum=0.99),
    ],
    "PDSA": [
        P("meeting_alone", 0.15, "factor", 0.0, 0.4, "meetings of a team without support that has no skill of its own"),
        P("meeting_untrained", 0.3, "factor", 0.0, 0.6, "meetings of a team without trained members"),
        P("enough_trained", 3, "people", 2, 5, "trained members a team needs to meet as it should",
          minimum=1, maximum=100),
        P("ideas_in_hand", 1, "ideas", 1, 3, "ideas a team tests at a time", minimum=1, maximum=20),
        P("cycles_per_meeting", 3, "cycles", 1.0, 3.0, "PDSA cycles in a month in which the team meets",
          "Magge et al. 2017: 2.8 cycles a team and month under close mentoring; tuned", maximum=12),
        P("cycles_coached", 1, "cycles per monthly visit", 0.0, 1.0, "further cycles of a team that is visited", TUNED,
          maximum=12),
        P("proper_base", 0.2, "probability", 0.1, 0.3, "an unskilled team does a PDSA cycle properly", DIXON + ": 20%"),
        P("proper_skill", 0.6, "probability", 0.3, 0.7, "what full skill adds to it"),
        P("proper_coached", 0.2, "probability", 0.1, 0.4, "what a current visit a month adds to it"),
        P("works_base", -0.72, "logit", -2.5, 0.0,
          "an idea works in a facility: intercept", TUNED, minimum=-20, maximum=20),
        P("works_fit", 1.8, "logit", 1.5, 4.0, "what full fit to the context adds", TUNED, minimum=-20, maximum=20),
        P("works_skill", 1.2, "logit", 0.5, 2.0, "what full skill adds", minimum=-20, maximum=20),
        P("works_complexity", 1.9, "logit", 0.5, 2.0, "what complexity takes", TUNED, minimum=-20, maximum=20),
        P("fit_low", 0.3, "0-1", 0.0, 0.3, "least fit of an idea to a facility at the start", TUNED),
        P("fit_high", 0.5, "0-1", 0.3, 0.8, "greatest fit of an idea to a facility at the start"),
        P("fit_learning", 0.15, "share of the gap", 0.05, 0.3, "a proper cycle adapts the idea to the facility"),
        P("study_right", 0.69, "probability", 0.5, 0.7, "a proper study is right with the worst of data", TUNED),
        P("study_right_data", 0.5, "probability", 0.2, 0.5, "what full data quality adds to it"),
        P("optimism", 0.35, "probability", 0.2, 0.6, "an improper cycle is called a success",
          "98% of reports claim success (Knudsen 2019); the probability a cycle is assumed"),
        P("reconsider_evidence", 0.5, "0-1", 0.4, 0.8, "evidence from others that brings an abandoned idea back"),
        P("abandon_per_failure", 0.05, "probability", 0.02, 0.1, "an idea is abandoned, for each failed cycle so far"),
    ],
    "Within the facility": [
        P("reach_start", 0.15, "share of staff", 0.05, 0.3, "staff who use an idea when the team adopts it"),
        P("reach_growth", 1.6, "a month", 0.8, 3.0, "logistic growth of reach at full engagement and inclusion",
          maximum=10),
        P("inclusion_threshold", 0.05, "share of staff", 0.02, 0.1, "trained staff at which inclusion is full",
          "NHS Improvement: about 5% of the workforce, cited in Coughlan et al., BMJ series 2022", 0.001),
        P("inclusion_floor", 0.66, "0-1", 0.2, 0.7, "inclusion where nobody outside the team is trained", TUNED),
        P("embedding_growth", 0.31, "share of the gap a month", 0.05, 0.4,
          "embedding of a practice in use, by fully engaged staff who depend on nobody", TUNED),
        P("lapse_monthly", 0.07, "hazard a month", 0.01, 0.08,
          "lapse of a practice not embedded, at half engagement", TUNED),
        P("lapse_dependence", 1.9, "factor", 0.0, 2.0, "what full dependence adds to lapse when unsupported", TUNED,
          maximum=20),
        P("found_out", 0.03, "probability a month", 0.03, 0.25, "a practice that does not work is found out, with"
          " perfect data", TUNED),
    ],
    "Measurement": [
        P("records", 30, "records a month", 10, 100, "records a team reviews for each indicator", minimum=1,
          maximum=1e6),
        P("routine_months", 3, "months", 1, 12, "time between assessments of a facility outside any programme",
          "quarterly assessments in Cambodia: Perry et al. 2022; teams in a programme measure monthly",
          minimum=1, maximum=120),
        P("reporting_bias", 0.10, "share of the gap to 100%", 0.0, 0.2, "upward bias of the worst of data"),
    ],
    "Motivation": [
        P("engagement_rate", 0.49, "share of the gap a month", 0.1, 0.5,
          "engagement moves towards its own level", TUNED),
        P("engagement_base", 0.64, "logit", -0.5, 0.8, "own level: intercept", TUNED, minimum=-20, maximum=20),
        P("engagement_leadership", 2.0, "logit", 1.0, 3.0, "own level: leadership", minimum=-20, maximum=20),
        P("engagement_openness", 1.0, "logit", 0.5, 2.0, "own level: openness", minimum=-20, maximum=20),
        P("engagement_workload", 1.0, "logit", 0.5, 2.0, "own level: workload", maximum=20),
        P("engagement_fatigue", 3, "logit", 1.0, 3.0, "own level: fatigue", TUNED, maximum=20),
        P("engagement_dependence", 1.8, "logit", 0.5, 2.0, "own level: dependence once unsupported", TUNED, maximum=20),
        P("engagement_no_head", 1.9, "logit", 0.5, 2.0, "own level: a head who does not support improvement", TUNED,
          maximum=20),
        P("engagement_programme", 0.6, "logit", 0.0, 1.5, "own level: being in a programme that is fully owned",
          maximum=20),
        P("unsupported_months", 3, "months", 2, 6, "months without a visit or session that count as unsupported",
          minimum=1, maximum=60),
        P("success_engagement", 0.08, "share of the gap", 0.03, 0.15, "lift of engagement by a success"),
        P("failure_engagement", 0.045, "share", 0.0, 0.05, "fall of engagement by a failed cycle", TUNED),
        P("fatigue_start", 0.0, "0-1", 0.0, 0.4, "fatigue left by earlier initiatives at the start"),
        P("fatigue_abandoned", 0.08, "share of the gap", 0.03, 0.2, "rise of fatigue by an abandoned idea"),
        P("fatigue_imposed", 0.07, "share of the gap a month", 0.0, 0.1,
          "rise of fatigue in a fully imposed programme", TUNED),
        P("fatigue_fading", 0.065, "share a month", 0.05, 0.2, "fading of fatigue", TUNED),
        P("dropout_engagement", 0.15, "0-1", 0.05, 0.25, "engagement below which a facility may drop out"),
        P("dropout_months", 4, "months", 2, 8, "months below it until it does", minimum=1, maximum=60),
    ],
    "The shared package": [
        P("refinement_scale", 40, "shared tests", 20, 100, "shared tests that bring refinement to 63%", minimum=0.1,
          maximum=1e6),
        P("synthesis_refinement", 0.3, "share of the gap", 0.1, 0.5, "what a synthesis workshop adds to refinement"),
    ],
}

PARAMETERS: dict[str, Parameter] = {p.name: p for group in GROUPS.values() for p in group}


class _Behaviour(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _behaviour_model() -> type[_Behaviour]:
    fields: dict[str, Any] = {p.name: (quantity(p.minimum, p.maximum), p.default) for p in PARAMETERS.values()}
    return create_model("Behaviour", __base__=_Behaviour, **fields)


if TYPE_CHECKING:

    class Behaviour(_Behaviour):
        """The behaviour of a scenario: each of `PARAMETERS` as an attribute."""

        def __getattr__(self, name: str) -> Any: ...
else:
    Behaviour = _behaviour_model()
