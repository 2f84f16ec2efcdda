"""The money section of a report: what is counted as cost, what one of each costs, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qisim.outcomes.cost import currency, unpriced
from qisim.scenario.costs import MONEY, UNITS
from qisim.words.numbers import count, money

if TYPE_CHECKING:
    from qisim.outcomes.runs import Runs
    from qisim.scenario.schema import Scenario

NEVER_COUNTED = (
    "Never counted are the daily work of facilities, drugs and equipment, what patients pay or save, and the running "
    "of the programme's own office, unless the scenario gives them as a cost of an element."
)


def money_section(several: Sequence[Runs], labels: Sequence[str]) -> dict[str, Any]:
    """Sentences, the table of what the programmes take, and the line among the limits."""
    heads = list(labels) if len(several) > 1 else ["mean"]
    rows = [_row(several, unit) for unit in UNITS]
    return {
        "heads": heads,
        "rows": [row for row in rows if row is not None],
        "sentences": _sentences(several, labels),
        "limit": _limit(several),
    }


def _sentences(several: Sequence[Runs], labels: Sequence[str]) -> list[str]:
    if not any(runs.scenario.programme for runs in several):
        return ["There is no programme, so nothing is spent."]
    untold = [label for label, runs in zip(labels, several, strict=True) if _tells_none(runs.scenario)]
    if len(untold) == sum(bool(runs.scenario.programme) for runs in several):
        return ["No costs are told. The days, visits and sessions below stand for effort; give a scenario [costs], and "
                "they are told in money, too."]  # fmt: skip
    said, money = [], currency([runs.scenario for runs in several])
    if untold:
        said.append(f"No costs are told of {', '.join(untold)}, so that strategies are compared by days of staff and "
                    "coaches.")  # fmt: skip
    elif not money:
        said.append("The strategies tell costs in different currencies, so that they are compared by days of staff and "
                    "coaches.")  # fmt: skip
    else:
        said.append(f"Costs are told in {money}, over the whole time that is simulated. They are as the "
                    "scenarios give them: nothing is discounted, and prices do not rise.")  # fmt: skip
    for label, runs in zip(labels, several, strict=True):
        if runs.scenario.programme and runs.scenario.costs is not None and (left := unpriced(runs)):
            of = f" under {label}" if len(several) > 1 else ""
            said.append(
                f"Counted{of}, but without a cost, so that they are told as costing nothing: {', '.join(left)}."
            )
        said += _standing(runs.scenario, f"{label}: " if len(several) > 1 else "")
    return [*said, NEVER_COUNTED]


def _tells_none(scenario: Scenario) -> bool:
    return bool(scenario.programme) and scenario.costs is None


def _standing(scenario: Scenario, label: str) -> list[str]:
    """What elements cost once or by the month."""
    if scenario.costs is None:
        return []
    said = []
    for element in scenario.programme:
        parts = [f"{money(amount)} {scenario.costs.currency} {when}"
                 for amount, when in ((element.costs.fixed, "to set it up"), (element.costs.monthly, "a month"))
                 if amount]  # fmt: skip
        if parts:
            said.append(f"{label}{element.name} costs besides {' and '.join(parts)}.")
    return said


def _row(several: Sequence[Runs], unit: str) -> Any:
    from qisim.report.row import Row

    if not any(runs.units[unit].any() for runs in several):
        return None
    return Row(UNITS[unit], [_cell(runs, unit) for runs in several])


def _cell(runs: Runs, unit: str) -> str:
    """How many of a unit, mean over replicates, and what one costs."""
    number = float(runs.units[unit].sum()) / runs.months["replicate"].nunique()
    said = count(number) if number >= 10 or number == round(number) else f"{number:.1f}"
    if unit == MONEY or runs.scenario.costs is None or not number:
        return said
    return f"{said} ({_prices(runs, unit)})"


def _prices(runs: Runs, unit: str) -> str:
    """The different costs of a unit among the elements that take it, and whether some tell none."""
    taken = runs.units.groupby("element", observed=True)[unit].sum()
    found, untold = set(), False
    for element in runs.scenario.programme:
        own = getattr(element.costs, unit)
        price = getattr(runs.scenario.costs, unit) if own is None else own
        if taken.get(element.name, 0) > 0:
            untold = untold or price is None
            found |= set() if price is None else {float(price)}
    told = [f"at {money(price)}" for price in sorted(found)] + ["no cost told"] * untold
    return ", ".join(told)


def _limit(several: Sequence[Runs]) -> str:
    if any(_tells_none(runs.scenario) for runs in several):
        return "Money is not told, because no costs are given; visits, sessions and days stand for effort."
    if not any(runs.scenario.programme for runs in several):
        return "Without a programme nothing is spent; what poor quality costs facilities and patients is not told."
    return "Costs are no surer than the unit costs that were given. What is not given is not counted: see above."
