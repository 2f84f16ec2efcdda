"""Attention: it acts at once, fades, and makes people do what is not yet routine; each with a known answer."""

from __future__ import annotations

import numpy as np
import pytest

from tests.theory.elements import FACILITIES, NO_TESTS, ask, by_month
from tests.theory.settings import idea, simulate

BASELINE, VISIT, FADING, GAP = 0.4, 0.3, 0.2, 0.5
KNOWN = [{"name": "indicator", "baseline": BASELINE, "baseline_sd": 0.0}]
COACHES = {"kind": "coaching", "coaches": FACILITIES, "days_per_month": 31.0, "whom": "all", "visits_per_facility": 1,
           "end": 5}  # fmt: skip
MONTHS = 9
BEHAVIOUR = {"visit_attention": VISIT, "attention_fading": FADING, "attention_gap": GAP, **NO_TESTS}


def attention(months: int, fading: float = FADING) -> np.ndarray:
    """While a month lasts, with a visit in each of the first five; float64[months + 1]."""
    here = [0.0]
    for month in range(months):
        left = here[-1] * (1 - fading)
        here.append(left + VISIT * (1 - left) if month < 5 else left)
    return np.array(here)


@pytest.mark.parametrize("engine", ["core", "mesa"])
def test_attention_closes_a_part_of_the_gap_and_fades(engine: str) -> None:
    question = ask(COACHES, MONTHS, indicators=KNOWN, ideas=[idea(effect=0.0)], behaviour=BEHAVIOUR)
    months = simulate(engine, question, 1).facility_months
    assert by_month(months, "score") == pytest.approx(BASELINE + (1 - BASELINE) * GAP * attention(MONTHS))
    assert by_month(months, "attention") == pytest.approx((1 - FADING) * attention(MONTHS))


@pytest.mark.parametrize("engine", ["core", "mesa"])
@pytest.mark.parametrize("own", [0.0, 0.6])
def test_what_is_not_routine_is_done_as_far_as_it_is_cared_for(engine: str, own: float) -> None:
    """An idea that all use from the start: the baseline told contains it as it was done without attention."""
    effect, reach, embedding = 0.5, 0.9, 0.4
    behaviour = {**BEHAVIOUR, "attention_gap": 0.0, "care_own": own, "initial_reach": reach, "reach_growth": 0.0,
                 "initial_embedding": embedding, "embedding_growth": 0.0}  # fmt: skip
    question = ask(
        COACHES, MONTHS, indicators=KNOWN, ideas=[idea(effect=effect, initial_users=1.0)], behaviour=behaviour
    )
    score = by_month(simulate(engine, question, 1).facility_months, "score")

    def left(drawn: np.ndarray | float) -> np.ndarray | float:
        care = drawn + (1 - drawn) * own
        return 1 - effect * reach * (embedding + (1 - embedding) * care)

    without = (BASELINE - (1 - left(0.0))) / left(0.0)
    assert score == pytest.approx(1 - (1 - without) * left(attention(MONTHS)))


@pytest.mark.parametrize("engine", ["core", "mesa"])
def test_those_who_depend_on_mentors_forget_twice_as_fast(engine: str) -> None:
    """A first visit makes them depend in full; from then on attention fades at twice the rate."""
    behaviour = {**BEHAVIOUR, "visit_dependence": 1.0, "dependence_fading": 0.0}
    mentors = {**COACHES, "external": True}
    question = ask(mentors, MONTHS, indicators=KNOWN, ideas=[idea(effect=0.0)], behaviour=behaviour)
    score = by_month(simulate(engine, question, 1).facility_months, "score")
    assert score == pytest.approx(BASELINE + (1 - BASELINE) * GAP * attention(MONTHS, 2 * FADING))
