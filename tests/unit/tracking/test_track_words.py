"""What a tracked programme is judged by, what counts settle, and how both are told: in words, charts and tables."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text
from rich.console import Console
from typer.testing import CliRunner

import qisim
from qisim.charts.chart import drawn
from qisim.charts.files import chart_files, svgs
from qisim.cli import app
from qisim.observed.observed import read_observed
from qisim.scenario.load import load_scenario
from qisim.scenario.parameter_sets import ParameterSets
from qisim.tracking import standing, target, terms, words
from qisim.tracking.charts import chance, fan
from qisim.tracking.charts.catalogue import CHARTS, DIAMONDS, NO_DIAMONDS, OF_ALL, reading
from qisim.tracking.charts.districts import plot_districts
from qisim.tracking.experiment import Tracked, track
from qisim.tracking.report import track_report
from qisim.tracking.screen import seen_table
from qisim.world.world import build_world

MONTHS, FACILITIES = 14, 40
SCENARIO = f"""
title = "Two districts"
start = 2024-01-01
months = {MONTHS}
[target]
score = 0.5
coverage = 0.5
[world]
provinces = 1
districts = 2
kinds = [{{ name = "health_centre", per_district = 20 }}]
[[indicators]]
name = "hand hygiene"
[[ideas]]
name = "peer monitoring"
indicator = "hand hygiene"
effect = {{ low = 0.1, high = 0.9 }}
initial_users = 0.6
[[programme]]
kind = "coaching"
name = "coaches"
coaches_per_district = 2
days_per_month = 10
whom = "all"
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "s.toml"
    path.write_text(SCENARIO)
    return path


def tracked_with(file: Path, rows: str, replicates: int = 100) -> Tracked:
    """The scenario tracked with what was seen, told in rows."""
    scenario = load_scenario(file)
    world = build_world(scenario)
    data = file.with_name("seen.csv")
    data.write_text(rows)
    return track(scenario, world, read_observed(data, scenario, world), replicates=replicates, seed=3)


@pytest.fixture(scope="module")
def counted(file: Path) -> Tracked:
    """Counted thrice."""
    return tracked_with(file, "month,at_standard\n0,2\n4,10\n8,15\n", replicates=300)


def counts_instead(tracked: Tracked, values: list[float]) -> Tracked:
    """The same runs, had these been counted."""
    return replace(tracked, observed=replace(tracked.observed, table=tracked.observed.table.assign(value=values)))


def arriving(tracked: Tracked, months: list[float], shares: list[float]) -> Tracked:
    """The same observations, had runs of equal fit to them reached the target in such shares in these months."""
    each = [round(share * tracked.replicates) for share in shares]
    first = np.repeat(months, each)
    assert len(first) == tracked.replicates
    time = replace(tracked.time, month=np.where(np.isinf(first), MONTHS, first), reached=np.isfinite(first))
    alike = np.repeat(tracked.observed.values[None, :], tracked.replicates, axis=0)
    return replace(tracked, time=time, simulated=alike)


# --- What a programme is judged by ------------------------------------------------------------------------------------


def test_a_programme_is_judged_by_what_was_seen_last(file):
    """A survey at the start, then routine reports that fall."""
    found = tracked_with(file, "month,score,score_measured\n0,0.45,0.45\n4,0.40,\n8,0.05,\n")
    said = words.answer(found)
    assert said[0].startswith("Behind the forecast. Mean score as facilities report it at the end of Aug 2024: 0.05;")
    assert not any("at the start" in sentence for sentence in said)


def test_a_single_district_seen_last_is_judged_by_itself(file):
    found = tracked_with(file, "month,district,score\n0,,0.45\n8,District 02,0\n")
    assert standing.verdict(found).startswith(
        "Behind the forecast. Mean score as facilities report it in District 02 at the end of Aug 2024: 0.00;"
    )


