"""Performance-based financing: money for a score that assessors from outside measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from qisim.scenario.costs import Amount
from qisim.scenario.elements.base import Lasting
from qisim.scenario.key_types import Share, Table

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class Threshold(Table):
    """A score, and what a facility is paid that reaches it."""

    score: Share = Field(description="score from which it is paid, 0-1")
    amount: Amount = Field(description="what is paid each time, in the scenario's currency; not added up")


class PerformanceFinancing(Lasting):
    """Regular assessments of every covered facility, and a payment by the highest threshold it reaches."""

    supports: ClassVar[bool] = False
    kind: Literal["performance_financing"]
    thresholds: list[Threshold] = Field(description="scores and what is paid at them, rising")
    every_months: Annotated[int, Field(ge=1, le=120)] = Field(3, description="months from one assessment to the next")
    records: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        30, description="records that assessors sample for each indicator"
    )
    ownership: Share = Field(0.5, description="0 imposed from above, 1 led by the professionals themselves")

    @model_validator(mode="after")
    def _rising(self) -> PerformanceFinancing:
        scores = [t.score for t in self.thresholds]
        if sorted(set(scores)) != scores:
            raise ValueError("the thresholds must rise in score")
        amounts = [t.amount for t in self.thresholds]
        if sorted(amounts) != amounts:
            raise ValueError("a higher threshold must not pay less than a lower one")
        return self

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        paid = [(t.score, t.amount) for t in self.thresholds]
        c = calendar.channel(self, "payment", covered, records=self.records, thresholds=paid)
        calendar.monthly(start, end, self.every_months, "channel", c)
        calendar.event(end, "channel", c, -1)
