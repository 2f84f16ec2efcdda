"""Simulated evaluations of a programme whose true effect is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qisim.evaluate import futures, judge
from qisim.evaluate.designs import DESIGNS
from qisim.evaluate.plan import Plan, Progress, make_plan
from qisim.evaluate.setting import Arranged, Setting
from qisim.input.errors import BadInput, Problem, nearest, whole
from qisim.model.chance import MOST_REPLICATES, MOST_SEED
from qisim.study.study import Study, load

if TYPE_CHECKING:
    from matplotlib.axes import Axes


ESTIMATES = ["replicate", "design", "null", "true_effect", "estimate", "se", "low", "high", "p"]


@dataclass(frozen=True)
class Evaluation:
    """Evaluations of a programme in many possible futures, judged by its true effect.

    - `estimates`: a row a replicate, design and programme: replicate, design, null (whether the programme does
      nothing), true_effect, estimate, se, low, high (95% interval), p. Effects in points of the score, 0-1. p is NaN
      where the data allow no estimate.
    - `untold`: designs that cannot be used here, and why.
    """

    title: str
    setting: Setting
    replicates: int
    estimates: pd.DataFrame
    untold: dict[str, str]

    @property
    def plan(self) -> Plan:
        """How the programme is evaluated."""
        return self.setting.plan

    def table(self) -> pd.DataFrame:
        """A row a design of how well it does.

        - `failed`, `null_failed`: futures with the programme, and with one that does nothing, whose data allow no
          estimate; they are left out of what follows.
        - `true_effect`, `estimate`: means over replicates; `bias` is their difference, `bias_se` its standard error.
        - `sd`: spread of the errors over replicates; `se`: mean of the standard errors that an evaluator would state.
        - `coverage`: share of 95% intervals that hold the true effect on these sites in this future;
          `coverage_of_mean`: share that hold the mean of the true effect over all futures and their sites.
        - `power`: share of evaluations that find a significant effect.
        - `null_estimate` (standard error: `null_estimate_se`), `type_1_error`: what estimates and significant results
          come to when the programme does nothing.

        The 95% intervals of coverage, power and type_1_error, by Wilson's method, end in `_low` and `_high`.
        """
        return judge.table(self.estimates)

    def example(self, replicate: int = 0, *, stepped: bool = False) -> Arranged:
        """What the evaluator of one of the futures sees, in two groups or in steps, with the true effect."""
        replicate = whole("replicate", replicate, 0, MOST_REPLICATES)
        one = self.setting
        (without,) = futures.without(one.scenario, one.world, one.plan, range(replicate, replicate + 1), one.seed)
        return one.arranged(replicate, without, stepped=stepped)

    def plot_bias(self, ax: Axes | None = None) -> Axes:
        """Bias of each design with its 95% interval. Returns the axes drawn on."""
        from qisim.evaluate.charts.bias import plot_bias

        return plot_bias(self.table(), self.title, ax)

    def plot_example(self, replicate: int = 0, ax: Axes | None = None) -> Axes:
        """The data of one future by month with the fitted line, and what really was. Returns the axes drawn on."""
        from qisim.evaluate.charts.example import plot_example

        return plot_example(self.example(replicate), self.title, ax)


def evaluation(
    scenario: str | Path | Study,
    *,
    designs: Sequence[str] | None = None,
    replicates: int = 100,
    seed: int = 1,
    progress: Progress | None = None,
    **options: Any,
) -> Evaluation:
    """Evaluate a scenario's programme in many possible futures, by designs whose estimates can be held to the truth.

    `designs` are keys of `qisim.evaluate.DESIGNS`, all that can be used unless told; `options` are the fields of
    `qisim.evaluate.Plan`. The effect is known because each future is simulated twice with the same luck, with the
    programme and without it. `progress` is told how many replicates are done, of how many. Raises BadInput with every
    problem found.
    """
    _check_statsmodels()
    study = scenario if isinstance(scenario, Study) else load(scenario)
    replicates = whole("replicates", replicates, 1, MOST_REPLICATES)
    setting = Setting(
        study.scenario, study.world, make_plan(study.scenario, study.world, options),
        whole("seed", seed, 0, MOST_SEED),
    )  # fmt: skip
    used, untold = _usable(designs, setting.plan)
    rows = list(_rows(setting, used, replicates, progress))
    return Evaluation(study.scenario.title, setting, replicates, pd.DataFrame(rows, columns=ESTIMATES), untold)


def _rows(setting: Setting, used: list[str], replicates: int, progress: Progress | None) -> Iterator[tuple[Any, ...]]:
    """The rows of the table of estimates, replicate by replicate."""
    if progress:
        progress(0, replicates)
    every = futures.without(setting.scenario, setting.world, setting.plan, range(replicates), setting.seed)
    for replicate, without in enumerate(every):
        for stepped in sorted({DESIGNS[name].stepped for name in used}):
            arranged = setting.arranged(replicate, without, stepped=stepped)
            for name in used:
                if DESIGNS[name].stepped == stepped:
                    yield from _judged(arranged, name, replicate)
        if progress:
            progress(replicate + 1, replicates)


def _judged(arranged: Arranged, name: str, replicate: int) -> Iterator[tuple[Any, ...]]:
    design = DESIGNS[name]
    truth = design.truth(arranged.real, arranged.effect)
    for null, panel, effect in ((False, arranged.real, truth), (True, arranged.null, 0.0)):
        yield (replicate, name, null, effect, *astuple(design.estimate(panel)))


def _usable(designs: Sequence[str] | None, plan: Plan) -> tuple[list[str], dict[str, str]]:
    """The designs to use and, unless they were asked for, those that cannot be used and why."""
    wanted = [designs] if isinstance(designs, str) else list(DESIGNS if designs is None else designs)
    problems = [
        Problem("designs", f"there is no design {name!r}", allowed=", ".join(DESIGNS), nearest=nearest(name, DESIGNS))
        for name in wanted
        if name not in DESIGNS
    ]
    lacking = {name: DESIGNS[name].lacks(plan) for name in wanted if name in DESIGNS}
    lacking = {name: why for name, why in lacking.items() if why}
    if designs is not None:
        problems += [Problem("designs", f"{name!r} {why}") for name, why in lacking.items()]
    if problems or not wanted:
        raise BadInput(problems or Problem("designs", "there is none", allowed=", ".join(DESIGNS)))
    return [name for name in DESIGNS if name in wanted and name not in lacking], lacking


def _check_statsmodels() -> None:
    from importlib.util import find_spec

    if find_spec("statsmodels") is None:
        what = "needs statsmodels, which is not installed; install it with: pip install 'qisim[evaluate]'"
        raise BadInput(Problem("evaluation", what))
