"""The tables of a sensitivity analysis, one value a cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qisim.sensitivities.methods.duel import futures
from qisim.sensitivities.methods.estimate import Estimate

if TYPE_CHECKING:
    from qisim.sensitivities.experiment import Analysis

Row = dict[str, Any]

LUCK = "luck alone"
"""The index that an input may reach without any effect."""


def variance(analyses: Sequence[Analysis]) -> pd.DataFrame:
    """A row an outcome and source of variance: inputs, luck shared by all points, luck of each point's own."""
    rows = []
    for one in analyses:
        if one.split is None:
            continue
        parts = {"inputs": (one.split.inputs, one.split.share_inputs),
                 "shared luck": (one.split.shared_luck, one.split.share_shared_luck),
                 "own luck": (one.split.own_luck, one.split.share_own_luck)}  # fmt: skip
        rows += [{**_outcome(one), "source": source, "variance": amount, **_numbers("share", share)}
                 for source, (amount, share) in parts.items()]  # fmt: skip
    return _frame(rows, [*_OUTCOME, "source", "variance", "share", "low", "high"])


def indices(analyses: Sequence[Analysis]) -> pd.DataFrame:
    """A row an outcome, index and factor (for S2 two): Sobol's S1, ST and S2, Morris' mu*, mu and sigma, PAWN."""
    rows = [{**_outcome(one), **row} for one in analyses for row in index_rows(one)]
    return _frame(rows, [*_OUTCOME, "method", "index", "factor", "other_factor", "value", "low", "high"])


def index_rows(one: Analysis) -> Iterator[Row]:
    """A row an index and factor of one outcome."""
    factors = one.sample.factors
    for i, factor in enumerate(factors):
        at = {"factor": factor.name, "other_factor": ""}
        if one.sobol:
            yield {"method": "sobol", "index": "S1", **at, **_numbers("value", one.sobol.first[i])}
            yield {"method": "sobol", "index": "ST", **at, **_numbers("value", one.sobol.total[i])}
            yield {"method": "sobol", "index": LUCK, **at, "value": one.sobol.nothing[i]}
        if one.morris:
            yield {"method": "morris", "index": "mu_star", **at, **_numbers("value", one.morris.size[i])}
            yield {"method": "morris", "index": LUCK, **at, "value": one.morris.nothing[i]}
            yield {"method": "morris", "index": "mu", **at, "value": one.morris.mean[i]}
            yield {"method": "morris", "index": "sigma", **at, "value": one.morris.spread[i]}
        if one.pawn:
            yield {"method": "pawn", "index": "mean", **at, **_numbers("value", one.pawn.distance[i])}
            yield {"method": "pawn", "index": LUCK, **at, "value": one.pawn.nothing[i]}
    for (i, j), told in one.sobol.second.items() if one.sobol else ():
        yield {"method": "sobol", "index": "S2", "factor": factors[i].name, "other_factor": factors[j].name,
               **_numbers("value", told)}  # fmt: skip


def effects(analyses: Sequence[Analysis]) -> pd.DataFrame:
    """A row an outcome and factor: the mean with the factor low and high, each less `middle`, and their difference."""
    rows = [
        {**_outcome(one), "factor": e.factor.name, "key": e.factor.key, "low_value": e.low, "high_value": e.high,
         "middle": one.effects.middle, "middle_of": one.effects.compared, **_numbers("at_low", e.at_low, "at_low_"),
         **_numbers("at_high", e.at_high, "at_high_"), **_numbers("difference", e.difference)}
        for one in analyses if one.effects for e in one.effects.effects
    ]  # fmt: skip
    return _frame(rows, [*_OUTCOME, "factor", "key", "low_value", "high_value", "middle", "middle_of", "at_low",
                         "at_low_low", "at_low_high", "at_high", "at_high_low", "at_high_high", "difference", "low",
                         "high"])  # fmt: skip


