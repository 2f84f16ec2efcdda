"""How a calibration is shown: words, charts, report and messages, of calibrations made by hand."""

from __future__ import annotations

import io
import re
from html import unescape
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from rich.console import Console
from typer.testing import CliRunner

from qisim.calibration import command
from qisim.calibration.calibration import Calibration
from qisim.calibration.charts.catalogue import CHARTS
from qisim.calibration.charts.fit import plot_fit
from qisim.calibration.charts.parameters import plot_pairs, plot_parameters
from qisim.calibration.checks import Checks
from qisim.calibration.experiment import Draws, Fitted, Round
from qisim.calibration.names import PLAIN, named
from qisim.calibration.posterior import Posterior
from qisim.calibration.priors import USUAL, priors_of
from qisim.calibration.report import report
from qisim.calibration.settings import Settings
from qisim.calibration.store import Store
from qisim.calibration.words import answer, basis, warnings
from qisim.charts import style
from qisim.charts.files import chart_files, svgs
from qisim.cli import app
from qisim.observed.observed import Observed
from qisim.observed.series import SERIES, Series
from qisim.scenario.behaviour import PARAMETERS
from tests.small_sweeps import SCENARIO

MEANS = {**SERIES, "hygiene": Series("hygiene", "reported", "hygiene as facilities report it", "reported", "hygiene")}
MONTHS = 6


def made(names=USUAL[:3], *, places=("",), series="score", seen=0.5, off=(), before=0.2, months=MONTHS,
         draws=4000, kept=400, facilities=40):  # fmt: skip
    """A calibration of the first two of these parameters, little of the others. Runs lie around 0.5, with a standard
    deviation of `before` at first and 0.05 afterwards; of the places `off`, 0.9 was seen.
    """
    rng = np.random.default_rng(3)
    cells = [(month, place, 0.9 if place in off else seen) for place in places for month in range(months)]
    table = pd.DataFrame(cells, columns=["month", "district", "value"]).assign(series=series)
    shares = rng.random((kept, len(names)))
    shares[:, :2] = 0.3 + 0.3 * shares[:, :2]
    behaviour = SimpleNamespace(**{name: parameter.default for name, parameter in PARAMETERS.items()})
    asked = Settings(priors_of(SimpleNamespace(behaviour=behaviour), names, {}))
    found = Posterior(shares, np.full(kept, 1 / kept), np.zeros(len(names)))
    prior = Draws(rng.random((600, len(names))), 0.5 + before * rng.standard_normal((600, len(cells))))
    predictive = 0.5 + 0.05 * rng.standard_normal((400, len(cells)))
    observed = Observed("", table, np.full(len(cells), 10), MEANS)
    box = np.tile([0.0, 1.0], (len(names), 1))
    rounds = [Round(box, draws, found, np.full(len(names), draws))]
    scenario = SimpleNamespace(title="By hand")
    return Checks(Fitted(scenario, facilities, observed, asked, prior, rounds, shares, predictive))


def misfit(**other):
    """A calibration of data that no simulation comes near to."""
    checks = made(seen=0.95, before=0.03, **other)
    assert checks.misfit
    return checks


def page(checks):
    return unescape(report(checks, svgs(chart_files(CHARTS, checks, forms=["svg"]))).decode())


def printed(checks, width=80):
    screen = Console(width=width, file=io.StringIO(), markup=False)
    screen.print(command._table(Calibration(checks.fitted, Store(None)), width))
    return screen.file.getvalue()


