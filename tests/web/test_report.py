"""Reports as a browser shows them: offline, on a phone, on paper, and safe whatever users write."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path

import pytest

import qisim
from qisim.charts.chart import drawn
from qisim.comparison.charts import catalogue as compare_charts
from qisim.outcomes import followed
from qisim.study.charts import catalogue
from qisim.study.results import Results
from tests.web.chromium import opened

ROOT = Path(__file__).parents[2]
HOSTILE = (
    """</title><script>document.title='pwned'</script><img src=x onerror="document.title='pwned'"> {{ 7*7 }} "&amp;'"""
)
PHONE = 360


def studies() -> list[qisim.Study]:
    """A strategy, and another whose texts try to be more than text."""
    study = qisim.load(ROOT / "scenarios" / "one_district.toml").changed({"costs": {"coach_days": 40}})
    idea = study.scenario.ideas[0].name
    other = study.changed({
        "title": HOSTILE, "description": f"--> {HOSTILE}", f"ideas.{idea}.name": f"]]> {HOSTILE}",
        "programme.district coach.name": f"</svg><b>{HOSTILE}", "behaviour.turnover_annual": 0.3,
        "costs": {"currency": f"<i>{HOSTILE}", "coach_days": 40},
    })  # fmt: skip
    return [study, other]


@pytest.fixture(scope="module", params=["comparison", "run"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which report it is."""
    return request.param


@pytest.fixture(scope="module")
def reported(kind: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A report in its folder, and how many charts it has."""
    folder = tmp_path_factory.mktemp("report") / "out"
    study, other = studies()
    if kind == "comparison":
        compared = qisim.compare([study, other], replicates=40)
        compared.save(folder)
        return folder / "report.html", len(drawn(compare_charts.CHARTS, compared))
    results = other.run(replicates=40)
    qisim.save_results(results, folder, report=results.report())
    return folder / "report.html", len(drawn(catalogue.CHARTS, results))


@pytest.fixture(scope="module")
def page(reported: tuple[Path, int]) -> Path:
    return reported[0]


@pytest.fixture(scope="module")
def plain() -> tuple[Results, bytes]:
    """Results without costs, and their report."""
    results = qisim.load(ROOT / "scenarios" / "one_district.toml").run(replicates=2)
    return results, results.report()


def test_the_page_needs_nothing_else(page: Path) -> None:
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", page.read_text(encoding="utf-8"))
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!#|data:image/png;)", text.replace(escape(HOSTILE), ""))
    assert "url(http" not in text and "@import" not in text and "<script" not in text
    # charts may hold pictures of their own, which a policy without this word leaves blank
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy and policy[1] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


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


@pytest.mark.browser
def test_a_browser_shows_it_all_offline(browser: str, reported: tuple[Path, int], kind: str) -> None:
    page, pictures = reported
    shown = opened(browser, page, "--dump-dom")
    assert "<script" not in shown and "<img" not in shown
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
    assert title and unescape(title[1]).startswith({"comparison": "Strategies compared", "run": "One strategy"}[kind])
    assert shown.count("<svg") == pictures >= 8
    for heading in ("Charts", "What is counted as cost", "What this rests on", "What it does not say"):
        assert f"<h2>{heading}</h2>" in shown


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


@pytest.mark.browser
def test_it_prints_on_a_few_pages(browser: str, page: Path) -> None:
    paper = page.with_name("report.pdf")
    opened(browser, page, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 24


def test_the_answer_comes_first_and_costs_are_told_as_they_are(page: Path, kind: str) -> None:
    html = unescape(page.read_text(encoding="utf-8"))
    parts = ["does it last?", "<h2>Results", "<h2>Charts", "<h2>What is counted as cost", "<h2>What it does not say"]
    places = [html.index(part) for part in parts]
    text = re.sub(r"<[^>]*>", "", html)
    assert places == sorted(places)
    assert "Counted" in text and "without a cost" in text
    assert "(at 40)" in text and "(no cost told)" in text
    if kind == "comparison":
        assert "in different currencies" in text
    else:
        assert "Costs are told in" in text


def test_without_costs_none_are_told(plain: tuple[Results, bytes]) -> None:
    text = unescape(plain[1].decode())
    assert "No costs are told." in text and "Money is not told" in text
    assert "Never counted" not in text


def test_without_a_programme_nothing_is_spent() -> None:
    study = qisim.load(ROOT / "scenarios" / "one_district.toml").changed({"programme": []})
    results = study.run(replicates=2)
    text = unescape(results.report().decode())
    assert "There is no programme, so nothing is spent." in text
    assert text.count("<svg") == len(drawn(catalogue.CHARTS, results)) < len(catalogue.CHARTS)


def test_the_same_results_give_the_same_report(plain: tuple[Results, bytes]) -> None:
    study = qisim.load(ROOT / "scenarios" / "one_district.toml")
    assert study.run(replicates=2).report() == plain[1]


def test_a_country_too_large_to_be_followed_is_reported_without_its_facilities(
    monkeypatch: pytest.MonkeyPatch, plain: tuple[Results, bytes]
) -> None:
    results, _ = plain
    whole = drawn(catalogue.CHARTS, results)
    monkeypatch.setattr(followed, "MOST_ROWS", 100)
    assert set(whole) - set(drawn(catalogue.CHARTS, results)) == {"learning", "run_charts"}
    assert "the country is too large for them" in results.report().decode()
