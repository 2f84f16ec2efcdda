"""Handing over from external mentors to the health system's own coaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from qisim.scenario.elements.base import Lasting
from qisim.scenario.key_types import Share

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class CapacityTransfer(Lasting):
    """While it runs, facilities learn to do without mentors, and the coaches who stay learn from them."""

    kind: Literal["capacity_transfer"]
    effort: Share = Field(1.0, description="how thoroughly it is done; 0 not at all")
    to: str = Field("", description="name of the coaching element whose coaches take over; none unless told")

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        c = calendar.channel(self, "transfer", covered, strength=self.effort, coaches=self.to)
        calendar.monthly(start, end, 1, "channel", c)
