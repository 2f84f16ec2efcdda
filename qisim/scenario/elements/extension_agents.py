"""Extension or change agents: light, broad visits that carry ideas and encourage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from qisim.scenario.elements.base import Lasting
from qisim.scenario.key_types import Names

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class ExtensionAgents(Lasting):
    """Agents who go round all facilities: they tell of an idea and encourage, but do not teach improvement."""

    kind: Literal["extension_agents"]
    agents: Annotated[int, Field(ge=0, le=100_000)] = Field(description="agents in all")
    visits_per_month: Annotated[float, Field(ge=0, le=100)] = Field(10.0, description="visits of an agent a month")
    package: Names = Field([], description="names of the ideas they tell of, in that order; all unless told")

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        reach = min(1.0, self.agents * self.visits_per_month / int(covered.sum()))
        c = calendar.channel(self, "agent", covered, reach=reach, package=self.package)
        calendar.monthly(start, end, 1, "channel", c)
