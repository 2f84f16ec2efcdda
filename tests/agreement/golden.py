"""A few numbers of every shipped scenario, kept in `golden.json` so that a change of results is seen.

Write them anew, on purpose and with a line in the changelog:

    python -m tests.agreement.golden

Counts are compared exactly. Means are written with all their digits; they are bound to be the same on one platform,
but the exponential and the logarithm of another C library may differ in the last bit, hence `TOLERANCE`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from qisim.study.study import load
from tests.agreement.engines import SHIPPED

FILE = Path(__file__).with_name("golden.json")
SEED, REPLICATES = 1, 20
TOLERANCE = 1e-12
"""Relative; some ten thousand times the rounding of one operation."""


def figures(file: Path) -> dict[str, Any]:
    """The figures of a scenario: sums over replicates of counts, and means over replicates, at some months."""
    study = load(file)
    results = study.run(replicates=REPLICATES, seed=SEED)
    months = sorted({0, 12, 24, study.scenario.months} & set(range(study.scenario.months + 1)))
    counts = results.months.groupby("month")[["at_target", "enrolled", "trained"]].sum().loc[months]
    sums = results.months[["meetings", "cycles", "visits", "attendances", "exchanges", "dropped_out"]].sum()
    means = results.months.groupby("month")[["score", "reported_score", "engagement", "skill"]].mean().loc[months]
    ideas = results.idea_totals[results.idea_totals["month"] == months[-1]]
    adopted = ideas.groupby("idea", sort=False, observed=True)[["adopted", "working"]].sum()
    return {
        "counts": {f"{name}, month {month}": int(counts.loc[month, name]) for name in counts for month in months},
        "sums": {name: int(total) for name, total in sums.items()},
        "ideas": {f"{idea}, {name}": int(adopted.loc[idea, name]) for idea in adopted.index for name in adopted},
        "means": {f"{name}, month {month}": float(means.loc[month, name]) for name in means for month in months},
    }


def write() -> None:
    """Replace `golden.json` by what the model says now."""
    text = json.dumps({file.stem: figures(file) for file in SHIPPED}, indent=1)
    new = FILE.with_suffix(".new")
    new.write_text(text + "\n", encoding="utf-8")
    os.replace(new, FILE)


if __name__ == "__main__":
    write()
