"""Time to target in each group of facilities, such as districts: who comes first, who comes last."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qisim.outcomes import equity
from qisim.outcomes.outcome import Outcome
from qisim.outcomes.runs import Runs
from qisim.outcomes.time_to_target import TimeToTarget, as_outcome, censored
from qisim.words.numbers import target_percent

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def group_times(groups: pd.DataFrame, grouping: str, coverage: float) -> dict[str, TimeToTarget]:
    """Times until the share `coverage` (0-1) of a group's facilities is at the standard; earliest group first.

    `groups` as in `Runs`. Groups that arrive equally early stand in order of their restricted mean, then of name.
    """
    import numpy as np
    import pandas as pd

    rows = groups[(groups["grouping"] == grouping) & (groups["facilities"] > 0)]
    # Numbers, not labels: pandas does not align categories once their codes differ in width.
    group, names = pd.factorize(rows["group"])
    replicate, replicates = pd.factorize(rows["replicate"], sort=True)
    there = (rows["at_target"] / rows["facilities"] >= coverage).to_numpy()
    first = np.full((len(names), len(replicates)), np.inf)
    np.minimum.at(first, (group[there], replicate[there]), rows["month"].to_numpy()[there])
    horizon = int(rows["month"].max())
    first[np.isinf(first)] = np.nan
    times = {str(name): censored(row, horizon) for name, row in zip(names, first, strict=True)}
    return dict(sorted(times.items(), key=lambda item: (item[1].median, item[1].restricted_mean, item[0])))


def group_coverage_at_end(groups: pd.DataFrame, grouping: str) -> dict[str, np.ndarray]:
    """Coverage (0-1) of each group at the end, float64[R]; the group with the highest median first, then by mean.

    `groups` as in `Runs`.
    """
    import numpy as np

    rows = groups[(groups["grouping"] == grouping) & (groups["facilities"] > 0)]
    end = rows[rows["month"] == rows["month"].max()]
    shares = end.assign(share=end["at_target"] / end["facilities"])
    by_group = shares.pivot(index="group", columns="replicate", values="share")
    values = {str(name): row for name, row in zip(by_group.index, by_group.to_numpy(float), strict=True)}
    return dict(sorted(values.items(), key=lambda item: (-np.median(item[1]), -item[1].mean(), item[0])))


def outcome(runs: Runs) -> list[Outcome]:
    """Time to target of each kind of facility, of the first and the last district, and of the last of other groups."""
    others = [name for name in equity.groupings(runs) if name not in ("kind", "district")]
    return [*_kinds(runs), *_districts(runs), *(_last(runs, name) for name in others)]


def _kinds(runs: Runs) -> list[Outcome]:
    share = target_percent(runs.scenario.target.coverage)
    times = group_times(runs.groups, "kind", runs.scenario.target.coverage)
    if len(times) < 2 or not any(time.reached.any() for time in times.values()):
        return []
    return [
        as_outcome(f"time_{kind}", f"{kind.replace('_', ' ')}: {share} at the standard", time, runs.scenario.start)
        for kind, time in times.items()
    ]


def _last(runs: Runs, grouping: str) -> Outcome:
    """The group that arrives last; with several that do not in half of the runs, the one with the lowest coverage."""
    share, start = target_percent(runs.scenario.target.coverage), runs.scenario.start
    groups = equity.told(runs.groups)
    times = group_times(groups, grouping, runs.scenario.target.coverage)
    *_, last = times
    if sum(time.median == math.inf for time in times.values()) > 1:
        *_, last = group_coverage_at_end(groups, grouping)
    name = f"last by {equity.title(grouping)} at {share}: {last}"
    return as_outcome(f"time_last_{grouping}", name, times[last], start)


def _districts(runs: Runs) -> list[Outcome]:
    start, share = runs.scenario.start, target_percent(runs.scenario.target.coverage)
    times = group_times(runs.groups, "district", runs.scenario.target.coverage)
    if len(times) < 2:
        return []
    first, *_, last = times
    rows = []
    if times[first].median < math.inf:
        rows.append(as_outcome("time_first_district", f"first district at {share}: {first}", times[first], start))
    behind = sum(time.median == math.inf for time in times.values())
    if behind < 2:
        return [*rows, as_outcome("time_last_district", f"last district at {share}: {last}", times[last], start)]
    several = times[first].runs > 1
    name = f"districts that reach {share} in {'fewer than half of the runs' if several else 'no month'}"
    value = f"{behind} of {len(times)}"
    return [*rows, Outcome("districts_not_reached", name, "districts", float(behind), None, None, value)]