@pytest.mark.parametrize(
    ("rows", "verdict", "other"),
    [
        ("month,at_standard,score\n0,2,0.45\n8,40,0.02\n", "A little ahead of the forecast. Facilities at the standard",
         "Behind, though: mean score as facilities report it at the end of Aug 2024 (0.02 seen, "),
        ("month,at_standard,score\n0,2,0.45\n8,0,0.99\n", "Behind the forecast. Facilities at the standard",
         "Not behind, though: mean score as facilities report it at the end of Aug 2024 (0.99 seen, "),
        # what matters more is told of though it was seen before
        ("month,at_standard,score\n0,2,0.45\n4,0,\n8,,0.99\n", "Ahead of the forecast. Mean score",
         "Behind, though: facilities at the standard at the end of Apr 2024 (0 seen, "),
        # but not what matters less, nor the start
        ("month,at_standard,score\n0,2,0.01\n4,,0.01\n8,40,\n", "A little ahead of the forecast. Facilities", None),
        ("month,at_standard,score\n0,40,0.45\n8,,0.01\n", "Behind the forecast. Mean score", None),
        ("month,at_standard,score\n0,2,0.45\n8,40,0.99\n", "A little ahead of the forecast. Facilities", None),
    ],
)  # fmt: skip
def test_what_stands_otherwise_is_named(file, rows, verdict, other):
    found = tracked_with(file, rows)
    assert standing.verdict(found).startswith(verdict)
    said = standing.otherwise(found)
    assert words.answer(found)[1 : 1 + len(said)] == said
    if other is None:
        assert said == []
    else:
        (sentence,) = said
        assert sentence.startswith(other)


def test_all_facilities_are_told_of_where_only_a_district_was_seen_last(file):
    found = tracked_with(file, "month,district,score\n0,,0.45\n4,,0.99\n8,District 02,0.01\n")
    (sentence,) = standing.otherwise(found)
    assert sentence.startswith("Not behind, though: mean score as facilities report it at the end of Apr 2024 (0.99")


@pytest.mark.parametrize(
    ("rows", "label", "districts"),
    [
        ("0,District 01,.4,.4\n0,District 02,.4,.4\n8,District 01,.4,\n8,District 02,.4,\n", "report it", 2),
        ("8,District 01,,.4\n8,District 02,,.4\n9,District 02,.4,\n", "measured from outside", 2),
        ("0,District 01,.4,.4\n8,District 01,.4,\n0,District 02,.4,.4\n", "measured from outside", 2),
    ],
)
def test_districts_are_shown_by_what_many_of_them_told_last(file, rows, label, districts):
    ax = plot_districts(tracked_with(file, f"month,district,score,score_measured\n{rows}"))
    assert label in ax.get_xlabel()
    assert len([line for line in ax.lines if line.get_marker() == "D"]) == districts


# --- What counts settle -----------------------------------------------------------------------------------------------


def finding(draw, tracked: Tracked) -> str:
    """The title of a chart."""
    return draw(tracked).figure.get_suptitle().replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ").strip()


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ([2, 12, 20], "50% of facilities at the standard were seen at the end of Aug 2024 for the first time; the "
                      "forecast was month "),
        ([20, 22, 24], "50% of facilities at the standard were seen at the start already; the forecast was "),
        ([2, 24, 19], "At the end of Aug 2024, when they were last counted, they were fewer again: 19 of 40 facil"),
    ],
)  # fmt: skip
def test_once_the_target_was_counted_nothing_is_expected(counted, counts, says):
    found = counts_instead(counted, counts)
    (sentence,) = target.target(found)
    assert says in sentence
    text = " ".join([*words.answer(found), finding(fan.plot_coverage, found),
                     finding(chance.plot_chance, found)])  # fmt: skip
    assert "expected" not in text.lower() and "chance" not in text.lower() and "as forecast" not in text


def test_titles_say_when_the_target_was_counted(counted):
    found = arriving(counts_instead(counted, [2, 12, 20]), [6, math.inf], [0.6, 0.4])
    for draw in (fan.plot_coverage, chance.plot_chance):
        assert finding(draw, found) == "50% of facilities seen at the end of Aug 2024; the forecast was month 6"
    ax = chance.plot_chance(found)
    assert [line.get_label() for line in ax.lines] == ["forecast", "target seen"]
    assert list(ax.lines[1].get_xdata()) == [8, 8]


