"""Coaches who visit facilities: external mentors, government coaches or assessors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from qisim.scenario.elements.base import Lasting
from qisim.scenario.key_types import Share

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar

Policy = Literal["rotation", "weakest", "strongest", "newest", "nearest"]


class Coaching(Lasting):
    """Coaches with so many visit days a month, sharing the facilities of their districts."""

    kind: Literal["coaching"]
    coaches_per_district: Annotated[int, Field(ge=0, le=1000)] | None = Field(
        None, description="coaches based in each covered district"
    )
    coaches: Annotated[int, Field(ge=0, le=100_000)] | None = Field(
        None, description="or how many in all; each takes neighbouring districts, or part of one"
    )
    days_per_month: Annotated[float, Field(ge=0, le=31)] = Field(4.0, description="visit days of a coach a month")
    policy: Policy = Field("rotation", description="who is visited first: longest unvisited, weakest, ...")
    whom: Literal["enrolled", "all"] = Field(
        "enrolled", description="visit facilities in a collaborative only, or every covered facility"
    )
    visits_per_facility: Annotated[int, Field(ge=1, le=8)] = Field(
        1, description="most visits of one coach to one facility in a month"
    )
    external: bool = Field(False, description="mentors from outside the health system, who raise dependence")
    skill: Share = Field(0.7, description="coaching skill at the start")

    @model_validator(mode="after")
    def _how_many(self) -> Coaching:
        if (self.coaches is None) == (self.coaches_per_district is None):
            raise ValueError("give one of coaches and coaches_per_district")
        return self

    @property
    def for_enrolled(self) -> bool:
        """Whether only facilities that are enrolled in something have anything of it."""
        return self.whom == "enrolled"

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        if self.coaches is None:
            calendar.coaches_by_district(self, covered, self.coaches_per_district or 0, start, end)
        else:
            calendar.coaches_in_all(self, covered, self.coaches, start, end)
