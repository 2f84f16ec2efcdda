"""Attribution: where facilities had learnt of the practices that they adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.outcomes.intervals import LEVEL, interval
from qisim.outcomes.outcome import Outcome, over_runs
from qisim.outcomes.runs import Runs
from qisim.words.numbers import percent

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "initial": "in use before, taken up again",
    "own": "the team's own invention",
    "peer": "a facility they know",
    "coach": "a coach",
    "session": "a learning session",
    "exchange": "an exchange visit",
    "cohort": "their cohort, between sessions",
    "training": "a training",
    "agent": "an extension agent",
    "campaign": "a campaign",
    "policy": "a policy or guideline",
    "endorsement": "an endorsement",
    "feedback": "feedback on an audit",
}
"""Each source of ideas as a planner calls it, in the order of `qisim.model.state.SOURCES`."""


def counts(runs: Runs) -> pd.DataFrame:
    """Practices adopted after the start by source: a row a replicate, a column for each of `WORDS`.

    A practice that lapsed and was adopted again counts again, from the source it was first learnt of.
    """
    rows = runs.adoptions[runs.adoptions["month"] > 0]
    table = rows.groupby(["replicate", "source"], observed=True)["adoptions"].sum().unstack("source")
    table.columns = table.columns.astype(str)
    everyone = sorted(runs.months["replicate"].unique())
    return table.reindex(index=everyone, columns=list(WORDS)).fillna(0.0)


def shares(runs: Runs) -> pd.DataFrame:
    """The share of the adoptions after the start that came from each source (0-1): rows and columns as `counts`.

    NaN in replicates without any adoption.
    """
    table = counts(runs)
    whole = table.sum(axis=1)
    return table.div(whole.where(whole > 0), axis=0)


def mean_shares(runs: Runs) -> pd.DataFrame:
    """Mean share of each source over the replicates with adoptions, largest first; means add up to 1.

    Index: source. Columns: words, mean, and low and high, which hold the central 90% of replicates; NaN with too few.
    Sources from which nothing ever came are left out; no rows where nothing was adopted.
    """
    import pandas as pd

    table = shares(runs).dropna()
    table = table.loc[:, table.gt(0).any()]
    bounds = [interval(table[source].to_numpy(), LEVEL) or (float("nan"),) * 2 for source in table]
    told = {
        "words": [WORDS[source] for source in table],
        "mean": table.mean().to_numpy(float),
        "low": [low for low, _ in bounds],
        "high": [high for _, high in bounds],
    }
    found = pd.DataFrame(told, index=pd.Index(list(table), name="source"))
    return found.sort_values("mean", ascending=False, kind="stable")


def outcome(runs: Runs) -> list[Outcome]:
    """The share of each source, largest mean first."""
    told, means = shares(runs), mean_shares(runs)
    table = told.dropna()
    note = f"of the {len(table)} of {len(told)} runs that adopt any" if len(table) < len(told) else ""
    return [
        over_runs(f"adopted_from_{source}", words, "share", table[source].to_numpy(float), percent, note)
        for source, words in means["words"].items()
    ]
