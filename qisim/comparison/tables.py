"""The tables of a comparison, one value a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qisim.outcomes import cost

if TYPE_CHECKING:
    from qisim.comparison.experiment import Compared


def outcomes(compared: Compared) -> pd.DataFrame:
    """A row a strategy and measure: mean, its 90% interval, the central 90% of runs, how often it is the best."""
    rows = [
        {
            "measure": finding.measure.key,
            "meaning": finding.measure.name,
            "unit": finding.measure.unit,
            "strategy": strategy.label,
            "name": strategy.name,
            "mean": told.mean,
            "low": told.low,
            "high": told.high,
            "runs_low": told.range_low,
            "runs_high": told.range_high,
            "share_best": finding.best_share[place],
            "not_told": finding.untold[place],
            "dominated_by": " ".join(compared.strategies[by].label for by in compared.dominated.get(place, [])),
        }
        for finding in compared.findings
        for place, (strategy, told) in enumerate(zip(compared.strategies, finding.estimates, strict=True))
    ]
    return pd.DataFrame(rows).astype(dict.fromkeys(("low", "high", "runs_low", "runs_high"), float))


def differences(compared: Compared) -> pd.DataFrame:
    """A row a measure and ordered pair of strategies: `strategy` less `other`, over the same replicates."""
    labels = [strategy.label for strategy in compared.strategies]
    rows = [
        {
            "measure": finding.measure.key,
            "unit": finding.measure.unit,
            "strategy": labels[one],
            "other": labels[other],
            "mean": gap.mean,
            "low": gap.low,
            "high": gap.high,
            "level": gap.level,
            "clear": finding.clear(one, other),
            "runs_less": gap.less,
            "runs_equal": gap.equal,
            "runs_more": gap.more,
            "fewer_runs_by_pairing": gap.saved,
        }
        for finding in compared.findings
        for (one, other), gap in sorted(finding.differences.items())
    ]
    return pd.DataFrame(rows).astype(dict.fromkeys(("low", "high", "level"), float))


def runs(compared: Compared) -> pd.DataFrame:
    """A row a strategy and replicate, a column a measure; equal replicates share their luck.

    A cost of a facility is infinite where none was brought to the standard; what cannot be told is NaN.
    """
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "strategy": strategy.label,
                    "replicate": range(compared.replicates),
                    **{finding.measure.key: finding.by_run[place] for finding in compared.findings},
                }
            )
            for place, strategy in enumerate(compared.strategies)
        ],
        ignore_index=True,
    )


def costs(compared: Compared) -> pd.DataFrame:
    """A row a strategy that tells costs, element and month: the mean cost over replicates, in `currency`."""
    parts = []
    for strategy in compared.strategies:
        if strategy.scenario.costs is not None:
            table = cost.costs(strategy).groupby(["element", "month"], observed=True)["cost"].mean().reset_index()
            parts.append(table.assign(strategy=strategy.label, currency=strategy.scenario.costs.currency))
    columns = ["strategy", "element", "month", "cost", "currency"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def joined(compared: Compared, table: str) -> pd.DataFrame:
    """A table of the runs, such as "months", of all strategies, with a first column `strategy`."""
    parts = []
    for strategy in compared.strategies:
        part = getattr(strategy, table).copy()
        part.insert(0, "strategy", strategy.label)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
