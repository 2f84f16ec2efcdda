"""One facility, one idea, constant probabilities: geometric waiting times."""

from __future__ import annotations

import numpy as np
import pytest

from qisim.scenario.schema import Scenario
from tests.theory.settings import (
    STILL,
    Tables,
    assert_distributed,
    assert_mean,
    assert_share,
    idea,
    scenario,
    session,
    simulate,
    wide,
)

MONTHS = 40
ENGINES = [("core", 4000), ("mesa", 100)]


def one_facility(months: int = MONTHS, **behaviour: float) -> Scenario:
    """One facility that hears of one idea in the first month."""
    return scenario(months, 1, ideas=[idea()], programme=[session()], behaviour={**STILL, **behaviour})


def first_month(tables: Tables, table: str, column: str) -> np.ndarray:
    """Month in which a count is first above 0, by replicate; MONTHS + 1 where that does not happen."""
    counts = wide(getattr(tables, table), column)
    return np.where((counts > 0).any(axis=1), (counts > 0).argmax(axis=1), MONTHS + 1)


def assert_geometric(months: np.ndarray, p: float) -> None:
    """Waiting times in months, from 1, are geometric; what lies beyond the horizon is one class."""
    observed = np.bincount(months, minlength=MONTHS + 2)
    assert observed[0] == 0
    probabilities = np.append(p * (1.0 - p) ** np.arange(MONTHS), (1.0 - p) ** MONTHS)
    assert_distributed(observed[1:], probabilities)


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_first_meeting_and_first_success(engine, replicates):
    meets, succeeds = 0.5, 0.4
    tables = simulate(engine, one_facility(engagement_base=0.0, optimism=succeeds), replicates)
    assert_geometric(first_month(tables, "months", "meetings"), meets)
    assert_geometric(first_month(tables, "idea_totals", "adopted"), meets * succeeds)


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
@pytest.mark.parametrize("cycles", [0.4, 1.5, 2.0, 3.7])
def test_several_cycles_a_month(engine, replicates, cycles):
    meets, succeeds = 0.5, 0.2
    question = one_facility(engagement_base=0.0, optimism=succeeds, cycles_per_meeting=cycles)
    whole, rest = int(cycles), cycles - int(cycles)
    fails = (1.0 - succeeds) ** whole * (1.0 - rest * succeeds)
    tables = simulate(engine, question, replicates)
    assert_geometric(first_month(tables, "idea_totals", "adopted"), meets * (1.0 - fails))


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
@pytest.mark.parametrize(("alone", "skill"), [(0.15, 0.0), (0.3, 0.6)])
def test_meetings_without_support(engine, replicates, alone, skill):
    """A share of the meetings that support would bring, raised by the skill to stand on one's own."""
    behaviour = {**STILL, "engagement_base": 0.0, "meeting_alone": alone, "skill_start": skill}
    tables = simulate(engine, scenario(MONTHS, 1, behaviour=behaviour), replicates)
    meetings = first_month(tables, "months", "meetings")
    assert_geometric(meetings, 0.5 * (alone + (1.0 - alone) * skill))


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_a_proper_study_of_an_idea_that_works_nowhere(engine, replicates):
    """A study is right with 0.7 + 0.2 x data quality 0.5 = 0.8; the wrong fifth is adopted and does not work."""
    question = one_facility(works_base=-20.0, proper_base=0.9, optimism=0.0, study_right=0.7, study_right_data=0.2,
                            data_quality_start=0.5)  # fmt: skip
    tables = simulate(engine, question, replicates)
    assert_geometric(first_month(tables, "idea_totals", "adopted"), 0.9 * 0.2)
    assert tables.idea_totals["working"].sum() == 0


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
@pytest.mark.parametrize("fit", [0.0, 0.3, 1.0])
def test_an_idea_works_with_the_probability_of_its_logit(engine, replicates, fit):
    """Every cycle is called a success, so all adopt; -1 + 2 fit + 1.5 skill - 1 x complexity 0.5 is the logit."""
    question = scenario(
        2,
        1,
        ideas=[idea(complexity=0.5)],
        programme=[session()],
        behaviour={**STILL, "works_base": -1.0, "works_fit": 2.0, "works_skill": 1.5, "works_complexity": 1.0,
                   "fit_low": fit, "fit_high": fit, "skill_start": 0.4},
    )  # fmt: skip
    totals = simulate(engine, question, replicates).idea_totals
    last = totals[totals["month"] == 2]
    assert (last["adopted"] == 1).all()
    logit = -1.0 + 2.0 * fit + 1.5 * 0.4 - 0.5
    assert_share(last["working"].sum(), len(last), 1.0 / (1.0 + np.exp(-logit)))


@pytest.mark.parametrize(("engine", "replicates"), ENGINES)
def test_abandoned_before_the_first_success(engine, replicates):
    """After failed cycle i a team gives up with probability i/10: a race between success and the tenth failure."""
    succeeds, gives_up = 0.15, 0.1
    question = one_facility(12, optimism=succeeds, abandon_per_failure=gives_up)
    tables = simulate(engine, question, replicates)
    months = np.arange(1, 11)
    still_testing = np.cumprod(np.append(1.0, (1.0 - succeeds) * (1.0 - gives_up * months)))[:-1]
    adopted = wide(tables.idea_totals, "adopted")[:, -1]
    assert_share(adopted.sum(), replicates, (succeeds * still_testing).sum())
    stages = tables.idea_months[tables.idea_months["month"] == 12]["stage"]
    assert set(stages.unique()) == {"adopted", "abandoned"}
    assert_mean(wide(tables.months, "cycles").sum(axis=1), still_testing.sum())
