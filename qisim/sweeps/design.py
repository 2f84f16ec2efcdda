"""A design: which keys of a scenario a sweep varies, how, how often, and which outcomes it keeps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError

from qisim.input.errors import BadInput, Problem
from qisim.input.files import read_text
from qisim.input.toml import document_of
from qisim.model.chance import MOST_REPLICATES, MOST_SEED
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.key_types import FileName, Name, Table
from qisim.scenario.load import MOST_BYTES, load_scenario, problem_of
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.scenario.uncertain import Uncertain

if TYPE_CHECKING:
    from qisim.world.world import World

Method = Literal["factorial", "latin_hypercube", "sobol", "one_at_a_time", "saltelli", "morris", "points"]
SHAPE = ("low", "mode", "high", "mean", "sd")
LIMITS = {"ideas": {"effect": (-1.0, 1.0), "complexity": (0.0, 1.0)}, "indicators": {"baseline": (0.0, 1.0)}}
"""What is allowed for quantities of named tables, between which a normal distribution is kept."""
ONLY_IN_SCENARIOS = {"extends", *Scenario.model_fields} - {"title"}


def _plain(value: Any) -> Any:
    """A level as JSON keeps it: dates and times as text."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value


def _levels(value: Any) -> Any:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value.tolist() if hasattr(value, "tolist") else value  # a NumPy array
    return [_plain(level) for level in value]


class Factor(Table):
    """Something that a sweep varies: one dotted key of the scenario, and its levels or its distribution.

    In the table of points its column is called `name`, or else like the key. A level that is neither a number, a text
    nor true or false stands there by its label, or else as JSON.
    """

    key: Name = Field(description="dotted key of the scenario, such as behaviour.turnover_annual")
    name: Name | None = Field(None, description="what to call it in tables and charts; the key unless told")
    levels: Annotated[list[Any], BeforeValidator(_levels), Field(min_length=1)] | None = Field(
        None, description="the values it takes, as in a scenario file"
    )
    labels: list[Name] | None = Field(None, description="what to call each level; for levels that are tables or lists")
    low: float | None = Field(None, description="least value: uniform from low to high")
    mode: float | None = Field(None, description="most likely value: triangular, with low and high")
    high: float | None = Field(None, description="highest value")
    mean: float | None = Field(None, description="mean: normal, with sd")
    sd: float | None = Field(None, description="standard deviation")
    whole: bool = Field(False, description="whole numbers only")

    @property
    def called(self) -> str:
        """The name of its column."""
        return self.name or self.key

    @property
    def shape(self) -> dict[str, float]:
        """The numbers of the distribution that were given."""
        return {name: getattr(self, name) for name in SHAPE if getattr(self, name) is not None}

    @cached_property
    def distribution(self) -> Uncertain | None:
        """The distribution, if it has one. Raises ValidationError where its numbers make none."""
        return Uncertain(**self.shape) if self.shape else None

    @property
    def limits(self) -> tuple[float, float] | None:
        """What the scenario allows for a quantity that is known to be allowed a distribution; else None."""
        table, _, rest = self.key.partition(".")
        if table == "behaviour" and rest in PARAMETERS:
            return PARAMETERS[rest].minimum, PARAMETERS[rest].maximum
        return LIMITS.get(table, {}).get(rest.rpartition(".")[2])

    @cached_property
    def shown(self) -> list[Any]:
        """The levels as they stand in the table of points, all of one type."""
        levels = self.levels or []
        if self.labels is not None:
            return list(self.labels)
        for types in ((bool,), (int,), (int, float), (str,)):
            if all(isinstance(level, types) and (bool in types or not isinstance(level, bool)) for level in levels):
                return [float(level) for level in levels] if float in types else list(levels)
        return [json.dumps(level, ensure_ascii=False, sort_keys=True) for level in levels]

    @cached_property
    def _by_shown(self) -> dict[Any, Any]:
        return dict(zip(self.shown, self.levels or [], strict=True))

    def value(self, cell: Any) -> Any:
        """What the scenario's key is set to where the table of points holds `cell`."""
        return self._by_shown[cell] if self.levels is not None else cell

    def at(self, u: float) -> Any:
        """The cell for the share `u`, in [0, 1], of its levels or its distribution."""
        if self.levels is not None:
            return self.shown[min(int(u * len(self.shown)), len(self.shown) - 1)]
        distribution = self.distribution
        assert distribution is not None
        if self.whole and distribution.sd is None and distribution.mode is None:
            assert distribution.low is not None and distribution.high is not None
            low, high = round(distribution.low), round(distribution.high)
            return min(low + int(u * (high - low + 1)), high)
        value = distribution.quantile(u)
        if self.limits is not None:
            value = min(max(value, self.limits[0]), self.limits[1])
        return round(value) if self.whole else value


