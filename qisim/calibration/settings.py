"""What a calibration is asked: parameters and priors, how many simulations, how far the model may be off.

From a file:

    [calibrate]
    parameters = ["works_base", "reach_growth"]
    simulations = 4000
    [calibrate.priors]
    reach_growth = { low = 0.5, high = 2.5 }
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from qisim.calibration.priors import Prior, priors_of
from qisim.input.errors import BadInput, Problem, whole
from qisim.input.files import read_text
from qisim.input.toml import document_of
from qisim.model.chance import MOST_REPLICATES, MOST_SEED
from qisim.scenario.key_types import Name, Table
from qisim.scenario.load import problem_of
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Scenario
from qisim.scenario.uncertain import Uncertain

SIMULATIONS, ROUNDS, SEED = 4000, 3, 1
LEAST_SIMULATIONS, MOST_SIMULATIONS, MOST_ROUNDS = 200, 100_000, 8
PREDICTIVE = 200
"""Runs at draws of the posterior, to see what it says of the data."""

MOST_BYTES = 1_000_000


class Given(Table):
    """`[calibrate]` of a file."""

    parameters: list[Name] | None = Field(None, description="behaviour parameters to fit")
    priors: dict[Name, Uncertain] = Field({}, description="ranges or distributions by parameter")
    simulations: Annotated[int, Field(ge=LEAST_SIMULATIONS, le=MOST_SIMULATIONS)] | None = Field(
        None, description="simulations a round"
    )
    rounds: Annotated[int, Field(ge=1, le=MOST_ROUNDS)] | None = Field(None, description="rounds")
    tolerance: Annotated[float, Field(ge=0, le=0.5)] | None = Field(
        None, description="how far the model itself may be off, in shares: one standard deviation"
    )
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] | None = Field(None, description="the luck")


class _File(Table):
    calibrate: Given


@dataclass(frozen=True)
class Settings:
    """What a calibration is asked, checked."""

    priors: Sequence[Prior]
    simulations: int = SIMULATIONS
    rounds: int = ROUNDS
    tolerance: float = 0.0
    seed: int = SEED
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", [prior.name for prior in self.priors])

    @property
    def runs(self) -> int:
        """How many runs it takes."""
        return self.rounds * self.simulations + PREDICTIVE


def settings(
    scenario: Scenario,
    parameters: Sequence[str] | None = None,
    priors: Mapping[str, Any] | None = None,
    *,
    simulations: int = SIMULATIONS,
    rounds: int = ROUNDS,
    tolerance: float = 0.0,
    seed: int = SEED,
    where: str = "parameters",
) -> Settings:
    """Settings with everything checked. Raises BadInput with every problem found."""
    problems: list[Problem] = []
    checked: list[Prior] = []
    for check in (
        lambda: checked.extend(priors_of(scenario, parameters, priors or {}, where)),
        lambda: whole("simulations", simulations, LEAST_SIMULATIONS, MOST_SIMULATIONS),
        lambda: whole("rounds", rounds, 1, MOST_ROUNDS),
        lambda: whole("seed", seed, 0, MOST_SEED),
        lambda: _check_tolerance(tolerance),
        lambda: _check_runs(simulations, rounds),
    ):
        try:
            check()
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return Settings(checked, simulations, rounds, float(tolerance), seed)


def _check_runs(simulations: Any, rounds: Any) -> None:
    if isinstance(simulations, int) and isinstance(rounds, int) and simulations * rounds + PREDICTIVE > MOST_REPLICATES:
        raise BadInput(Problem("simulations", f"{simulations:,} in each of {rounds} rounds are too many",
                               allowed=f"{MOST_REPLICATES:,} runs in all"))  # fmt: skip


def _check_tolerance(tolerance: Any) -> None:
    if isinstance(tolerance, bool) or not isinstance(tolerance, (int, float)) or not 0 <= tolerance <= 0.5:
        raise BadInput(Problem("tolerance", f"found {tolerance!r}", allowed="a share from 0 to 0.5, such as 0.03"))


def read(path: Path) -> Given:
    """`[calibrate]` of a file. Raises BadInput with every problem found."""
    text = read_text(path, MOST_BYTES, "a file with a [calibrate] table")
    document = document_of(path, text)
    if "calibrate" not in document:
        raise BadInput(Problem(str(path), "has no [calibrate] table", allowed="parameters, priors and the like in one"))
    try:
        return _File.model_validate(document).calibrate
    except ValidationError as error:
        origin = Origin(files=[(path, text)], merged=document, folder=path.parent)
        raise BadInput([problem_of(detail, origin, _File) for detail in error.errors()]) from None
