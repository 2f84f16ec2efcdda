"""Channels other than coaches, sessions and exchange visits, in the Mesa model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qisim.model import chance, programme, rules
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

if TYPE_CHECKING:
    from qisim.model.agents.facility import Facility
    from qisim.model.agents.model import QIModel
    from qisim.model.agents.practice import Practice


def channel(model: QIModel, c: int, number: int) -> None:
    """One event of a channel, the `number`-th from 0: it reaches some of the facilities it covers."""
    own = Channel(model, c, number)
    if own.kind == programme.TRANSFER:
        own.teach_coaches()
    people = 0
    for facility in own.covered:
        u = facility.uniforms(model.month + 1, chance.CHANNEL, own.entity)
        if u[0] < own.reach:
            people += own.meet(facility, u[1], u[2], u[3])
    model.count(own.element, STAFF_DAYS, people * own.days)


class Channel:
    """A channel of the programme in one month; its fields are those of `CHANNEL_PROGRAMME`."""

    element: int
    entity: int
    kind: int
    reach: float
    strength: float
    ownership: float
    identity: float
    indicator: int
    features: int
    tiers: int
    people: int
    days: float
    records: int

    def __init__(self, model: QIModel, c: int, number: int):
        plan: Any = model.programme
        record = plan.channels[c]
        for name in record.dtype.names:
            setattr(self, name, record[name].item())
        self.model, self.which, self.number = model, c, number
        self.name = model.scenario.programme[self.element].name
        self.covered: list[Facility] = [f for f in model.by_index if plan.channel_covers[c, f.index]]
        self.package: list[int] = plan.channel_packages[c, : record["ideas"]].tolist()
        first = int(record["first_threshold"])
        self.paid = plan.thresholds[first : first + int(record["thresholds"])]
        coaches = model.by_post[int(record["first_post"]) :][: int(record["posts"])]
        self.coaches = [coach for coach in coaches if any(plan.channel_covers[c, f.index] for f in coach.caseload)]

    def meet(self, facility: Facility, u_information: float, u_intention: float, u_behaviour: float) -> int:
        """Reach one facility. Returns how many of its people were away for it."""
        if self.kind == programme.TRAINING:
            return self.train(facility, u_information)
        if self.kind == programme.FEEDBACK:
            self.feed_back(facility, u_information, u_intention, u_behaviour)
            return 0
        act = {
            programme.AGENT: self.visit,
            programme.CAMPAIGN: self.campaign,
            programme.POLICY: self.decree,
            programme.ENDORSEMENT: self.endorse,
            programme.PAYMENT: self.pay,
            programme.PATIENTS: self.listen_to_patients,
            programme.TRANSFER: self.stand_alone,
        }[self.kind]
        act(facility)
        return 0

    def count(self, unit: int, amount: float = 1.0) -> None:
        """Count something under the channel's element."""
        self.model.count(self.element, unit, amount)

    def lift(self, facility: Facility, engagement: float, attention: float = 0.0) -> None:
        """Motivate a facility as far as the element is owned and clear, and the facility not tired."""
        facility.lift(engagement, attention, self.ownership, self.identity)

    def impose(self, facility: Facility) -> None:
        """Tire a facility as far as the element is not its own."""
        facility.fatigue = rules.imposed(facility.fatigue, self.ownership, self.model.behaviour)

    def tell_each(self, facility: Facility, probability: float, source: int) -> None:
        """Tell a facility of each idea of the package, with some probability each."""
        for k in self.package:
            practice = facility.practices[k]
            if practice.stage == rules.UNAWARE:
                u = facility.uniforms(self.model.month + 1, chance.CHANNEL_IDEA, (self.entity + k // 4) & chance.WORD)
                if chance.lane(u, k) < probability:
                    self.introduce(facility, practice, source)

    def introduce(self, facility: Facility, practice: Practice, source: int) -> bool:
        """Tell a facility of one idea; returns whether it was news."""
        if not practice.introduce(source):
            return False
        facility.log("heard of an idea", practice, self.name)
        return True

    def vouch(self, facility: Facility, proof: float) -> None:
        """Let what a facility knows of the package look at least this promising."""
        for k in self.package:
            practice = facility.practices[k]
            if practice.stage != rules.UNAWARE and proof > practice.evidence:
                facility.meet_evidence(practice, proof)

    def train(self, facility: Facility, u_tries: float) -> int:
        """A training, as much of it as its tiers left, which the team may try out at home; none without gatherings."""
        if facility.no_gatherings:
            return 0
        b = self.model.behaviour
        left = rules.fidelity(self.tiers, b)
        self.count(ATTENDANCES)
        people = min(facility.team, self.people)
        facility.trained = min(facility.team, facility.trained + people)
        facility.learn(b.training_skill * left, self.ownership, self.identity)
        facility.extra_workload += b.session_workload
        facility.log("training", why=self.name)
        self.lift(facility, b.training_engagement, b.training_attention * left)
        self.impose(facility)
        self.tell_each(facility, left, BY_TRAINING)
        facility.called = facility.called or u_tries < left
        return people

    def visit(self, facility: Facility) -> None:
        """An agent encourages and tells of the first idea of the package that is news."""
        if facility.no_visits:
            return
        b = self.model.behaviour
        self.count(VISITS)
        self.count(COACH_DAYS, rules.visit_days(facility.travel_days))
        facility.log("agent visited", why=self.name)
        self.lift(facility, b.agent_engagement, b.agent_attention)
        self.impose(facility)
        for k in self.package:
            if self.introduce(facility, facility.practices[k], BY_AGENT):
                return

    def campaign(self, facility: Facility) -> None:
        """A message: awareness and some enthusiasm."""
        b = self.model.behaviour
        self.count(CONTACTS)
        self.lift(facility, b.campaign_engagement)
        self.impose(facility)
        self.tell_each(facility, b.campaign_awareness, BY_CAMPAIGN)

    def decree(self, facility: Facility) -> None:
        """A circular: ideas become known and legitimate; some are taken over on paper, where they change nothing."""
        b = self.model.behaviour
        self.count(CONTACTS)
        self.impose(facility)
        self.tell_each(facility, b.policy_awareness, BY_POLICY)
        self.vouch(facility, b.policy_evidence)
        probability = rules.complies(self.strength, self.ownership, b)
        for k in self.package:
            practice = facility.practices[k]
            if not practice.untested:
                continue
            u = facility.uniforms(
                self.model.month + 1, chance.CHANNEL_IDEA, (self.entity + 1000 + k // 4) & chance.WORD
            )
            if chance.lane(u, k) < probability:
                practice.source, practice.learnt_from = BY_POLICY, -1
                facility.adopt(practice, False, b.paper_reach)
                facility.log("adopted an idea on paper", practice, self.name)

    def endorse(self, facility: Facility) -> None:
        """The word of a trusted body: what it stands behind is heard of and believed."""
        b = self.model.behaviour
        self.count(CONTACTS)
        self.tell_each(facility, b.endorsement_awareness, BY_ENDORSEMENT)
        self.vouch(facility, b.endorsement_evidence)

    def feed_back(self, facility: Facility, u_information: float, u_intention: float, u_behaviour: float) -> None:
        """Feedback must cross three gaps: to information, to intention, to behaviour."""
        b, model = self.model.behaviour, self.model
        self.count(CONTACTS)
        self.impose(facility)
        verbal, colleague, targets, plans = (bool(self.features >> bit & 1) for bit in range(4))
        if u_information >= rules.understands(self.number > 0, verbal, b):
            facility.log("feedback", why="not taken in")
            return
        j = self.indicator if self.indicator >= 0 else facility.by_gap()[0]
        gap = model.indicators[j].ceiling - facility.reported[j]
        if u_intention >= rules.means_to_act(gap, colleague, targets, b):
            facility.log("feedback", why="taken in, but the team does not mean to act")
            return
        self.lift(facility, b.feedback_engagement, b.feedback_attention)
        if u_behaviour >= rules.acts(plans, b):
            facility.log("feedback", why="the team means to act, but does not")
            return
        facility.log("feedback", why=f"the team takes up {model.indicator_names[j]}")
        self.think_of_ideas(facility, j, plans)
        facility.put_first(j)
        facility.called = True
        facility.last_support = model.month

    def think_of_ideas(self, facility: Facility, j: int, all_of_them: bool) -> None:
        """Action plans name every idea on an indicator; without them a team comes upon one, if it knows none."""
        ideas = facility.on_indicator(j)
        if not all_of_them and any(practice.untested for practice in ideas):
            return
        for practice in ideas:
            if self.introduce(facility, practice, BY_FEEDBACK) and not all_of_them:
                return

    def pay(self, facility: Facility) -> None:
        """Assessors sample records and pay by the highest threshold reached; after the last one, slack ends.

        Where several schemes pay, a facility has the slack of the one that gives most.
        """
        b = self.model.behaviour
        if facility.paid_by == self.which:
            facility.slack, facility.paid_by = 0.0, -1
        if self.number < 0:
            return
        self.count(CONTACTS)
        score = self.assessed_score(facility)
        reached = [paid for paid in self.paid if rules.reaches(score, float(paid["score"]))]
        if not reached:
            facility.log("assessed", why=f"score {score:.2f}, no payment")
            return
        amount, share = float(reached[-1]["amount"]), float(reached[-1]["share"])
        self.count(PAYMENTS, amount)
        self.lift(facility, b.payment_engagement * share, b.payment_attention * share)
        slack = b.payment_slack * share
        if slack > facility.slack:
            facility.slack, facility.paid_by = slack, self.which
        facility.log("assessed", why=f"score {score:.2f}, paid {amount:g}")

    def assessed_score(self, facility: Facility) -> float:
        """A facility's score in a sample of records from outside."""
        score = 0.0
        for j, indicator in enumerate(self.model.indicators):
            u = facility.uniforms(self.model.month + 1, chance.ASSESSMENT, (self.entity + j // 4) & chance.WORD)
            score += indicator.weight * chance.sampled_share(chance.lane(u, j), self.records, facility.performance[j])
        return score

    def listen_to_patients(self, facility: Facility) -> None:
        """A team looks at what patients tell: better data, and ideas that matter to patients come first."""
        b = self.model.behaviour
        self.count(CONTACTS)
        facility.data_quality = rules.up(facility.data_quality, b.patients_data_quality)
        self.lift(facility, b.patients_engagement)
        facility.log("listened to patients", why=self.name)
        facility.put_first(self.indicator)

    def stand_alone(self, facility: Facility) -> None:
        """A facility learns to do without mentors."""
        b = self.model.behaviour
        facility.dependence = rules.down(facility.dependence, b.transfer_dependence * self.strength)
        facility.skill = rules.up(facility.skill, b.transfer_skill * self.strength)

    def teach_coaches(self) -> None:
        """The coaches who take over learn."""
        for coach in self.coaches:
            if coach.in_post and self.model.month < coach.post["end"]:
                coach.skill = rules.up(coach.skill, self.model.behaviour.transfer_skill * self.strength)
