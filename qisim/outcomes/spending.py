"""What a programme takes: money where its costs are told, else days of staff and coaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.outcomes.cost import costs

if TYPE_CHECKING:
    import pandas as pd

    from qisim.outcomes.runs import Runs

DAYS = ["staff_days", "coach_days"]
IN_DAYS = "days of staff and coaches"


def spending(runs: Runs, money: str) -> pd.DataFrame:
    """Replicate, month, element, amount: in `money`, which its costs are told in, or where it is empty in days."""
    units = runs.units
    table = units[["replicate", "month", "element"]].copy()
    if not money:
        table["amount"] = units[DAYS].sum(axis=1)
    elif runs.scenario.costs is None:  # no programme, so nothing is spent
        table["amount"] = 0.0
    else:
        table["amount"] = costs(runs)["cost"]
    return table


def scaled(money: str, largest: float) -> tuple[float, str]:
    """What to divide amounts by, so that the `largest` has few digits, and the unit that they then have."""
    steps = ((1e9, "billion "), (1e6, "million "), (1e3, "thousand "), (1.0, ""))
    step, word = next(((step, word) for step, word in steps if largest >= 2 * step), steps[-1])
    return step, f"{word}{money or IN_DAYS}"
