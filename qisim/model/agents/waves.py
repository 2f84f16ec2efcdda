"""What the programme's events do in the Mesa model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qisim.model import chance, programme, rules
from qisim.model.agents.channels import channel
from qisim.model.agents.conditions import change_condition, upheaval
from qisim.model.state import (
    ATTENDANCES,
    BY_EXCHANGE,
    BY_SESSION,
    EXCHANGES,
    ONLINE_ATTENDANCES,
    ONLINE_SESSIONS,
    SESSIONS,
    STAFF_DAYS,
)

if TYPE_CHECKING:
    from qisim.model.agents.cohort import Cohort
    from qisim.model.agents.facility import Facility
    from qisim.model.agents.model import QIModel


def deal_with(model: QIModel, event: Any) -> None:
    """Carry out one event of the programme."""
    which, amount = int(event["which"]), int(event["amount"])
    if event["kind"] == programme.END_OF_SUPPORT:
        end_of_support(model, which)
    elif event["kind"] == programme.JOIN:
        join(model, which, amount)
    elif event["kind"] == programme.SESSION:
        session(model, which, amount)
    elif event["kind"] == programme.EXCHANGE:
        for _ in range(amount):
            exchange_visit(model, which)
    elif event["kind"] == programme.SYNTHESIS:
        synthesis(model, which)
    elif event["kind"] == programme.CHANNEL:
        channel(model, which, amount)
    elif event["kind"] == programme.CONDITION:
        change_condition(model, which, amount == 1)
    elif event["kind"] == programme.UPHEAVAL:
        upheaval(model, which)


def members(model: QIModel, w: int) -> list[Facility]:
    """The facilities of a wave that are in the programme."""
    return [facility for facility in model.by_index if facility.enrolled and facility.wave == w]


def end_of_support(model: QIModel, w: int) -> None:
    """The members of a wave are on their own; they still know each other."""
    for facility in members(model, w):
        facility.enrolled = False
        facility.log("support ended")


def join(model: QIModel, w: int, released: int) -> None:
    """The facilities that the selection rule puts first join."""
    wave, covers = model.programme.waves[w], model.programme.wave_covers[w]
    model.released[w] = released
    element = 1 << int(wave["collaborative"])
    open_to = [
        f for f in model.by_index if covers[f.index] and not f.supported_by_wave and not f.elements_joined & element
    ]
    select = int(wave["select"])

    def order(facility: Facility) -> tuple[float, int]:
        u = facility.uniforms(model.month + 1, chance.SELECTION)
        key = rules.selection_key(
            select, facility.reported_score, facility.ready, facility.travel_days, facility.district_code, u[0]
        )
        return key, facility.index

    open_to.sort(key=order)
    for facility in open_to[: wave["sites"]]:
        facility.wave, facility.enrolled = w, True
        facility.joined, facility.low_months = model.month, 0
        facility.elements_joined |= element
        if wave["supports"]:  # who signs up in a campaign stays what it is in its collaborative
            facility.own_wave, facility.dropped_out = w, False
            group = (0, facility.province_code, facility.district_code)[wave["cohort_by"]]
            model.cohorts[int(wave["first_cohort"]) + group].enter(facility)
        facility.log("joined the programme", why=f"wave {w + 1}")


def session(model: QIModel, w: int, released: int) -> None:
    """A learning session of a wave, held cohort by cohort."""
    wave, b = model.programme.waves[w], model.behaviour
    model.released[w] = released
    present: dict[Cohort, list[Facility]] = {}
    for facility in members(model, w):
        u = facility.uniforms(model.month + 1, chance.SESSION)
        virtual = takes_part_online(facility, wave)
        may = virtual or not facility.no_gatherings
        if may and u[0] < rules.attendance(virtual, facility.connectivity, b) and facility.cohort is not None:
            present.setdefault(facility.cohort, []).append(facility)
    share_tests(model, [facility for cohort in present.values() for facility in cohort])
    people = 0
    for cohort, facilities in present.items():
        online = [takes_part_online(facility, wave) for facility in facilities]
        if len(facilities) >= 2:
            cohort.tie = rules.session_tie(cohort.tie, any(online), b)
        model.count(wave["element"], ONLINE_SESSIONS if all(online) else SESSIONS)
        people += hold_session(model, wave, facilities, [int(k) for k in model.programme.packages[w, :released]])
    model.count(wave["element"], STAFF_DAYS, people * float(wave["days"]))


def takes_part_online(facility: Facility, wave: Any) -> bool:
    """Whether a facility takes part online: as planned, or because gatherings are stopped."""
    return bool(wave["virtual"] or (facility.no_gatherings and wave["goes_virtual"]))


def share_tests(model: QIModel, present: list[Facility]) -> None:
    """What those present tested since the last session refines the package."""
    for k in range(len(model.ideas)):
        tests = 0
        for facility in present:
            practice = facility.practices[k]
            if not practice.shared and practice.stage in (rules.ADOPTED, rules.ABANDONED):
                practice.shared = True
                tests += 1
        model.refinement[k] = rules.refined(model.refinement[k], tests, model.behaviour)


def hold_session(model: QIModel, wave: Any, present: list[Facility], released: list[int]) -> int:
    """One cohort meets: teams learn, compare results and hear of the released ideas. Returns how many people came."""
    b, size, sent = model.behaviour, len(present), 0
    total = 0.0
    for facility in present:
        total += facility.reported_score
    evidence = {}
    for k in released:
        working = sum(facility.practices[k].working for facility in present)
        failed = sum(facility.practices[k].stage == rules.ABANDONED for facility in present)
        if working + failed > 0:
            evidence[k] = rules.evidence(working, failed)
    for facility in present:
        model.attendances += 1
        facility.last_support = model.month
        virtual = takes_part_online(facility, wave)
        model.count(wave["element"], ONLINE_ATTENDANCES if virtual else ATTENDANCES)
        people = rules.attendees(int(wave["attendees"]), facility.team, virtual, b)
        sent += people
        facility.trained = min(facility.team, facility.trained + people)
        facility.learn(b.session_skill, float(wave["ownership"]), float(wave["identity"]))
        facility.lift(b.session_engagement, b.session_attention, float(wave["ownership"]), float(wave["identity"]))
        others = f"with {size - 1} other {'facility' if size == 2 else 'facilities'}" if size > 1 else "alone"
        facility.log("learning session", why=("online, " if virtual else "") + others)
        if size >= 2:
            above = facility.reported_score * size >= total
            facility.engagement = rules.compared(facility.engagement, above, facility.openness, b)
        if not virtual:
            facility.extra_workload += b.session_workload
        for k in released:
            practice = facility.practices[k]
            if practice.introduce(BY_SESSION):
                facility.log("heard of an idea", practice, "at the learning session")
            practice.refinement = model.refinement[k]
            if k in evidence:
                facility.meet_evidence(practice, evidence[k])
    return sent


def synthesis(model: QIModel, w: int) -> None:
    """A synthesis workshop fixes the package of a wave and yields its champions, if the wave has any member."""
    if not members(model, w):
        return
    wave = model.programme.waves[w]
    for k in model.programme.packages[w, : wave["ideas"]]:
        model.refinement[k] = rules.up(model.refinement[k], model.behaviour.synthesis_refinement)
    for coach in model.by_post[wave["first_champion"] : wave["first_champion"] + wave["champions"]]:
        coach.appoint_champion()


def exchange_visit(model: QIModel, e: int) -> None:
    """A lower-performing facility visits one of the best in reach; with nothing to see, it is the next one's turn."""
    covers, fixed = model.programme.exchange_covers[e], int(model.programme.exchanges[e]["indicator"])
    covered = [facility for facility in model.by_index if covers[facility.index] and not facility.no_gatherings]
    guests = [facility for facility in covered if facility.enrolled]
    reach = int(model.programme.exchanges[e]["reach"])
    for _ in range(rules.ASKED_TO_VISIT if guests else 0):
        visitor = min(guests, key=lambda f: (f.exchanges, f.reported_score, f.index))
        visitor.exchanges += 1
        near = [f for f in covered if f is not visitor and _within_reach(f, visitor, reach)]
        for j in [fixed] if fixed >= 0 else visitor.by_gap():
            host = best_to_see(visitor, near, j)
            if host is not None:
                see(model, visitor, host, e, j)
                return