class Design(Table):
    """What a sweep varies and keeps. From Python: `Design(scenario="a.toml", method="sobol", points=64, ...)`.

    `scenario` is a file, or in Python also a study or a scenario. Raises BadInput with every problem found.
    """

    title: Name = Field("Sweep", description="what the sweep is about, for reports")
    scenario: Any = Field(None, repr=False, description="scenario file that the factors change, beside this file")
    method: Method = Field(description="how points are chosen")
    points: Annotated[int, Field(ge=1, le=10_000_000)] | None = Field(
        None, description="points (latin_hypercube, sobol), base points (saltelli) or trajectories (morris)"
    )
    file: FileName | None = Field(None, description="CSV table of points, beside this file (method points)")
    replicates: Annotated[int, Field(ge=1, le=MOST_REPLICATES)] = Field(
        20, description="possible futures of each point"
    )
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] = Field(1, description="the luck, and the choice of random points")
    outcomes: Annotated[list[Name], Field(min_length=1)] | None = Field(
        None, description="outcomes to keep; all unless told"
    )
    factors: list[Factor] = Field([], description="what is varied")

    _origin: Origin = PrivateAttr(default_factory=Origin)

    def __init__(self, origin: Origin | None = None, /, **data: Any):
        for key in ("file", "factors"):
            data[key] = _given(data[key]) if key in data else None
        data = {key: value for key, value in data.items() if value is not None}
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise BadInput(_problems(error, replace(origin or Origin(), merged=data))) from None
        self._origin = origin or Origin()

    @property
    def origin(self) -> Origin:
        """The file the design was read from."""
        return self._origin

    def problem(self, key: str, what: str, allowed: str = "", nearest: str = "") -> Problem:
        """A problem with one of the design's keys, with the file and line it stands in."""
        if not self._origin.files:
            return Problem("design", what, key, None, allowed, nearest)
        where, line = self._origin.locate(key)
        return Problem(where, what, self._origin.named(key), line, allowed, nearest)

    def base(self) -> Scenario:
        """The scenario that the factors change. Raises BadInput where it cannot be read."""
        given = getattr(self.scenario, "scenario", self.scenario)  # a study holds its scenario
        if isinstance(given, Scenario):
            return given
        if not isinstance(given, (str, Path)) or not str(given):
            raise BadInput(self.problem("scenario", "is missing", "the name of a scenario file"))
        path = self._origin.folder / given
        try:
            return load_scenario(path)
        except BadInput as error:
            if path.exists():
                raise
            found = error.problems[0]
            raise BadInput(self.problem("scenario", f"no such file: {given}", nearest=found.nearest)) from None

    @property
    def world(self) -> World | None:
        """The facilities that were given with the scenario, as a study has them; else None."""
        return None if isinstance(self.scenario, Scenario) else getattr(self.scenario, "world", None)

    def document(self) -> dict[str, Any]:
        """The design as a file would hold it, without its scenario where that is not a file."""
        told = self.model_dump(mode="json", exclude={"scenario"}, exclude_none=True)
        return told | ({"scenario": str(self.scenario)} if isinstance(self.scenario, (str, Path)) else {})


def _given(value: Any) -> Any:
    """What Python gives in place of what a file says."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [factor.model_dump(exclude_none=True) if isinstance(factor, Factor) else factor for factor in value]
    return value


def _problems(error: ValidationError, origin: Origin) -> list[Problem]:
    problems = [problem_of(detail, origin, Design) for detail in error.errors()]
    return problems if origin.files else [replace(problem, where="design") for problem in problems]


def load_design(path: str | Path) -> Design:
    """Read a design file. Raises BadInput with every problem found."""
    path = Path(path)
    text = read_text(path, MOST_BYTES, "a design")
    document = document_of(path, text)
    return from_document(document, Origin(files=[(path, text)], merged=document, folder=path.parent))


def from_document(document: dict[str, Any], origin: Origin) -> Design:
    """A design from what a file says. Names of files are relative to `origin.folder`."""
    if "method" not in document and "factors" not in document and set(document) & ONLY_IN_SCENARIOS:
        what = "is a scenario, not a design; a design names it as scenario, and says in [[factors]] what is varied"
        raise BadInput(Problem(origin.name, what))
    if not isinstance(document.get("scenario", ""), str):
        raise BadInput(Problem(origin.name, "is not the name of a scenario file", "scenario"))
    return Design(origin, **document)
