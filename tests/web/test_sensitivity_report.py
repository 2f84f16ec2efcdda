"""The report of a sensitivity analysis as a browser shows it: offline, on a phone, and safe whatever users write."""

from __future__ import annotations

import itertools
import re
from html import escape, unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from qisim.outcomes.meaning import Meaning
from qisim.sensitivities.charts.catalogue import figures
from qisim.sensitivities.experiment import analyse
from qisim.sensitivities.methods.sample import gather
from qisim.sensitivities.sensitivity import Sensitivity
from tests.web.chromium import opened

HOSTILE = (
    """</title><script>document.title='pwned'</script><img src=x onerror="document.title='pwned'"> {{ 7*7 }} "&amp;'"""
)
LONG = "months until eighty per cent of all facilities are at the standard, counting at most forty-eight"
PHONE = 360
TEXT = 11


def analysed(method: str, name: str, levels: int = 5) -> Sensitivity:
    """A small sweep of a made-up outcome, with an input of that name."""
    rows = list(itertools.product(["weakest", "nearest"], np.linspace(0.1, 0.4, levels), range(1, levels + 1)))
    points = pd.DataFrame(rows, columns=["policy", "turnover", name])
    points.insert(0, "point", range(len(points)))
    rng, replicates = np.random.default_rng(1), 10
    true = points[name] * 2.0 - 30 * points["turnover"] * (points["policy"] == "nearest")
    values = true.to_numpy()[:, None] + rng.normal(size=replicates) + 0.5 * rng.normal(size=(len(points), replicates))
    runs = pd.DataFrame({"point": np.tile(points["point"], replicates), "error": "", "months": values.T.ravel(),
                         "replicate": np.repeat(np.arange(replicates), len(points))})  # fmt: skip
    runs.loc[0, ["error", "months"]] = [f"{HOSTILE} sites", np.nan]
    measure = Meaning(key="months", name=LONG, unit="months", kind="time", less_is_better=True, less="earlier",
                      more="later", gap_unit="months")  # fmt: skip
    whole = gather(points, runs, method=method, keys={"turnover": "behaviour.turnover_annual"}, replicates=10)
    return Sensitivity(f"Title {HOSTILE}", "s", whole, [analyse(whole, measure, "policy")], {"other": HOSTILE})


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return (
        analysed("latin_hypercube", f"coaches {HOSTILE}").save(tmp_path_factory.mktemp("report") / "out")
        / "report.html"
    )


def test_the_page_needs_nothing_else_and_holds_no_picture_that_is_not_drawn(page: Path) -> None:
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", page.read_text(encoding="utf-8")).replace(escape(HOSTILE), "")
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!#)", text)
    assert not any(found in text for found in ("url(http", "@import", "<script", "<image", "data:"))


def test_what_users_write_stays_text(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text and "<img" not in text
    assert "{{ 7*7 }}" in text and "49 " not in text[: text.index("</head>")]
    assert unescape(text).count("document.title='pwned'") >= 4


def test_ids_are_unique_and_found(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    used = set(re.findall(r'xlink:href="#([^"]+)"|url\(#([^)]+)\)', text))
    assert used and {one or other for one, other in used} <= set(ids)


@pytest.mark.parametrize(("method", "name", "levels"), [("factorial", "coaches", 5), ("latin_hypercube", LONG, 6)])
def test_text_of_charts_is_large_enough_and_inside_the_picture(method: str, name: str, levels: int) -> None:
    found = analysed(method, name, levels)
    drawn = list(figures(found.analyses, found.analyses))
    assert len(drawn) == 6
    for chart, draw in drawn:
        figure = draw()
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        unseen = {id(label) for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks()
                  for label in (tick.label1, tick.label2)
                  if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())}  # fmt: skip
        for text in figure.findobj(Text):
            if (
                id(text) not in unseen
                and text.get_text().strip()
                and text.get_visible()
                and text.get_window_extent(canvas.get_renderer()).width
            ):
                box = text.get_window_extent(canvas.get_renderer())
                assert text.get_fontsize() >= TEXT, (chart, text)
                assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1, (chart, text)


@pytest.mark.browser
def test_a_browser_shows_it_all_offline(browser: str, page: Path) -> None:
    shown = opened(browser, page, "--dump-dom")
    assert "<script" not in shown and "<img" not in shown
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
    assert title and unescape(title[1]).startswith("What matters")
    assert shown.count("<svg") == 6
    assert "What it does not say" in shown


@pytest.mark.browser
def test_nothing_sticks_out_on_a_phone(browser: str, page: Path) -> None:
    frame = page.with_name("phone.html")
    document = escape(page.read_text(encoding="utf-8"), quote=True)
    script = (
        "const d = frames[0].document; document.title = d.documentElement.scrollWidth + ' of ' + d.body.clientWidth"
    )
    frame.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><title>x</title><iframe width="{PHONE}" height="800" style="border:0" '
        f'srcdoc="{document}"></iframe><script>onload = () => {{ {script} }}</script>',
        encoding="utf-8",
    )
    shown = opened(browser, frame, "--dump-dom", "--virtual-time-budget=5000")
    width = re.search(r"<title>(\d+) of (\d+)</title>", shown)
    assert width, shown[:200]
    assert int(width[1]) <= PHONE
    assert int(width[2]) >= PHONE - 40