def test_no_month_before_the_last_count_is_expected(counted):
    """Of equal runs 60% have it too early, at month 8 too; of the others half by 10 and a quarter never."""
    found = arriving(counted, [6, 8, 10, 12, math.inf], [0.4, 0.2, 0.2, 0.1, 0.1])
    later = target.expected(found)
    assert later is not None
    assert later.median == 10 and later.probability(MONTHS) == pytest.approx(0.75)
    assert later.interval() == (10, math.inf)
    assert target.target(found) == [
        "50% of facilities at the standard were not yet seen at the end of Aug 2024, the last time they were counted.",
        "50% of facilities at the standard: month 10 (Oct 2024) (90% interval 10 to beyond 14), with what was seen; "
        "the forecast was month 8 (Aug 2024) (90% interval 6 to beyond 14).",
        "Chance of reaching that by month 14 (Feb 2025): 75%, with what was seen; the forecast was 90%.",
    ]
    assert finding(fan.plot_coverage, found) == (
        "50% of facilities now expected by month 10 (Oct 2024), instead of month 8"
    )
    assert finding(chance.plot_chance, found).endswith("now 75%, the forecast was 90%")
    updated = chance.plot_chance(found).lines[1].get_ydata()
    assert updated[8] == 0 and updated[14] == pytest.approx(0.75)


def test_where_a_handful_of_runs_reach_it_later_no_month_is_named(counted):
    """Of 300 runs that agree alike 15 reach it after the last count: too few for an interval."""
    assert target.expected(arriving(counted, [6, 12], [0.95, 0.05])) is None
    assert target.expected(arriving(counted, [6, 12], [0.9, 0.1])) is not None


def test_what_the_chart_draws_of_all_runs_is_told_beside_it(counted):
    assert OF_ALL in reading("coverage", arriving(counted, [6, 12], [0.5, 0.5]))
    assert OF_ALL not in reading("coverage", counts_instead(counted, [2, 12, 20]))


def test_where_all_that_agrees_had_it_before_no_month_is_named(counted):
    found = arriving(counted, [5, 6], [0.5, 0.5])
    assert target.expected(found) is None
    not_yet, why = target.target(found)
    assert "not yet seen at the end of Aug 2024" in not_yet
    assert why == (
        "50% of facilities at the standard: too few of the runs that agree with what was seen reach that later, so "
        "that no month can be told; the forecast was month 5 (May 2024) (90% interval 5 to 6)."
    )
    for draw in (fan.plot_coverage, chance.plot_chance):
        assert finding(draw, found) == (
            "50% of facilities not yet seen at the end of Aug 2024; the forecast was month 5"
        )


def test_counts_of_districts_settle_nothing(file):
    found = tracked_with(file, "month,district,at_standard\n0,District 01,20\n8,District 01,20\n")
    assert target.counted(found) is None and len(target.target(found)) == 2


def test_the_report_says_what_its_tables_are_of(counted):
    def told(tracked: Tracked) -> str:
        return track_report(tracked, {}).decode()

    assert "The target was seen at the end of Aug 2024." in told(counts_instead(counted, [2, 12, 20]))
    late = told(arriving(counted, [6, 12], [0.5, 0.5]))
    assert "The target was not yet seen at the end of Aug 2024." in late and "only of those that had not" in late
    assert "of which too few that agree with what was seen reach it later" in told(arriving(counted, [6], [1]))


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(math.inf, math.inf, ""), (math.nan, math.nan, ""), (5, math.inf, "90% interval 5 to beyond 14"),
     (5, 7, "90% interval 5 to 7")],
)  # fmt: skip
def test_an_interval_beyond_the_horizon_is_not_told_twice(low, high, said):
    assert terms.interval(low, high, MONTHS) == said


def test_what_is_never_reached_is_told_once(file):
    hard = file.with_name("hard.toml")
    hard.write_text(SCENARIO.replace("coverage = 0.5", "coverage = 1.0").replace("high = 0.9", "high = 0.2"))
    found = tracked_with(hard, "month,score\n0,.45\n8,.45\n")
    assert found.arrival(found.after).quantile(0.05) == math.inf
    assert "100% of facilities at the standard: not within 14 months, as forecast." in words.answer(found)
    assert "beyond 14" not in track_report(found, {}).decode()


# --- Sets of parameters -----------------------------------------------------------------------------------------------


def with_sets(tracked: Tracked, source: str) -> Tracked:
    sets = ParameterSets(source=source, names=["lapse_monthly"], sets=[[0.01], [0.02]])
    return replace(tracked, scenario=tracked.scenario.model_copy(update={"parameters": sets}))


@pytest.mark.parametrize(("source", "own"), [("parameters.csv", True), ("plausible", False)])
def test_sets_are_told_of_and_may_have_seen_the_same(counted, source, own):
    found = with_sets(counted, source)
    assert f"Each run draws one of 2 sets of 1 behaviour parameter ({source})." in words.basis(found)
    assert any("count twice" in warning and source in warning for warning in words.warnings(found)) == own


