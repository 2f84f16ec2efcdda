"""Teams of many facilities that test a package of ideas and learn from each other at sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from qisim.scenario.elements.base import Element, Horizon
from qisim.scenario.key_types import Names, Table, When

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar

Select = Literal["all", "random", "strongest", "weakest", "volunteers", "remote_first", "by_district", "list"]


class Wave(Table):
    """Facilities that join a collaborative together."""

    start: When = Field(description="when the wave joins and holds its first session")
    sites: Annotated[int, Field(ge=0)] | None = Field(None, description="how many facilities join; all unless told")
    share: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="or the share of the covered facilities that join"
    )
    kinds: Names = Field([], description="only these kinds of facility, of those the element covers")
    districts: Names = Field([], description="only these districts, of those the element covers")

    @model_validator(mode="after")
    def _one_size(self) -> Wave:
        if self.sites is not None and self.share is not None:
            raise ValueError("sites and share contradict each other; give one of them")
        return self


class Collaborative(Element):
    """A collaborative: waves, learning sessions separated by action periods, a package of ideas."""

    kind: Literal["collaborative"]
    phase: Literal["demonstration", "spread"] = Field(
        "demonstration", description="a demonstration may end in a synthesis workshop; a spread takes its package on"
    )
    waves: Annotated[list[Wave], Field(min_length=1, max_length=1000)] = Field(description="who joins when")
    select: Select = Field("all", description="which of the covered facilities a wave takes first")
    cohort: Literal["wave", "province", "district"] = Field(
        "wave", description="who sits together in a session: the whole wave, or each of its provinces or districts"
    )
    sessions: Annotated[int, Field(ge=1, le=24)] = Field(4, description="learning sessions, the first at the start")
    action_months: Annotated[int, Field(ge=1, le=12)] = Field(3, description="months from one session to the next")
    mode: Literal["in_person", "virtual"] = Field("in_person", description="how sessions are held")
    when_stopped: Literal["cancel", "virtual"] = Field(
        "cancel", description="sessions in person while a shock stops gatherings: cancelled, or held online"
    )
    session_days: Annotated[float, Field(ge=0, le=30)] = Field(2.0, description="days that a session takes")
    attendees: Annotated[int, Field(ge=1, le=50)] = Field(3, description="people a facility sends to a session")
    release: Literal["at_once", "stages"] = Field(
        "at_once", description="the whole package at the first session, or a part of it at each"
    )
    package: Names = Field([], description="names of the ideas it spreads; all unless told")
    synthesis: bool = Field(False, description="a synthesis workshop at the end of each wave fixes the package")
    champions: Annotated[int, Field(ge=0, le=1000)] = Field(
        0, description="peer coaches that the synthesis workshop yields for the facilities that join later"
    )
    champion_days: Annotated[float, Field(gt=0, le=31)] = Field(2.0, description="visit days a champion has a month")

    @model_validator(mode="after")
    def _champions_need_a_synthesis(self) -> Collaborative:
        if self.champions and not self.synthesis:
            raise ValueError("champions come from a synthesis workshop; set synthesis = true")
        if self.synthesis and self.phase == "spread":
            raise ValueError("synthesis = true belongs to phase = 'demonstration'")
        if self.facilities == [] and self.select == "list":
            raise ValueError("select = 'list' needs facilities = [ids]")
        return self

    @property
    def enrolling(self) -> bool:
        """Whether facilities are enrolled in it."""
        return True

    def span(self, horizon: Horizon) -> tuple[int, int]:
        starts = [horizon.step(wave.start) for wave in self.waves]
        return min(starts), min(max(starts) + self.sessions * self.action_months, horizon.months)

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        taken = calendar.package(self, self.package)
        previous = -1
        for number, wave in enumerate(self.waves):
            start = calendar.step(wave.start, self, f"waves.{number}.start")
            if start < previous:
                calendar.refuse(
                    self,
                    f"waves.{number}.start",
                    f"found {wave.start}, before the wave above it",
                    "waves in the order in which they start",
                )
            previous = start
            members = calendar.narrowed(self, f"waves.{number}", covered, wave.kinds, wave.districts)
            size = int(members.sum())
            if wave.sites is not None and wave.sites > size:
                calendar.refuse(self, f"waves.{number}.sites", f"found {wave.sites}", f"at most the {size} covered")
            share = max(1, int(wave.share * size + 0.5)) if wave.share else size
            sites = share if wave.sites is None else wave.sites
            w = calendar.wave(
                self, members, sites, taken, select=self.select, cohort=self.cohort, attendees=self.attendees,
                days=self.session_days, virtual=self.mode == "virtual",
                goes_virtual=self.mode == "virtual" or self.when_stopped == "virtual",
            )  # fmt: skip
            calendar.event(start, "join", w)
            for session in range(self.sessions):
                released = len(taken)
                if self.release == "stages":
                    released = -(-len(taken) * (session + 1) // self.sessions)
                calendar.event(start + session * self.action_months, "session", w, released)
            end = start + self.sessions * self.action_months
            if self.synthesis:
                calendar.event(end - 1, "synthesis", w)
                calendar.champions(self, covered, start=end)
            calendar.event(end, "end_of_support", w)
