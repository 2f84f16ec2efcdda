"""The documentation says what is so: generated sections, examples, names and links."""

import importlib.util
import os
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qisim.check.notes import notes
from qisim.cli import app
from qisim.model import chance
from qisim.model.state import COACH, COUNTS, FACILITY, FACILITY_MONTH, IDEA_MONTH, MEANS, PRACTICE
from qisim.scenario.behaviour import PARAMETERS
from qisim.scenario.elements.collaborative import Select
from qisim.scenario.load import load_scenario
from qisim.world.columns import FACILITY_COLUMNS, REFERS_TO
from qisim.world.world import build_world

ROOT = Path(__file__).resolve().parents[3]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
BLOCK = re.compile(r"^```(?P<kind>\w+)(?: (?P<file>\S+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
OF_DASK = ("--nworkers", "--nthreads", "--lifetime")
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


def _page(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def _blocks(page, kind):
    found = BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [(match["file"], match["text"]) for match in found if match["kind"] == kind]


def _with(kind):
    return pytest.mark.parametrize("page", [p for p in PAGES if _blocks(p, kind)], ids=lambda page: page.name)


@pytest.fixture
def generate():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A folder that looks like a clone of the project to a reader of the documentation."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_generated_sections_are_current(page, generate):
    text = page.read_text(encoding="utf-8")
    assert generate.renewed(text) == text, "run python docs/generate.py"
    assert len(generate.SECTION.findall(text)) == text.count("<!-- generated: ") == text.count("<!-- end -->")


def test_every_section_stands_in_a_page(generate):
    assert {match["name"] for page in PAGES for match in generate.SECTION.finditer(page.read_text())} == set(
        generate.SECTIONS
    )


def test_a_stale_section_is_noticed_and_renewed_alone(generate, tmp_path, monkeypatch, capsys):
    page = tmp_path / "page.md"
    stale = "Above.\n\n<!-- generated: distributions -->\nold\n<!-- end -->\n\nBelow.\n"
    page.write_text(stale)
    monkeypatch.setattr(generate, "pages", lambda: [page])
    assert generate.main(["--check"]) == 1
    assert str(page) in capsys.readouterr().out
    assert page.read_text() == stale
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    text = page.read_text()
    assert text.startswith("Above.\n\n<!-- generated: distributions -->\n\nThe keys")
    assert text.endswith("<!-- end -->\n\nBelow.\n")


@_with("toml")
def test_scenarios_load(page, tmp_path):
    """A block with a file name is a scenario; one without is a part to be added to the first scenario of the page."""
    CliRunner().invoke(app, ["new", str(tmp_path / "my_district.toml")])
    for file, text in _blocks(page, "csv"):
        (tmp_path / file).write_text(text)
    blocks = _blocks(page, "toml")
    named = [file for file, _ in blocks if file]
    for number, (file, text) in enumerate(blocks):
        tomllib.loads(text)
        path = tmp_path / (file or f"part {number}.toml")
        path.write_text(text if file else f'extends = "{named[0]}"\n{text}')
        scenario = load_scenario(path)
        assert notes(scenario, build_world(scenario)) == []


@pytest.mark.parametrize("page", ["scenario_files.md", "planner.md"])
@pytest.mark.parametrize("file", ["twice_the_coaching.toml", "no_coaches.toml"])
def test_an_example_fits_the_scenario_to_start_from(page, file, tmp_path):
    """It changes or removes an element that is there, and adds none."""
    text = dict(_blocks(ROOT / "docs" / page, "toml")).get(file)
    if text is None:
        assert (page, file) == ("planner.md", "no_coaches.toml")
        return
    assert CliRunner().invoke(app, ["new", str(tmp_path / "my_district.toml")]).exit_code == 0
    (tmp_path / file).write_text(text)
    base, changed = (load_scenario(tmp_path / name) for name in ("my_district.toml", file))
    was, now = ({element.name: element for element in scenario.programme} for scenario in (base, changed))
    assert [name for name in was if now.get(name) != was[name]] == ["district coaches"]
    assert now.keys() <= was.keys()
    assert changed.ideas == base.ideas
    if file.startswith("twice"):
        assert now["district coaches"].days_per_month == 2 * was["district coaches"].days_per_month


@pytest.mark.usefixtures("few_charts")
@_with("python")
def test_python_blocks_run(page, workplace):
    names = {"__name__": page.stem}
    for _, text in _blocks(page, "python"):
        exec(compile(text, str(page), "exec"), names)


@pytest.mark.usefixtures("few_charts")
@pytest.mark.parametrize("page", ["planner.md", "trainer.md"])
def test_commands_run(page, workplace):
    for file, text in _blocks(ROOT / "docs" / page, "toml"):
        if file:
            Path(file).write_text(text)
    for _, text in _blocks(ROOT / "docs" / page, "sh"):
        for line in text.splitlines():
            program, *arguments = line.split()
            assert program == "qisim"
            result = CliRunner().invoke(app, arguments)
            assert result.exit_code == 0, f"{line}: {result.output}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_shown_exists(page):
    text = page.read_text(encoding="utf-8")
    options = set(re.findall(r"(?<![\w-])--[a-z]+", re.sub(r"`[^`\n]*python [^`]*`", "", text)))
    known = {"--help", *OF_DASK} | {
        option
        for command in app.registered_commands
        for option in re.findall(r"--[a-z]+", CliRunner().invoke(app, [command.callback.__name__, "--help"]).output)
    }
    assert options <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for match in LINK.finditer(page.read_text(encoding="utf-8")):
        file, _, anchor = match["target"].partition("#")
        if file.startswith("https:"):
            continue
        target = page.parent / file if file else page
        assert target.is_file(), match["target"]
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert anchor in anchors, match["target"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_no_machine(page):
    text = page.read_text(encoding="utf-8")
    assert os.fspath(ROOT) not in text
    assert "/tmp" not in text


def test_the_model_page_names_every_variable_and_parameter():
    page = _page("model.md")
    before_parameters = page[: page.index("## 10. Parameters")]
    words = set(re.findall(r"\w+", before_parameters))
    assert {*FACILITY.names, *PRACTICE.names, *COACH.names} <= words
    assert set(PARAMETERS) <= words, "a rule does not name the parameter it uses"


def test_the_model_page_lists_every_purpose_of_chance():
    start = list(vars(chance)).index("DISTRICT")
    purposes = {name: value for name, value in list(vars(chance).items())[start:] if isinstance(value, int)}
    rows = re.findall(r"^\| ([A-Z_]+) \| (\d+) \|", _page("model.md"), re.MULTILINE)
    assert dict(rows) == {name: str(value) for name, value in purposes.items()}


def test_the_model_page_tells_every_way_of_selecting():
    section = _page("model.md").split("### 7.1 Waves")[1].split("### 7.2")[0]
    assert set(Select.__args__) <= set(re.findall(r"`(\w+)`", section))


def test_the_researchers_page_names_every_column_and_event():
    page = _page("researcher.md")
    columns = {*MEANS, *COUNTS, *FACILITY_MONTH, *IDEA_MONTH, "coverage", "grouping", "first_at_target", "working"}
    assert columns <= set(re.findall(r"`(\w+)`", page))
    agents = (ROOT / "qisim" / "model" / "agents").glob("*.py")
    events = {what for path in agents for what in re.findall(r"\.log\(\s*\"([^\"]+)\"", path.read_text())}
    told = page.split("What may have happened:")[1].split("\n\n")[0].replace("\n", " ")
    assert events
    assert all(what in told for what in events)


def test_the_reference_names_every_column_of_a_registry():
    section = _page("scenario_files.md").split("## Your own facilities")[1].split("## Tables and keys")[0]
    assert {*FACILITY_COLUMNS, REFERS_TO} <= set(re.findall(r"`(\w+)`", section))


def test_the_picture_is_one():
    assert (ROOT / "docs" / "pictures" / "coverage.png").read_bytes().startswith(b"\x89PNG\r\n")
