"""Published patterns, each simulated anew: what docs/evidence.md records of it is still so.

No pattern has to be met. A change of the model that changes a verdict shows here; then the page is to be written again
(`python docs/evidence.py --write`) and read.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from qisim.evidence.judge import Finding, judge
from qisim.evidence.patterns import ALL
from qisim.evidence.simulate import SEED, STUDIES, Simulated

FEW = 25
FEWER = {"P3": 10}
"""Of a pattern that needs the event logs of a whole country, which the Mesa model alone writes."""
DOCS = Path(__file__).resolve().parents[2] / "docs"
SLOW = {"P3", "P8", "H1", "H2"}
AT_THE_EDGE = {"P2", "H4"}
"""Patterns of one figure so near the end of its band that few studies cannot tell; none withdrawing is an end, too."""


def load_page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evidence_page", DOCS / "evidence.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def record() -> dict[str, str]:
    """The verdicts that the page records, by the figure's key."""
    return load_page().recorded((DOCS / "evidence.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(FEW, SEED)


KEYS = [pytest.param(key, marks=pytest.mark.slow if key in SLOW else ()) for key in ALL]


@pytest.mark.parametrize("key", KEYS)
def test_the_verdict_on_record_is_still_so(key: str, simulated: Simulated, record: dict[str, str]):
    pattern, few = ALL[key], FEWER.get(key, FEW)
    simulated.forget(but=pattern.settings)
    judged = judge(pattern, simulated if few == FEW else Simulated(few, SEED))
    for finding in judged.findings:
        assert_plausible(finding)
        if finding.is_clear(few):  # else so few studies could go either way
            assert finding.verdict == record[finding.figure.key], finding
    assert key in AT_THE_EDGE or any(finding.is_clear(few) for finding in judged.findings)


def assert_plausible(finding: Finding) -> None:
    """A figure that is one: a number with an interval around it, and a share that is a share."""
    assert np.isfinite([finding.mean, finding.low, finding.high, finding.error]).all(), finding
    assert finding.low <= finding.high
    assert 0.0 <= finding.share_above <= 1.0
    if finding.figure.unit == "%" and finding.figure.measured != "counted":
        assert 0.0 <= finding.low <= finding.high <= 100.0
    if finding.figure.key != "H2.printed":  # what is on paper alone may change nothing at all
        assert finding.low != finding.high, "chance must show"


def test_the_record_has_every_figure_and_no_other(record: dict[str, str]):
    assert list(record) == [figure.key for pattern in ALL.values() for figure in pattern.figures]


def test_the_page_says_how_it_was_made():
    page = (DOCS / "evidence.md").read_text(encoding="utf-8")
    assert load_page().DATE.search(page)
    assert f"qisim evidence --replicates {STUDIES}" in page
    assert "tuned to these figures" in page


def test_the_page_shows_figures_and_bands_as_they_are_declared():
    """What follows from declarations alone, without simulating."""
    module, page = load_page(), (DOCS / "evidence.md").read_text(encoding="utf-8")
    for pattern in ALL.values():
        assert f"## {pattern.key} {pattern.title}\n" in page
        for figure in pattern.figures:
            row = next(line for line in page.splitlines() if line.startswith(f"| {figure.key} |"))
            shown = Finding(figure, 0.0, 0.0, 0.0, 0.0, 0.0, "outside")
            want = module._row(shown)
            have = [cell.strip() for cell in row.strip("|").split("|")]
            assert [have[i] for i in (0, 1, 2, 4, 6, 7)] == [want[i] for i in (0, 1, 2, 4, 6, 7)]
