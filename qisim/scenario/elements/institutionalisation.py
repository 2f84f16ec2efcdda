"""Improvement made part of how the health system works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from qisim.scenario.elements.base import Lasting
from qisim.scenario.key_types import Share

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class Institutionalisation(Lasting):
    """Forms in which it is made routine; each from 0, not done, to 1, done everywhere."""

    supports: ClassVar[bool] = False
    kind: Literal["institutionalisation"]
    supervision: Share = Field(0.0, description="the indicators are part of routine supervision")
    agreements: Share = Field(0.0, description="they are part of performance agreements")
    preservice: Share = Field(0.0, description="newcomers were taught improvement in their basic training")
    accreditation: Share = Field(0.0, description="accreditation asks for the practices")

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        start, end = calendar.span(self, self.start, self.end)
        calendar.condition(self, covered, start, end, supervision=self.supervision, agreements=self.agreements,
                           preservice=self.preservice, accreditation=self.accreditation)  # fmt: skip
