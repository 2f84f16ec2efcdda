"""Cost, equity and sustainment of strategies beside each other: what is compared, what is not, and in which words."""

from __future__ import annotations

import math
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import qisim
from qisim.comparison import tables
from qisim.comparison.comparison import Comparison
from qisim.comparison.decision import dominated
from qisim.comparison.screen import best_cells, comparison_rows, decision_tables, value_cells
from qisim.comparison.words import answer, certainty, gap_text
from qisim.outcomes import cost, equity, sustainment
from qisim.outcomes.measures import COST, COST_EACH, EFFORT, KEPT

SMALL = """
title = "Coaches"
start = 2024-01-01
months = 30
[target]
score = 0.6
coverage = 0.5
[world]
provinces = 1
districts = 2
kinds = [{ name = "hospital", per_district = 1, staff = 40 }, { name = "health_centre", per_district = 8 }]
[[indicators]]
name = "hand hygiene"
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = 0.9
[[programme]]
kind = "collaborative"
waves = [{ start = 0 }]
[[programme]]
kind = "coaching"
coaches_per_district = 2
end = 12
costs = { fixed = 500 }
[costs]
currency = "KES"
sessions = 1000
coach_days = 45
"""
STRATEGIES = {
    "wasteful": 'title = "Idle money"\n[[programme]]\nname = "coaching"\ncosts = { fixed = 9000 }\n',
    "forever": 'title = "For ever"\n[[programme]]\nname = "coaching"\nwhom = "all"\nend = 30\n',
    "nothing": 'title = "Nothing"\n[[programme]]\nname = "coaching"\nremove = true\n[[programme]]\n'
               'name = "collaborative"\nremove = true\n[[ideas]]\nname = "peer monitoring"\ninitial_users = 0.0\n'
               '[behaviour]\ninvention_annual = 0.0\n',
    "idle": 'title = "To no effect"\n[[programme]]\nname = "coaching"\nremove = true\n[[programme]]\n'
            'name = "collaborative"\nwaves = [{ start = 29 }]\n[[ideas]]\nname = "peer monitoring"\neffect = 0.0\n'
            '[behaviour]\nattention_gap = 0.0\n',
    "dollars": '[costs]\ncurrency = "US$"\n',
}  # fmt: skip
LETTERS = {"small": 0, "wasteful": 1, "forever": 2, "nothing": 3, "idle": 4}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("strategies")
    (folder / "small.toml").write_text(SMALL)
    (folder / "untold.toml").write_text(SMALL[: SMALL.index("costs = {")])
    for name, text in STRATEGIES.items():
        (folder / f"{name}.toml").write_text(f'extends = "small.toml"\n{text}')
    return folder


@pytest.fixture(scope="module")
def compared(folder: Path) -> Comparison:
    return qisim.compare([folder / f"{name}.toml" for name in LETTERS], replicates=40, precision=0.01)


def text_of(compared: Comparison, width: int) -> str:
    console = Console(file=StringIO(), width=width)
    for table in decision_tables(compared):
        console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_costs_are_those_of_the_runs(compared: Comparison) -> None:
    found, each = compared.finding(COST), compared.finding(COST_EACH)
    for place, strategy in enumerate(compared.strategies):
        total, brought = cost.total(strategy), cost.brought(strategy)
        np.testing.assert_array_equal(found.by_run[place], total)
        if place in each.told:
            np.testing.assert_array_equal(each.by_run[place], cost.per_facility(total, brought))
            assert each.estimates[place].mean == pytest.approx(total.mean() / brought.mean())
    assert found.differences[1, 0].mean == pytest.approx(8500)
    assert gap_text(found, 1, 0) == "8,500 KES more expensive"
    assert found.measure.name == "cost, KES"


def test_what_brings_nothing_has_no_price(compared: Comparison) -> None:
    each = compared.finding(COST_EACH)
    assert each.told == [0, 1, 2]
    assert each.best == 0
    assert value_cells(each)[3:] == ["no cost", "none brought there"]
    assert compared.finding(COST).estimates[LETTERS["idle"]].mean == 1000
    for place in (LETTERS["nothing"], LETTERS["idle"]):
        assert best_cells(each)[place] == "not told"
        assert gap_text(each, place, 0) == "not told"
        assert math.isnan(each.differences[place, 0].mean)


def test_equity_is_compared_by_remoteness_and_kind(compared: Comparison) -> None:
    keys = [finding.measure.key for finding in compared.findings if finding.measure.kind == "gap"]
    assert keys == ["gap_remoteness", "gap_kind"]
    for place, strategy in enumerate(compared.strategies):
        gaps = equity.gap(strategy, "kind")[:, -1]
        np.testing.assert_array_equal(compared.finding("gap_kind").by_run[place], gaps)


