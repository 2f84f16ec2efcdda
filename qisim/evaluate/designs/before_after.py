"""Before and after: the sites' last months against the months just before the launch."""

from __future__ import annotations

import numpy as np

from qisim.evaluate.designs.panel import Estimate, Panel, by_t, or_none


@or_none
def paired_change(panel: Panel) -> Estimate:
    """Mean change over the sites, with the t interval of paired data."""
    from statsmodels.api import OLS

    data = panel.data[:, panel.sites]
    change = data[panel.plan.end].mean(axis=0) - data[panel.plan.baseline].mean(axis=0)
    fit = OLS(change, np.ones(len(change))).fit()
    return by_t(float(fit.params[0]), float(fit.bse[0]), fit.df_resid)
