"""Writes what comes of every shipped scenario into scenarios/README.md, with a small picture of each.

- `python docs/library.py --write` runs every scenario and rewrites the sections between `<!-- library: ... -->`, which
  name the scenarios that they list, and `<!-- end -->`; the pictures go to docs/pictures/library;
- `python docs/library.py --check` runs them, changes nothing, and leaves with 1 if a section is out of date or a
  picture is missing or left over.

The first run on a computer takes one to three minutes longer, to compile the core. Another seed or number of replicates
would change the figures a little; SEED and REPLICATES are those of the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import qisim
from qisim.charts import style
from qisim.outcomes import cost, equity, time_to_target
from qisim.outcomes.adoption import Use, idea_shares
from qisim.outcomes.coverage import fan
from qisim.outcomes.runs import by_run
from qisim.words.numbers import money, percent, score, target_percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qisim.study.study import Run

DOCS = Path(__file__).resolve().parent
SCENARIOS = DOCS.parent / "scenarios"
PAGE = SCENARIOS / "README.md"
PICTURES = DOCS / "pictures" / "library"
SECTION = re.compile(r"(<!-- library: (?P<names>[\w ]+) -->\n)(?:(?!<!-- library).)*?(<!-- end -->)", re.DOTALL)
HEAD = "| facilities at the standard | scenario | what comes of it |\n| --- | --- | --- |"
REPLICATES, SEED = 100, 1
INCHES = (2.6, 1.6)
PNG = b"\x89PNG\r\n"


def shipped() -> list[str]:
    """The names of the shipped scenarios, without their folder and ending."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def listed(text: str) -> list[str]:
    """The scenarios that a page lists, in its order. Raises ValueError unless it lists each shipped one once."""
    names = [name for found in SECTION.finditer(text) for name in found["names"].split()]
    wrong = sorted({name for name in names if names.count(name) > 1} | (set(names) ^ set(shipped())))
    if wrong:
        raise ValueError(f"{PAGE.name} must list each shipped scenario once; look at {', '.join(wrong)}")
    return names


# --- a row ----------------------------------------------------------------------------------------------------------


def row(name: str, run: Run) -> str:
    """The line of a scenario in its table."""
    title, about = run.scenario.title, " ".join(run.scenario.description.split())
    picture = f"![{title}](../docs/pictures/library/{name}.png)"
    cells = (picture, f"**{title}**<br>{about}<br>[{name}.toml]({name}.toml)", "<br>".join(result(run)))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def result(run: Run) -> Iterator[str]:
    """What came of a scenario, in short sentences."""
    months = run.months
    coverage = by_run(months, "coverage")
    low, high = np.quantile(coverage[:, -1], (0.05, 0.95))
    start, end = percent(float(coverage[:, 0].mean())), percent(float(np.median(coverage[:, -1])))
    yield f"At the standard: {start} at the start, {end} at the end ({percent(low)} to {percent(high)})."
    yield _arrival(run)
    scores = by_run(months, "score").mean(axis=0)
    yield f"Mean score: {score(float(scores[0]))} to {score(float(scores[-1]))}."
    in_use, working = (_ideas(run, use) for use in ("adopted", "working"))
    yield f"Change ideas at the end: in use in {in_use} of facilities, in use and working in {working}."
    if run.scenario.groups:
        yield from _gaps(run)
    if run.scenario.programme and run.scenario.costs:
        yield _cost(run)


def _arrival(run: Run) -> str:
    time = time_to_target.time_to_target(run.months, run.scenario.target.coverage)
    share, reached = target_percent(run.scenario.target.coverage), time.runs - time.missed
    if not reached:
        return f"The target of {share} is not reached in any of {time.runs} futures."
    told = f"The target of {share} is reached in {reached} of {time.runs} futures"
    return f"{told}, in half of all by month {time.median:.0f}." if np.isfinite(time.median) else f"{told}."


def _ideas(run: Run, use: Use) -> str:
    """The share of facilities that use an idea at the end, mean over ideas and futures."""
    return percent(float(np.mean([idea_shares(run, idea.name, use)[:, -1] for idea in run.scenario.ideas])))


