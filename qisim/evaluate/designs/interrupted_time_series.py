"""Interrupted time series: does the sites' mean leave the line it was on?"""

from __future__ import annotations

from typing import Any

import numpy as np

from qisim.evaluate.designs.panel import Estimate, Panel, by_t, or_none

LEVEL, SLOPE = 2, 3


def terms(panel: Panel) -> np.ndarray:
    """Constant, month, whether launched, months since the launch: float64[M, 4] (Wagner et al. 2002)."""
    month = np.arange(len(panel.data))
    since = month - panel.plan.before
    return np.column_stack([np.ones(len(month)), month, since >= 0, np.maximum(since, 0)])


def at_end(panel: Panel) -> np.ndarray:
    """What makes the change of level and of slope the effect in the last months, float64[4]."""
    middle = np.arange(len(panel.data))[panel.plan.end].mean() - panel.plan.before
    return np.array([0.0, 0.0, 1.0, middle])


@or_none
def newey_west(panel: Panel) -> Estimate:
    """Segmented regression with Newey and West's errors, of as many lags as their rule of thumb tells."""
    from statsmodels.api import OLS

    lags = int(4 * (len(panel.data) / 100) ** (2 / 9))
    fit = OLS(series(panel), terms(panel)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    return _estimate(fit, panel)


@or_none
def autoregressive(panel: Panel) -> Estimate:
    """Segmented regression with first-order autoregressive errors: generalised least squares after Yule and Walker."""
    from statsmodels.tsa.arima.model import ARIMA

    fit = ARIMA(series(panel), exog=terms(panel), order=(1, 0, 0), trend="n").fit(method="yule_walker")
    return _estimate(fit, panel)


def series(panel: Panel) -> np.ndarray:
    """The mean over the sites by month, float64[M]."""
    return panel.data[:, panel.sites].mean(axis=1)


def fitted(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """The fitted line and the line as it went on without the launch, each float64[M]."""
    from statsmodels.api import OLS

    x = terms(panel)
    without = x.copy()
    without[:, [LEVEL, SLOPE]] = 0
    fit = OLS(series(panel), x).fit()
    return np.asarray(fit.predict(x)), np.asarray(fit.predict(without))


def _estimate(fit: Any, panel: Panel) -> Estimate:
    wanted = at_end(panel)
    count = len(wanted)  # what else is fitted comes after
    effect = wanted @ np.asarray(fit.params)[:count]
    variance = wanted @ np.asarray(fit.cov_params())[:count, :count] @ wanted
    return by_t(float(effect), float(max(variance, 0.0)) ** 0.5, len(panel.data) - count)
