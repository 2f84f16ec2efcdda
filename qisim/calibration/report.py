"""The report of a calibration: one HTML file that opens without a network, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qisim.calibration.charts.catalogue import CHARTS
from qisim.calibration.names import measured, named
from qisim.calibration.words import answer, basis, between, narrower, number, warnings
from qisim.outcomes.intervals import LEVEL
from qisim.report.inline_svg import inline_svg
from qisim.report.page import render, shared_style
from qisim.report.row import Row
from qisim.scenario.version import __version__
from qisim.words.numbers import percent
from qisim.words.sentences import counted

if TYPE_CHECKING:
    from qisim.calibration.checks import Checks

TEMPLATE = "calibration/report.html.j2"
MOST_PAIRS = 5


def report(checks: Checks, svgs: Mapping[str, bytes]) -> bytes:
    """The report as an HTML file. `svgs` are the charts as SVG files by name. All that users wrote is escaped."""
    return render(TEMPLATE, _content(checks, svgs))


def _content(checks: Checks, svgs: Mapping[str, bytes]) -> dict[str, Any]:
    from markupsafe import Markup

    fitted = checks.fitted
    priors = {prior.name: prior for prior in fitted.settings.priors}
    return {
        "style": shared_style(),
        "title": fitted.scenario.title,
        "question": _question(checks),
        "misfit": checks.misfit,
        "answer": answer(checks),
        "warnings": warnings(checks),
        "basis": basis(checks),
        "charts": [{"title": CHARTS[name].title, "reading": CHARTS[name].reading, "svg": Markup(inline_svg(svg, name))}
                   for name, svg in svgs.items()],
        "interval": f"{LEVEL:.0%}",
        "parameters": [Row(measured(row.name),
                           [between(row.before), between(row.after), narrower(row), priors[row.name].source], [])
                       for row in checks.told],
        "logits": any(prior.parameter.unit == "logit" for prior in priors.values()),
        "series": [Row(one.words, [f"{one.inside} of {one.cells}", percent(one.as_far),
                                   _fit(one.missed, checks.misfit)], []) for one in checks.series],
        "pairs": [Row(f"{named(pair.one)}, and {named(pair.other)}", [number(round(pair.correlation, 2))], [])
                  for pair in checks.pairs[:MOST_PAIRS]],
        "tolerance": f"{100 * fitted.settings.tolerance:g}" if fitted.settings.tolerance else "",
        "version": __version__,
    }  # fmt: skip


def _question(checks: Checks) -> str:
    fitted = checks.fitted
    one = len(fitted.settings.priors) == 1
    which = (
        "value of one behaviour parameter fits"
        if one
        else f"values of {len(fitted.settings.priors)} behaviour parameters fit"
    )
    where = counted(fitted.facilities, "facility", "facilities")
    return f"Which {which} what was seen up to month {fitted.observed.last_month} in {where}?"


def _fit(missed: bool, misfit: bool) -> str:
    """How the model does a series; with a misfit of all points together a series may still be well by itself."""
    return "missed" if missed else "as expected by itself" if misfit else "as expected"