def _gaps(run: Run) -> Iterator[str]:
    for grouping in run.scenario.groups:
        gaps = equity.gap(run, grouping).mean(axis=0)
        yield f"Gap by {grouping}: {gaps[0]:.0f} points to {gaps[-1]:.0f}."


def _cost(run: Run) -> str:
    assert run.scenario.costs is not None
    whole, brought = cost.total(run), float(cost.brought(run).mean())
    each = f"{money(float(whole.mean()) / brought)} for each facility brought there" if brought >= 1 else "none brought"
    return f"Cost: {run.scenario.costs.currency} {money(float(whole.mean()))}; {each}."


# --- a picture ------------------------------------------------------------------------------------------------------


@style.styled
def picture(run: Run) -> Figure:
    """Coverage over the years: median and 90% of futures, the target, and the mean score as a thin line."""
    figure = style.new_figure(INCHES[1], INCHES[0])
    ax = figure.subplots()
    bands = fan(by_run(run.months, "coverage"))
    years = bands.index.to_numpy() / 12
    ax.fill_between(years, bands["low_90"], bands["high_90"], color=style.BLUE, alpha=0.25, linewidth=0)
    ax.plot(years, bands["median"], color=style.BLUE, linewidth=2.2)
    ax.plot(years, by_run(run.months, "score").mean(axis=0), color=style.INK, linewidth=1, linestyle=":")
    ax.axhline(run.scenario.target.coverage, color=style.RED, linewidth=1, linestyle=(0, (5, 3)))
    style.percent_axis(ax, "")
    ax.set(xlim=(0, years[-1]), xlabel="years")
    ax.set_yticks((0, 0.5, 1))
    ax.set_xticks(np.arange(0, years[-1] + 1e-9, 1 if years[-1] <= 5 else 2))
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set_fontsize(8)
        axis.set_tick_params(labelsize=8)
    return figure


# --- the page -------------------------------------------------------------------------------------------------------


def simulate(names: Iterable[str]) -> Iterator[tuple[str, Run]]:
    """Run scenarios one after the other."""
    for name in names:
        yield name, qisim.load(SCENARIOS / f"{name}.toml").run(replicates=REPLICATES, seed=SEED)


def renewed(text: str, rows: dict[str, str]) -> str:
    """A page with its sections as they should be."""

    def section(found: re.Match[str]) -> str:
        table = "\n".join([HEAD, *(rows[name] for name in found["names"].split())])
        return f"{found[1]}\n{table}\n\n{found[3]}"

    return SECTION.sub(section, text)


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def stale_pictures(names: Iterable[str]) -> tuple[list[Path], list[Path]]:
    """Pictures that are missing or no pictures, and those that belong to no scenario."""
    wanted = {PICTURES / f"{name}.png" for name in names}
    missing = sorted(path for path in wanted if not path.is_file() or not path.read_bytes().startswith(PNG))
    return missing, sorted(set(PICTURES.glob("*.png")) - wanted)


def main(arguments: list[str]) -> int:
    """Rewrite or check the page; returns the exit code."""
    if arguments not in (["--check"], ["--write"]):
        sys.stderr.write(__doc__ or "")
        return 2
    write = arguments == ["--write"]
    text = PAGE.read_text(encoding="utf-8")
    rows = {}
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, run in simulate(listed(text)):
        rows[name] = row(name, run)
        if write:
            replace(PICTURES / f"{name}.png", style.figure_bytes(picture(run), "png"))
    new = renewed(text, rows)
    missing, left_over = stale_pictures(rows)
    if write:
        replace(PAGE, new.encode())
        for path in left_over:
            path.unlink()
        print(f"Wrote {PAGE} and {len(rows)} pictures")
        return 0
    told = [f"{PAGE}: out of date"] * (new != text) + [f"{path}: missing" for path in missing]
    told += [f"{path}: belongs to no scenario" for path in left_over]
    for line in told:
        print(f"{line}; run python docs/library.py --write")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
