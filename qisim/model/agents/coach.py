"""A coach, as a Mesa agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesa import Agent

from qisim.model import chance, rules
from qisim.model.state import BY_COACH, COACH_DAYS, COACH_MONTHS, NEVER, VISITS

if TYPE_CHECKING:
    from qisim.model.agents.facility import Facility
    from qisim.model.agents.model import QIModel


class Coach(Agent):
    """A coach's post and whoever fills it. Override `visit` or `next_to_visit` to change how coaches work."""

    model: QIModel

    def __init__(self, model: QIModel, number: int):
        super().__init__(model)
        post: Any = model.programme.posts[number]
        self.name = model.programme.post_names[number]
        self.post = {name: post[name].item() for name in post.dtype.names}
        load = slice(*model.programme.caseload_start[number : number + 2])
        self.caseload: list[Facility] = [model.by_index[f] for f in model.programme.caseload[load]]
        self.skill: float = self.post["skill"]
        self.in_post = not self.post["champion"]
        self.vacant_until = NEVER
        self.balance = 0.0

    def visit_month(self) -> None:
        """A month: leave or be appointed, then visit as long as there are days left."""
        b, month, post = self.model.behaviour, self.model.month, self.post
        if not post["start"] <= month < post["end"]:
            return
        if not self.in_post:
            if post["champion"] or month < self.vacant_until:
                return
            self.in_post, self.skill = True, b.coach_successor_skill
        u = chance.uniforms(self.model.seed, self.model.replicate, post["entity"], month + 1, chance.COACH, 0)
        if u[0] < b.coach_leave_monthly:
            self.in_post, self.vacant_until, self.balance = False, month + int(b.coach_vacancy_months), 0.0
            return
        if not post["champion"]:
            self.model.count(post["element"], COACH_MONTHS)
        self.skill = rules.up(self.skill, b.coach_learning)
        self.balance = min(self.balance + post["days"], post["most_days"])
        visits = dict.fromkeys(self.caseload, 0)
        while True:
            facility = self.next_to_visit(visits)
            if facility is None or rules.visit_days(facility.travel_days) > self.balance:
                return
            self.balance -= rules.visit_days(facility.travel_days)
            visits[facility] += 1
            self.model.count(post["element"], VISITS)
            self.model.count(post["element"], COACH_DAYS, rules.visit_days(facility.travel_days))
            self.visit(facility)

    def next_to_visit(self, visits: dict[Facility, int]) -> Facility | None:
        """The facility that the policy puts first among the least visited this month."""

        def order(facility: Facility) -> tuple[float, float, float, int]:
            priority = rules.visit_priority(
                self.post["policy"], facility.last_visit, facility.reported_score, facility.joined,
                facility.travel_days,
            )  # fmt: skip
            return visits[facility], -priority, facility.last_visit, facility.index

        open_to = [
            facility
            for facility in self.caseload
            if visits[facility] < self.post["most_visits"]
            and not facility.no_visits
            and (self.post["all"] or facility.enrolled)
        ]
        return min(open_to, key=order, default=None)

    def visit(self, facility: Facility) -> None:
        """A day at a facility."""
        b, month = self.model.behaviour, self.model.month
        facility.log("coach visited", why=self.name)
        u = facility.uniforms(month + 1, chance.VISIT, facility.visits)
        if facility.trained < facility.team and u[0] < b.visit_trains:
            facility.trained += 1
            facility.log("member trained", why="on the job, by the coach")
        gathers = rules.welcomed(b.visit_meets, self.post["ownership"], self.post["identity"], b)
        facility.called = facility.called or u[1] < gathers
        facility.visits += 1
        facility.last_visit = facility.last_support = month
        facility.lift(b.visit_engagement, b.visit_attention, self.post["ownership"], self.post["identity"])
        facility.learn(b.visit_skill * self.skill, self.post["ownership"], self.post["identity"])
        facility.data_quality = rules.up(facility.data_quality, b.visit_data_quality)
        if self.post["external"]:
            facility.dependence = rules.up(facility.dependence, b.visit_dependence)
        self.introduce_next(facility)
        self.carry(facility)

    def introduce_next(self, facility: Facility) -> None:
        """Tell of the first released idea of the package that the facility has not heard of."""
        for k in self.model.released_to(facility):
            practice = facility.practices[k]
            if practice.introduce(BY_COACH):
                practice.refinement = self.model.refinement[k]
                facility.log("heard of an idea", practice, "from the coach")
                return

    def carry(self, facility: Facility) -> None:
        """Tell of the idea seen to work in most of the caseload, among those not yet tested here or abandoned."""
        best, most = None, 0
        for k, practice in enumerate(facility.practices):
            if practice.stage <= rules.AWARE or practice.stage == rules.ABANDONED:
                working = sum(other.practices[k].seen_working for other in self.caseload)
                if working > most:
                    best, most = k, working
        if best is None:
            return
        practice = facility.practices[best]
        if practice.introduce(BY_COACH):
            facility.log("heard of an idea", practice, f"the coach saw it work in {most} of the caseload")
        failed = sum(other.practices[best].seen_failed for other in self.caseload)
        facility.meet_evidence(practice, rules.evidence(most, failed))

    def appoint_champion(self) -> None:
        """Fill the post with the best facility of the caseload where an idea works, if there is one."""
        best, rank = None, (0, -1.0)
        for facility in self.caseload:
            working = sum(practice.working for practice in facility.practices)
            if facility.enrolled and working > 0 and (working, facility.skill) > rank:
                best, rank = facility, (working, facility.skill)
        if best is not None:
            self.in_post, self.skill = True, best.skill
            best.log("became a champion", why=self.name)
