"""A scenario: the question put to the model. Every key of a scenario file is declared and described here."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, PrivateAttr, model_validator

from qisim.input.errors import MOST_LISTED, BadInput, Problem, nearest, shown
from qisim.scenario.behaviour import Behaviour
from qisim.scenario.costs import Costs, ElementCosts
from qisim.scenario.elements import AnyElement
from qisim.scenario.elements.base import Element
from qisim.scenario.key_types import Day, FileName, Name, Share, Table, When
from qisim.scenario.origin import Origin
from qisim.scenario.parameter_sets import ParameterSets
from qisim.scenario.uncertain import Uncertain, quantity

MOST_MONTHS = 600
MOST_ROWS = 1000
"""Ideas, elements of the programme, and kinds of facility; far more than any programme has."""


class Target(Table):
    """The standard, and the share of facilities that are to reach it."""

    score: Share = Field(0.8, description="facility score that counts as the standard, 0-1")
    coverage: Share = Field(0.8, description="share of facilities at the standard that is aimed at")


class FacilityKind(Table):
    """A kind of facility of a synthetic country. Kinds are listed from the top of the referral chain down."""

    name: Name
    count: Annotated[int, Field(ge=0, le=10_000_000)] | None = Field(None, description="how many in the country")
    per_district: Annotated[int, Field(ge=0, le=100_000)] | None = Field(None, description="or in each district")
    staff: Annotated[int, Field(ge=1, le=100_000)] = Field(15, description="typical number of staff")
    connectivity: Share = Field(0.7, description="chance that it can take part in a virtual session")

    @model_validator(mode="after")
    def _how_many(self) -> FacilityKind:
        if (self.count is None) == (self.per_district is None):
            raise ValueError("give one of count and per_district")
        return self


class WorldSpec(Table):
    """Where it happens: a registry of facilities, or a synthetic country; and the peer network."""

    facilities: FileName | None = Field(None, description="CSV registry of facilities, beside this file")
    peers: FileName | None = Field(None, description="CSV edge list of further peer ties: from, to, weight")
    seed: Annotated[int, Field(ge=0, lt=2**32)] = Field(1, description="draws the synthetic country")
    provinces: Annotated[int, Field(ge=1, le=10_000)] | None = Field(None, description="provinces to make up")
    districts: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(None, description="districts to make up")
    kinds: Annotated[list[FacilityKind], Field(max_length=MOST_ROWS)] = Field(
        [], description="kinds of facility to make up, top of the referral chain first"
    )
    referral: Annotated[list[str], Field(max_length=MOST_ROWS)] = Field(
        ["hospital", "health_centre", "health_post"],
        description="kinds of a registry from the top of the referral chain down",
    )
    latitude: Annotated[float, Field(ge=-80, le=80)] = Field(0.0, description="centre of the synthetic country")
    longitude: Annotated[float, Field(ge=-180, le=180)] = Field(0.0, description="centre of the synthetic country")
    district_km: Annotated[float, Field(gt=0, le=1000)] = Field(30.0, description="radius of a synthetic district")
    km_per_day: Annotated[float, Field(gt=0, le=100_000)] = Field(
        160.0, description="km that a day of travel covers, both ways"
    )
    peers_per_facility: Annotated[int, Field(ge=0, le=1000)] = Field(
        10, description="nearest facilities of the same district that a facility knows"
    )
    district_tie: Annotated[float, Field(ge=0, le=100)] = Field(1.0, description="weight of a tie within a district")
    referral_tie: Annotated[float, Field(ge=0, le=100)] = Field(2.0, description="weight of a referral link")
    neighbour_km: Annotated[float, Field(ge=0, le=1000)] = Field(
        0.0, description="facilities of other districts within this distance are peers, too; 0 for none"
    )
    neighbour_tie: Annotated[float, Field(ge=0, le=100)] = Field(0.5, description="weight of such a tie")

    @model_validator(mode="after")
    def _registry_or_synthetic(self) -> WorldSpec:
        made_up = self.provinces is not None or self.districts is not None or self.kinds
        if self.facilities is not None and made_up:
            raise ValueError("give either facilities (a registry) or provinces, districts and kinds (made up)")
        if self.facilities is None and (self.provinces is None or self.districts is None or not self.kinds):
            raise ValueError("give facilities (a registry), or all of provinces, districts and kinds (made up)")
        if self.provinces is not None and self.districts is not None and self.districts < self.provinces:
            raise ValueError("there must be at least one district a province")
        return self


class Indicator(Table):
    """A measure of quality, as a share of cases done right."""

    name: Name
    baseline: quantity(0, 1) = Field(0.4, description="mean where the registry does not tell, 0-1")  # type: ignore[valid-type]
    baseline_sd: Annotated[float, Field(ge=0, le=0.5)] = Field(0.15, description="spread between facilities")
    ceiling: Annotated[float, Field(gt=0, le=1)] = Field(1.0, description="best that can be reached")
    weight: Annotated[float, Field(gt=0, le=1_000_000)] = Field(1.0, description="weight in a facility's score")
    trend_annual: Annotated[float, Field(ge=-1, le=1)] = Field(0.0, description="change a year that comes by itself")


class Idea(Table):
    """A change idea of the implementation package."""

    name: Name
    indicator: str = Field(description="the indicator it acts on")
    effect: quantity(-1, 1) = Field(  # type: ignore[valid-type]
        description="share of the gap to the ceiling that full use closes; below 0: share of performance it costs"
    )
    complexity: quantity(0, 1) = Field(0.3, description="0 simple, 1 very complex")  # type: ignore[valid-type]
    needs_adapting: bool = Field(True, description="false for an idea that fits everywhere as it is")
    initial_users: Share = Field(0.03, description="share of facilities that use it at the start")


class Scenario(Table):
    """Everything a run needs to know, apart from its seed and number of replicates."""

    title: Name
    description: str = Field("", description="what the scenario is about, for reports")
    start: Day = Field(description="first month, as a date")
    months: Annotated[int, Field(ge=1, le=MOST_MONTHS)] = Field(description="how many months to simulate")
    target: Target = Target(score=0.8, coverage=0.8)
    world: WorldSpec
    indicators: Annotated[list[Indicator], Field(min_length=1, max_length=100)]
    ideas: Annotated[list[Idea], Field(min_length=1, max_length=MOST_ROWS)]
    programme: Annotated[list[AnyElement], Field(max_length=MOST_ROWS)] = Field(
        [], description="the strategy; empty for natural diffusion"
    )
    behaviour: Behaviour = Behaviour()
    parameters: ParameterSets | None = Field(
        None,
        description='the word "plausible" or the name of a CSV file: sets of behaviour parameters, one for each future',
    )
    costs: Costs | None = Field(None, description="what a unit of each activity costs; without it no cost is told")
    groups: Annotated[list[str], Field(max_length=100)] = Field(
        [], description="columns of the registry by which equity is told, besides district, kind and remoteness"
    )

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @property
    def origin(self) -> Origin:
        """The files the scenario was read from."""
        return self._origin

    def problem(self, key: str, what: str, allowed: str = "", nearest: str = "") -> Problem:
        """A problem with one of the scenario's keys, with the file and line it stands in."""
        where, line = self._origin.locate(key)
        return Problem(where, what, self._origin.named(key), line, allowed, nearest)

    def check_names(self) -> None:
        """Raise BadInput where a name is used twice or an idea names no indicator."""
        problems = []
        for table, rows in (("indicators", self.indicators), ("ideas", self.ideas), ("programme", self.programme)):
            first: dict[str, int] = {}
            problems += [
                self.problem(f"{table}.{i}.name", f"found {row.name!r} twice", "a name of its own for each")
                for i, row in enumerate(rows)
                if first.setdefault(row.name, i) != i
            ]
        known = [indicator.name for indicator in self.indicators]
        allowed = ", ".join(known)
        for i, idea in enumerate(self.ideas):
            if idea.indicator not in known:
                near = nearest(idea.indicator, known) if len(problems) < MOST_LISTED else ""
                problems.append(self.problem(f"ideas.{i}.indicator", f"found {shown(idea.indicator)}", allowed, near))
        if problems:
            raise BadInput(problems)

    def step(self, when: When) -> int:
        """Months from the scenario's start to `when`, which may lie before it (a negative number)."""
        if isinstance(when, date):
            return (when.year - self.start.year) * 12 + when.month - self.start.month
        return when

    def key_of(self, element: Element) -> str:
        """The dotted key of an element of the programme."""
        return f"programme.{[e.name for e in self.programme].index(element.name)}"

    def path(self, name: str) -> Path:
        """Where a file named by the scenario lies."""
        return self._origin.folder / name

    @property
    def has_uncertainty(self) -> bool:
        """Whether any quantity is drawn rather than known."""
        values: list[Any] = [value for _, value in self.behaviour]
        values += [q for idea in self.ideas for q in (idea.effect, idea.complexity)]
        values += [indicator.baseline for indicator in self.indicators]
        return self.parameters is not None or any(isinstance(value, Uncertain) for value in values)


def tables() -> dict[str, type[BaseModel]]:
    """The tables of a scenario file by their dotted names, for documentation."""
    return {"": Scenario, "target": Target, "world": WorldSpec, "world.kinds": FacilityKind,
            "indicators": Indicator, "ideas": Idea, "costs": Costs, "programme.costs": ElementCosts}  # fmt: skip