def interactions(analyses: Sequence[Analysis]) -> pd.DataFrame:
    """A row an outcome and cell of two factors: the mean outcome there, less that of all points, and of how many."""
    rows = [
        {**_outcome(one), "factor": grid.across.name, "bin": grid.across_bins[i], "other_factor": grid.up.name,
         "other_bin": grid.up_bins[j], **_numbers("mean", cell), **_difference(grid.gaps[j][i]),
         "points": int(grid.points[j, i])}
        for one in analyses for grid in one.grids or () for j, line in enumerate(grid.cells)
        for i, cell in enumerate(line) if cell is not None
    ]  # fmt: skip
    return _frame(rows, [*_OUTCOME, "factor", "bin", "other_factor", "other_bin", "mean", "low", "high", *_DIFFERENCE,
                         "points"])  # fmt: skip


def rules(analyses: Sequence[Analysis]) -> pd.DataFrame:
    """A row an outcome and rule: the mean where it holds, less that of all points, and on how many points it does."""
    rows = [
        {**_outcome(one), "rule": rule.said, **_numbers("mean", rule.mean), **_difference(rule.gap),
         "points": int(rule.inside.sum()), "share_of_points": rule.share, "foretold": one.rules.foretold}
        for one in analyses if one.rules for rule in one.rules.rules
    ]  # fmt: skip
    return _frame(rows, [*_OUTCOME, "rule", "mean", "low", "high", *_DIFFERENCE, "points", "share_of_points",
                         "foretold"])  # fmt: skip


def compared(analyses: Sequence[Analysis]) -> pd.DataFrame:
    """A row an outcome and part of the space, "everywhere" first: the difference of the two levels compared there."""
    rows = []
    for one in analyses:
        if one.duel is None:
            continue
        parts = [("everywhere", np.ones(len(one.duel.gaps), bool), one.duel.difference)]
        parts += [(rule.said, rule.inside, rule.mean) for rule in (one.duel.rules.rules if one.duel.rules else [])]
        for said, inside, told in parts:
            gaps = one.duel.gaps[inside]
            better, same, worse = futures(gaps, one.measure.less_is_better)
            rows.append({**_outcome(one), "factor": one.duel.factor.name, "level": one.duel.one,
                         "other": one.duel.other, "where": said, **_numbers("difference", told),
                         "pairs": len(gaps), "share_better": better, "share_same": same,
                         "share_worse": worse})  # fmt: skip
    return _frame(rows, [*_OUTCOME, "factor", "level", "other", "where", "difference", "low", "high", "pairs",
                         "share_better", "share_same", "share_worse"])  # fmt: skip


def untold(analyses: Sequence[Analysis], outcomes: Mapping[str, str]) -> pd.DataFrame:
    """A row an outcome and analysis that cannot be made, and why; `outcomes` are those of which nothing can be told."""
    rows = [{"outcome": one.measure.key, "analysis": name, "why": why} for one in analyses
            for name, why in one.untold.items()]  # fmt: skip
    rows += [{"outcome": key, "analysis": "all", "why": why} for key, why in outcomes.items()]
    return _frame(rows, ["outcome", "analysis", "why"])


TABLES = {"variance": variance, "indices": indices, "effects": effects, "interactions": interactions, "rules": rules,
          "compared": compared}  # fmt: skip

_OUTCOME = ["outcome", "meaning", "unit"]
_DIFFERENCE = ["difference", "difference_low", "difference_high"]


def _outcome(one: Analysis) -> Row:
    return {"outcome": one.measure.key, "meaning": one.measure.name, "unit": one.measure.unit}


def _difference(told: Estimate | None) -> Row:
    """How much a mean is above that of all points."""
    return _numbers("difference", told, "difference_") if told else {}


def _numbers(name: str, told: Estimate, prefix: str = "") -> Row:
    return {name: told.value, f"{prefix}low": told.low, f"{prefix}high": told.high}


def _frame(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(columns))
    ends = [column for column in columns if column in ("low", "high") or column.endswith(("_low", "_high"))]
    return frame.astype(dict.fromkeys(ends, float))
