"""The series that can be observed of a programme."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qisim.scenario.schema import Scenario

MEASURED = "_measured"
"""Ends the names of means that somebody from outside measured."""


REPORTED_WORDS, MEASURED_WORDS = "as facilities report it", "as measured from outside"


KINDS = {
    "enrolled": "facilities enrolled",
    "at_standard": "facilities at the standard",
    "reported": "means as facilities report them",
    "measured": f"means {MEASURED_WORDS}",
}


@dataclass(frozen=True)
class Series:
    """Something that can be seen: its name in the user's file, its column in the tables of runs, and it in words.

    `kind` is one of `KINDS`; `indicator` is the one of which it is a mean, "" for the score.
    """

    name: str
    column: str
    words: str
    kind: str
    indicator: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is a number of facilities, not a mean."""
        return self.kind not in ("reported", "measured")


SERIES = {
    series.name: series
    for series in (
        Series("enrolled", "enrolled", KINDS["enrolled"], "enrolled"),
        Series("at_standard", "at_target", KINDS["at_standard"], "at_standard"),
        Series("score", "reported_score", f"mean score {REPORTED_WORDS}", "reported"),
        Series("score_measured", "score", f"mean score {MEASURED_WORDS}", "measured"),
    )
}


def series_of(scenario: Scenario) -> dict[str, Series]:
    """What can be seen of a scenario by name: `SERIES`, then each of its indicators where it has more than one.

    The only indicator of a scenario is its score. What may mean two things by its name is left out.
    """
    several = [indicator.name for indicator in scenario.indicators if len(scenario.indicators) > 1]
    means = [
        series
        for name in several
        for series in (
            Series(name, "reported", f"{name} {REPORTED_WORDS}", "reported", name),
            Series(name + MEASURED, "performance", f"{name} {MEASURED_WORDS}", "measured", name),
        )
    ]
    times = Counter([*SERIES, *(series.name for series in means)])
    return SERIES | {series.name: series for series in means if times[series.name] == 1}
