"""What is said of a sweep: shares that overlap are said to, chance always, a name once, and money in one unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qisim.outcomes.meaning import Meaning
from qisim.sensitivities.charts.catalogue import CHARTS, figures
from qisim.sensitivities.charts.rows import scale_of
from qisim.sensitivities.experiment import Analysis, analyse
from qisim.sensitivities.words import answer, verdict
from tests.unit.sensitivities.made_sweeps import (
    CUBE,
    SCORE,
    designed,
    gathered,
    hidden,
    plane,
    planted,
    swept,
    table,
    zip_product,
)

MONEY = Meaning(key="cost", name="cost, US$", unit="US$", kind="money", less_is_better=True, less="cheaper",
                more="more expensive", gap_unit="US$")  # fmt: skip


def factorial(model: Any, replicates: int = 6, **luck: float) -> Analysis:
    points = table(zip_product(a=[0.0, 0.5, 1.0], b=[0.0, 0.5, 1.0], c=[0.0, 0.5, 1.0]))
    return analyse(gathered(points, swept(points, model, replicates=replicates, **luck), "factorial"), SCORE)


def test_what_an_input_does_by_itself_comes_first_and_shares_that_overlap_are_said_to() -> None:
    said = answer(factorial(lambda x: x["a"] * x["b"]))
    assert said[0] == "What matters most for mean score: a, then b. Of c no effect can be told."
    assert said[1].startswith(
        "Shares of the variance between points, by itself and with interactions: a 38% and 63%; b"
    )
    assert said[1].endswith("so the shares with interactions overlap.")
    assert "overlap" not in answer(factorial(plane))[1]


@pytest.mark.parametrize(
    ("replicates", "method", "said"),
    [
        (6, "factorial", "The inputs account for "),
        (1, "factorial", "How much of it is chance cannot be told: with a single replicate"),
        (6, "one_at_a_time", "How much of it is chance cannot be told: a one-at-a-time design"),
    ],
)
def test_how_much_is_chance_is_always_said(replicates: int, method: str, said: str) -> None:
    points = table({"a": [0.0, 1.0, 0.0], "b": [0.0, 0.0, 1.0]})
    runs = swept(points, lambda x: x["a"], replicates=replicates, own=0.3)
    told = answer(analyse(gathered(points, runs, method), SCORE))
    assert sum(sentence.startswith(said) for sentence in told) == 1


def test_the_name_of_an_outcome_is_said_once_or_not_at_all() -> None:
    points = designed("latin_hypercube", CUBE, 80)
    one = analyse(gathered(points, swept(points, plane, own=0.1), "latin_hypercube"), SCORE)
    assert sum(sentence.count("mean score") for sentence in answer(one)) == 1
    assert not any("mean score" in sentence for sentence in answer(one, named=False))
    assert any(sentence.startswith("Best when ") for sentence in answer(one))


def test_inputs_that_do_next_to_nothing_are_not_ranked() -> None:
    said = answer(factorial(lambda x: 0.01 * x["a"], replicates=30, shared=3.0))
    assert said[0] == "Of no input can an effect on mean score be told."


@pytest.mark.parametrize(
    ("values", "told", "unit"),
    [
        ([950_000.0, 1_230_000.0], ["0.95", "1.23"], "in millions"),
        ([900.0, 48_000.0], ["0.9", "48.0"], "in thousands"),
        ([3.0, 250.0], ["3", "250"], ""),
    ],
)
def test_money_of_a_map_is_in_one_unit(values: list[float], told: list[str], unit: str) -> None:
    scale = scale_of(MONEY, values)
    assert ([scale.form(value) for value in values], scale.unit) == (told, unit)


def test_shares_of_a_chart_lie_where_words_tell_them() -> None:
    points = designed("saltelli", CUBE, 16)
    one = analyse(gathered(points, swept(points, plane, own=0.8), "saltelli", base=16), SCORE)
    assert one.sobol is not None and any(told.high and told.high > 1.05 for told in one.sobol.total)
    axes = CHARTS["influence"].figure(one).axes[0]
    ends = np.concatenate([np.asarray(line.get_xdata(), float) for line in axes.get_lines()])
    assert ends.min() >= 0 and ends.max() <= 1


def test_charts_are_narrow_enough_for_a_phone() -> None:
    one = factorial(plane, own=0.2)
    drawn = [draw() for _, draw in figures([one], [one])]
    assert len(drawn) == 5 and all(figure.get_figwidth() <= 4.6 for figure in drawn)


def test_rows_and_axis_of_a_chart_tell_money_in_one_unit() -> None:
    points = hidden()
    runs = swept(points, lambda x: 980_000 * planted(x) + 100_000, own=5_000)  # the axis goes beyond a million
    one = analyse(gathered(points, runs, "latin_hypercube"), MONEY.model_copy(update={"key": "score"}))
    axes = CHARTS["rules"].figure(one).axes[0]
    assert axes.get_xlim()[1] > 1_000_000
    axes.figure.canvas.draw()
    rows = [text.get_text() for text in axes.texts]
    assert rows and all(" thousand US$" in row.replace("\n", " ") for row in rows)
    assert "in thousands" in axes.get_xlabel().replace("\n", " ")
    assert "900" in {label.get_text() for label in axes.get_xticklabels()}


@pytest.mark.parametrize("replicates", [1, 2])
def test_without_intervals_replicates_are_asked_for_and_nothing_is_ranked(replicates: int) -> None:
    points = table(zip_product(a=["x", "y"], b=[0.0, 0.5, 1.0], c=[0.0, 0.5, 1.0]))
    runs = swept(points, lambda x: x["b"] * (1 + (x["a"] == "x")), replicates=replicates, own=0.01)
    one = analyse(gathered(points, runs, "factorial"), SCORE, "a")
    said = answer(one)
    assert said[0] == "To tell which inputs matter for mean score asks for 3 replicates."
    whether = "To tell whether a x beats a y on average over all inputs asks for 3 replicates: "
    assert sum(sentence.startswith(whether) for sentence in said) == 1
    assert not any("not clearly different" in sentence or "What matters most" in sentence for sentence in said)
    assert one.duel is not None and verdict(one, one.duel.difference, "here").endswith("asks for 3 replicates")
    titles = {name: _above(draw()) for name, draw in figures([one], [one])}
    assert titles["score_tornado"].startswith("To tell which input moves it most asks for 3 replicates")
    assert titles["score_influence"].startswith("To tell which inputs matter asks for 3 replicates")
    assert len(titles) == 4 + (replicates > 1)  # one replicate does not tell luck from inputs
    assert not any("90% interval" in title for title in titles.values())


def test_charts_say_what_their_bars_are_where_there_are_bars() -> None:
    points = table(zip_product(a=["x", "y"], b=[0.0, 0.5, 1.0], c=[0.0, 0.5, 1.0]))
    runs = swept(points, lambda x: x["b"] * (1 + (x["a"] == "x")), replicates=4, own=0.1)
    one = analyse(gathered(points, runs, "factorial"), SCORE, "a")
    assert all("90% interval" in _above(draw()) for _, draw in figures([one], [one]))


def _above(figure: Any) -> str:
    """Heading of a chart and what is said below it, in one line."""
    below = [artist.get_text() for artist in figure.artists if hasattr(artist, "get_text")]
    return " ".join(" ".join([figure.get_suptitle(), *below]).split())
