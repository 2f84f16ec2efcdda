import json
import re
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import qisim.evidence
from qisim.check.notes import notes
from qisim.cli import app
from qisim.evidence import band
from qisim.evidence.judge import Judged, found, judge_all
from qisim.evidence.pattern import COLUMNS, Figure, Pattern
from qisim.evidence.patterns import ALL, HELD_BACK, PATTERNS
from qisim.evidence.patterns.charts import first_month
from qisim.evidence.simulate import Simulated, setting
from qisim.evidence.words import band_words, model_figure, number, summary

SETTINGS = Path(qisim.evidence.__file__).parent / "settings"
SHARED = {"base", "topic"}
USED = sorted({name for pattern in ALL.values() for name in pattern.settings})
WITHIN = band.told(1.0, 3.0, "told")


def a_figure(its_band=WITHIN):
    return Figure("P0.x", "something", "2", "a source", "true", "months", its_band, lambda simulated, column: None)


# --- bands ----------------------------------------------------------------------------------------------------------


def test_sampling_intervals():
    """By hand: 1.96 x sqrt(0.87 x 0.13 / 135) = 5.7%; 1.96 x 8.5 / sqrt(117) = 1.54; 1.96 x 8.5 / sqrt(234) = 1.09."""
    share, mean, sd = band.of_share(87, 135), band.of_mean(9.2, 8.5, 117), band.of_sd(8.5, 117)
    assert (share.low, share.high) == pytest.approx((81.33, 92.67), abs=0.01)
    assert (mean.low, mean.high) == pytest.approx((7.66, 10.74), abs=0.01)
    assert (sd.low, sd.high) == pytest.approx((7.41, 9.59), abs=0.01)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_quantile_bands_hold_95_of_100_normal_samples(share):
    sample, n, rng = 20_000, 140, np.random.default_rng(1)
    lower, upper = -0.6745, 0.6745
    value = {0.25: lower, 0.5: 0.0, 0.75: upper}[share]
    b = band.of_quantile(value, share, lower, upper, n)
    drawn = np.quantile(rng.standard_normal((sample, n)), share, axis=1)
    assert np.mean((drawn >= b.low) & (drawn <= b.high)) == pytest.approx(0.95, abs=0.01)


def test_a_quarter_either_side():
    b = band.a_quarter(-4.0)
    assert (b.low, b.high) == (-5.0, -3.0)


# --- verdicts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("values", "verdict"), [([1, 2, 3], "inside"), ([3, 3, 4], "outside"), ([nan, 2], "inside"),
                                                 ([nan, nan], "outside")])  # fmt: skip
def test_a_size_is_inside_or_outside(values, verdict):
    assert found(a_figure(), np.array(values, dtype=float)).verdict == verdict


@pytest.mark.parametrize(("above", "verdict"), [(9, "direction only"), (8, "direction missed")])
def test_a_direction_is_shown_by_nine_of_ten(above, verdict):
    values = np.where(np.arange(10) < above, 0.1, -5.0)
    assert found(a_figure(band.only_direction()), values).verdict == verdict


def test_no_study_tells_a_direction():
    finding = found(a_figure(band.only_direction()), np.full(3, nan))
    assert finding.verdict == "direction missed"
    assert model_figure(finding) == "none"


def test_a_finding_has_mean_interval_and_error():
    finding = found(a_figure(), np.arange(101) / 50.0)
    assert (finding.mean, finding.low, finding.high) == pytest.approx((1.0, 0.1, 1.9))
    assert finding.error == pytest.approx(np.std(np.arange(101) / 50.0, ddof=1) / np.sqrt(101))
    assert not finding.is_clear(101)
    assert found(a_figure(), np.array([1.9, 2.0, 2.1])).is_clear(3)


@pytest.mark.parametrize(("mean", "clear"), [(6.0, True), (1.3, False), (-3.0, True)])
def test_a_direction_is_clear_that_more_studies_would_not_change(mean, clear):
    values = mean + np.random.default_rng(1).standard_normal(30)
    assert found(a_figure(band.only_direction()), values).is_clear(30) == clear


@pytest.mark.parametrize(
    ("kinds", "verdict", "met"),
    [
        (["inside", "direction"], "inside", 2),
        (["direction"], "direction only", 1),
        (["inside", "missed"], "direction missed", 1),
        (["outside", "missed", "inside"], "outside", 1),
    ],
)
def test_a_pattern_is_as_good_as_its_worst_figure(kinds, verdict, met):
    made = {
        "inside": found(a_figure(), np.array([2.0])),
        "outside": found(a_figure(), np.array([9.0])),
        "direction": found(a_figure(band.only_direction()), np.array([1.0])),
        "missed": found(a_figure(band.only_direction()), np.array([-1.0])),
    }
    judged = Judged(Pattern("P0", "x", "x", (), ()), tuple(made[kind] for kind in kinds))
    assert (judged.verdict, judged.met) == (verdict, met)
    assert f"Of {len(kinds)} single figures {met} are met" in summary([judged])


def test_a_figure_is_handed_the_score_it_is_compared_with():
    handed = []
    for measured in COLUMNS:
        figure = Figure("P0.x", "x", "x", "x", measured, "%", WITHIN, lambda s, column: handed.append(column))
        figure.of(Simulated(2))
    assert handed == ["reported_score", "score", ""]


# --- declarations ---------------------------------------------------------------------------------------------------


def test_fifteen_patterns_each_once_and_those_held_back():
    assert list(PATTERNS) == [f"P{i}" for i in range(1, 16)]
    assert list(HELD_BACK) == [f"H{i}" for i in range(1, 5)]
    assert [key for key, pattern in ALL.items() if pattern.tuned] == list(PATTERNS)
    figures = [figure for pattern in ALL.values() for figure in pattern.figures]
    assert len({figure.key for figure in figures}) == len(figures)
    assert all(figure.key.startswith(pattern.key + ".") for pattern in ALL.values() for figure in pattern.figures)
    assert all(figure.source and figure.published and figure.band.rule for figure in figures)
    assert all(figure.band.low < figure.band.high for figure in figures)


