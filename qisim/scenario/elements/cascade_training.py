"""Training that is passed down in tiers and loses some of its content at each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from qisim.scenario.elements.base import Element, Horizon
from qisim.scenario.key_types import Names, Share, When

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class CascadeTraining(Element):
    """Trainers train trainers, who train the facilities."""

    kind: Literal["cascade_training"]
    tiers: Annotated[int, Field(ge=1, le=6)] = Field(
        2, description="trainings that the content passes through, the facility's own included; 1 is direct training"
    )
    months_per_tier: Annotated[int, Field(ge=0, le=12)] = Field(1, description="months that each tier takes")
    people: Annotated[int, Field(ge=1, le=50)] = Field(3, description="people trained of each facility")
    days: Annotated[float, Field(ge=0, le=60)] = Field(3.0, description="days that a training of a facility takes")
    reach: Share = Field(0.9, description="share of the covered facilities that a round reaches")
    rounds: Annotated[int, Field(ge=1, le=100)] = Field(1, description="how often the training is given")
    every_months: Annotated[int, Field(ge=1, le=120)] = Field(12, description="months from one round to the next")
    package: Names = Field([], description="names of the ideas it teaches; all unless told")
    start: When = Field(0, description="month in which the first trainers are trained")

    def span(self, horizon: Horizon) -> tuple[int, int]:
        first = horizon.step(self.start)
        last = first + (self.tiers - 1) * self.months_per_tier + (self.rounds - 1) * self.every_months
        return first, min(last + 1, horizon.months)

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        first = calendar.step(self.start, self, "start") + (self.tiers - 1) * self.months_per_tier
        c = calendar.channel(self, "training", covered, reach=self.reach, package=self.package, tiers=self.tiers,
                             people=self.people, days=self.days)  # fmt: skip
        for number in range(self.rounds):
            calendar.event(first + number * self.every_months, "channel", c, number)
