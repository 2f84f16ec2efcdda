"""What every programme element has: a kind, a name, and the facilities it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from qisim.scenario.fields import Name, Table

if TYPE_CHECKING:
    from qisim.model.calendar import Calendar


class Element(Table):
    """One `[[programme]]` table. A kind is added by one subclass, listed in `elements/__init__.py`.

    Without any of `provinces`, `districts`, `kinds` or `facilities` an element covers every facility.
    """

    kind: str
    name: Name = Field("", description="what the element is called; its kind unless told")
    provinces: list[str] = Field([], description="cover only these provinces")
    districts: list[str] = Field([], description="cover only these districts")
    kinds: list[str] = Field([], description="cover only these kinds of facility")
    facilities: list[str] = Field([], description="cover only the facilities with these ids")

    def model_post_init(self, _context: Any) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.kind)

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        """Enter what the element does into `calendar`.

        `covered` is a boolean array, one value a facility. Months are told to the calendar as steps from 0.
        """
        raise TypeError(f"{type(self).__name__} does not say what it schedules")
