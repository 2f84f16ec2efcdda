"""A facility and its improvement team, as a Mesa agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesa.discrete_space import FixedAgent

from qisim.model import chance, rules
from qisim.model.agents.practice import Practice
from qisim.model.state import BY_COHORT, INITIAL, NEVER, OWN, PEER

if TYPE_CHECKING:
    from qisim.model.agents.cohort import Cohort
    from qisim.model.agents.model import QIModel


class Facility(FixedAgent):
    """A facility; its attributes are the fields of `state.FACILITY`.

    To change how facilities behave, override a method and hand the class to `QIModel(facility_class=...)`. A month
    calls, in this order, `lose_people`, whatever support arrives, and `act`, which calls `hear_of_ideas`, `invent`,
    `meet`, `sustain`, `perform`, `measure` and `motivate`; `show` ends it.
    """

    model: QIModel

    def __init__(self, model: QIModel, index: int):
        super().__init__(model)
        row = model.world.facilities.iloc[index]
        self.index, self.id, self.name = index, str(row["id"]), str(row["name"])
        self.kind, self.district, self.province = str(row["kind"]), str(row["district"]), str(row["province"])
        self.district_code = int(model.world.district[index])
        self.province_code = int(model.world.province[index])
        self.peers: list[tuple[Facility, float]] = []
        self.peer_weight = 0.0
        self.cohort: Cohort | None = None
        self.partner: Facility | None = None
        self.priority: Practice | None = None
        self._start_traits(row)
        self._start_practices()
        self.perform(0)
        self.measure(0)

    # --- the start --------------------------------------------------------------------------------------------------

    def uniforms(self, month: int, purpose: int, index: int = 0) -> tuple[float, float, float, float]:
        """The four uniform numbers that belong to this facility, a month and a purpose."""
        return chance.uniforms(self.model.seed, self.model.replicate, self.index, month, purpose, index)

    def _start_traits(self, row: Any) -> None:
        b = self.model.behaviour
        district = chance.uniforms(self.model.seed, self.model.replicate, self.district_code, 0, chance.DISTRICT, 0)
        u, v = self.uniforms(0, chance.TRAITS, 0), self.uniforms(0, chance.TRAITS, 1)
        self.ready = rules.readiness(chance.normal(district[0]), chance.normal(u[0]), b)

        def told(name: str, drawn: float) -> float:
            return drawn if row[name] != row[name] else float(row[name])

        self.leadership = told(
            "leadership", rules.trait(b.trait_mean, b.trait_loading, self.ready, chance.normal(u[1]), b)
        )
        self.openness = told("openness", rules.trait(b.trait_mean, b.trait_loading, self.ready, chance.normal(u[2]), b))
        self.workload = told("workload", rules.trait(b.workload_mean, 0.0, self.ready, chance.normal(u[3]), b))
        self.supportive_head = v[0] < self.leadership
        self.connectivity, self.travel_days = float(row["connectivity"]), float(row["travel_days"])
        self.staff = int(row["staff"])
        self.team = rules.team_size(self.staff, b)
        self.trained, self.skill, self.data_quality = 0, b.skill_start, b.data_quality_start
        self.attention, self.dependence, self.fatigue = 0.0, 0.0, b.fatigue_start
        self.enrolled, self.dropped_out = False, False
        self.wave, self.own_wave, self.joined, self.elements_joined = -1, -1, NEVER, 0
        self.low_months, self.last_support, self.last_visit = 0, NEVER, NEVER
        self.frequency, self.extra_workload, self.lost, self.slack = 0.0, 0.0, 0.0, 0.0
        self.paid_by = -1
        self.stand_free()
        self.partner_tie, self.exchanges, self.visits = 0.0, 0, 0
        self.reviewed = False
        self.called, self.attends, self.meeting, self.cycles = False, False, False, 0
        self.engagement = rules.own_level(
            self.leadership,
            self.openness,
            self.workload,
            b.fatigue_start,
            0.0,
            True,
            self.supportive_head,
            0.0,
            0.0,
            b,
        )

    def stand_free(self) -> None:
        """No institution, endorsement or shock holds."""
        self.load, self.level_shift, self.lapse_share, self.skill_share = 0.0, 0.0, 1.0, 1.0
        self.no_gatherings = self.no_visits = self.supervised = False

    def _start_practices(self) -> None:
        b, model = self.model.behaviour, self.model
        self.practices: list[Practice] = []
        for k, record in enumerate(model.ideas):
            u = self.uniforms(0, chance.PRACTICE_START, k)
            fit = b.fit_low + (b.fit_high - b.fit_low) * u[1] if record["needs_adapting"] else 1.0
            practice = Practice(model.idea_names[k], record, rules.logit(u[0]), fit)
            if rules.uses_at_start(self.ready, chance.normal(u[2]), float(record["initial_quantile"])):
                practice.source, practice.embedding = INITIAL, b.initial_embedding
                self.adopt(practice, True, b.initial_reach)
            self.practices.append(practice)
        self.base: list[float] = []
        for j, indicator in enumerate(model.indicators):
            z = chance.normal(chance.lane(self.uniforms(0, chance.BASELINE, j // 4), j))
            told = float(model.told_baseline[self.index, j])
            if told != told:
                told = rules.baseline(indicator.baseline, indicator.baseline_sd, self.ready, z, b)
            care = rules.care(self.attention, self.engagement, b)
            gap_left, share_kept = self.effects(j, rules.known_but_not_done(self.attention, b), care)
            self.base.append(rules.baseline_without(told, indicator.ceiling, gap_left, share_kept))
        self.performance = [0.0] * len(self.base)
        self.reported = [0.0] * len(self.base)

    def on_indicator(self, j: int) -> list[Practice]:
        """The practices that act on an indicator."""
        return [self.practices[k] for k in self.model.ideas_of[j]]

    def effects(self, j: int, gap_left: float, care: float) -> tuple[float, float]:
        """What practices that work leave of the gap of an indicator, of which `gap_left` is open, and of the rest."""
        share_kept = 1.0
        for practice in self.on_indicator(j):
            if practice.working:
                use = rules.done(practice.reach, practice.embedding, care)
                gap_left = rules.gap_closed(gap_left, practice.effect, use)
                share_kept = rules.kept(share_kept, practice.effect, use)
        return gap_left, share_kept

    # --- people -----------------------------------------------------------------------------------------------------

    def lose_people(self) -> None:
        """Members of the team and the head may leave."""
        b, month = self.model.behaviour, self.model.month
        u = self.uniforms(month + 1, chance.PEOPLE)
        leavers = chance.successes(u[0], self.team, rules.leaving(month, b))
        self.lose_members(leavers, chance.PEOPLE, 1)
        if u[1] < b.head_leave_monthly:
            self.new_head(u[2] < self.leadership, u[3] < b.head_loss_stops_test)

    def lose_members(self, leavers: int, purpose: int, index: int) -> None:
        """So many members leave, trained or not, and their part of the team's skill with them.

        Which of them are trained, is luck of this purpose and index.
        """
        if leavers > 0:
            u = self.uniforms(self.model.month + 1, purpose, index)
            trained = chance.among(u[0], leavers, self.trained, self.team)
            share = leavers / self.team
            self.trained -= trained
            self.lost = rules.up(self.lost, share)
            self.skill = rules.skill_after_turnover(self.skill, share, self.skill_share, self.model.behaviour)
            if trained > 0:
                self.log("trained staff left", why=f"{trained} left, {self.trained} remain")
            else:
                self.log("untrained staff left", why=f"{leavers} of the {self.team} in the team")

    def new_head(self, supports: bool, stops_tests: bool) -> None:
        """The head leaves; the successor supports improvement, or does not."""
        had, self.supportive_head = self.supportive_head, supports
        self.log(
            "head left",
            why="the successor supports improvement" if supports else "the successor does not support improvement",
        )
        if not had:
            return
        self.engagement *= self.model.behaviour.head_loss_engagement
        self.attention *= self.model.behaviour.head_loss_engagement
        if stops_tests:
            for practice in self.practices:
                if practice.stage == rules.TESTING:
                    practice.stage = rules.AWARE
                    self.log("test stopped", practice, "a supportive head left")

    # --- the month --------------------------------------------------------------------------------------------------

    def act(self) -> None:
        """Everything a facility does in a month, after people left and support arrived."""
        b, month = self.model.behaviour, self.model.month
        self.frequency = rules.visit_frequency(self.frequency, self.visits, b)
        u = self.uniforms(month + 1, chance.TEAM)
        self.hear_of_ideas()
        self.invent(u[1], u[2])
        self.meet(u[0], u[3])
        self.sustain()
        self.perform(month + 1)
        self.measure(month + 1)
        self.motivate()
        self.extra_workload = self.lost = 0.0
        self.partner_tie = rules.down(self.partner_tie, b.tie_fading)

    @property
    def unsupported(self) -> bool:
        """No visit or session for some months."""
        return self.model.month - self.last_support >= self.model.behaviour.unsupported_months

    @property
    def supported_by_wave(self) -> bool:
        """Enrolled in a collaborative; to have signed up in a campaign is no support."""
        return self.enrolled and bool(self.model.programme.waves[self.wave]["supports"])

    def peer_use(self, k: int) -> tuple[float, float, float]:
        """How far peers use an idea, as they showed at the end of last month.

        In all, and of it the parts of the network's neighbours and of the cohort; the rest is the exchange partner's.
        """
        network = sum(weight for peer, weight in self.peers if peer.practices[k].seen_in_use)
        share = network / self.peer_weight if self.peer_weight > 0.0 else 0.0
        cohort, tie = 0.0, 0.0
        if self.cohort is not None and self.cohort.size > 1:
            cohort, tie = self.cohort.users(k) / (self.cohort.size - 1), self.cohort.tie
        partner = 1.0 if self.partner is not None and self.partner.practices[k].seen_in_use else 0.0
        return rules.visible_use(share, cohort, tie, partner, self.partner_tie), share, tie * cohort

    def hear_of_ideas(self) -> None:
        """Awareness of ideas through peers."""
        b, month = self.model.behaviour, self.model.month
        for k, practice in enumerate(self.practices):
            if practice.stage != rules.UNAWARE:
                continue
            use, network, cohort = self.peer_use(k)
            if use <= 0.0:
                continue
            u = chance.lane(self.uniforms(month + 1, chance.HEARING, k // 4), k)
            chance_of = rules.hears(use, b)
            if u < chance_of:
                self.learn_from_peer(k, u / chance_of * use, network, cohort)

    def learn_from_peer(self, k: int, share: float, network: float, cohort: float) -> None:
        """Learn from whoever is found where `share` of all peers' influence is passed; see `peer_use`."""
        practice = self.practices[k]
        if share < network:
            teacher = self.neighbour(k, share * self.peer_weight)
            practice.introduce(PEER, teacher.index)
            self.log("heard of an idea", practice, f"{teacher.name} uses it")
        elif share < network + cohort:
            practice.introduce(BY_COHORT)
            self.log("heard of an idea", practice, "others of the cohort use it")
        elif self.partner is not None:
            practice.introduce(PEER, self.partner.index)
            self.log("heard of an idea", practice, f"{self.partner.name}, visited before, uses it")

    def neighbour(self, k: int, weight: float) -> Facility:
        """The neighbour using an idea at which the weights of those who do, summed in their order, pass `weight`."""
        users = [(peer, tie) for peer, tie in self.peers if peer.practices[k].seen_in_use]
        passed = 0.0
        for peer, tie in users:
            passed += tie
            if weight < passed:
                return peer
        return users[-1][0]

    def invent(self, u_whether: float, u_which: float) -> None:
        """The team may think of an idea itself."""
        if u_whether >= rules.invents(self.skill, self.engagement, self.model.behaviour):
            return
        unaware = [practice for practice in self.practices if practice.stage == rules.UNAWARE]
        if unaware:
            practice = unaware[int(u_which * len(unaware))]
            practice.introduce(OWN)
            self.log("thought of an idea", practice, "the team's own invention")

    def meet(self, u_whether: float, u_cycles: float) -> None:
        """The team meets or not; if it does, it runs its cycles, taking up the next idea when one is decided."""
        self.cycles = 0
        self.meeting = self.called or u_whether < self.meeting_chance()
        self.called = False
        b = self.model.behaviour
        if not self.meeting:
            self.skill = rules.down(self.skill, b.skill_fading)
            return
        self.attention = rules.up(self.attention, b.meeting_attention)
        for cycle in range(rules.cycles(self.frequency, u_cycles, b)):
            self.pick_ideas()
            self.test_ideas(cycle)

    def meeting_chance(self) -> float:
        """Probability that the team meets this month."""
        supported = not self.unsupported or self.supported_by_wave
        workload = self.workload + self.extra_workload + self.load - self.slack
        return rules.meets(
            self.engagement, workload, self.trained, supported, self.skill, self.dependence, self.model.behaviour
        )

    def pick_ideas(self) -> None:
        """Take ideas in hand until there are as many as a team tests at a time."""
        in_hand = sum(practice.stage == rules.TESTING for practice in self.practices)
        if self.priority is not None and self.priority.untested:  # does not wait for those in hand
            in_hand = min(in_hand, self.model.behaviour.ideas_in_hand - 1)
        while in_hand < self.model.behaviour.ideas_in_hand:
            practice = self.most_promising()
            if practice is None:
                return
            why = "seen in an exchange visit" if practice is self.priority else "the most promising idea known"
            if practice is self.priority:
                self.priority = None
            practice.stage, practice.failures, practice.shared = rules.TESTING, 0, False
            self.log("started a test", practice, why)
            in_hand += 1

    def most_promising(self) -> Practice | None:
        """The idea seen in an exchange visit, or else the most promising one known."""
        if self.priority is not None and self.priority.untested:
            return self.priority
        known = [practice for practice in self.practices if practice.untested]
        return max(known, key=self.promise, default=None)

    def promise(self, practice: Practice) -> float:
        """How much the team expects of an idea."""
        indicator = self.model.indicators[practice.indicator]
        gap = indicator.ceiling - self.reported[practice.indicator]
        lapsed = practice.stage == rules.LAPSED
        return rules.promise(practice.effect, indicator.weight, gap, practice.evidence, practice.complexity, lapsed)

    def test_ideas(self, cycle: int) -> None:
        """Run one PDSA cycle on each idea in hand; `cycle` counts those of the month from 0."""
        for k, practice in enumerate(self.practices):
            if practice.stage == rules.TESTING:
                self.run_cycle(practice, self.uniforms(self.model.month + 1, chance.CYCLE, k * 16 + cycle))
                self.cycles += 1

    def works(self, practice: Practice) -> bool:
        """Whether an idea works here as it is done now."""
        b = self.model.behaviour
        return rules.works(practice.difficulty, practice.fit, self.skill, practice.complexity, practice.refinement, b)

    def adopt(self, practice: Practice, works: bool, reach: float) -> None:
        """Take an idea into use."""
        practice.stage, practice.works, practice.reach = rules.ADOPTED, works, max(practice.reach, reach)
        self.model.adoptions[practice.source] += 1

    def run_cycle(self, practice: Practice, u: tuple[float, float, float, float]) -> None:
        """One PDSA cycle: done properly or not, judged, and adopted, adapted or abandoned."""
        b = self.model.behaviour
        properly = u[0] < rules.proper(self.skill, self.frequency, b)
        works = self.works(practice)
        how = "properly done" if properly else "not done properly"
        if rules.judged_success(works, properly, u[1], self.data_quality, b):
            self.adopt(practice, works, b.reach_start)
            self.engagement = rules.up(self.engagement, b.success_engagement)
            truth = "works here" if works else "does not work here"
            self.log("adopted an idea", practice, f"judged a success in a cycle {how}; in truth it {truth}")
            return
        practice.failures += 1
        self.engagement = rules.down(self.engagement, b.failure_engagement)
        if properly:
            practice.fit = rules.up(practice.fit, b.fit_learning)
        self.log("cycle without success", practice, f"failed cycle {practice.failures}, {how}")
        if u[2] < rules.abandons(practice.failures, self.fatigue, b):
            cycles = "cycle" if practice.failures == 1 else "cycles"
            self.abandon(practice, f"after {practice.failures} failed {cycles}")

    def meet_evidence(self, practice: Practice, proof: float) -> None:
        """Take in news of an idea from others; good news may bring an abandoned idea back."""
        practice.evidence = proof
        if practice.stage == rules.ABANDONED and rules.reconsiders(proof, self.model.behaviour):
            practice.stage, practice.failures = rules.AWARE, 0
            self.log("reconsidered an idea", practice, f"evidence {proof:.2f} from others")

    def by_gap(self) -> list[int]:
        """The indicators by their reported gap to the ceiling, weighted, the largest first."""

        def gap(j: int) -> float:
            return self.model.indicators[j].weight * (self.model.indicators[j].ceiling - self.reported[j])

        return sorted(range(len(self.reported)), key=gap, reverse=True)

    def put_first(self, j: int) -> None:
        """Take up the strongest idea on an indicator that is known and not tested."""
        known = [practice for practice in self.on_indicator(j) if practice.untested]
        if known:
            self.priority = max(known, key=lambda practice: abs(practice.effect))

    def lift(self, engagement: float, attention: float, ownership: float, identity: float) -> None:
        """Be motivated and made attentive by support, as far as it is owned and clear, and the facility not tired."""
        b = self.model.behaviour
        self.engagement = rules.lifted(self.engagement, engagement, ownership, identity, self.fatigue, b)
        self.attention = rules.lifted(self.attention, attention, ownership, identity, self.fatigue, b)

    def learn(self, share: float, ownership: float, identity: float) -> None:
        """The team's skill rises, as far as the support is owned and clear."""
        self.skill = rules.up(self.skill, rules.welcomed(share, ownership, identity, self.model.behaviour))

    def abandon(self, practice: Practice, why: str) -> None:
        """Give an idea up."""
        practice.give_up(rules.ABANDONED)
        self.fatigue = rules.up(self.fatigue, self.model.behaviour.fatigue_abandoned)
        self.log("abandoned an idea", practice, why)

    def sustain(self) -> None:
        """Reach and embedding of practices in use; some lapse, some are found not to work."""
        b, month = self.model.behaviour, self.model.month
        included = rules.inclusion(self.trained, self.staff, b)
        for k, practice in enumerate(self.practices):
            if practice.stage != rules.ADOPTED:
                continue
            practice.reach = rules.reach_next(practice.reach, self.engagement, included, practice.embedding, b)
            practice.embedding = rules.embedded(practice.embedding, self.engagement, self.dependence, b)
            u = chance.lane(self.uniforms(month + 1, chance.PRACTICE, k // 4), k)
            lapse = rules.lapses(
                practice.embedding, self.engagement, self.lost, self.dependence, self.unsupported, self.lapse_share, b
            )
            if u < lapse:
                practice.give_up(rules.LAPSED)
                self.log("practice lapsed", practice, f"engagement {self.engagement:.2f}")
            elif not practice.works:
                found_out = rules.found_out(self.data_quality, practice.reach, b)
                if u < lapse + (1.0 - lapse) * found_out:
                    self.abandon(practice, "found not to work")

    def perform(self, months: int) -> None:
        """True performance of each indicator, and the score, after so many months."""
        b, score = self.model.behaviour, 0.0
        care = rules.care(self.attention, self.engagement, b)
        for j, indicator in enumerate(self.model.indicators):
            gap_left, share_kept = self.effects(j, rules.known_but_not_done(self.attention, b), care)
            self.performance[j] = rules.performance(
                self.base[j], indicator.ceiling, gap_left, share_kept, indicator.trend_monthly * months
            )
            score += indicator.weight * self.performance[j]
        self.score = score

    def measure(self, months: int) -> None:
        """What the facility's own records show, in a month in which they are reviewed."""
        b, score = self.model.behaviour, 0.0
        self.reviewed = self.enrolled or self.supervised or rules.routine_review(months, b)
        if not self.reviewed:
            return
        for j, indicator in enumerate(self.model.indicators):
            u = chance.lane(self.uniforms(months, chance.RECORDS, j // 4), j)
            mean = rules.seen(self.performance[j], self.data_quality, b)
            self.reported[j] = chance.sampled_share(u, int(b.records), mean)
            score += indicator.weight * self.reported[j]
        self.reported_score = score

    def motivate(self) -> None:
        """Engagement moves to the facility's own level; fatigue and dependence fade; the weary drop out."""
        b, ownership, bond = self.model.behaviour, 0.0, 0.0
        if self.enrolled:
            wave = self.model.programme.waves[self.wave]
            ownership = float(wave["ownership"])
            bond = ownership * float(wave["identity"])
        level = rules.own_level(
            self.leadership, self.openness, self.workload + self.load, self.fatigue, self.dependence,
            self.unsupported, self.supportive_head, bond, self.level_shift, b,
        )  # fmt: skip
        self.engagement = rules.engagement_next(self.engagement, level, b)
        self.fatigue = rules.fatigue_next(self.fatigue, ownership, self.enrolled, b)
        self.dependence = rules.down(self.dependence, b.dependence_fading)
        self.attention = rules.attention_next(self.attention, self.dependence, b)
        if not self.enrolled:
            return
        self.low_months = self.low_months + 1 if self.engagement < b.dropout_engagement else 0
        if self.low_months >= b.dropout_months:
            supported = self.supported_by_wave
            self.enrolled, self.low_months = False, 0
            self.dropped_out = self.dropped_out or supported
            self.log("dropped out" if supported else "left the campaign", why=f"engagement {self.engagement:.2f}")

    def show(self) -> None:
        """At the end of the month, let others see what changed."""
        for practice in self.practices:
            practice.show()
        if self.dropped_out and self.cohort is not None:
            self.cohort.leave(self)

    def log(self, what: str, practice: Practice | None = None, why: str = "") -> None:
        """Note something that happened in the model's event log."""
        self.model.note(self, what, practice.idea if practice else None, why)
