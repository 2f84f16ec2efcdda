"""Time to target in each district and in each kind of facility: who comes first, who comes last."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from qisim.outcomes.outcome import Outcome, target_percent
from qisim.outcomes.runs import Runs
from qisim.outcomes.time_to_target import TimeToTarget, as_outcome, censored

if TYPE_CHECKING:
    import pandas as pd

Grouping = Literal["district", "kind"]


def group_times(groups: pd.DataFrame, grouping: Grouping, coverage: float) -> dict[str, TimeToTarget]:
    """Times until the share `coverage` (0-1) of a group's facilities is at the standard; earliest group first.

    `groups` as in `Runs`. Groups that arrive equally early stand in order of their restricted mean, then of name.
    """
    rows = groups[(groups["grouping"] == grouping) & (groups["facilities"] > 0)]
    there = rows[rows["at_target"] / rows["facilities"] >= coverage]
    first = there.groupby(["group", "replicate"], observed=True)["month"].min().unstack("replicate")
    first = first.reindex(index=rows["group"].unique(), columns=sorted(rows["replicate"].unique()))
    horizon = int(rows["month"].max())
    times = {str(name): censored(row, horizon) for name, row in zip(first.index, first.to_numpy(float), strict=True)}
    return dict(sorted(times.items(), key=lambda item: (item[1].median, item[1].restricted_mean, item[0])))


def outcome(runs: Runs) -> list[Outcome]:
    """Time to target of each kind of facility, and of the first and the last district."""
    target, start = runs.scenario.target, runs.scenario.start
    share = target_percent(target.coverage)
    kinds = group_times(runs.groups, "kind", target.coverage)
    rows = []
    if len(kinds) > 1:
        rows = [
            as_outcome(f"time_{kind}", f"{kind.replace('_', ' ')}: {share} at the standard", time, start)
            for kind, time in kinds.items()
        ]
    districts = group_times(runs.groups, "district", target.coverage)
    if len(districts) < 2:
        return rows
    names = list(districts)
    rows.append(as_outcome("time_first_district", f"first district at {share}: {names[0]}",
                           districts[names[0]], start))  # fmt: skip
    behind = sum(time.median == math.inf for time in districts.values())
    if behind > 1:
        name, value = f"districts that do not reach {share} in at least half of the runs", f"{behind} of {len(names)}"
        rows.append(Outcome("districts_not_reached", name, "districts", float(behind), None, None, value))
    else:
        rows.append(as_outcome("time_last_district", f"last district at {share}: {names[-1]}",
                               districts[names[-1]], start))  # fmt: skip
    return rows
