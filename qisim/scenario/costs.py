"""What is counted of a programme, and what a unit of it costs: declared once.

Both engines count the units by element and month; a scenario's [costs] and an element's `costs` say what one costs.
No cost is assumed: what is not told is not counted as money, and the outcome says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, create_model

from qisim.scenario.key_types import Name, Table

UNITS: dict[str, str] = {
    "sessions": "learning session of one cohort at which somebody is present: venue and faculty",
    "online_sessions": "learning session held online: faculty and licence",
    "attendances": "attendance of a facility in person at a session or training: travel and board",
    "online_attendances": "attendance of a facility at an online session: airtime",
    "staff_days": "day of a facility's staff away at a session, a training or an exchange visit",
    "visits": "visit of a coach or agent to a facility, apart from the days",
    "coach_days": "day of a coach or agent on visits, travel included: allowance and transport",
    "coach_months": "month of a coach in post: salary",
    "exchanges": "exchange visit between two facilities: transport",
    "contacts": "facility reached by a campaign, a policy, an endorsement, a feedback or an assessment",
    "payments": "unit of money paid to a facility for its performance",
}
"""Everything that is counted, by the name of its column and of its unit cost."""

MONEY = "payments"
"""The unit that is money itself."""

Amount = Annotated[float, Field(ge=0, le=1e12)]
PRICED = [unit for unit in UNITS if unit != MONEY]


def _unit_costs(name: str, **more: Any) -> Any:
    """A table with a cost for each priced unit; None is "as elsewhere told", or not told."""
    units: dict[str, Any] = {
        unit: (Amount | None, Field(None, description=f"cost of one: {UNITS[unit]}")) for unit in PRICED
    }
    return create_model(name, __base__=Table, **more, **units)


if TYPE_CHECKING:

    class Costs(Table):
        """The [costs] of a scenario: a currency, and what one of each of `PRICED` costs."""

        currency: str = "US$"

        def __getattr__(self, name: str) -> Any: ...

    class ElementCosts(Table):
        """What an element costs once, by the month, and where its unit costs differ from the scenario's."""

        fixed: float = 0.0
        monthly: float = 0.0

        def __getattr__(self, name: str) -> Any: ...
else:
    Costs = _unit_costs(
        "Costs", currency=(Name, Field("US$", description="the money that every cost of the scenario is given in"))
    )
    Costs.__doc__ = "What one of each costs. What is not given is counted, but not as money; outcomes name it."
    ElementCosts = _unit_costs(
        "ElementCosts",
        fixed=(Amount, Field(0.0, description="cost of setting the element up, in its first month")),
        monthly=(Amount, Field(0.0, description="cost of each month in which the element runs")),
    )
    ElementCosts.__doc__ = "What an element costs, where `[costs]` does not tell or is not meant."
