"""A campaign: awareness, and a push to enrol; no skill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from qisim.scenario.elements.base import Lasting
from qisim.scenario.key_types import Names, Share

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class Campaign(Lasting):
    """Messages that reach facilities month after month, and a call to sign up."""

    kind: Literal["campaign"]
    reach: Share = Field(0.5, description="share of the covered facilities that it reaches in a month")
    enrols: Share = Field(0.0, description="share of the covered facilities that sign up in the course of it")
    package: Names = Field([], description="names of the ideas it tells of; all unless told")

    @property
    def enrolling(self) -> bool:
        """Whether facilities are enrolled in it."""
        return self.enrols > 0

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        c = calendar.channel(self, "campaign", covered, reach=self.reach, package=self.package)
        calendar.monthly(start, end, 1, "channel", c)
        self._enrol(calendar, covered, start, end)

    def _enrol(self, calendar: Calendar, covered: Any, start: int, end: int) -> None:
        """A push, not contagion: as many sign up in each month, whoever they are; they leave with the campaign."""
        package = calendar.package(self, self.package)
        for month, sites in calendar.evenly(start, end, int(self.enrols * int(covered.sum()) + 0.5)):
            w = calendar.wave(self, covered, sites, package, select="random", supports=False)
            calendar.event(month, "join", w, len(package))
            calendar.event(end, "end_of_support", w)
