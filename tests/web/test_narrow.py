"""Reports on screens of different widths: labels of tables fit their cells, and charts can be read and moved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

import qisim
from tests.web.chromium import opened
from tests.web.test_sensitivity_report import analysed

SCENARIO = Path(__file__).parents[2] / "scenarios" / "one_district.toml"
SEEN = "month,at_standard,score\n0,0,0.45\n6,1,0.50\n12,2,0.54\n"
SMALLEST, TYPE = 9.5, 11
"""Pixels that the smallest type of a chart, of so many points, has at least."""

WIDTHS = [320, 360, 478, 482, 640, 1280]
MEASURE = """
const measured = (width) => {
const d = frames[0].document, found = {cells: 0, over: [], figures: 0, moving: 0, type: [], sticks: 0};
for (const part of d.querySelectorAll('details')) part.open = true;
for (const cell of d.querySelectorAll('td[data-of]')) {
  if (!cell.textContent.trim()) continue;
  found.cells += 1;
  if (cell.scrollHeight > cell.clientHeight + 1 || cell.scrollWidth > cell.clientWidth + 1)
    found.over.push(cell.dataset.of);
}
for (const figure of d.querySelectorAll('figure')) {
  const svg = figure.querySelector('svg');
  found.figures += 1;
  found.moving += figure.scrollWidth > figure.clientWidth;
  found.type.push(svg.getBoundingClientRect().width / svg.viewBox.baseVal.width);
}
const hint = d.querySelector('.swipe');
found.hint = hint ? frames[0].getComputedStyle(hint).display !== 'none' : null;
found.wide = d.documentElement.scrollWidth;
found.width = width;
return found;
};
const laidOut = () => new Promise((go) => setTimeout(go, 100));
onload = async () => {
  const all = [];
  for (const width of WIDTHS) {
    document.querySelector('iframe').width = width;
    await laidOut();
    all.push(measured(width));
  }
  document.title = JSON.stringify(all);
};
"""


def tracked(folder: Path) -> Path:
    data = folder / "seen.csv"
    data.write_text(SEEN)
    return qisim.track(SCENARIO, data, replicates=100).save(folder / "track")


def compared(folder: Path) -> Path:
    study = qisim.load(SCENARIO)
    other = study.changed({"behaviour.turnover_annual": 0.4, "title": "another"})
    return qisim.compare([study, other], replicates=20).save(folder / "compare")


def simulated(folder: Path) -> Path:
    results = qisim.load(SCENARIO).run(replicates=20)
    return qisim.save_results(results, folder / "run", report=results.report())


def calibrated(folder: Path) -> Path:
    data = folder / "seen.csv"
    data.write_text(SEEN)
    out, names = folder / "calibrate", ["works_base", "lapse_monthly"]
    return qisim.calibrate(SCENARIO, data, out=out, parameters=names, simulations=200, rounds=1).save()


def varied(folder: Path) -> Path:
    return analysed("latin_hypercube", "coaches").save(folder / "sensitivity")


REPORTS: dict[str, Callable[[Path], Path]] = {
    "track": tracked, "compare": compared, "run": simulated, "calibrate": calibrated, "sensitivity": varied,
}  # fmt: skip


@pytest.fixture(scope="module", params=list(REPORTS))
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Which report it is, and its page."""
    return request.param, REPORTS[request.param](tmp_path_factory.mktemp("narrow")) / "report.html"


def measured(browser: str, page: Path) -> list[dict[str, Any]]:
    """What screens of these widths make of cells, charts and the hint that they can be moved."""
    frame = page.with_name("screen.html")
    document = escape(page.read_text(encoding="utf-8"), quote=True)
    frame.write_text(
        '<!DOCTYPE html><meta charset="utf-8"><title>x</title><iframe height="800" style="border:0" '
        f'srcdoc="{document}"></iframe><script>const WIDTHS = {WIDTHS}; {MEASURE}</script>',
        encoding="utf-8",
    )
    shown = opened(browser, frame, "--dump-dom", "--virtual-time-budget=5000")
    title = re.search(r"<title>(.*?)</title>", shown)
    assert title
    return json.loads(unescape(title[1]))


@pytest.mark.browser
def test_labels_fit_and_charts_can_be_read(browser: str, page: tuple[str, Path]) -> None:
    """One browser for all widths: starting it takes longer than the rest."""
    kind, file = page
    screens = measured(browser, file)
    assert [found["width"] for found in screens] == WIDTHS
    for found in screens:
        assert_fits(kind, found, found["width"])


def assert_fits(kind: str, found: dict[str, Any], width: int) -> None:
    assert found["wide"] <= width
    assert found["cells"] > 1 and found["figures"] > 1
    assert found["over"] == []
    if kind == "sensitivity":  # its charts are made for narrow screens, and shrink to any
        assert found["moving"] == 0
    else:
        assert min(found["type"]) * TYPE >= SMALLEST
    if found["hint"] is not None:
        assert found["hint"] == (found["moving"] > 0) == (width < 480)
    assert (found["hint"] is None) == (kind == "sensitivity")
