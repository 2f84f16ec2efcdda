"""Stepped wedge: all facilities get the programme, some earlier than others, by lot."""

from __future__ import annotations

import numpy as np

from qisim.evaluate.designs.panel import Estimate, Panel, by_t, or_none
from qisim.evaluate.plan import Plan


@or_none
def constant_effect(panel: Panel) -> Estimate:
    """The model of Hussey and Hughes (2007): an effect of each period, and one effect of the programme."""
    treated = (time_in_programme(panel) > 0).astype(float)
    return _fitted(panel, treated[..., None], np.ones(1))


@or_none
def effect_by_time(panel: Panel) -> Estimate:
    """An effect of each period and of each length of time in the programme, averaged (Kenny et al. 2022)."""
    time = time_in_programme(panel)
    lengths = np.arange(1, panel.plan.steps + 1)
    share = np.array([(time == length).sum() for length in lengths]) / (time > 0).sum()
    return _fitted(panel, (time[..., None] == lengths).astype(float), share)


def _fitted(panel: Panel, treatment: np.ndarray, share: np.ndarray) -> Estimate:
    """Generalised estimating equations, exchangeable within a facility; `treatment` is float64[periods, sites, terms].

    Errors are robust, and made larger as Mancl and DeRouen (2001) do for few facilities. `share` is what each term of
    the treatment counts in the answer.
    """
    from statsmodels.api import GEE
    from statsmodels.genmod.cov_struct import Exchangeable

    outcome = np.stack([panel.data[months][:, panel.sites].mean(axis=0) for months in periods(panel.plan)])
    count, facilities = outcome.shape
    period = np.repeat(np.arange(count), facilities)[:, None] == np.arange(count)
    x = np.column_stack([period, treatment.reshape(count * facilities, -1)]).astype(float)
    groups = np.tile(np.arange(facilities), count)
    fit = GEE(outcome.ravel(), x, groups=groups, cov_struct=Exchangeable()).fit(cov_type="bias_reduced")
    weights = np.concatenate([np.zeros(count), share])
    effect, variance = weights @ np.asarray(fit.params), weights @ np.asarray(fit.cov_params()) @ weights
    return by_t(float(effect), float(max(variance, 0.0)) ** 0.5, facilities - 1)


def periods(plan: Plan) -> list[slice]:
    """The months of each period: one before the first launch, and one after each step, all as long."""
    first, long = plan.before, plan.step_months
    return [slice(first + long * (step - 1), first + long * step) for step in range(plan.steps + 1)]


def time_in_programme(panel: Panel) -> np.ndarray:
    """For how many periods each site has been in the programme, the present one included: int64[periods, sites]."""
    begins = np.array([months.start for months in periods(panel.plan)])
    since = begins[:, None] - panel.launch[panel.sites]
    return np.where(since >= 0, since // panel.plan.step_months + 1, 0)


def while_launched(panel: Panel, effect: np.ndarray) -> float:
    """The true effect, float64[M, F], averaged over facilities and periods in the programme, as the design asks it."""
    by_period = np.stack([effect[months][:, panel.sites].mean(axis=0) for months in periods(panel.plan)])
    return float(by_period[time_in_programme(panel) > 0].mean())