@pytest.mark.parametrize("counts", [[40, 0, 40], None])
def test_who_brings_sets_is_not_sent_to_calibrate(counted, counts, monkeypatch):
    found = counts_instead(counted, counts) if counts else counted
    monkeypatch.setattr("qisim.tracking.experiment.LEAST_EFFECTIVE", FACILITIES * 100)
    assert found.collapsed and found.agreement.missed == bool(counts)
    assert "calibrate" in words.warnings(found)[0]
    assert "calibrate" not in words.warnings(with_sets(found, "parameters.csv"))[0]


@pytest.mark.usefixtures("few_charts")
def test_the_command_says_what_is_drawn(file, tmp_path):
    (tmp_path / "sets.csv").write_text("lapse_monthly\n0.01\n0.02\n")
    data = tmp_path / "seen.csv"
    data.write_text("month,score\n0,.45\n8,.5\n")
    done = CliRunner().invoke(app, ["track", str(file), "--data", str(data), "--replicates", "100", "--parameters",
                                    str(tmp_path / "sets.csv"), "--out", str(tmp_path / "out")])  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Each future draws one of 2 sets of 1 behaviour parameter (sets.csv)." in done.stderr
    assert "count twice when they are tracked again" in done.stderr
    page = (tmp_path / "out" / "report.html").read_text()
    assert "sets of 1 behaviour parameter (sets.csv)" in page and "count twice" in page


# --- Charts and the table ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "marked", "unmarked"),
    [
        ("month,enrolled\n0,0\n8,30\n", ["enrolled"], ["coverage", "score"]),
        ("month,score\n0,.4\n8,.5\n", ["score"], ["coverage"]),
        ("month,district,at_standard\n0,District 01,2\n8,District 01,9\n", [], ["coverage", "score"]),
        ("month,at_standard,score_measured\n0,2,\n8,9,.5\n", ["coverage", "score"], []),
    ],
)
def test_captions_speak_of_diamonds_where_there_are_any(file, rows, marked, unmarked):
    found = tracked_with(file, rows)
    shown = drawn(CHARTS, found)
    assert ("enrolled" in shown) == ("enrolled" in marked)
    for name in (*marked, *unmarked):
        said = reading(name, found)
        assert (DIAMONDS in said, NO_DIAMONDS in said) == (name in marked, name in unmarked)
        labels = [text.get_text() for text in CHARTS[name](found).findobj(Text)]
        assert (fan.ERROR in labels) == (name in marked)
    page = track_report(
        found, svgs(chart_files({name: CHARTS[name] for name in marked}, found, forms=["svg"]))
    ).decode()
    assert page.count(DIAMONDS) == len(marked)


def test_enrolment_is_drawn_as_it_was_seen(file):
    found = tracked_with(file, "month,enrolled\n0,0\n8,30\n")
    ax = qisim.Tracking(found, {}).plot_enrolled()
    assert finding(lambda _: ax, found) == "Facilities enrolled at the end of Aug 2024: 30 seen, 0 forecast"
    (marks,) = [line for line in ax.lines if line.get_marker() == "D"]
    assert marks.get_ydata().tolist() == [0, 30 / FACILITIES]


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_can_be_read_on_any_screen(file, width):
    found = tracked_with(
        file, "month,at_standard,score,score_measured\n0,2,.4,.4\n4,10,.45,.41\n8,12,.2,.9\n10,15,.41,\n"
    )
    console = Console(width=width, record=True, markup=False)
    with console.capture() as capture:
        console.print(seen_table(found))
    lines = capture.get().splitlines()
    assert all(len(line) <= width for line in lines)
    (head,) = [line for line in lines if "standing" in line]
    assert head.split() == ["observation", "seen", "forecast", "90%", "of", "runs", "lower", "standing"]
    assert "…" not in capture.get()
    (row,) = [line for line in lines if "10 (Oct 2024)" in line and "0.41" in line]
    assert " to " in row and row.rstrip().endswith(("behind", "ahead", "track", "a little"))


def test_the_table_shows_districts_that_were_seen_last(file):
    found = tracked_with(file, "month,district,score\n0,,0.45\n4,,0.5\n8,District 02,0.4\n")
    console = Console(width=120)
    with console.capture() as capture:
        console.print(seen_table(found))
    assert "District 02: mean score" in capture.get() and "8 (Aug 2024)" in capture.get()
