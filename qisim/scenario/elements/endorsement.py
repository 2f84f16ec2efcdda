"""The word of a body that professionals trust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from qisim.scenario.elements.base import Lasting
from qisim.scenario.key_types import Names, Share

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class Endorsement(Lasting):
    """A professional body stands behind the package: it is believed, and work on it counts."""

    supports: ClassVar[bool] = False
    kind: Literal["endorsement"]
    standing: Share = Field(0.7, description="how far facilities look up to who endorses; 0 not at all")
    package: Names = Field([], description="names of the ideas endorsed; all unless told")

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        c = calendar.channel(self, "endorsement", covered, reach=self.standing, package=self.package)
        calendar.event(start, "channel", c)
        calendar.condition(self, covered, start, end, endorsed=self.standing)
