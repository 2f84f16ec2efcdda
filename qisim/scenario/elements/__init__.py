"""The kinds of programme element. A new kind is one file here and its line in `KINDS`."""

from typing import Annotated, Any, Union

from pydantic import Field

from qisim.scenario.elements.audit_feedback import AuditFeedback
from qisim.scenario.elements.base import Element
from qisim.scenario.elements.campaign import Campaign
from qisim.scenario.elements.capacity_transfer import CapacityTransfer
from qisim.scenario.elements.cascade_training import CascadeTraining
from qisim.scenario.elements.coaching import Coaching
from qisim.scenario.elements.collaborative import Collaborative
from qisim.scenario.elements.endorsement import Endorsement
from qisim.scenario.elements.exchange_visits import ExchangeVisits
from qisim.scenario.elements.extension_agents import ExtensionAgents
from qisim.scenario.elements.institutionalisation import Institutionalisation
from qisim.scenario.elements.patient_feedback import PatientFeedback
from qisim.scenario.elements.performance_financing import PerformanceFinancing
from qisim.scenario.elements.policy import Policy
from qisim.scenario.elements.shock import Shock

KINDS: dict[str, type[Element]] = {
    "collaborative": Collaborative,
    "coaching": Coaching,
    "exchange_visits": ExchangeVisits,
    "cascade_training": CascadeTraining,
    "extension_agents": ExtensionAgents,
    "campaign": Campaign,
    "policy": Policy,
    "endorsement": Endorsement,
    "audit_feedback": AuditFeedback,
    "performance_financing": PerformanceFinancing,
    "patient_feedback": PatientFeedback,
    "capacity_transfer": CapacityTransfer,
    "institutionalisation": Institutionalisation,
    "shock": Shock,
}

AnyElement: Any = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]  # noqa: UP007
