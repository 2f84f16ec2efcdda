"""Writes what the model makes of published patterns into docs/evidence.md.

- `python docs/evidence.py --write` simulates every pattern and rewrites the sections between `<!-- evidence: ... -->`
  and `<!-- end of evidence -->`, with the date of today;
- `python docs/evidence.py --check` simulates them, changes nothing, and leaves with 1 if a section is out of date.

What is said of the misses stands between the sections and is written by hand. It takes about a
minute, and the first time on a computer one or two more to compile the core.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from qisim.evidence.judge import Finding, Judged, judge_all
from qisim.evidence.patterns import ALL, PATTERNS
from qisim.evidence.simulate import SEED, STUDIES, Simulated
from qisim.evidence.words import COMPARED_WITH, band_words, model_figure, summary
from qisim.scenario.version import __version__

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "evidence.md"
TUNED = DOCS.parent / "tuning" / "record.csv"
ENOUGH = 12
"""Patterns that a plausible set brings about; as in tuning/tune.py."""
SETTINGS = "../qisim/evidence/settings"
END = "<!-- end of evidence -->"
SECTION = re.compile(rf"(<!-- evidence: (?P<name>\w+) -->\n)(?:(?!<!-- evidence).)*?({re.escape(END)})", re.DOTALL)
HEAD = ("figure", "what", "published", "model, 90% interval", "band", "verdict", "compared with", "source")
DATE = re.compile(r"Simulated on (\d{4}-\d{2}-\d{2})")
RECORD = re.compile(r"^\| ([PH]\d+\.\w+) \|(?:[^|]*\|){4} \*\*([\w ]+)\*\* \|", re.MULTILINE)


def overview(judged: list[Judged], day: str) -> str:
    """When and how it was simulated, and the verdict of every pattern that the defaults were tuned to."""
    told = (
        f"Simulated on {day} with qisim {__version__}: {STUDIES} simulated studies of each pattern, seed {SEED}, "
        "behaviour as it is by default, which was tuned to these figures. The command:\n\n"
        f"```\nqisim evidence --replicates {STUDIES}\n```"
    )
    return f"{told}\n\n{verdicts(judged)}"


def verdicts(judged: list[Judged]) -> str:
    """The verdict of every pattern."""
    rows = [
        (f"[{one.pattern.key}](#{_anchor(one)})", one.pattern.says, f"{one.met} of {len(one.findings)}",
         f"**{one.verdict}**")
        for one in judged
    ]  # fmt: skip
    return f"{summary(judged)}\n\n{_grid(('pattern', 'what is published', 'figures met', 'verdict'), rows)}"


def section(one: Judged) -> str:
    """A pattern: what it says, its settings, and its figures."""
    links = ", ".join(f"[{name}]({SETTINGS}/{name}.toml)" for name in one.pattern.settings)
    return f"{one.pattern.says} Settings: {links}.\n\n{_grid(HEAD, (_row(finding) for finding in one.findings))}"


def sets() -> str:
    """How many of the plausible sets bring about each pattern, as tuning recorded it."""
    tried = pd.read_csv(TUNED)
    kept = tried[tried["patterns"] >= ENOUGH]
    told = (
        f"{len(kept)} sets, of {len(tried)} judged by 30 simulated studies each, bring about {ENOUGH} patterns "
        "or more. Figures are the means of each set's studies."
    )
    rows = []
    for key, pattern in PATTERNS.items():
        ranges = "; ".join(f"{f.key.split('.')[1]} {kept[f.key].min():.3g} to {kept[f.key].max():.3g}" for f in
                           pattern.figures)  # fmt: skip
        rows.append((key, f"{int(kept[key].sum())} of {len(kept)}", ranges))
    return f"{told}\n\n{_grid(('pattern', 'sets that bring it about', 'figures, lowest and highest set'), rows)}"


def heading(one: Judged) -> str:
    """The heading under which a pattern stands in the page."""
    return f"{one.pattern.key} {one.pattern.title}"


def _anchor(one: Judged) -> str:
    return re.sub(r"[^\w -]", "", heading(one).lower()).replace(" ", "-")


def _row(finding: Finding) -> tuple[str, ...]:
    figure = finding.figure
    rule = figure.band.rule
    band = rule if figure.band.direction else f"{band_words(figure.band, figure.unit)}: {rule}"
    return (figure.key, figure.what, figure.published, model_figure(finding), band, f"**{finding.verdict}**",
            COMPARED_WITH[figure.measured], figure.source)  # fmt: skip


def _grid(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def recorded(text: str) -> dict[str, str]:
    """The verdict on every figure that a page records, by the figure's key."""
    return dict(RECORD.findall(text))


def renewed(text: str, judged: list[Judged], day: str) -> str:
    """A page with its sections as they should be. Raises ValueError where a pattern has none."""
    tuned, held = ([one for one in judged if one.pattern.tuned is by] for by in (True, False))
    parts = {
        "summary": overview(tuned, day),
        "held_back": verdicts(held),
        **{one.pattern.key: section(one) for one in judged},
        "sets": sets(),
    }
    names = [found["name"] for found in SECTION.finditer(text)]
    if sorted(names) != sorted(parts):
        raise ValueError(f"{PAGE.name} must have one section for each of {', '.join(parts)}")
    missing = [heading(one) for one in judged if f"\n## {heading(one)}\n" not in text]
    if missing:
        raise ValueError(f"{PAGE.name} lacks the headings {', '.join(missing)}")
    return SECTION.sub(lambda found: f"{found[1]}\n{parts[found['name']]}\n\n{found[3]}", text)


def main(arguments: list[str]) -> int:
    """Rewrite or check the page; returns the exit code."""
    if arguments not in (["--check"], ["--write"]):
        sys.stderr.write(__doc__ or "")
        return 2
    text = PAGE.read_text(encoding="utf-8")
    judged = list(judge_all(ALL.values(), Simulated(STUDIES, SEED)))
    written = DATE.search(text)
    same = renewed(text, judged, written[1] if written else "")
    if arguments == ["--check"]:
        if same == text:
            return 0
        print(f"{PAGE}: out of date; run python docs/evidence.py --write")
        return 1
    unfinished = PAGE.with_name(f".{PAGE.name}.unfinished")
    unfinished.write_text(text if same == text else renewed(text, judged, date.today().isoformat()), encoding="utf-8")
    unfinished.replace(PAGE)
    print(f"Wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
