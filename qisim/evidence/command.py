"""`qisim evidence`: published patterns beside what the model makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from qisim.study.options import Parameters, named
from qisim.terminal.say import PREPARING, complain, console, say_json

if TYPE_CHECKING:
    from rich.table import Table

    from qisim.evidence.judge import Judged
    from qisim.evidence.pattern import Pattern

MIDDLING, WIDE = 116, 180
WIDTHS: dict[int, dict[str, int]] = {
    WIDE: {},
    MIDDLING: {"Published": 16, "Model": 26, "Band": 20, "Verdict": 16},
    0: {"Published": 12, "Model": 15, "Band": 11, "Verdict": 9},
}
"""How wide columns may be on screens of so many columns and more."""

STYLES = {"inside": "green", "direction only": "cyan", "outside": "red", "direction missed": "red"}


def evidence(
    pattern: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Only this pattern, such as P7; may be repeated.", show_default=False),
    ] = None,
    replicates: Annotated[
        int, typer.Option(min=2, max=10_000, metavar="N", help="Simulated studies of each pattern.")
    ] = 100,
    parameters: Parameters = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare the model with published results.

    Simulates a setting like each published one, and tells figure by figure whether the model comes near. With the
    behaviour as it is by default, which was tuned to P1 to P15 but not to H1 to H4, unless sets of parameters are told.
    """
    from qisim.evidence.judge import judge_all
    from qisim.evidence.simulate import SEED, Simulated
    from qisim.evidence.words import rows, summaries
    from qisim.terminal.progress import watching

    chosen = _chosen(pattern or [])
    with watching("Simulating patterns") as watch:
        simulated = Simulated(
            replicates,
            compiling=lambda: watch.say(PREPARING),
            parameters=named(parameters),
        )
        judged = list(judge_all(chosen, simulated, watch.advance))
    if as_json:
        say_json(rows(judged, replicates, SEED))
        return
    screen = console()
    screen.print(_table(judged, screen.width))
    for said in summaries(judged):
        screen.print(f"\n{said}")
    complain("Model: mean and 90% interval of simulated studies. Bands, settings and sources: --json.")


def _chosen(keys: list[str]) -> list[Pattern]:
    """The patterns of these keys in their order, or all. Raises BadInput for keys that are none."""
    from qisim.evidence.patterns import ALL
    from qisim.input.errors import BadInput, Problem, nearest

    wanted = [key.upper() for key in keys]
    unknown = [key for key in wanted if key not in ALL]
    if unknown:
        raise BadInput(
            Problem("evidence", f"there is no pattern {key!r}", allowed=", ".join(ALL),
                    nearest=nearest(key, ALL))
            for key in unknown
        )  # fmt: skip
    return [one for key, one in ALL.items() if not wanted or key in wanted]


def _table(judged: list[Judged], width: int) -> Table:
    """A row a figure under the title of its pattern; the less room, the narrower the columns beside the first."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from qisim.evidence.words import band_words, model_figure

    table = Table(box=None, pad_edge=False)
    widths = next((told for least, told in WIDTHS.items() if width >= least))
    for name in ("Figure", "Published", "Model", "Band", "Verdict"):
        table.add_column(name, overflow="fold", max_width=widths.get(name))
    below = "\n(" if width < MIDDLING else " ("
    for one in judged:
        title = Text(f"{one.pattern.key} {one.pattern.title}", style="bold")
        verdict = Text(one.verdict, style=f"bold {STYLES[one.verdict]}")
        table.add_row(title, "", "", "", verdict)
        for finding in one.findings:
            figure = finding.figure
            band = band_words(figure.band, figure.unit)
            verdict = Text(finding.verdict, style=STYLES[finding.verdict])
            what, model = Padding(Text(figure.what), (0, 0, 0, 2)), model_figure(finding).replace(" (", below)
            table.add_row(what, Text(figure.published), Text(model), Text(band), verdict)
    return table
