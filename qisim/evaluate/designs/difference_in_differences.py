"""Difference-in-differences: how much more did the sites change than the comparison sites?"""

from __future__ import annotations

import numpy as np

from qisim.evaluate.designs.panel import Estimate, Panel, by_t, or_none


@or_none
def interaction(panel: Panel) -> Estimate:
    """Interaction of being a site and being after the launch, with errors clustered by facility."""
    from statsmodels.api import OLS

    plan, kept = panel.plan, panel.launch >= -1
    means = [panel.data[window][:, kept].mean(axis=0) for window in (plan.baseline, plan.end)]
    site = panel.sites[kept].astype(float)
    facilities = len(site)
    after = np.repeat([0.0, 1.0], facilities)
    treated = np.tile(site, 2)
    x = np.column_stack([np.ones(2 * facilities), treated, after, treated * after])
    fit = OLS(np.concatenate(means), x).fit(cov_type="cluster", cov_kwds={"groups": np.tile(np.arange(facilities), 2)})
    variance = float(np.asarray(fit.cov_params())[3, 3])  # rounding may leave less than 0 of nothing
    return by_t(float(fit.params[3]), max(variance, 0.0) ** 0.5, facilities - 1)
