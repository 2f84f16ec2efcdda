"""Visits of a lower-performing facility to one of the best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from qisim.scenario.elements.base import Lasting

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class ExchangeVisits(Lasting):
    """So many exchange visits, spread evenly from `start` to `end`, the first in the month of `start`."""

    kind: Literal["exchange_visits"]
    visits: Annotated[int, Field(ge=0, le=1_000_000)] = Field(description="exchange visits in all")
    reach: Literal["district", "province", "anywhere"] = Field("province", description="how far away a host may be")
    indicator: str = Field("", description="the indicator visited for; the visitor's own largest gap unless told")

    people: Annotated[int, Field(ge=0, le=50)] = Field(3, description="people who go on a visit, for a day and travel")

    @property
    def for_enrolled(self) -> bool:
        """Whether only facilities that are enrolled in something have anything of it."""
        return True

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        programme = calendar.exchange(self, covered)
        for month, visits in calendar.evenly(start, end, self.visits):
            calendar.event(month, "exchange", programme, visits)
