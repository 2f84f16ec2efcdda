"""Coverage: the share of facilities at the standard; and the mean score behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.outcomes.intervals import ends, supported
from qisim.outcomes.outcome import Outcome, over_runs
from qisim.outcomes.recorded import at_end
from qisim.outcomes.runs import Runs, by_run
from qisim.words.numbers import percent, score

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

BANDS = (0.9, 0.5)


def fan(values: np.ndarray, levels: tuple[float, ...] = BANDS) -> pd.DataFrame:
    """Quantiles over replicates of `values`, float64[R, M + 1], month by month.

    Index: month. Columns: `median`, and `low_90`, `high_90` and so on for each level that R replicates support.
    """
    import numpy as np
    import pandas as pd

    columns = {"median": np.median(values, axis=0)}
    for level in levels:
        if supported(level, len(values)):
            low, high = np.quantile(values, ends(level), axis=0)
            columns |= {f"low_{level * 100:.0f}": low, f"high_{level * 100:.0f}": high}
    return pd.DataFrame(columns, index=pd.RangeIndex(values.shape[1], name="month"))


def outcome(runs: Runs) -> list[Outcome]:
    """Coverage, and the score as it is and as it is reported, at the end of the horizon."""
    start = by_run(runs.months, "coverage")[:, 0].mean()
    return [
        over_runs("coverage_at_end", "facilities at the standard at the end", "share", at_end(runs, "coverage"),
                  percent, f"{percent(start)} at the start"),
        over_runs("score_at_end", "mean score at the end", "score", at_end(runs, "score"), score),
        over_runs("reported_score_at_end", "mean score as teams report it", "score",
                  at_end(runs, "reported_score"), score),
    ]  # fmt: skip
