"""The designs of evaluations. A design is added by its file and its line in `DESIGNS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qisim.evaluate.designs import before_after, difference_in_differences, interrupted_time_series, stepped_wedge
from qisim.evaluate.designs.panel import Estimate, Panel, at_end
from qisim.evaluate.plan import Plan

LEAST_MONTHS = 3
"""Months that a line needs before the launch, and from it on."""


@dataclass(frozen=True)
class Design:
    """A design: its name, how it estimates, the true effect that it is held to, and why it cannot be used, if so."""

    title: str
    estimate: Callable[[Panel], Estimate]
    truth: Callable[[Panel, np.ndarray], float]
    lacks: Callable[[Plan], str]
    stepped: bool = False


def _nothing(_: Plan) -> str:
    return ""


def _long_enough(plan: Plan) -> str:
    short = min(plan.before, plan.after) < LEAST_MONTHS
    return f"needs at least {LEAST_MONTHS} months before the launch and after it" if short else ""


def _compared(plan: Plan) -> str:
    return "needs at least 2 comparison sites; with fewer there is no interval" if plan.comparison < 2 else ""


def _steps(plan: Plan) -> str:
    if plan.steps < 2:
        return "needs at least 2 steps, and as many months from the launch on"
    if plan.step_months > plan.before:
        return f"needs {plan.step_months} months before the launch, as long as a step"
    few = plan.sites + plan.comparison < 2 * plan.steps
    return f"needs at least {2 * plan.steps} facilities, 2 a step" if few else ""


DESIGNS = {
    "before_after": Design("before-after", before_after.paired_change, at_end, _nothing),
    "its": Design("interrupted time series", interrupted_time_series.newey_west, at_end, _long_enough),
    "its_ar": Design("interrupted time series, AR(1)", interrupted_time_series.autoregressive, at_end, _long_enough),
    "did": Design("difference-in-differences", difference_in_differences.difference_of_changes, at_end, _compared),
    "stepped_wedge": Design(
        "stepped wedge", stepped_wedge.constant_effect, stepped_wedge.while_launched, _steps, stepped=True
    ),
    "stepped_wedge_by_time": Design(
        "stepped wedge, effect by time", stepped_wedge.effect_by_time, stepped_wedge.while_launched, _steps,
        stepped=True,
    ),
}  # fmt: skip
"""`lacks` tells what a plan lacks for the design, or nothing."""