def test_sustainment_is_told_where_support_ends_a_year_before(compared: Comparison) -> None:
    kept = compared.finding(KEPT)
    assert kept.told == [0, 1]
    gain, left = sustainment.gain_and_kept(compared.strategies[0])
    assert kept.estimates[0].mean == pytest.approx(left.mean() / gain.mean())
    assert value_cells(kept)[2] == "not told: support goes on until the end of the simulation"
    assert value_cells(kept)[3] == "not told: there is no support that could end"
    assert value_cells(kept)[4] == value_cells(kept)[2]
    assert not kept.measure.criterion


def test_money_makes_a_strategy_dominated(compared: Comparison) -> None:
    assert 0 in dominated(compared.findings)[1], "the same for more money"
    assert 1 not in dominated(compared.findings).get(0, [])
    criteria = {finding.measure.key for finding in compared.findings if finding.measure.criterion}
    assert {COST, "gap_remoteness", "gap_kind"} <= criteria
    assert not criteria & {*EFFORT, COST_EACH, KEPT}
    assert "B can be left aside" in " ".join(answer(compared))


@pytest.mark.parametrize(
    ("others", "why"),
    [(["untold"], "no [costs] are given for B"), (["dollars"], "their currencies differ"),
     (["untold", "dollars"], "no [costs] are given for B")],
)  # fmt: skip
def test_money_is_compared_only_where_all_tell_it(folder: Path, others: list[str], why: str) -> None:
    told = qisim.compare([folder / f"{name}.toml" for name in ("small", *others)], replicates=20)
    assert not {COST, COST_EACH} & {finding.measure.key for finding in told.findings}
    assert certainty(told)[-1] == f"Money is not compared: {why}."
    assert {finding.measure.key for finding in told.findings if finding.measure.criterion} >= {"visits", "staff_days"}


def test_no_word_is_lost_on_money_where_nobody_tells_it(folder: Path) -> None:
    told = qisim.compare([folder / "untold.toml"] * 2, replicates=20)
    assert "oney" not in " ".join([*answer(told), *certainty(told)])


def test_the_answer_tells_cost_effort_and_what_is_left(compared: Comparison) -> None:
    said = " ".join(answer(compared))
    assert " KES on average, " in said
    assert "A facility brought to the standard costs " in said
    assert "what is left 12 months after support ends: " in said
    assert not [word for word in ("nan", "inf ", "None") if word in said]


def test_what_has_no_cost_is_named(compared: Comparison) -> None:
    missing = "attendances, staff days, visits and coach months"
    assert f"Left out of the costs, as no cost is given to them: {missing}." in certainty(compared)


def test_what_a_planner_asks_first_stands_first(compared: Comparison) -> None:
    keys = [finding.measure.key for finding in compared.findings]
    assert keys[:8] == ["time_to_target", "reached", "coverage_at_end", COST, COST_EACH, "gap_remoteness", "gap_kind",
                        KEPT]  # fmt: skip


@pytest.mark.parametrize("width", [60, 80, 120])
def test_tables_fit_the_screen(compared: Comparison, width: int) -> None:
    text = text_of(compared, width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    assert "B (dominated)" in words
    assert "…" not in words
    assert "none brought there" in " ".join(text_of(compared, 60).split())


def test_machines_are_told_why(compared: Comparison) -> None:
    table = compared.outcomes().set_index(["measure", "strategy"])
    row = table.loc[(COST_EACH, "E")]
    assert (row["not_told"], math.isnan(row["mean"]), math.isnan(row["low"])) == ("none brought there", True, True)
    assert table.loc[(COST, "D"), "mean"] == 0
    assert comparison_rows(compared)["dominated"]["B"][0] == "A"


def test_costs_by_strategy_element_and_month(compared: Comparison) -> None:
    table = tables.costs(compared)
    whole = table.groupby("strategy")["cost"].sum()
    for place, letter in enumerate("ABC"):
        assert whole[letter] == pytest.approx(compared.finding(COST).estimates[place].mean)
    assert set(table["currency"]) == {"KES"}


@pytest.mark.parametrize("replicates", [1, 2, 19])
def test_few_futures_tell_no_intervals(folder: Path, replicates: int) -> None:
    few = qisim.compare([folder / "small.toml", folder / "nothing.toml"], replicates=replicates)
    for key in (COST, COST_EACH, KEPT, "gap_kind"):
        assert all(told.low is None for told in few.finding(key).estimates)
    assert few.finding(COST).differences[0, 1].low is None
    assert "too few futures" in " ".join(text_of(few, 80).split())
    assert not [word for word in ("nan", "inf ", "None") if word in " ".join([*answer(few), *certainty(few)])]


def test_what_costs_nothing_more_is_not_more_expensive(folder: Path) -> None:
    """Two elements that do nothing and cost nothing change no sum, however it is added up."""
    (folder / "free.toml").write_text(
        'extends = "small.toml"\ntitle = "Free"\n[[programme]]\nkind = "coaching"\nname = "nobody"\ncoaches = 0\n'
        '[[programme]]\nkind = "exchange_visits"\nname = "none"\nvisits = 0\n'
    )
    both = qisim.compare([folder / "small.toml", folder / "free.toml"], replicates=40)
    assert gap_text(both.finding(COST), 1, 0) == "the same in all 40 futures"
    assert not both.dominated
