"""What the programme's events do in the Mesa model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qisim.model import chance, rules
from qisim.model.state import (
    ATTENDANCES,
    BY_SESSION,
    ONLINE_ATTENDANCES,
    ONLINE_SESSIONS,
    SESSIONS,
    STAFF_DAYS,
)

if TYPE_CHECKING:
    from qisim.model.agents.cohort import Cohort
    from qisim.model.agents.facility import Facility
    from qisim.model.agents.model import QIModel


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
