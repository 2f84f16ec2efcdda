"""What a tracked programme tells, as tables: the forecast and the updated one, side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from qisim.outcomes.coverage import BANDS
from qisim.outcomes.time_to_target import milestones

if TYPE_CHECKING:
    from qisim.tracking.experiment import Tracked
    from qisim.tracking.weights import Weights

TOLERANCES = (0.5, 1.0, 2.0)
"""The updated forecast is also told with such multiples of the tolerance."""

ON_TRACK = "on track"


def versions(tracked: Tracked) -> dict[str, Weights]:
    """The two forecasts by name."""
    return {"forecast": tracked.before, "updated": tracked.after}


def fan(weights: Weights, values: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Weighted quantiles of `values`, float64[R, M + 1]: `median`, and `low_90`, `high_90` and so on where supported.

    Index: month.
    """
    columns = {"median": weights.quantile(values, 0.5)}
    for level in BANDS:
        if ends := weights.interval(values, level):
            columns |= {f"low_{level * 100:.0f}": ends[0], f"high_{level * 100:.0f}": ends[1]}
    return pd.DataFrame(columns, index=pd.RangeIndex(values.shape[1], name="month"))


def forecasts(tracked: Tracked) -> pd.DataFrame:
    """Every series month by month: series, version, month, then the columns of `fan`; counts as shares."""
    parts = [
        fan(weights, tracked.paths[name]).reset_index().assign(series=name, version=version)
        for name in tracked.paths
        for version, weights in versions(tracked).items()
    ]
    bands = [f"{end}_{level * 100:.0f}" for level in BANDS for end in ("low", "high")]
    return pd.concat(parts, ignore_index=True).reindex(columns=["series", "version", "month", "median", *bands])


def seen(tracked: Tracked) -> pd.DataFrame:
    """A row an observation: what was seen, the forecasts of it, and where it stands.

    `forecast` and `updated` are medians, with the ends of their 90% intervals (NaN where too little weight is spread);
    `runs_below` is the share of runs of the forecast below what was seen, of those just there half; `standing` says
    it in words; `off` is how far it is from the mean forecast, in standard deviations of forecast and error together.
    """
    observed, values = tracked.observed, tracked.simulated
    table = observed.table.copy()
    for version, weights in versions(tracked).items():
        low, high = weights.interval(values) or (math.nan, math.nan)
        table = table.assign(**{version: weights.quantile(values, 0.5), f"{version}_low": low, f"{version}_high": high})
    value = table["value"].to_numpy()
    table["runs_below"] = (values < value).mean(axis=0) + (values == value).mean(axis=0) / 2
    slack = tracked.tolerance * np.where(observed.counts, observed.facilities, 1)
    cells = zip(table["value"], table["forecast_low"], table["forecast_high"], slack, strict=True)
    table["standing"] = [standing(*cell) for cell in cells]
    table["off"] = tracked.agreement.off()
    return table


def standing(value: float, low: float, high: float, slack: float) -> str:
    """Where `value` stands to the interval from `low` to `high`: "a little" off up to `slack` beyond its ends."""
    if low <= value <= high:
        return ON_TRACK
    way, beyond = ("behind", low - value) if value < low else ("ahead", value - high)
    return f"a little {way}" if beyond <= slack else way


def outcomes(tracked: Tracked) -> pd.DataFrame:
    """A row an outcome: key, unit, then median and ends of the 90% interval of the forecast and the updated one.

    Times are months, infinite beyond the horizon; chances have no interval.
    """
    rows: dict[str, dict[str, Any]] = {"time_to_target": {"unit": "month", **_times(tracked)}}
    for month in milestones(tracked.scenario.months):
        chances = {name: tracked.arrival(weights).probability(month) for name, weights in versions(tracked).items()}
        rows[f"chance_by_month_{month}"] = {"unit": "share", **chances}
    rows["coverage_at_end"] = {"unit": "share", **_ends(tracked, tracked.paths["at_standard"][:, -1])}
    rows["score_at_end"] = {"unit": "score", **_ends(tracked, tracked.paths["score_measured"][:, -1])}
    columns = ["unit", *(f"{name}{end}" for name in versions(tracked) for end in ("", "_low", "_high"))]
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns).rename_axis("key").reset_index()


def runs(tracked: Tracked) -> pd.DataFrame:
    """A row a replicate: its weight, that before tempering, its distance from what was seen, and its month of reaching
    the target, if any.
    """
    return pd.DataFrame(
        {
            "replicate": np.arange(tracked.replicates),
            "weight": tracked.after.shares,
            "weight_untempered": tracked.untempered.shares,
            "distance": tracked.agreement.distance,
            "time_to_target": np.where(tracked.time.reached, tracked.time.month, math.nan),
            "coverage_at_end": tracked.paths["at_standard"][:, -1],
        }
    )


def tolerances(tracked: Tracked) -> pd.DataFrame:
    """The updated forecast with other tolerances: whether the answer hangs on what was assumed.

    `effective_runs` are those before tempering; `power` is that of the likelihood, 1 where nothing was tempered.
    """
    rows = []
    for multiple in TOLERANCES:
        other = tracked.with_tolerance(min(multiple * tracked.tolerance, 0.99))
        time = other.arrival(other.after)
        low, high = time.interval() or (math.nan, math.nan)
        rows.append(
            {
                "tolerance": other.tolerance,
                "effective_runs": other.untempered.effective,
                "power": other.power,
                "time_to_target": time.median,
                "low": low,
                "high": high,
                "chance_by_end": time.probability(tracked.scenario.months),
            }
        )
    return pd.DataFrame(rows)


def _times(tracked: Tracked) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, weights in versions(tracked).items():
        time = tracked.arrival(weights)
        low, high = time.interval() or (math.nan, math.nan)
        found |= {name: time.median, f"{name}_low": low, f"{name}_high": high}
    return found


def _ends(tracked: Tracked, values: npt.NDArray[np.float64]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, weights in versions(tracked).items():
        low, high = weights.interval(values) or (math.nan, math.nan)
        found |= {name: float(weights.quantile(values, 0.5)), f"{name}_low": float(low), f"{name}_high": float(high)}
    return found


TABLES = {"outcomes": outcomes, "seen": seen, "forecasts": forecasts, "tolerances": tolerances, "runs": runs}
