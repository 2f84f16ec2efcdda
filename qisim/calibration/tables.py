"""The tables of a calibration."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from qisim.calibration.checks import Checks
from qisim.calibration.priors import values
from qisim.input.spreadsheet import csv_bytes, csv_text
from qisim.outcomes.intervals import LEVEL, ends

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("median", "low", "high")


def summary(checks: Checks) -> pd.DataFrame:
    """A row a parameter: median and 90% interval before and after, and by how much the interval narrowed."""
    import pandas as pd

    by_name = {prior.name: prior for prior in checks.fitted.settings.priors}
    return pd.DataFrame(
        [
            {
                "parameter": row.name,
                "unit": by_name[row.name].parameter.unit,
                "meaning": by_name[row.name].parameter.meaning,
                "prior": by_name[row.name].text,
                "prior_source": by_name[row.name].source,
                **{f"prior_{level}": value for level, value in zip(LEVELS, row.before, strict=True)},
                **{f"posterior_{level}": value for level, value in zip(LEVELS, row.after, strict=True)},
                "narrowed": row.narrowed,
                "says_little": row.little,
            }
            for row in checks.told
        ]
    )


def pairs(checks: Checks) -> pd.DataFrame:
    """A row a pair of parameters, the strongest rank correlation in the posterior first."""
    import pandas as pd

    rows = [(pair.one, pair.other, pair.correlation) for pair in checks.pairs]
    return pd.DataFrame(rows, columns=["parameter", "other", "rank_correlation"])


def rounds(checks: Checks) -> pd.DataFrame:
    """A row a round and parameter: what of the prior was drawn from, and the posterior by then."""
    import pandas as pd

    fitted, (low, high) = checks.fitted, ends(LEVEL)
    priors = fitted.settings.priors
    rows: list[dict[str, Any]] = []
    for number, one in enumerate(fitted.rounds, 1):
        found = values(priors, one.posterior.quantiles([0.5, low, high]))
        drawn_from = values(priors, one.box.T)
        for i, prior in enumerate(priors):
            rows.append({"round": number, "parameter": prior.name, "draws": one.draws,
                         "drawn_from": drawn_from[0, i], "drawn_to": drawn_from[1, i],
                         **dict(zip(LEVELS, found[:, i].tolist(), strict=True)),
                         "told_by_summary": one.posterior.explained[i],
                         "effective_draws": one.posterior.effective})  # fmt: skip
    return pd.DataFrame(rows)


def series(checks: Checks) -> pd.DataFrame:
    """A row a series and place: cells, how many lie within the 90% bands, and how often chance is as far off."""
    import pandas as pd

    return pd.DataFrame(
        [(one.series.name, one.district, one.cells, one.inside, one.as_far, one.missed) for one in checks.series],
        columns=["series", "district", "cells", "inside", "as_far_by_chance", "missed"],
    )


def cells(checks: Checks) -> pd.DataFrame:
    """A row a cell: what was seen, and 90% bands and medians of simulations before and after."""
    table = checks.fitted.observed.table.rename(columns={"value": "observed"}).copy()
    for name, bands in (("prior", checks.prior_bands), ("posterior", checks.bands)):
        for level, band in zip(("low", "median", "high"), bands, strict=True):
            table[f"{name}_{level}"] = band
    table["inside"] = checks.inside
    table["beyond_prior"] = np.isin(np.arange(len(table)), checks.outside)
    return table


def posterior(checks: Checks) -> pd.DataFrame:
    """The weighted draws of the posterior: a column a parameter, and `weight`."""
    import pandas as pd

    table = pd.DataFrame(checks.fitted.values, columns=checks.fitted.settings.names)
    table["weight"] = checks.fitted.posterior.weights
    return table


def parameters(checks: Checks) -> pd.DataFrame:
    """Equally likely draws of the posterior, a row a draw, a column a parameter, for other runs to use."""
    import pandas as pd

    return pd.DataFrame(checks.fitted.drawn, columns=checks.fitted.settings.names)


TABLES = {"summary": summary, "pairs": pairs, "rounds": rounds, "series": series, "cells": cells}


def files(checks: Checks) -> dict[str, bytes]:
    """All tables as files. `parameters.csv` has nothing but names and numbers."""
    buffer = BytesIO()
    posterior(checks).to_parquet(buffer, index=False)
    tables = {f"{name}.csv": csv_bytes(table(checks)) for name, table in TABLES.items()}
    return {**tables, "posterior.parquet": buffer.getvalue(), "posterior.csv": csv_text(posterior(checks)).encode(),
            "parameters.csv": csv_text(parameters(checks)).encode()}  # fmt: skip
