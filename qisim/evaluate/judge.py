"""What became of the estimates of a design, over replicates: bias, coverage, power, errors of type I."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from qisim.evaluate.designs import DESIGNS
from qisim.evaluate.designs.panel import LEVEL

COLUMNS = ["design", "replicates", "failed", "null_failed", "true_effect", "estimate", "bias", "bias_se", "sd",
           "se", "coverage", "coverage_of_mean", "power", "null_estimate", "null_estimate_se", "type_1_error",
           "coverage_low", "coverage_high", "power_low", "power_high", "type_1_error_low",
           "type_1_error_high"]  # fmt: skip


def table(estimates: pd.DataFrame) -> pd.DataFrame:
    """A row a design of what the estimates came to; see `Evaluation.table` for the columns."""
    present = [name for name in DESIGNS if (estimates["design"] == name).any()]
    return pd.DataFrame([row(name, estimates[estimates["design"] == name]) for name in present], columns=COLUMNS)


def row(design: str, estimates: pd.DataFrame) -> dict[str, Any]:
    """What a design's estimates came to: with the programme as it is, and with one that does nothing.

    Futures whose data allow no estimate are counted, and left out of all else.
    """
    made = estimates["p"].notna()
    real, null = (estimates[made & (estimates["null"] == which)] for which in (False, True))
    failed, null_failed = (int((~made & (estimates["null"] == which)).sum()) for which in (False, True))
    error = real["estimate"] - real["true_effect"]
    inside = within(real, real["true_effect"])
    found, false_alarm = (significant(one) for one in (real, null))
    result = {
        "design": design, "replicates": len(real) + failed, "failed": failed, "null_failed": null_failed,
        "true_effect": real["true_effect"].mean(),
        "estimate": real["estimate"].mean(), "bias": error.mean(), "bias_se": standard_error(error.to_numpy()),
        "sd": error.std(ddof=1), "se": real["se"].mean(), "coverage": share(inside),
        "coverage_of_mean": share(within(real, real["true_effect"].mean())), "power": share(found),
        "null_estimate": null["estimate"].mean(), "null_estimate_se": standard_error(null["estimate"].to_numpy()),
        "type_1_error": share(false_alarm),
    }  # fmt: skip
    for name, hits in (("coverage", inside), ("power", found), ("type_1_error", false_alarm)):
        result[f"{name}_low"], result[f"{name}_high"] = share_interval(int(hits.sum()), len(hits))
    return result


def within(estimates: pd.DataFrame, effect: Any) -> np.ndarray:
    """Which of the intervals hold an effect, bool[R]."""
    return ((estimates["low"] <= effect) & (effect <= estimates["high"])).to_numpy()


def significant(estimates: pd.DataFrame) -> np.ndarray:
    """Which estimates an evaluator would call significant, in either direction."""
    return (estimates["p"] < 1 - LEVEL).to_numpy()


def standard_error(values: np.ndarray) -> float:
    """Standard error of the mean over replicates; NaN where there is one alone."""
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan


def half_width(row: Any) -> float:
    """Half of the 95% interval of the bias in a row of the table, by Student's t; NaN for one replicate."""
    from scipy.stats import t

    made = row["replicates"] - row["failed"]
    return float(t.ppf((1 + LEVEL) / 2, made - 1) * row["bias_se"]) if made > 1 else math.nan


def share(hits: np.ndarray) -> float:
    """The share of hits; NaN of none."""
    return float(hits.mean()) if len(hits) else math.nan


def share_interval(hits: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share by Wilson's method (1927); NaN of none."""
    from scipy.stats import binomtest

    if of == 0:
        return math.nan, math.nan
    interval = binomtest(hits, of).proportion_ci(LEVEL, method="wilson")
    return float(interval.low), float(interval.high)
