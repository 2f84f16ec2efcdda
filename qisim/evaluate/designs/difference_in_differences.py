"""Difference-in-differences: how much more did the sites change than the comparison sites?"""

from __future__ import annotations

from qisim.evaluate.designs.panel import Estimate, Panel, by_t, or_none
from qisim.evaluate.sites import NEVER


@or_none
def difference_of_changes(panel: Panel) -> Estimate:
    """Mean change of the sites less that of the comparison sites; there is no interval where a group is one facility.

    Errors are clustered by facility, with a variance for each group (HC2) and Bell and McCaffrey's degrees of freedom
    (Imbens and Kolesar 2016, Review of Economics and Statistics 98:701). Where a group is 2 or 3 facilities, the usual
    clustered errors are far too small, and Welch's degrees of freedom too many.
    """
    change = panel.data[panel.plan.end].mean(axis=0) - panel.data[panel.plan.baseline].mean(axis=0)
    sites, others = change[panel.sites], change[panel.launch == NEVER]
    n, m = len(sites), len(others)
    variance = sites.var(ddof=1) / n + others.var(ddof=1) / m
    freedom = (n + m) ** 2 * (n - 1) * (m - 1) / (n**2 * (n - 1) + m**2 * (m - 1))
    return by_t(float(sites.mean() - others.mean()), float(variance) ** 0.5, freedom)
