"""A scenario with its world, ready to be run as often as wanted."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from qisim.scenario.load import load_scenario
from qisim.scenario.schema import Scenario
from qisim.world.world import World, build_world

if TYPE_CHECKING:
    from qisim.experiments.results import Results
    from qisim.model.mesa_model import QIModel


class Study:
    """A scenario and the facilities it takes place in. The world is built once, when it is first needed."""

    def __init__(self, scenario: Scenario, world: World | None = None):
        self.scenario = scenario
        if world is not None:
            self.world = world

    def __repr__(self) -> str:
        return f"Study({self.scenario.title!r}, {self.scenario.months} months)"

    @cached_property
    def world(self) -> World:
        """The facilities and their peer network. Raises BadInput where the registry cannot be used."""
        return build_world(self.scenario)

    def run(
        self,
        *,
        replicates: int = 100,
        seed: int = 1,
        threads: int | None = None,
        detail: bool = False,
        progress: Callable[[int, int], None] | None = None,
        compiling: Callable[[], None] | None = None,
    ) -> Results:
        """Simulate `replicates` possible futures on the compiled core; `detail` keeps every facility's months.

        `progress` is told how many replicates are done, of how many; `compiling` is called before the core is
        compiled for the first time. Raises BadInput where the programme does not fit the facilities.
        """
        from qisim.experiments.run import run

        return run(
            self.scenario,
            self.world,
            replicates=replicates,
            seed=seed,
            threads=threads,
            detail=detail,
            progress=progress,
            compiling=compiling,
        )

    def model(self, *, rng: int = 1, replicate: int = 0) -> QIModel:
        """One replicate as a Mesa model, to look into or to extend."""
        from qisim.model.mesa_model import QIModel

        return QIModel(self.scenario, self.world, rng=rng, replicate=replicate)


def load(path: str | Path) -> Study:
    """Read a scenario file and all it extends. Raises BadInput with every problem found."""
    return Study(load_scenario(path))