def pixels(figure):
    """What is painted, float64[rows, columns, 3] from the lower left corner."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255


def grey(color):
    return float(np.dot(to_rgb(color), [0.2126, 0.7152, 0.0722]))


# --- a misfit -------------------------------------------------------------------------------------------------------


def test_with_a_misfit_the_answer_is_not_to_trust_the_values():
    said = answer(misfit())
    assert said[0].startswith("Do not trust the fitted values: what was seen is like nothing that the model does")
    assert not any("narrower" in sentence or "The data tell" in sentence for sentence in said)
    assert answer(made())[0].startswith("The data tell of 2 of 3 parameters")


def test_with_a_misfit_charts_say_so_in_their_titles():
    checks = misfit()
    titles = [style.owner(plot(checks)[0]).get_suptitle() for plot in (plot_parameters, plot_pairs, plot_fit)]
    assert all(title.startswith("Do not trust the fitted values") for title in titles[:2])
    assert titles[2].startswith("The model cannot do all that was seen")


def test_with_a_misfit_the_report_begins_with_it_and_never_in_small_print():
    text = page(misfit())
    first = re.search(r'<section class="([^"]*)" aria-label="Answer">\s*<p>(.*?)</p>', text, re.DOTALL)
    assert first and first[1] == "answer warning" and first[2].startswith("Do not trust the fitted values")
    assert "do not trust the values after" in text
    assert "To forecast" not in text


@pytest.mark.parametrize("kind", [made, misfit])
def test_warnings_stand_in_a_box_of_their_own(kind):
    checks = kind()
    text = page(checks)
    box = re.search(r'<section class="warning" aria-label="Note">(.*?)</section>', text, re.DOTALL)
    assert box
    assert all(f"<p><strong>Note:</strong> {said}</p>" in box[1] for said in warnings(checks))
    assert re.search(r"\.warning \{ background: #\w+; border-left: [^;]*#D55E00", text)
    assert '<p class="quiet">Note' not in text


def test_the_command_prints_the_misfit_first(capsys, tmp_path):
    command._tell(Calibration(misfit().fitted, Store(None)), tmp_path / "a.toml", tmp_path, 200)
    told = capsys.readouterr().out
    assert told.startswith("Do not trust the fitted values")
    assert "To forecast" not in told


# --- the charts of the fit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [0.02, 0.2], ids=["narrower before", "wider before"])
def test_bands_are_painted_as_the_legend_says(before):
    """Whatever lies beneath: the middle of each half of a band, beside what was seen."""
    checks = made(before=before)
    ax = plot_fit(checks)[0]
    figure = style.owner(ax)
    painted = pixels(figure)
    legend = figure.legends[0]
    named = dict(zip([text.get_text() for text in legend.get_texts()], legend.legend_handles, strict=True))
    levels = np.quantile(checks.fitted.predictive, [0.5, 0.75, 0.95], axis=0)[:, 1:3].mean(axis=1)
    for share, inner, outer in (("50%", levels[0], levels[1]), ("90%", levels[1], levels[2])):
        patch = next(handle for name, handle in named.items() if share in name and "after" in name)
        box = patch.get_window_extent()
        told = painted[int((box.y0 + box.y1) / 2), int((box.x0 + box.x1) / 2)]
        at = 0.3 * inner + 0.7 * outer
        x, y = ax.transData.transform((1.5, at)).astype(int)
        assert painted[y, x] == pytest.approx(told, abs=0.01), share


def test_bands_are_told_apart_without_colour():
    ax = plot_fit(made())[0]
    handles = style.owner(ax).legends[0].legend_handles
    before, wide, half, median = handles[:4]
    assert before.get_hatch()
    shades = [grey(color) for color in ("white", wide.get_facecolor(), half.get_facecolor(), median.get_color())]
    assert min(-np.diff(shades)) > 0.1, shades


def test_the_band_before_is_seen_where_the_bands_after_cover_it():
    checks = made(before=0.02)
    ax = plot_fit(checks)[0]
    painted = pixels(style.owner(ax))
    for end in (0, 2):
        x, y = ax.transData.transform((1.5, checks.prior_bands[end, 1:3].mean()))
        around = painted[int(y) - 2 : int(y) + 3, int(x)]
        assert np.abs(around - to_rgb("#8C8C8C")).max(axis=1).min() < 0.2, "a grey line"


def test_each_chart_of_the_fit_counts_its_own_points():
    checks = made(places=("", "North", "South"), off=("South",))
    inside = checks.inside.reshape(3, MONTHS).sum(axis=1)
    whole, districts = plot_fit(checks), plot_fit(checks, districts=True)
    assert style.owner(whole[0]).get_suptitle().startswith(f"{inside[0]} of 6 points of all facilities")
    assert style.owner(districts[0]).get_suptitle().startswith(f"{inside[1:].sum()} of 12 points of districts")
    keys = [[text.get_text() for text in style.owner(axes[0]).legends[0].get_texts()] for axes in (whole, districts)]
    assert ["seen, outside of 90%" in one for one in keys] == [inside[0] < 6, True]


@pytest.mark.parametrize("asked", [True, False])
def test_of_many_districts_the_chart_says_that_it_shows_the_worst(asked):
    """Also where districts alone were seen and nobody asked for them."""
    places = tuple(f"D{number:02}" for number in range(15))
    checks = made(places=places, off=places[-3:])
    axes = plot_fit(checks, districts=asked)
    figure = style.owner(axes[0])
    said = " ".join(text.get_text() for text in figure.texts + figure.artists).replace("\n", " ")
    assert "the 12 of 15 series of districts that the model misses most" in said
    assert len(axes) == 12 and {ax.get_title("left")[:3] for ax in axes} >= set(places[-3:])
    shown = [one for one in checks.series if any(ax.get_title("left").startswith(one.district) for ax in axes)]
    assert figure.get_suptitle().startswith(f"{sum(one.inside for one in shown)} of {12 * MONTHS} points shown")


@pytest.mark.parametrize(("series", "label"), [("score", "mean score (0-1)"), ("hygiene", "mean (0-1)")])
def test_means_are_shown_as_in_the_tables(series, label):
    ax = plot_fit(made(series=series))[0]
    style.owner(ax).canvas.draw()
    ticks = [tick.get_text() for tick in ax.get_yticklabels()]
    assert ax.get_ylabel() == label
    assert all(re.fullmatch(r"[01]\.\d+", tick) for tick in ticks) and ticks
    assert 0 <= ax.get_ylim()[0] < ax.get_ylim()[1] <= 1


# --- parameters in words --------------------------------------------------------------------------------------------


def test_the_usual_parameters_have_plain_words():
    assert set(PLAIN) == set(USUAL)
    assert named("turnover_annual") == "a member of the team leaves (turnover_annual)"


def test_the_answer_tells_what_a_parameter_is_with_its_name_and_unit():
    said = answer(made())
    assert {sentence.partition(":")[0] for sentence in said[1:-1]} == {
        "How often tested ideas work (works_base; logit)",
        "How fast a practice spreads among a facility's staff (reach_growth; a month)",
    }
    assert all("90% interval" in sentence and "before" in sentence for sentence in said[1:-1])
    assert "how often tested ideas work" in said[0]
    assert any(named("workload_mean") in sentence for sentence in warnings(made()))


def test_of_many_parameters_the_answer_says_how_many_it_leaves_to_the_table():
    checks = made(USUAL)
    shares = checks.fitted.posterior.shares
    shares[:] = 0.4 + 0.2 * shares
    said = answer(checks)
    assert said[0].startswith("The data tell of all 6 parameters: ") and said[0].endswith(" and 3 more.")
    assert "The table tells of 2 more." in said


def test_report_and_charts_say_what_parameters_are():
    checks = made()
    text = page(checks)
    assert "how often tested ideas work (works_base; logit)</th>" in text
    assert "Logit: a scale" in text and "its prior" in text and "its posterior" in text
    titles = [ax.get_title("left").replace("\n", " ") for ax in plot_parameters(checks)]
    assert sorted(titles) == sorted(
        [named("works_base"), named("reach_growth"), f"{named('workload_mean')}: little told"]
    )
    spelt = {ax.get_xlabel() + ax.get_ylabel() for ax in plot_pairs(checks)}
    assert {label.replace("\n", "") for label in spelt if label} <= {"".join(pair) for pair in _pairs(checks)}
    assert not any(
        word in text.replace("its prior", "").replace("its posterior", "") for word in ("prior", "posterior")
    )


def _pairs(checks):
    names = ["", *checks.fitted.settings.names]
    return [(one, other) for one in names for other in names]


@pytest.mark.parametrize("names", [USUAL, ("works_base", "readiness_district_share", "policy_compliance")])
def test_the_table_fits_eighty_columns_and_cuts_no_name(names):
    told = printed(made(names))
    lines = told.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert all(f"({name})" in told for name in names)
    heads = next(line for line in lines if "before" in line)
    assert all(cell.strip() for cell in re.split("[┃│]", heads)[1:-1])
    assert "…" not in told and "little told" in told


# --- pairs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [200, 2000])
def test_pairs_tell_how_many_draws_and_parameters_they_show(kept):
    names = [*USUAL, "works_fit", "works_skill"]
    checks = made(names, kept=kept)
    axes = plot_pairs(checks)
    figure = style.owner(axes[0])
    said = " ".join(text.get_text() for text in figure.texts + figure.artists).replace("\n", " ")
    assert "the 6 most narrowed of 8 parameters, all pairs in pairs.csv" in said
    (dots,) = axes[0].lines
    points = np.unique(np.column_stack(dots.get_data()), axis=0)
    assert f"{len(points)} draws" in said and len(points) <= min(kept, 600)
    assert "most narrowed" not in " ".join(t.get_text() for t in style.owner(plot_pairs(made())[0]).artists)


@pytest.mark.parametrize("plot", [plot_pairs, plot_parameters])
@pytest.mark.parametrize("last", ["workload_mean", "readiness_district_share", "policy_compliance"])
def test_no_name_sticks_out_of_a_chart(plot, last):
    others = [name for name in USUAL if name != last][:4]
    figure = style.owner(plot(made([*others, "records", last]))[-1])
    pixels(figure)
    renderer = figure.canvas.get_renderer()
    parts = [part for ax in figure.axes for part in (*ax.get_children(), ax.xaxis.label, ax.yaxis.label)]
    for text in (part for part in parts if isinstance(part, Text) and part.get_text()):
        box = text.get_window_extent(renderer)
        assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1, text


# --- few and one ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("draws", "warned"), [(400, True), (999, True), (1000, False), (9000, False)])
def test_few_simulations_in_the_last_round_are_warned_of(draws, warned):
    said = " ".join(warnings(made(draws=draws, kept=200)))
    assert (f"200 draws kept of the {draws:,} in the last round" in said) is warned


def test_of_one_thing_is_told_as_of_one():
    checks = made(USUAL[:1], months=1, facilities=1)
    text = " ".join([page(checks), *answer(checks), *warnings(checks), basis(checks)])
    assert "Which value of one behaviour parameter fits what was seen up to month 0 in 1 facility?" in text
    assert "The data tell of the parameter: how often" in text
    assert "1 of 1 point seen lies in" in text and "; 1 point seen up to" in text
    assert not re.search(r"\b1 (?:points|simulations|facilities|parameters|draws|rounds|more pairs)\b", text)


def test_one_more_pair_is_told_as_one():
    checks = made(USUAL[:3])
    shares = checks.fitted.posterior.shares
    shares[:, 1] = shares[:, 2] = shares[:, 0]
    assert len(checks.together) == 3
    assert style.owner(plot_pairs(checks)[0]).get_suptitle().replace("\n", " ").rstrip().endswith("and 1 more pair")


# --- messages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def asking(tmp_path):
    """What the command says of options that cannot be used."""
    (tmp_path / "small.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "fit.toml").write_text(
        "[calibrate]\nsimulations = 300\n[calibrate.priors]\nworks_fit = { low = -99, high = 0 }\n"
    )

    def ask(*options):
        arguments = ["calibrate", str(tmp_path / "small.toml"), "--data", str(tmp_path / "none.csv"), "--out",
                     str(tmp_path / "out")]  # fmt: skip
        told = CliRunner().invoke(app, [*arguments, *(option.replace("HERE", str(tmp_path)) for option in options)])
        assert told.exit_code == 2, told.output
        return told.output.replace("\n", " ")

    return ask


def test_a_range_that_is_not_allowed_is_told_of_where_it_was_given(asking):
    said = asking("--prior", "works_base=-200..0")
    assert "--prior: works_base: found -200" in said and "parameters:" not in said
    said = asking("--parameters", "HERE/fit.toml")
    assert "fit.toml: works_fit: found -99" in said
    assert "works_fit" not in asking("--parameters", "HERE/fit.toml", "--prior", "works_fit=1..2")


def test_a_name_that_is_none_is_told_of_where_it_was_given(asking):
    assert "--prior: 'works_bas' is no behaviour parameter; did you mean 'works_base'" in asking(
        "--prior", "works_bas=-2..0"
    )
    assert "--parameters: 'works_bas' is no behaviour parameter" in asking("--parameters", "works_bas")


def test_problems_of_all_options_come_at_once(asking):
    said = asking("--parameters", "works_bas", "--prior", "works_fit=-99..0", "--prior", "x", "--simulations", "3")
    for part in ("--parameters: 'works_bas'", "--prior: works_fit: found -99", "--prior: found 'x'", "simulations: "):
        assert said.count(part) == 1, (part, said)


@pytest.mark.parametrize("name", ["out/k/parameters.csv", "parameters.csv"])
def test_a_table_is_not_taken_for_names(asking, name):
    said = asking("--parameters", name)
    assert f"--parameters: found the file '{name}'" in said
    assert "names of behaviour parameters with commas between, or a .toml file with a [calibrate] table" in said
