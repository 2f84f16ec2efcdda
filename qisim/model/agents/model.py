"""The Mesa model: one replicate to look into, to teach with and to extend."""

from __future__ import annotations

from datetime import date
from itertools import count
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from qisim.input.errors import whole
from qisim.model import programme, rules
from qisim.model.agents.coach import Coach
from qisim.model.agents.cohort import Cohort
from qisim.model.agents.events import deal_with
from qisim.model.agents.facility import Facility
from qisim.model.agents.log import Event
from qisim.model.agents.network import peer_space
from qisim.model.agents.record import Recorder, Trajectory
from qisim.model.calendar import build_calendar
from qisim.model.chance import MOST_REPLICATES, MOST_SEED
from qisim.model.parameters import draw
from qisim.model.state import COUNTS, FACILITY_MONTH, MEANS, SOURCES
from qisim.scenario.costs import UNITS
from qisim.scenario.schema import Scenario
from qisim.world.world import World, build_world


class QIModel(mesa.Model):
    """One replicate of a scenario, with facilities and coaches as agents and the peer network as space.

    `rng` is the run's seed and `replicate` which of its replicates: the same two give, event by event, what the core
    gives. Subclasses of `Facility` and `Coach` change how these behave. `scenario` may be anything that has
    `scenario` and `world` (a study). The attribute `log` lists everything that happened to a facility, and why.

    Mesa's own `random` and `rng` are for extensions: each replicate has a stream of its own, which the model's rules do
    not use.
    """

    def __init__(
        self,
        scenario: Any,
        world: World | None = None,
        *,
        rng: Any = 1,
        replicate: int = 0,
        facility_class: type[Facility] = Facility,
        coach_class: type[Coach] = Coach,
    ):
        rng = whole("rng", rng, 0, MOST_SEED)
        replicate = whole("replicate", replicate, 0, MOST_REPLICATES - 1)
        self._ids = count(1)
        super().__init__(rng=_stream(rng, replicate))
        if not isinstance(scenario, Scenario):
            scenario, world = scenario.scenario, scenario.world
        self.scenario, self.world = scenario, build_world(scenario) if world is None else world
        self.programme = build_calendar(scenario, self.world)
        self.seed, self.replicate, self.month = rng, replicate, 0
        self.log: list[Event] = []
        self._draw_parameters()
        self._start_programme()
        self._create_agents(facility_class, coach_class)
        self._start_recording()
        self.collect()

    @property
    def scenario(self) -> Scenario:
        """The scenario of the model."""
        return self._scenario

    @scenario.setter
    def scenario(self, scenario: Scenario) -> None:
        # Mesa from 3.5 on would write the model into the scenario, which several models may share.
        self._scenario = scenario

    # --- the start --------------------------------------------------------------------------------------------------

    def _draw_parameters(self) -> None:
        behaviour, self.ideas, indicators = draw(self.scenario, self.seed, self.replicate)
        self.behaviour = _plain(behaviour[0])
        self.indicators = [_plain(row) for row in indicators]
        self.idea_names = [idea.name for idea in self.scenario.ideas]
        self.indicator_names = [indicator.name for indicator in self.scenario.indicators]
        self.ideas_of = [np.flatnonzero(self.ideas["indicator"] == j).tolist() for j in range(len(indicators))]
        self.told_baseline = self.world.baseline()

    def _start_programme(self) -> None:
        self.cohorts = [Cohort() for _ in range(self.programme.cohorts)]
        self.released = [0] * len(self.programme.waves)
        self.refinement = [0.0] * len(self.ideas)
        self.attendances = self.exchanges = 0
        self.conditions = [_plain(row) for row in self.programme.conditions]
        self.active = [False] * len(self.conditions)
        self.adoptions = [0] * len(SOURCES)
        self.units = np.zeros((self.programme.elements, len(UNITS)))

    def count(self, element: Any, unit: int, amount: float = 1.0) -> None:
        """Count so many of a unit under an element of the programme, this month."""
        self.units[element, unit] += amount

    def _create_agents(self, facility_class: type[Facility], coach_class: type[Coach]) -> None:
        graph = self.world.network.graph()
        self.grid = peer_space(graph, self.random)
        self.by_index: list[Facility] = list(facility_class.create_agents(self, len(self.world), self._indices()))
        for facility in self.by_index:
            facility.cell = self.grid[facility.index]
            facility.show()
        for facility in self.by_index:
            for cell in facility.cell.connections.values():
                peer = cell.agents[0]
                facility.peers.append((peer, graph.edges[facility.index, peer.index]["weight"]))
            facility.peers.sort(key=lambda tie: tie[0].index)
            facility.peer_weight = sum(weight for _, weight in facility.peers)
        posts = len(self.programme.posts)
        self.by_post: list[Coach] = list(coach_class.create_agents(self, posts, list(range(posts)))) if posts else []
        self.facilities = AgentSet(self.by_index, random=self.random)
        self.coaches = AgentSet(self.by_post, random=self.random)

    def _indices(self) -> list[int]:
        return list(range(len(self.world)))

    def register_agent(self, agent: mesa.Agent) -> None:
        """Register an agent and number it from 1.

        Mesa 3.3.1 numbers agents through a class attribute that would keep every model alive for ever.
        """
        ids = getattr(mesa.Agent, "_ids", None)
        if ids is not None:
            ids.pop(self, None)
        agent.unique_id = next(self._ids)
        super().register_agent(agent)

    def _start_recording(self) -> None:
        self.recorder = Recorder(self)
        reporters = {name: _reporter(name) for name in ("coverage", *COUNTS, *MEANS)}
        agents: dict[type[mesa.Agent], dict[str, str]] = {type(self.by_index[0]): {n: n for n in FACILITY_MONTH}}
        if self.by_post:
            agents[type(self.by_post[0])] = {"skill": "skill", "in_post": "in_post"}
        self.datacollector = mesa.DataCollector(model_reporters=reporters, agenttype_reporters=agents)

    # --- the month --------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One month."""
        if self.month >= self.scenario.months:
            self.running = False
            return
        start, end = self.programme.event_start[self.month : self.month + 2]
        events = self.programme.events[start:end]
        self._deal_with(event for event in events if event["kind"] < programme.FIRST_SUPPORT)
        self.facilities.do("lose_people")
        self.coaches.do("visit_month")
        self._deal_with(event for event in events if event["kind"] >= programme.FIRST_SUPPORT)
        self.facilities.do("act")
        for cohort in self.cohorts:
            cohort.tie = rules.down(cohort.tie, self.behaviour.tie_fading)
            cohort.look_again()
        self.facilities.do("show")
        self.month += 1
        self.collect()
        self.running = self.month < self.scenario.months

    def _deal_with(self, events: Any) -> None:
        for event in events:
            deal_with(self, event)

    def run(self) -> Trajectory:
        """Step to the scenario's end and return the tables."""
        while self.month < self.scenario.months:
            self.step()
        return self.tables()

    def released_to(self, facility: Facility) -> list[int]:
        """The ideas that a coach may introduce: the released ones of what the facility is enrolled in.

        Outside, those of the collaborative that it joined last; all of the scenario where it never joined one.
        """
        wave = facility.wave if facility.enrolled else facility.own_wave
        if wave < 0:
            return list(range(len(self.ideas)))
        return [int(k) for k in self.programme.packages[wave, : self.released[wave]]]

    def note(self, facility: Facility, what: str, idea: str | None, why: str) -> None:
        """Add to the event log."""
        self.log.append(Event(self.month + 1, facility.id, what, idea, why))

    def date_of(self, month: int) -> date:
        """The first day of the calendar month in which what an event calls month `month` happened."""
        months = self.scenario.start.month - 1 + month - 1
        return date(self.scenario.start.year + months // 12, months % 12 + 1, 1)

    # --- what is recorded -------------------------------------------------------------------------------------------

    def collect(self) -> None:
        """Record the state after `month` months."""
        self.recorder.record(self.month)
        self.datacollector.collect(self)
        self.attendances = self.exchanges = 0
        self.units[:], self.adoptions = 0.0, [0] * len(SOURCES)
        for facility in self.by_index:
            facility.visits = 0

    def latest(self, name: str) -> float:
        """A column of the table of months, at the last month recorded; `coverage` is a share."""
        row = self.recorder.months[0, self.month]
        if name == "coverage":
            return float(row["at_target"] / len(self.by_index))
        return float(row[name]) if name in MEANS else int(row[name])

    def tables(self) -> Trajectory:
        """The tables of the months simulated so far."""
        return self.recorder.tables(self.month)


def _stream(seed: int, replicate: int) -> int:
    """A seed of a stream that belongs to one replicate."""
    return int(np.random.SeedSequence([seed, replicate]).generate_state(1, np.uint64)[0])


def _plain(record: Any) -> SimpleNamespace:
    """A NumPy record as plain Python numbers."""
    return SimpleNamespace(**{name: record[name].item() for name in record.dtype.names})


def _reporter(name: str) -> Any:
    def report(model: QIModel) -> float:
        return model.latest(name)

    return report
