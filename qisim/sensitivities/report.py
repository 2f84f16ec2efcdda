"""The report of a sensitivity analysis: one HTML file that opens without a network, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qisim.report.inline_svg import inline_svg
from qisim.report.page import render, shared_style
from qisim.report.row import Row
from qisim.scenario.version import __version__
from qisim.sensitivities.charts.catalogue import CHANCE, CHANCE_READING, CHANCE_TITLE, CHARTS
from qisim.sensitivities.tables import LUCK, index_rows
from qisim.sensitivities.tables import Row as TableRow
from qisim.sensitivities.words import DESIGNS, answer, basis, brief, difference_text, value_text
from qisim.words.numbers import percent

if TYPE_CHECKING:
    from qisim.sensitivities.experiment import Analysis
    from qisim.sensitivities.methods.factor import Factor
    from qisim.sensitivities.methods.sample import Gathered

TEMPLATE = "sensitivities/report.html.j2"
NAMES = {"S1": "by itself (S1)", "ST": "with interactions (ST)", "S2": "of a pair beyond each (S2)",
         "mu_star": "mean size (mu*)", "mu": "mean with sign (mu)", "sigma": "how much it differs (sigma)",
         "mean": "PAWN distance", LUCK: "reached by luck alone"}  # fmt: skip
MINUS = "\N{MINUS SIGN}"
PARTS = {"sobol": "Sobol indices", "morris": "Morris effects",
         "pawn": "which inputs matter", "effects": "low and high", "grids": "two inputs together",
         "rules": "where it is good and bad", "duel": "which of two is better"}  # fmt: skip


def report(
    title: str,
    gathered: Gathered,
    analyses: Sequence[Analysis],
    charted: Sequence[Analysis],
    untold: Mapping[str, str],
    charts: Mapping[str, bytes],
) -> bytes:
    """The report as an HTML file. `charts` are SVG files by name. All that users wrote is escaped."""
    return render(TEMPLATE, _content(title, gathered, analyses, charted, untold, charts))


def _content(
    title: str,
    gathered: Gathered,
    analyses: Sequence[Analysis],
    charted: Sequence[Analysis],
    untold: Mapping[str, str],
    charts: Mapping[str, bytes],
) -> dict[str, Any]:
    from markupsafe import Markup

    def drawn(name: str, heading: str, reading: str) -> dict[str, Any]:
        return {"title": heading, "reading": reading, "svg": Markup(inline_svg(charts[name], name))}

    first = analyses[0].sample
    return {
        "style": shared_style(),
        "title": title,
        "question": f"Which of {len(gathered.factors)} inputs matter, how much is luck, and when is an outcome good?",
        "answer": answer(analyses[0]),
        "basis": f"{basis(first)}.",
        "notes": gathered.notes,
        "chance": drawn(CHANCE, CHANCE_TITLE, CHANCE_READING) if CHANCE in charts else None,
        "sections": [
            {
                "name": one.measure.name,
                "answer": answer(one, named=False),
                "notes": one.sample.notes,
                "charts": [drawn(f"{one.measure.key}_{name}", chart.title, chart.reading)
                           for name, chart in CHARTS.items() if f"{one.measure.key}_{name}" in charts],
                "indices": [_index(one, row) for row in index_rows(one)],
                "rules": [Row(rule.said, [value_text(one.measure, rule.mean), difference_text(one.measure, rule.gap),
                                          percent(rule.share)], [])
                          for rule in (one.rules.rules if one.rules else [])],
                "untold": {PARTS[part]: why for part, why in one.untold.items() if part in PARTS},
            } for one in charted
        ],
        "others": [(one.measure.name, brief(one)) for one in analyses[len(charted):]],
        "untold": untold,
        "factors": [Row(factor.name, [factor.key, _values(factor), factor.unit], []) for factor in gathered.factors],
        "design": DESIGNS.get(gathered.method, gathered.method),
        "grid": first.whole_grid,
        "version": __version__,
    }  # fmt: skip


def _index(one: Analysis, row: TableRow) -> Row:
    name = f"{row['factor']} and {row['other_factor']}" if row["other_factor"] else str(row["factor"])
    form: Callable[[float], str] = percent if row["method"] == "sobol" else "{:.2f}".format
    if row["index"] in ("S1", "ST"):  # of chance, estimates may lie beyond what shares can be; the tables keep that
        row = {**row, **{key: min(max(row[key], 0.0), 1.0) for key in ("value", "low", "high") if row[key] is not None}}
    if row["method"] == "morris":
        form = one.measure.gap
    ends = ""
    if row.get("low") is not None and row.get("high") is not None:
        ends = f" ({_signed(form, row['low'])} to {_signed(form, row['high'])})"
    return Row(name, [NAMES[row["index"]], f"{_signed(form, row['value'])}{ends}"], [])


def _signed(form: Any, value: float) -> str:
    return f"{MINUS}{form(-value)}" if value < 0 else str(form(value))


def _values(factor: Factor) -> str:
    if factor.levels:
        return ", ".join(factor.said(level) for level in factor.levels)
    return f"{factor.said(factor.low)} to {factor.said(factor.high)}"
