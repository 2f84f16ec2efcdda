"""Figures, bands and verdicts in words, for the screen and for the page of the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isnan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qisim.evidence.band import Band
    from qisim.evidence.judge import Finding, Judged

COMPARED_WITH = {"reported": "reported scores", "true": "true scores", "counted": "counts"}


def number(value: float, unit: str) -> str:
    """A number without its unit, as exactly as its unit asks for; "none" for a figure that no study tells."""
    if isnan(value):
        return "none"
    decimals = {"%": 0, "points a month": 2}.get(unit, 1)
    return f"{round(value, decimals) + 0.0:.{decimals}f}"  # no zero below zero


def with_unit(text: str, unit: str) -> str:
    """Such as "87%" and "9.2 months"."""
    return text + (unit if unit == "%" else f" {unit}")


def model_figure(finding: Finding) -> str:
    """The mean with the 90% interval of simulated studies."""
    unit = finding.figure.unit
    if isnan(finding.mean):
        return "none"
    mean, low, high = (number(value, unit) for value in (finding.mean, finding.low, finding.high))
    return f"{with_unit(mean, unit)} ({low} to {high})"


def band_words(band: Band, unit: str) -> str:
    """The range of a band."""
    if band.direction:
        return "above 0"
    low = number(band.low, unit)
    if band.high == inf:
        return f"{with_unit(low, unit)} or more"
    return f"{low} to {with_unit(number(band.high, unit), unit)}"


def summary(judged: Sequence[Judged]) -> str:
    """How many patterns came out how, in a sentence."""
    count = {verdict: sum(one.verdict == verdict for one in judged) for verdict in {one.verdict for one in judged}}
    parts = [
        f"{count.get('inside', 0)} inside their bands in every figure",
        f"{count.get('direction only', 0)} in the published direction, where no size is published",
        f"{count.get('outside', 0)} outside in at least one figure",
        f"{count.get('direction missed', 0)} without a published direction",
    ]
    figures = [finding for one in judged for finding in one.findings]
    met = sum(one.met for one in judged)
    patterns = f"{len(judged)} pattern{'s' if len(judged) != 1 else ''}"
    return f"Of {patterns}: {'; '.join(parts)}. Of {len(figures)} single figures {met} are met."


def summaries(judged: Sequence[Judged]) -> list[str]:
    """The same of the patterns that the defaults were tuned to, and of those held back from tuning."""
    tuned, held = ([one for one in judged if one.pattern.tuned is by] for by in (True, False))
    told = [summary(tuned)] if tuned else []
    return [*told, f"Held back from tuning: {summary(held)[0].lower()}{summary(held)[1:]}"] if held else told


def rows(judged: Sequence[Judged], studies: int, seed: int) -> dict[str, Any]:
    """Everything that was found, for JSON."""
    return {
        "studies": studies,
        "seed": seed,
        "patterns": [
            {
                "key": one.pattern.key,
                "title": one.pattern.title,
                "says": one.pattern.says,
                "settings": list(one.pattern.settings),
                "tuned": one.pattern.tuned,
                "verdict": one.verdict,
                "figures": [_figure(finding) for finding in one.findings],
            }
            for one in judged
        ],
    }


def _figure(finding: Finding) -> dict[str, Any]:
    figure = finding.figure
    return {
        "key": figure.key,
        "what": figure.what,
        "published": figure.published,
        "source": figure.source,
        "compared_with": COMPARED_WITH[figure.measured],
        "unit": figure.unit,
        "model": finding.mean,
        "interval_90": [finding.low, finding.high],
        "share_of_studies_above_0": finding.share_above,
        "band": [figure.band.low, figure.band.high],
        "band_rule": figure.band.rule,
        "verdict": finding.verdict,
    }
