"""An epidemic, a reorganisation or another blow from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from qisim.scenario.elements.base import Element, Horizon
from qisim.scenario.key_types import Share, When

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class Shock(Element):
    """Extra workload for some months. An epidemic also stops gatherings; a reorganisation sets things back."""

    supports: ClassVar[bool] = False
    kind: Literal["shock"]
    what: Literal["epidemic", "reorganisation", "other"] = Field(description="what sort of blow it is")
    severity: Share = Field(1.0, description="0 not felt at all, 1 full")
    start: When = Field(description="first month of it")
    months: Annotated[int, Field(ge=1, le=600)] = Field(description="how many months it lasts")
    stops_gatherings: bool | None = Field(
        None, description="no sessions in person and no exchange visits; in an epidemic unless told"
    )
    stops_visits: bool | None = Field(None, description="no coaching visits; in an epidemic unless told")
    cuts_bureaucracy: bool = Field(False, description="rules that stood in the way are lifted while it lasts")

    def span(self, horizon: Horizon) -> tuple[int, int]:
        first = horizon.step(self.start)
        return first, min(first + self.months, horizon.months)

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        first = calendar.step(self.start, self, "start")
        stops, felt = self.what == "epidemic", self.severity > 0
        calendar.condition(
            self, covered, first, first + self.months,
            load=self.severity,
            upheaval=self.severity if self.what == "reorganisation" else 0.0,
            freedom=self.severity if self.cuts_bureaucracy else 0.0,
            no_gatherings=felt and (stops if self.stops_gatherings is None else self.stops_gatherings),
            no_visits=felt and (stops if self.stops_visits is None else self.stops_visits),
        )  # fmt: skip
        if self.what == "reorganisation":
            c = calendar.channel(self, "upheaval", covered, strength=self.severity)
            calendar.event(first, "upheaval", c)
