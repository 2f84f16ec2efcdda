"""What an outcome of a sweep means: kept with the sweep, so that it can be read without running anything again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from qisim.outcomes import cost, sustainment
from qisim.words.dates import calendar_month
from qisim.words.numbers import count, counted_gap, money, percent, points, score, share_points, target_percent

if TYPE_CHECKING:
    from qisim.outcomes.measures import Measure
    from qisim.scenario.schema import Scenario

Kind = Literal["time", "chance", "level", "money", "gap", "share", "effort"]
Form = Callable[[float], str]

TARGET, MONTHS, START = "target.coverage", "months", "start"
"""Keys of a scenario that stand in the names of outcomes."""
ANY_MONEY = "each point's own currency"


class Meaning(BaseModel):
    """Name, unit and direction of an outcome; the fields are those of `qisim.outcomes.measures.Measure`."""

    model_config = ConfigDict(frozen=True)

    key: str
    name: str
    unit: str
    kind: Kind
    less_is_better: bool
    less: str
    more: str
    gap_unit: str

    @property
    def form(self) -> Form:
        """Puts a value into words."""
        return _forms(self)[0]

    @property
    def gap(self) -> Form:
        """Puts the size of a difference into words, in `gap_unit`."""
        return _forms(self)[1]

    @property
    def is_share(self) -> bool:
        """Whether it is told in per cent."""
        return self.kind in ("chance", "share") or (self.kind == "level" and self.unit == "share")


def meaning_of(measure: Measure, scenario: Scenario, varied: Iterable[str] = ()) -> Meaning:
    """What a measure of a scenario means where some keys of it differ between points: its name holds none of them."""
    fields = {name: getattr(measure, name) for name in Meaning.model_fields}
    return Meaning(**{**fields, "name": _general(measure.name, scenario, set(varied))})


def in_any_money(one: Meaning) -> Meaning:
    """A meaning whose currency differs between points: no currency is told."""
    if one.unit == ANY_MONEY:
        return one
    name = f"{one.name.removesuffix(f', {one.unit}')}, {ANY_MONEY}"
    return one.model_copy(update={"name": name, "unit": ANY_MONEY, "gap_unit": ANY_MONEY})


def _general(name: str, scenario: Scenario, varied: set[str]) -> str:
    """A name without what differs between points."""
    share, months = target_percent(scenario.target.coverage), scenario.months
    if _any(varied, TARGET):
        name = name.replace(f"{share} of facilities are", "the target share of facilities is")
        name = name.replace(f"is at {share}", "is at the target share")
    if _any(varied, MONTHS):
        name = name.replace(f"counting at most {months}", "counting at most the months simulated")
        name = name.replace(f"within {months} months", "within the months simulated")
    if _any(varied, START):
        for month in range(1, months + 1):
            name = name.replace(f" ({calendar_month(scenario.start, month)})", "")
    return name


def _any(varied: set[str], key: str) -> bool:
    """Whether a key, or the table that holds it, is among those varied."""
    return any(key == one or key.startswith(f"{one}.") for one in varied)


def _months(value: float) -> str:
    return f"{value:.1f}"


FORMS: dict[Kind, tuple[Form, Form]] = {
    "time": (_months, _months),
    "chance": (percent, share_points),
    "money": (cost.per_facility_words, money),
    "gap": (points, points),
    "share": (sustainment.share_words, share_points),
    "effort": (count, counted_gap),
}
"""How a value and the size of a difference are told, by kind; a level is a share or a score."""


def _forms(one: Meaning) -> tuple[Form, Form]:
    if one.kind == "level":
        return (percent, share_points) if one.unit == "share" else (score, share_points)
    return FORMS[one.kind]
