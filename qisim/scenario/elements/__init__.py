"""The kinds of programme element. A new kind is one file here and its line in `KINDS`."""

from typing import Annotated

from pydantic import Field

from qisim.scenario.elements.base import Element
from qisim.scenario.elements.coaching import Coaching
from qisim.scenario.elements.collaborative import Collaborative
from qisim.scenario.elements.exchange_visits import ExchangeVisits

KINDS: dict[str, type[Element]] = {
    "collaborative": Collaborative,
    "coaching": Coaching,
    "exchange_visits": ExchangeVisits,
}

AnyElement = Annotated[Collaborative | Coaching | ExchangeVisits, Field(discriminator="kind")]
