"""What is believed of the parameters before the data are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from qisim.calibration.summaries import Array
from qisim.input.errors import BadInput, Problem, nearest
from qisim.scenario.behaviour import PARAMETERS, Parameter
from qisim.scenario.schema import Scenario
from qisim.scenario.uncertain import Uncertain, at

USUAL = ("works_base", "reach_growth", "workload_mean", "peer_influence", "baseline_loading", "reporting_bias")
"""What is calibrated unless told: what no study gives for a country, and coverage and scores tell of."""

MOST = 20
GIVEN, SCENARIO, PLAUSIBLE = "given", "the scenario", "plausible range"
RANGE = re.compile(r"(?P<name>[^=]*)=(?P<low>.+?)\.\.(?P<high>.+)$")


@dataclass(frozen=True)
class Prior:
    """A parameter with its distribution before the data, and where that comes from."""

    parameter: Parameter
    distribution: Uncertain
    source: str

    @property
    def name(self) -> str:
        return self.parameter.name

    def values(self, shares: Array) -> Array:
        """The quantiles at these shares, 0 to 1, kept within what is allowed; in the parameter's unit."""
        least, most = self.parameter.minimum, self.parameter.maximum
        inner = np.clip(shares, 2.0**-33, 1 - 2.0**-33)  # a normal distribution has no ends
        return np.array([at(self.distribution, u, least, most) for u in inner.tolist()])

    def plain(self) -> dict[str, Any]:
        """The prior as a record can hold it."""
        return {"name": self.name, **self.distribution.model_dump(exclude_none=True)}

    @property
    def text(self) -> str:
        """The prior in words."""
        d = self.distribution
        if d.mean is not None:
            return f"normal, mean {d.mean:g}, sd {d.sd:g}"
        peak = "" if d.mode is None else f", most likely {d.mode:g}"
        return f"{d.low:g} to {d.high:g}{peak}"


def values(priors: Sequence[Prior], shares: Array) -> Array:
    """Parameters in their units, float64[N, D], of shares float64[N, D]."""
    return np.column_stack([prior.values(column) for prior, column in zip(priors, shares.T, strict=True)])


def parse(text: str, where: str = "--prior") -> tuple[str, Uncertain]:
    """Name and range of a prior that is written name=low..high. Raises BadInput."""
    found = RANGE.match(text)
    try:
        if found is None:
            raise ValueError(text)
        return found["name"].strip(), Uncertain(low=float(found["low"]), high=float(found["high"]))
    except ValueError:  # pydantic's errors are of this kind
        allowed = "name=low..high with low below high, such as works_base=-2.5..-1"
        raise BadInput(Problem(where, f"found {text!r}", allowed=allowed)) from None


def priors_of(
    scenario: Scenario, names: Iterable[str] | None, given: Mapping[str, Any], where: str = "parameters"
) -> list[Prior]:
    """Priors of the named parameters (`USUAL` unless told), and of those whose prior is `given`.

    Each is the one given, else the scenario's own distribution, else uniform over the plausible range. Raises BadInput
    with every problem found.
    """
    wanted = list(dict.fromkeys([*(USUAL if names is None else names), *given]))
    problems = [_unknown(name, where) for name in wanted if name not in PARAMETERS]
    problems += _too_many(wanted, where)
    found = []
    for name in wanted:
        if name in PARAMETERS:
            prior = _prior(scenario, PARAMETERS[name], given.get(name))
            problems += _wrong(prior, where) if isinstance(prior, Prior) else [Problem(where, prior, name)]
            found += [prior] if isinstance(prior, Prior) else []
    if problems:
        raise BadInput(problems)
    return found


def _prior(scenario: Scenario, parameter: Parameter, given: Any) -> Prior | str:
    """The prior of a parameter, or what is wrong with the one given."""
    now = getattr(scenario.behaviour, parameter.name)
    if given is None:
        if isinstance(now, Uncertain):
            return Prior(parameter, now, SCENARIO)
        return Prior(parameter, Uncertain(low=parameter.low, high=parameter.high), PLAUSIBLE)
    if isinstance(given, Uncertain):
        return Prior(parameter, given, GIVEN)
    try:
        shape = given if isinstance(given, Mapping) else dict(zip(("low", "high"), given, strict=True))
        return Prior(parameter, Uncertain(**shape), GIVEN)
    except (TypeError, ValueError, ValidationError):
        return f"found {given!r}: a prior is a range such as (low, high), or low, mode and high, or mean and sd"


def _wrong(prior: Prior, where: str) -> list[Problem]:
    parameter, shape = prior.parameter, prior.distribution
    allowed = (
        f"from {parameter.minimum:g} to {parameter.maximum:g}; plausible is {parameter.low:g} to {parameter.high:g}"
    )
    if shape.low is not None and shape.low == shape.high:
        return [Problem(where, f"found the single value {shape.low:g}", prior.name, allowed=f"a range {allowed}")]
    return [
        Problem(where, f"found {end:g}", prior.name, allowed=allowed)
        for end in shape.ends()
        if not parameter.minimum <= end <= parameter.maximum
    ]


def _unknown(name: str, where: str) -> Problem:
    allowed = "the names that qisim params lists"
    return Problem(where, f"{name!r} is no behaviour parameter", allowed=allowed, nearest=nearest(name, PARAMETERS))


def _too_many(wanted: Sequence[str], where: str) -> list[Problem]:
    if 1 <= len(wanted) <= MOST:
        return []
    what = f"found {len(wanted)} parameters" if wanted else "names no parameter"
    return [Problem(where, what, allowed=f"1 to {MOST}; data tell of a few parameters only")]
