"""What an evaluation is: which facilities, which months, which data, and how a simulated programme is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import TYPE_CHECKING, Any

from qisim.input.errors import BadInput, Problem, nearest, shown, whole
from qisim.scenario.schema import MOST_MONTHS, Scenario
from qisim.world.covered import covered

if TYPE_CHECKING:
    from qisim.world.world import World

DATA = ("measured", "reported")
CHOICES = ("random", "weakest", "strongest", "volunteers")
BACKGROUND = "shock"
"""Elements of this kind are no part of the programme that is evaluated: they happen with it and without it."""


@dataclass(frozen=True)
class Plan:
    """How a programme is evaluated. Months are counted from the first one with data.

    - `sites`, `comparison`: facilities with the programme, and without it, of those that the programme covers.
    - `before`, `after`: months of data before the programme is launched, and from its launch on.
    - `window`: months just before the launch and at the end that before-after and difference-in-differences compare;
      fewer than 3, unless told, where there are fewer.
    - `records`: records that an evaluator measures in each facility a month.
    - `data`: "measured" by the evaluator without bias, or as the facilities have "reported" themselves.
    - `choose`: how sites are chosen: "random", "weakest" or "strongest" in the data of the window before the launch,
      "volunteers" (readiest first); `lottery`: sites and comparison sites are both chosen so, and lots are drawn.
    - `trend`: change of every indicator a year that comes by itself, besides the scenario's own.
    - `spill_over`: whether comparison sites, and sites whose turn has not come, hear of ideas from the programme.
    - `over_reporting`: share of the gap to 100% by which sites in the programme report too much, on top of the model.
    - `steps`: groups of facilities that start one after another in the stepped-wedge design; unless told, no more
      than there are months `after`.
    - `elements`: names of the programme's elements that are evaluated; what else there is happens anyway.
    """

    sites: int
    comparison: int
    before: int = 12
    after: int = 18
    window: int = 3
    records: int = 30
    data: str = "measured"
    choose: str = "random"
    lottery: bool = False
    trend: float = 0.0
    spill_over: bool = True
    over_reporting: float = 0.0
    steps: int = 3
    elements: tuple[str, ...] = ()

    @property
    def months(self) -> int:
        """Months with data."""
        return self.before + self.after

    @property
    def step_months(self) -> int:
        """Months from one step of the stepped wedge to the next."""
        return self.after // self.steps

    @property
    def end(self) -> slice:
        """The last months, in which before-after and difference-in-differences look at the result."""
        return slice(self.months - self.window, self.months)

    @property
    def baseline(self) -> slice:
        """The months just before the launch that they compare with."""
        return slice(self.before - self.window, self.before)


@dataclass
class _Gathered:
    """Problems with options, all of them told at once."""

    problems: list[Problem] = field(default_factory=list)

    def number(self, name: str, value: Any, low: int, high: int) -> int:
        try:
            return whole(name, value, low, high)
        except BadInput as error:
            self.problems += error.problems
            return max(low, 1)

    def share(self, name: str, value: Any, low: float) -> float:
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not isfinite(value)
            or not low <= value <= 1
        ):
            self.problems.append(Problem(name, f"found {shown(value)}", allowed=f"a number from {low:g} to 1"))
            return 0.0
        return float(value)

    def one_of(self, name: str, value: Any, allowed: Sequence[str]) -> str:
        if value not in allowed:
            self.refuse(name, value, allowed)
        return str(value)

    def truth(self, name: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self.problems.append(Problem(name, f"found {shown(value)}", allowed="True or False"))
        return bool(value)

    def refuse(self, name: str, value: Any, allowed: Sequence[str]) -> None:
        self.problems.append(
            Problem(name, f"found {shown(value)}", allowed=", ".join(allowed), nearest=nearest(str(value), allowed))
        )


def make_plan(scenario: Scenario, world: World, options: Mapping[str, Any]) -> Plan:
    """The plan of these options. Raises BadInput with every problem found."""
    allowed = [one.name for one in fields(Plan)]
    usual = {one.name: one.default for one in fields(Plan)}
    check = _Gathered()
    for name in options:
        if name not in allowed:
            check.problems.append(
                Problem("evaluation", f"there is no option {name!r}", allowed=", ".join(allowed),
                        nearest=nearest(name, allowed))
            )  # fmt: skip

    def told(name: str) -> Any:
        return options.get(name, usual[name])

    elements = tuple(_elements(scenario, told("elements"), check))
    facilities = int(covered(scenario, world, elements).sum())
    if elements and facilities < 2:
        check.problems.append(
            Problem("elements", f"cover {facilities} facilities", allowed="those that cover 2 or more")
        )
    if facilities < 2:
        raise BadInput(check.problems)
    sites = check.number("sites", options.get("sites", max(2, facilities // 3)), 2, facilities)
    comparison = check.number(
        "comparison", options.get("comparison", min(sites, facilities - sites)), 0, facilities - sites
    )
    before = check.number("before", told("before"), 1, MOST_MONTHS - 1)
    after = check.number("after", told("after"), 1, max(MOST_MONTHS - before, 1))
    usual |= {"window": min(Plan.window, before, after), "steps": min(Plan.steps, after)}
    refused = {problem.where for problem in check.problems}  # what lies within them cannot be checked then
    most_window = MOST_MONTHS if refused & {"before", "after"} else min(before, after)
    most_steps = MOST_MONTHS if "after" in refused else after
    plan = Plan(
        sites=sites,
        comparison=comparison,
        before=before,
        after=after,
        window=check.number("window", told("window"), 1, most_window),
        records=check.number("records", told("records"), 1, 1_000_000),
        data=check.one_of("data", told("data"), DATA),
        choose=check.one_of("choose", told("choose"), CHOICES),
        lottery=check.truth("lottery", told("lottery")),
        trend=check.share("trend", told("trend"), -1),
        spill_over=check.truth("spill_over", told("spill_over")),
        over_reporting=check.share("over_reporting", told("over_reporting"), 0),
        steps=check.number("steps", told("steps"), 1, most_steps),
        elements=elements,
    )
    _check_trend(scenario, plan, check)
    if check.problems:
        raise BadInput(check.problems)
    return plan


def _elements(scenario: Scenario, wanted: Any, check: _Gathered) -> Iterator[str]:
    """Names of the elements that are evaluated: those told, or all that are no shocks."""
    known = [element.name for element in scenario.programme]
    if isinstance(wanted, str):
        wanted = (wanted,)
    if not isinstance(wanted, (tuple, list)):
        check.refuse("elements", wanted, known)
        return
    for name in wanted:
        if name in known:
            yield name
        else:
            check.refuse("elements", name, known)
    if not wanted:
        usual = [element.name for element in scenario.programme if element.kind != BACKGROUND]
        if not usual:
            check.problems.append(scenario.problem("programme", "there is no programme to evaluate"))
        yield from usual


def _check_trend(scenario: Scenario, plan: Plan, check: _Gathered) -> None:
    for indicator in scenario.indicators:
        together = indicator.trend_annual + plan.trend
        if not -1 <= together <= 1:
            what = f"found {plan.trend:g}, which makes the trend of {indicator.name!r} {together:g} a year"
            check.problems.append(Problem("trend", what, allowed="a sum from -1 to 1"))


Progress = Callable[[int, int], None]
"""Told how much is done, of how much."""
