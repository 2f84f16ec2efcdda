"""A scenario with its world, ready to be run as often as wanted, and results that draw themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qisim.input.errors import BadInput, Problem, shown
from qisim.scenario.edit import changed
from qisim.scenario.load import load_scenario
from qisim.scenario.schema import Scenario
from qisim.store.kept_world import check_changed, check_kept
from qisim.study.results import Results
from qisim.world.world import World, build_world

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from qisim.model.agents.model import QIModel


class Run(Results):
    """The tables of a run, with its charts. Each method returns the matplotlib axes it drew on."""

    def plot_coverage(self, ax: Axes | None = None) -> Axes:
        """Share of facilities at the standard by month: single runs, fan, median and target."""
        from qisim.study.charts.coverage import plot_coverage

        return plot_coverage(self, ax)

    def plot_adoption(self, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
        """Facilities that know, use and successfully use each idea, one panel an idea."""
        from qisim.study.charts.adoption import plot_adoption

        return plot_adoption(self, axes)

    def plot_district_times(self, ax: Axes | None = None) -> Axes:
        """Time to target of each district; coverage at the end where no district gets there."""
        from qisim.study.charts.district_times import plot_district_times

        return plot_district_times(self, ax)

    def plot_map(self, ax: Axes | None = None) -> Axes:
        """Facilities and peer ties, coloured by the share of runs in which each is at the standard at the end."""
        from qisim.study.charts.facility_map import plot_map

        return plot_map(self, ax)

    def plot_costs(self, ax: Axes | None = None) -> Axes:
        """What the programme costs by period and element; in days of staff and coaches where no costs are told."""
        from qisim.study.charts.costs import plot_costs

        return plot_costs(self, ax)

    def plot_equity(self) -> Sequence[Axes]:
        """Mean score of each group of facilities by month, a panel a grouping."""
        from qisim.study.charts.equity import plot_equity

        return plot_equity(self)

    def plot_indicators(self) -> Sequence[Axes]:
        """Mean of each indicator by month, as it is and as facilities report it, a panel each."""
        from qisim.study.charts.indicators import plot_indicators

        return plot_indicators(self)

    def plot_sources(self, ax: Axes | None = None) -> Axes:
        """Where adopted practices had been learnt, as shares."""
        from qisim.study.charts.sources import plot_sources

        return plot_sources(self, ax)

    def plot_learning(self, ax: Axes | None = None) -> Axes:
        """Who learnt from whom in a typical run, as a map."""
        from qisim.study.charts.learning import plot_learning

        return plot_learning(self, ax)

    def plot_run_charts(self) -> Sequence[Axes]:
        """Run charts of up to four facilities in a typical run."""
        from qisim.study.charts.facility_charts import plot_run_charts

        return plot_run_charts(self)

    def typical(self) -> Run:
        """A typical run, simulated again with every facility's months."""
        from qisim.study.typical import typical_future

        return Run(**vars(typical_future(self, self.world, self.seed)))

    def report(self) -> bytes:
        """The report as an HTML file, with every chart in it."""
        from qisim.charts.files import chart_files, svgs
        from qisim.study.charts.catalogue import CHARTS
        from qisim.study.report import run_report

        return run_report(self, svgs(chart_files(CHARTS, self, forms=["svg"])))

    def outcomes(self) -> list[dict[str, Any]]:
        """The outcome table as rows."""
        from qisim.study.screen import outcome_rows

        return outcome_rows(self)


class Study:
    """A scenario and the facilities it takes place in. The world is built once, when it is first needed."""

    scenario: Scenario
    _given: bool
    """Whether the facilities were given from Python, so that no file has them."""

    def __init__(self, scenario: Scenario, world: World | None = None):
        """Raises BadInput where `scenario` is no scenario: one in a file is read by `load`."""
        _check(scenario, world)
        vars(self)["scenario"] = scenario
        vars(self)["_given"] = world is not None
        if world is not None:
            check_kept(world)
            vars(self)["world"] = world

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse: what is set here would change nothing, or not all that hangs on it."""
        raise BadInput(Problem("Study", f"{name} cannot be set", allowed=_INSTEAD.get(name, _CHANGED.format(name))))

    def __repr__(self) -> str:
        return f"Study({self.scenario.title!r}, {self.scenario.months} months)"

    @cached_property
    def world(self) -> World:
        """The facilities and their peer network. Raises BadInput where the registry cannot be used."""
        return build_world(self.scenario)

    def changed(self, changes: Mapping[str, Any]) -> Study:
        """The study with other values of some keys: `changed({"programme.district coach.days_per_month": 4})`.

        Keys are dotted; ideas, indicators, kinds of facility and elements of the programme go by their names, and
        `remove` drops one, as in a scenario file. The facilities stay, unless [world] or the names of the indicators
        change: then they are read or made up anew, which is refused where they were given from Python. Raises BadInput
        with every problem found.
        """
        study = Study(changed(self.scenario, changes))
        if _same_world(study.scenario, self.scenario):
            vars(study).update({name: vars(self)[name] for name in ("_given", "world") if name in vars(self)})
        elif self._given:
            check_changed(self.scenario, self.world)
        return study

    def run(
        self,
        *,
        replicates: int = 100,
        seed: int = 1,
        threads: int | None = None,
        detail: bool = False,
        progress: Callable[[int, int], None] | None = None,
        compiling: Callable[[], None] | None = None,
    ) -> Run:
        """Simulate `replicates` possible futures on the compiled core; `detail` keeps every facility's months.

        `progress` is told how many replicates are done, of how many; `compiling` is called before the core is
        compiled for the first time. Raises BadInput where the programme does not fit the facilities.
        """
        from qisim.study.run import run

        results = run(
            self.scenario,
            self.world,
            replicates=replicates,
            seed=seed,
            threads=threads,
            detail=detail,
            progress=progress,
            compiling=compiling,
        )
        return Run(**vars(results))

    def model(self, *, rng: int = 1, replicate: int = 0) -> QIModel:
        """One replicate as a Mesa model, to look into or to extend."""
        from qisim.model.agents.model import QIModel

        return QIModel(self.scenario, self.world, rng=rng, replicate=replicate)


_CHANGED = "another study with other values: study.changed({{{!r}: ...}})"
_INSTEAD = {"scenario": "another study: Study(scenario)", "world": "another study: Study(study.scenario, world)"}


def _check(scenario: Any, world: Any) -> None:
    if not isinstance(scenario, Scenario):
        how = "a scenario; one in a file is read with qisim.load(file), and qisim.load(file).changed(...) makes others"
        raise BadInput(Problem("Study", f"found {shown(scenario)}", allowed=how))
    if world is not None and not isinstance(world, World):
        raise BadInput(Problem("Study", f"found {shown(world)}", "world", allowed="the world of another study"))


def _same_world(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios take place among the same facilities, which have a baseline for each indicator."""
    return one.world == other.world and [i.name for i in one.indicators] == [i.name for i in other.indicators]


def load(path: str | Path) -> Study:
    """Read a scenario file and all it extends. Raises BadInput with every problem found."""
    return Study(load_scenario(path))


def load_results(path: str | Path) -> Run:
    """Read a results folder. Raises BadInput where it is not one or is damaged."""
    from qisim.study import folder

    return Run(**vars(folder.load(Path(path))))
