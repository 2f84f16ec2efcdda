"""What a sweep says, from Python: `qisim.sensitivity("out/s")`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qisim.input.errors import BadInput, Problem, nearest
from qisim.sensitivities.experiment import Analysis, analyse, chosen
from qisim.sensitivities.methods.sample import Untold, gather

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from qisim.sensitivities.methods.sample import Gathered
    from qisim.sweeps.store import Sweep

TABLES = ("variance", "indices", "effects", "interactions", "rules", "compared", "untold")

DPI = 220
MOST_CHARTED = 4
"""Charts and sections of a report are made of so many outcomes, the first that there are; tables hold all."""


@dataclass(frozen=True)
class Sensitivity:
    """What a sweep says of its outcomes, one analysis an outcome, with tables, charts and report.

    `untold` are the outcomes of which nothing can be told, and why.
    """

    title: str
    sweep: str
    gathered: Gathered
    analyses: list[Analysis]
    untold: dict[str, str]

    def of(self, outcome: str | None = None) -> Analysis:
        """The analysis of an outcome, the first unless told. Raises BadInput where there is none."""
        keys = [one.measure.key for one in self.analyses]
        if outcome is None and keys:
            return self.analyses[0]
        if outcome not in keys:
            raise BadInput(Problem("outcome", self.untold.get(str(outcome), f"there is no analysis of {outcome!r}"),
                                   allowed=", ".join(keys), nearest=nearest(str(outcome), keys)))  # fmt: skip
        return self.analyses[keys.index(outcome)]

    def answer(self, outcome: str | None = None, *, named: bool = True) -> list[str]:
        """What matters for an outcome, in a few sentences; `named` says which outcome it is."""
        from qisim.sensitivities.words import answer

        return answer(self.of(outcome), named=named)

    def table(self, name: str) -> pd.DataFrame:
        """A table of all outcomes: variance, indices, effects, interactions, rules, compared or untold."""
        from qisim.sensitivities import tables

        if name == "untold":
            return tables.untold(self.analyses, self.untold)
        if name not in TABLES:
            raise BadInput(
                Problem(
                    "table", f"there is no table {name!r}", allowed=", ".join(TABLES), nearest=nearest(name, TABLES)
                )
            )
        return tables.TABLES[name](self.analyses)

    def plot_chance(self, ax: Axes | None = None) -> Axes:
        """Where the variance of each outcome comes from. Returns the axes drawn on."""
        from qisim.sensitivities.charts.chance import plot_chance

        if not any(one.split for one in self.analyses):
            raise self._nothing(self.of(), "split")
        return plot_chance(self.analyses, ax)

    def plot_influence(self, outcome: str | None = None, ax: Axes | None = None) -> Axes:
        """Which inputs matter for an outcome. Returns the axes drawn on."""
        from qisim.sensitivities.charts.influence import plot_influence

        one = self.of(outcome)
        if not (one.sobol or one.morris or one.pawn):
            raise self._nothing(one, "pawn")
        return plot_influence(one, ax)

    def plot_tornado(self, outcome: str | None = None, ax: Axes | None = None) -> Axes:
        """How an outcome moves when one input is low or high. Returns the axes drawn on."""
        from qisim.sensitivities.charts.effects import plot_effects

        return plot_effects(self._there(outcome, "effects"), ax)

    def plot_interactions(self, outcome: str | None = None) -> Sequence[Axes]:
        """The mean outcome by two inputs at a time. Returns the axes drawn on."""
        from qisim.sensitivities.charts.grids import plot_grids

        return plot_grids(self._there(outcome, "grids"))

    def plot_rules(self, outcome: str | None = None, ax: Axes | None = None) -> Axes:
        """Where an outcome is good and where it is bad. Returns the axes drawn on."""
        from qisim.sensitivities.charts.rules import plot_rules

        return plot_rules(self._there(outcome, "rules"), ax)

    def plot_compared(self, outcome: str | None = None, ax: Axes | None = None) -> Axes:
        """Which of the two levels compared is better, and when. Returns the axes drawn on."""
        from qisim.sensitivities.charts.rules import plot_duel

        return plot_duel(self._there(outcome, "duel"), ax)

    def files(
        self, drawing: Callable[[int, int], None] | None = None, faults: list[str] | None = None
    ) -> dict[str, bytes]:
        """Report and charts as files by name. `drawing` is called with the charts drawn, of how many.

        With `faults`, a list, what cannot be drawn is left out and added to it.
        """
        from qisim.charts.files import noting
        from qisim.charts.style import figure_bytes
        from qisim.sensitivities.charts.catalogue import figures
        from qisim.sensitivities.report import report

        charted = self.analyses[:MOST_CHARTED]
        wanted = list(figures(self.analyses, charted))
        files: dict[str, bytes] = {}
        for done, (name, chart) in enumerate(wanted):
            if drawing:
                drawing(done, len(wanted))
            with noting(faults, f"the chart {name}"):
                figure = chart()
                files |= {f"charts/{name}.{form}": figure_bytes(figure, form, DPI) for form in ("svg", "png")}
        svgs = {name: files[f"charts/{name}.svg"] for name, _ in wanted if f"charts/{name}.svg" in files}
        with noting(faults, "the report"):
            files["report.html"] = report(self.title, self.gathered, self.analyses, charted, self.untold, svgs)
        return files

    def save(self, folder: str | Path, command: str = "", files: Mapping[str, bytes] | None = None) -> Path:
        """Write tables, charts and report to a folder, whole or not at all. Raises BadInput as `save_results` does."""
        from qisim.sensitivities.folder import save

        tables = {name: self.table(name) for name in TABLES}
        about = {"title": self.title, "sweep": self.sweep, "method": self.gathered.method,
                 "points": len(self.gathered.points),
                 "outcomes": [one.measure.key for one in self.analyses]}  # fmt: skip
        return save(folder, about, tables, self.files() if files is None else files, command)

    def rows(self) -> dict[str, Any]:
        """The whole analysis as plain values that JSON can hold."""
        from qisim.sensitivities.words import basis

        return {
            "title": self.title,
            "notes": list(self.gathered.notes),
            "outcomes": [{"outcome": one.measure.key, "meaning": one.measure.name, "unit": one.measure.unit,
                          "basis": basis(one.sample), "answer": self.answer(one.measure.key),
                          "notes": list(one.sample.notes)} for one in self.analyses],
            **{name: self.table(name).to_dict("records") for name in TABLES},
        }  # fmt: skip

    def _there(self, outcome: str | None, part: str) -> Analysis:
        one = self.of(outcome)
        if not getattr(one, part):
            raise self._nothing(one, part)
        return one

    def _nothing(self, one: Analysis, part: str) -> BadInput:
        why = one.untold.get(
            part, "ask for it: compare a factor that has two levels" if part == "duel" else "there is none"
        )
        return BadInput(Problem(one.measure.key, why))


def sensitivity(
    sweep: str | Path | Sweep,
    *,
    outcomes: Sequence[str] = (),
    compare: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """What a sweep, or the folder of one, says of some outcomes, all unless told.

    `compare` names a factor of two levels: which is better, and when? `progress` is told how many outcomes are done, of
    how many. Raises BadInput where the folder holds no sweep, or one of which nothing can be told.
    """
    from qisim.sweeps import store
    from qisim.sweeps.design import Factor

    where = str(sweep) if isinstance(sweep, (str, Path)) else "the sweep"
    found = store.load(Path(sweep)) if isinstance(sweep, (str, Path)) else sweep
    design = found.manifest.design
    factors = [Factor.model_validate(factor) for factor in found.manifest.factors]
    gathered = gather(
        found.points,
        found.runs,
        method=design["method"],
        keys={factor.called: factor.key for factor in factors},
        base=design["points"] if design["method"] in ("saltelli", "morris") else None,
        replicates=design["replicates"],
        where=where,
    )
    keys = chosen(gathered.outcomes, outcomes)
    analyses, untold = [], {}
    for done, key in enumerate(keys):
        if progress:
            progress(done, len(keys))
        try:
            analyses.append(analyse(gathered, found.manifest.meanings[key], compare))
        except Untold as why:
            untold[key] = str(why)
    if not analyses:
        reasons = list(dict.fromkeys(untold.values()))
        if len(reasons) == 1:
            raise BadInput(Problem(where, f"of no outcome can anything be told: {reasons[0]}"))
        raise BadInput([Problem(where, f"{key}: {why}") for key, why in untold.items()])
    return Sensitivity(design["title"], where, gathered, analyses, untold)