def best_to_see(visitor: Facility, near: list[Facility], j: int) -> Facility | None:
    """The best reported performer on an indicator that is better than the visitor and has something new to show."""
    better = [f for f in near if f.reported[j] > visitor.reported[j] and _shows(f, visitor, j)]
    return max(better, key=lambda f: (f.reported[j], -f.index), default=None)


def _within_reach(host: Facility, visitor: Facility, reach: int) -> bool:
    if programme.REACHES[reach] == "district":
        return host.district_code == visitor.district_code
    return programme.REACHES[reach] == "anywhere" or host.province_code == visitor.province_code


def _shows(host: Facility, visitor: Facility, j: int) -> bool:
    """Whether a host uses an idea on an indicator that the visitor neither uses nor tests."""
    return any(
        shown.seen_in_use and own.stage not in (rules.TESTING, rules.ADOPTED)
        for shown, own in zip(host.on_indicator(j), visitor.on_indicator(j), strict=True)
    )


def see(model: QIModel, visitor: Facility, host: Facility, e: int, j: int) -> None:
    """The visitor learns of what the host uses, with full evidence, and puts the strongest idea first."""
    b, best, strongest = model.behaviour, None, -1.0
    own = model.programme.exchanges[e]
    visitor.log("exchange visit", why=f"to {host.name}, for {model.indicator_names[j]}")
    host.log("hosted an exchange visit", why=f"of {visitor.name}")
    for practice, shown in zip(visitor.on_indicator(j), host.on_indicator(j), strict=True):
        if not shown.seen_in_use:
            continue
        if practice.introduce(BY_EXCHANGE, host.index):
            visitor.log("heard of an idea", practice, f"seen at work in {host.name}")
        visitor.meet_evidence(practice, b.exchange_evidence)
        if practice.untested and abs(practice.effect) > strongest:
            best, strongest = practice, abs(practice.effect)
    if best is not None:
        visitor.priority = best
    visitor.partner_tie = rules.up(visitor.partner_tie if visitor.partner is host else 0.0, b.exchange_tie)
    visitor.partner = host
    visitor.last_support = model.month
    for facility in (visitor, host):
        facility.lift(b.exchange_engagement, 0.0, float(own["ownership"]), float(own["identity"]))
    model.exchanges += 1
    model.count(own["element"], EXCHANGES)
    people = min(int(own["people"]), visitor.team)
    model.count(own["element"], STAFF_DAYS, people * rules.visit_days(visitor.travel_days))
