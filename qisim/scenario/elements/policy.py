"""A guideline or decree: everybody hears of it, and some comply on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from qisim.scenario.elements.base import Element, Horizon
from qisim.scenario.key_types import Names, Share, When

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class Policy(Element):
    """Circulars that make a package the rule."""

    supports: ClassVar[bool] = False
    kind: Literal["policy"]
    reach: Share = Field(0.9, description="share of the covered facilities that a circular reaches")
    enforcement: Share = Field(0.5, description="how far compliance is demanded, 0 not at all")
    rounds: Annotated[int, Field(ge=1, le=100)] = Field(3, description="circulars")
    every_months: Annotated[int, Field(ge=1, le=120)] = Field(2, description="months from one circular to the next")
    package: Names = Field([], description="names of the ideas it makes the rule; all unless told")
    start: When = Field(0, description="month of the first circular")
    ownership: Share = Field(0.2, description="0 imposed from above, 1 led by the professionals themselves")

    def span(self, horizon: Horizon) -> tuple[int, int]:
        first = horizon.step(self.start)
        return first, min(first + (self.rounds - 1) * self.every_months + 1, horizon.months)

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        first = calendar.step(self.start, self, "start")
        c = calendar.channel(self, "policy", covered, reach=self.reach, package=self.package,
                             strength=self.enforcement)  # fmt: skip
        for number in range(self.rounds):
            calendar.event(first + number * self.every_months, "channel", c, number)
