"""The events of the calendar, each dealt with by its handler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qisim.model import programme
from qisim.model.agents.channels import channel
from qisim.model.agents.conditions import change_condition, upheaval
from qisim.model.agents.exchange import exchange_visit
from qisim.model.agents.waves import end_of_support, join, session, synthesis

if TYPE_CHECKING:
    from qisim.model.agents.model import QIModel


def deal_with(model: QIModel, event: Any) -> None:
    """Carry out one event of the programme."""
    which, amount = int(event["which"]), int(event["amount"])
    if event["kind"] == programme.END_OF_SUPPORT:
        end_of_support(model, which)
    elif event["kind"] == programme.JOIN:
        join(model, which, amount)
    elif event["kind"] == programme.SESSION:
        session(model, which, amount)
    elif event["kind"] == programme.EXCHANGE:
        for _ in range(amount):
            exchange_visit(model, which)
    elif event["kind"] == programme.SYNTHESIS:
        synthesis(model, which)
    elif event["kind"] == programme.CHANNEL:
        channel(model, which, amount)
    elif event["kind"] == programme.CONDITION:
        change_condition(model, which, amount == 1)
    elif event["kind"] == programme.UPHEAVAL:
        upheaval(model, which)
