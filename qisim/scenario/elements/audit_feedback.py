"""Audit and feedback, with the design features that make it work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from qisim.scenario.elements.base import Lasting
from qisim.scenario.key_types import Share

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class AuditFeedback(Lasting):
    """Facilities are told how they do; some understand it, some of these mean to act, and some of these act."""

    kind: Literal["audit_feedback"]
    reach: Share = Field(1.0, description="share of the covered facilities that each feedback reaches")
    every_months: Annotated[int, Field(ge=1, le=120)] = Field(3, description="months from one feedback to the next")
    once: bool = Field(False, description="a single feedback instead of repeated ones")
    indicator: str = Field("", description="the indicator fed back; each facility's own largest gap unless told")
    by_colleague: bool = Field(True, description="given by a supervisor or colleague rather than from outside")
    verbal_and_written: bool = Field(False, description="both talked over and handed out")
    targets: bool = Field(False, description="with explicit targets")
    action_plans: bool = Field(False, description="with action plans, which name the ideas to take up")

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        features = {"verbal_and_written": self.verbal_and_written, "colleague": self.by_colleague,
                    "targets": self.targets, "action_plans": self.action_plans}  # fmt: skip
        indicator = calendar.indicator(self, "indicator", self.indicator)
        c = calendar.channel(self, "feedback", covered, reach=self.reach, indicator=indicator, features=features)
        calendar.monthly(start, start + 1 if self.once else end, self.every_months, "channel", c)
