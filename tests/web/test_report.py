"""The report of a comparison as a browser shows it: offline, on a phone, on paper, and safe whatever users write."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path

import pytest

import qisim
from qisim.show.compare_charts import CHARTS

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
HOSTILE = (
    """</title><script>document.title='pwned'</script><img src=x onerror="document.title='pwned'"> {{ 7*7 }} "&amp;'"""
)
PHONE = 360


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of two strategies whose texts try to be more than text."""
    study = qisim.load(ROOT / "scenarios" / "one_district.toml")
    idea = study.scenario.ideas[0].name
    other = study.changed({
        "title": HOSTILE, "description": f"--> {HOSTILE}", f"ideas.{idea}.name": f"]]> {HOSTILE}",
        "programme.district coach.name": f"</svg><b>{HOSTILE}", "behaviour.turnover_annual": 0.3,
    })  # fmt: skip
    folder = tmp_path_factory.mktemp("report")
    qisim.compare([study, other], replicates=40).save(folder / "out")
    return folder / "out" / "report.html"


@pytest.fixture(scope="module")
def browser() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and not os.environ.get("CI"):
        pytest.skip("no browser is installed")
    assert found, "the checks need a Chromium browser"
    return found


def opened(browser: str, page: Path, *arguments: str) -> str:
    """What a browser without windows and without network makes of a page."""
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND",
               "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
               "--disable-sync",
               f"--user-data-dir={page.parent / 'profile'}", *arguments, page.as_uri()]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def test_the_page_needs_nothing_else(page: Path) -> None:
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", page.read_text(encoding="utf-8"))
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!#)", text.replace(escape(HOSTILE), ""))
    assert "url(http" not in text and "@import" not in text and "<script" not in text


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
def test_a_browser_shows_it_all_offline(browser: str, page: Path) -> None:
    shown = opened(browser, page, "--dump-dom")
    assert "<script" not in shown and "<img" not in shown
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
    assert title and unescape(title[1]).startswith("Strategies compared")
    assert shown.count("<svg") == len(CHARTS)
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


@pytest.mark.browser
def test_it_prints_on_a_few_pages(browser: str, page: Path) -> None:
    paper = page.with_name("report.pdf")
    opened(browser, page, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 12