def test_every_setting_is_used():
    assert sorted(path.stem for path in SETTINGS.glob("*.toml")) == sorted({*USED, *SHARED, "intensive_care"})


MEANT = {
    "heads_stay": ["behaviour.head_turnover_annual"],
    "topic_hand_hygiene": ["programme.1.coaches_per_district"],  # a district with a single facility has one coach
}
"""Notes about what a setting does on purpose."""


@pytest.mark.parametrize("name", USED)
def test_settings_load_and_nothing_in_them_is_unmeant(name):
    study = setting(name)
    unmeant = [note.key for note in notes(study.scenario, study.world)]
    assert unmeant == MEANT.get(name, [])
    assert study.scenario.origin.files[-1][0].name == "base.toml"


@pytest.mark.parametrize("path", sorted(SETTINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_number_has_a_source_or_is_assumed(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.search(r"(=|\{).*\d", line.partition("#")[0]) and not re.match(r"(name|title) =", line):
            assert "# " in line, line


def test_studies_share_their_luck():
    """A setting beside its control differs by what is done, not by chance: until then they are the same."""
    simulated = Simulated(3)
    one, other = (simulated.months(name, "score", 2) for name in ("reorganisation", "reorganisation_none"))
    assert one.shape == (3, 2, 73)
    np.testing.assert_array_equal(one[..., :13], other[..., :13])
    assert (one[..., 20] != other[..., 20]).all()


def test_detail_is_laid_out_by_study_month_facility_and_idea():
    simulated = Simulated(2)
    run = simulated.run("ethiopia", detail=True)
    assert simulated.facilities("ethiopia", "score").mean(axis=2) == pytest.approx(
        simulated.months("ethiopia", "score", detail=True)[:, 0]
    )
    adopted = (simulated.ideas("ethiopia", "stage") == 3).sum(axis=2)
    totals = run.idea_totals["adopted"].to_numpy().reshape(adopted.shape)
    np.testing.assert_array_equal(adopted, totals)


def test_runs_are_forgotten_that_no_pattern_needs():
    simulated = Simulated(2)
    first = simulated.run("trial")
    assert simulated.run("trial") is first
    simulated.forget(but=["trial"])
    assert simulated.run("trial") is first
    simulated.forget()
    assert simulated.run("trial") is not first


def test_first_month_at_a_level():
    paths = np.array([[0.1, 0.8, 0.9], [0.1, 0.2, 0.3], [0.8, 0.1, 0.1]])
    np.testing.assert_array_equal(first_month(paths, 0.8), [1.0, nan, 0.0])


def test_progress_is_told():
    told = []
    assert [one.pattern.key for one in judge_all([PATTERNS["P12"]], Simulated(2), lambda *a: told.append(a))] == ["P12"]
    assert told == [(0, 1), (1, 1)]


@pytest.mark.parametrize(
    ("value", "unit", "text"), [(86.6, "%", "87"), (0.146, "points a month", "0.15"), (9.24, "months", "9.2")]
)
def test_numbers_are_as_exact_as_their_unit_asks(value, unit, text):
    assert number(value, unit) == text


def test_bands_in_words():
    assert band_words(band.told(18.0, inf, ""), "months") == "18.0 months or more"
    assert band_words(band.told(50.0, 100.0, ""), "%") == "50 to 100%"
    assert band_words(band.only_direction(), "points") == "above 0"


# --- the command ----------------------------------------------------------------------------------------------------


def test_command_prints_a_table():
    result = CliRunner().invoke(app, ["evidence", "--pattern", "p12", "--replicates", "4"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "P12 collaboratives on top of financing" in result.stdout
    assert "Of 1 pattern:" in result.stdout
    assert "P13" not in result.stdout


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_table_can_be_read_on_any_screen(width):
    """Its first column is the widest, and its numbers are whole."""
    result = CliRunner().invoke(
        app, ["evidence", "--pattern", "p1", "--pattern", "p8", "--replicates", "4"], env={"COLUMNS": str(width)}
    )
    lines = result.stdout.splitlines()
    columns = lines[0].split()
    assert columns == ["Figure", "Published", "Model", "Band", "Verdict"] and "…" not in result.stdout
    first = lines[0].index("Published") - 1
    starts = [lines[0].index(name) for name in columns] + [len(lines[0])]
    assert first >= 24 and first >= max(np.diff(starts)) - 1
    assert max(map(len, lines)) <= width
    (row,) = [line for line in lines if line.startswith("  charts that reach 80%")]
    assert "87%" in row and "81 to 93%" in row
    assert re.search(r"\(\d+ to \d+\)", result.stdout)


def test_command_gives_json():
    result = CliRunner().invoke(app, ["evidence", "--pattern", "P13", "--pattern", "P9", "--replicates", "4", "--json"])
    told = json.loads(result.stdout)
    assert told["studies"] == 4
    assert [one["key"] for one in told["patterns"]] == ["P9", "P13"]
    delay = told["patterns"][1]["figures"][0]
    assert delay["band"] == [18.0, None]
    assert delay["interval_90"][0] <= delay["model"] <= delay["interval_90"][1]
    assert delay["compared_with"] == "true scores"
    assert delay["source"].startswith("Braithwaite")


def test_command_refuses_what_is_no_pattern():
    result = CliRunner().invoke(app, ["evidence", "--pattern", "P16"])
    assert result.exit_code == 2
    assert "there is no pattern 'P16'" in result.output
    assert "did you mean" in result.output
