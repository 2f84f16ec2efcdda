"""What patients tell on the spot, as far as it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from qisim.scenario.elements.base import Lasting
from qisim.scenario.key_types import Name, Share

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class PatientFeedback(Lasting):
    """Patients' trust and satisfaction, collected in the facility and looked at by its team, or not."""

    kind: Literal["patient_feedback"]
    indicator: Name = Field(description="the indicator that holds what patients tell")
    use: Share = Field(0.2, description="share of facilities that look at what patients tell in a month")
    every_months: Annotated[int, Field(ge=1, le=120)] = Field(1, description="months from one look to the next")

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        indicator = calendar.indicator(self, "indicator", self.indicator)
        c = calendar.channel(self, "patients", covered, reach=self.use, indicator=indicator)
        calendar.monthly(start, end, self.every_months, "channel", c)
