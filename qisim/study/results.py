"""What comes of a run: tidy tables of many replicates."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from qisim.scenario.schema import Scenario
from qisim.world.world import World


@dataclass
class Results:
    """Tables of a run of `replicates` replicates. Month 0 is the state before the first month.

    - `months`: replicate, month, at_target (facilities), coverage (share), then means over facilities of score,
      reported_score, engagement, skill, data_quality, dependence, fatigue (all 0-1), then counts: trained, enrolled,
      dropped_out, and in that month meetings, cycles, visits, attendances, exchanges.
    - `idea_totals`: replicate, month, idea, facilities aware, adopted, working.
    - `indicators`: replicate, month, indicator, then means over facilities of its true and reported performance (0-1):
      performance, reported.
    - `units`: replicate, month, element, then what was counted of it in the month, a column for each of
      `qisim.scenario.costs.UNITS`.
    - `adoptions`: replicate, month, source, adoptions: how often an idea was taken into use in the month by facilities
      that had learnt of it from that source; in month 0 those in use at the start.
    - `groups`: replicate, month, grouping ("district", "kind", "remoteness" and the scenario's `groups`), group,
      facilities, then counts at_target, enrolled,
      dropped_out, in that month cycles and visits, and means over the group's facilities: ideas_adopted and
      ideas_working (of the package), score, reported_score.
    - `facility_summary`: a row a facility: id, name, kind, district, province, lat, lon, score (mean at the end over
      replicates), at_target (share of replicates at the end), first_at_target (median month over all replicates, those
      that never get there counting as later than any; NaN where half or more do not).
    - if indicators by group or detail was asked for, `group_indicators`: the columns of `indicators` for each grouping
      and group, with its facilities.
    - if detail was asked for, `facility_months`, `idea_months`: every facility's months.
    """

    scenario: Scenario
    world: World
    seed: int
    replicates: int
    months: pd.DataFrame
    idea_totals: pd.DataFrame
    groups: pd.DataFrame
    indicators: pd.DataFrame
    units: pd.DataFrame
    adoptions: pd.DataFrame
    facility_summary: pd.DataFrame
    group_indicators: pd.DataFrame | None = None
    facility_months: pd.DataFrame | None = None
    idea_months: pd.DataFrame | None = None
