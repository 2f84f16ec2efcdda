"""What every programme element has: a kind, a name, the facilities it covers, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from pydantic import Field

from qisim.scenario.costs import ElementCosts
from qisim.scenario.key_types import Name, Names, Share, Table, When

if TYPE_CHECKING:
    from qisim.scenario.elements.calendar import Calendar


class Horizon(Protocol):
    """The part of a scenario that tells when things end."""

    @property
    def months(self) -> int: ...
    def step(self, when: When) -> int: ...


class Element(Table):
    """One `[[programme]]` table. A kind is added by one subclass, listed in `elements/__init__.py`.

    Without any of `provinces`, `districts`, `kinds` or `facilities` an element covers every facility.
    """

    supports: ClassVar[bool] = True
    """Whether it is support that a programme gives for a time; sustainment is told from the end of the last of it."""

    kind: str
    name: Name = Field("", description="what the element is called; its kind unless told")
    provinces: Names = Field([], description="cover only these provinces")
    districts: Names = Field([], description="cover only these districts")
    kinds: Names = Field([], description="cover only these kinds of facility")
    facilities: Names = Field([], description="cover only the facilities with these ids")
    ownership: Share = Field(0.7, description="0 imposed from above, 1 led by the professionals themselves")
    identity: Share = Field(1.0, description="1 one clear programme, lower when diluted by concurrent initiatives")
    costs: ElementCosts = Field(ElementCosts(), description="what it costs, where [costs] does not tell")

    @property
    def enrolling(self) -> bool:
        """Whether facilities are enrolled in it."""
        return False

    @property
    def for_enrolled(self) -> bool:
        """Whether only facilities that are enrolled in something have anything of it."""
        return False

    def model_post_init(self, _context: Any) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.kind)

    def span(self, horizon: Horizon) -> tuple[int, int]:
        """The first month in which the element runs, and the first month after, from 0; within the horizon."""
        raise TypeError(f"{type(self).__name__} does not say when it runs")

    def schedule(self, calendar: Calendar, covered: Any) -> None:
        """Enter what the element does into `calendar`.

        `covered` is a boolean array, one value a facility. Months are told to the calendar as steps from 0.
        """
        raise TypeError(f"{type(self).__name__} does not say what it schedules")


class Lasting(Element):
    """An element that runs from `start` to `end`."""

    start: When = Field(0, description="first month of it")
    end: When | None = Field(None, description="first month without it; the horizon unless told")

    def span(self, horizon: Horizon) -> tuple[int, int]:
        """The first month in which the element runs, and the first month after, from 0; within the horizon."""
        last = horizon.months if self.end is None else min(horizon.step(self.end), horizon.months)
        return horizon.step(self.start), last
