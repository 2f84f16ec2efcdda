"""A calibration in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qisim.calibration.experiment import ENOUGH
from qisim.calibration.names import measured, named, plain
from qisim.outcomes.intervals import LEVEL
from qisim.words.numbers import percent
from qisim.words.sentences import capital, counted, listed

if TYPE_CHECKING:
    from qisim.calibration.checks import Checks, SeriesCheck, Told

MOST_NAMED = 4
MOST_IN_HEADLINE = 3
LEAST_EFFECTIVE = 100


def number(value: float) -> str:
    """A parameter's value to three digits."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def between(three: tuple[float, float, float]) -> str:
    """Median and interval."""
    return f"{number(three[0])} ({number(three[1])} to {number(three[2])})"


def narrower(row: Told) -> str:
    """By how much an interval narrowed."""
    share = percent(row.narrowed) if row.narrowed > 0 else "not at all"
    return f"{share} (little told)" if row.little else share


def fit_finding(checks: Checks, series: Sequence[SeriesCheck] | None = None, which: str = "seen") -> str:
    """How well the model does these series, all unless told, in one line; `which` points these are."""
    series = checks.series if series is None else series
    inside, cells = sum(one.inside for one in series), sum(one.cells for one in series)
    points = f"{inside:,} of {counted(cells, 'point')} {which} {'lies' if inside == 1 else 'lie'} in"
    if checks.misfit:
        return f"The model cannot do all that was seen: {points} its 90% bands, but not all together"
    return f"{points} the fitted model's 90% bands"


def finding(checks: Checks) -> str:
    """Of how many parameters the data tell, in one line; or that the values must not be used."""
    if checks.misfit:
        return "Do not trust the fitted values: what was seen is like nothing that the model does"
    well, every = len(_well(checks)), len(checks.told)
    if not well:
        return f"The data tell next to nothing of {'this parameter' if every == 1 else 'these parameters'}"
    if well == every:
        return f"The data tell of {'the parameter' if every == 1 else f'all {every} parameters'}"
    return f"The data tell of {well} of {every} parameters"


def answer(checks: Checks) -> list[str]:
    """What the data tell, in a few sentences; of values that must not be used only that."""
    return [headline(checks), *([] if checks.misfit else _told(checks)), f"{fit_finding(checks)}."]


def headline(checks: Checks) -> str:
    """The sentence to be read first."""
    well = [plain(row.name) for row in _well(checks)]
    if checks.misfit:
        return f"{finding(checks)}, whatever values within the ranges searched it is given."
    if not well:
        return f"{finding(checks)}."
    more = [f"{len(well) - MOST_IN_HEADLINE} more"] if len(well) > MOST_IN_HEADLINE else []
    return f"{finding(checks)}: {listed([*well[:MOST_IN_HEADLINE], *more])}."


def _well(checks: Checks) -> list[Told]:
    return [row for row in checks.told if not row.little]


def _told(checks: Checks) -> list[str]:
    """A sentence for each parameter that the data tell of."""
    well = _well(checks)
    said = [
        f"{capital(measured(row.name))}: now {number(row.after[0])} ({LEVEL:.0%} interval {number(row.after[1])} to "
        f"{number(row.after[2])}), before {between(row.before)}. The interval is {percent(row.narrowed)} narrower."
        for row in well[:MOST_NAMED]
    ]
    more = [f"The table tells of {len(well) - MOST_NAMED} more."] if len(well) > MOST_NAMED else []
    return said + more


def warnings(checks: Checks) -> list[str]:
    """What a user must know before the result is used."""
    return [*_misfit(checks), *_beyond(checks), *_little(checks), *_together(checks), *_thin(checks), *_exact(checks)]


def _misfit(checks: Checks) -> list[str]:
    said = []
    if checks.misfit:
        beyond = len(checks.outside)
        where = f"; {beyond:,} of its points {'lies' if beyond == 1 else 'lie'} beyond all of them" if beyond else ""
        said.append(
            f"Of {counted(len(checks.fitted.prior), 'simulation')} anywhere in the ranges that were searched none "
            f"comes as near to what was seen as they come to each other{where}. Look for mistakes in the data or the "
            "scenario, widen the ranges, or calibrate other parameters, too."
        )
    missed = [one.words for one in checks.series if one.missed]
    if missed:
        more = f", and {len(missed) - MOST_NAMED} more" if len(missed) > MOST_NAMED else ""
        also = "also " if checks.misfit else ""
        said.append(f"The calibrated model {also}misses: {'; '.join(missed[:MOST_NAMED])}{more}.")
    return said


def _beyond(checks: Checks) -> list[str]:
    """Single points that no simulation reaches, where all of them together look like what the model does."""
    if checks.misfit or not len(checks.outside):
        return []
    observed = checks.fitted.observed
    count, table = len(checks.outside), observed.table.iloc[checks.outside]
    points = [
        f"{observed.series[row.series].words}, {row.district or 'all facilities'}, month {row.month}"
        for row in table.itertuples()
    ]
    more = f"; and {count - MOST_NAMED} more" if count > MOST_NAMED else ""
    return [
        f"{count} of {counted(len(checks.inside), 'point')} {'lies' if count == 1 else 'lie'} beyond all "
        f"{len(checks.fitted.prior):,} simulations of the first round, where luck puts up to "
        f"{number(checks.outside_by_luck)}. See whether the data hold a mistake: {'; '.join(points[:MOST_NAMED])}"
        f"{more}."
    ]


def _little(checks: Checks) -> list[str]:
    names = [named(row.name) for row in checks.told if row.little]
    if not names:
        return []
    more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return [
        f"The data say little about {listed([*names[:MOST_NAMED], *more])}: what is believed of "
        f"{'it' if len(names) == 1 else 'them'} afterwards is about what was believed before."
    ]


def _together(checks: Checks) -> list[str]:
    return [
        f"The data tell of two parameters only together: {named(pair.one)}, and {named(pair.other)}. The higher the "
        f"one, the {'higher' if pair.correlation > 0 else 'lower'} the other (rank correlation "
        f"{number(round(pair.correlation, 2))})."
        for pair in checks.together
    ]


def _thin(checks: Checks) -> list[str]:
    last = checks.fitted.rounds[-1]
    said = []
    if last.draws < ENOUGH:
        said.append(
            f"The fitted values rest on few simulations: {counted(len(last.posterior.weights), 'draw')} kept of the "
            f"{last.draws:,} in the last round. Their intervals are rough; ask for more simulations."
        )
    if last.posterior.effective < LEAST_EFFECTIVE:
        said.append(
            f"The draws kept are worth no more than {counted(round(last.posterior.effective), 'equal one')}; ask for "
            "more simulations."
        )
    return said


def _exact(checks: Checks) -> list[str]:
    if checks.fitted.settings.tolerance:
        return []
    return [
        "With a tolerance of 0 the model is taken to be right apart from luck. For a real programme intervals are then "
        "too narrow; a tolerance of 0.02 to 0.05 leaves the model room."
    ]


def basis(checks: Checks) -> str:
    """What the answer rests on."""
    fitted = checks.fitted
    observed, last = fitted.observed, fitted.rounds[-1]
    kept = len(last.posterior.weights)
    return (
        f"{counted(fitted.simulations, 'simulation')} in {counted(len(fitted.rounds), 'round')} (seed "
        f"{fitted.settings.seed}); {counted(len(observed), 'point')} seen up to month {observed.last_month}; fitted "
        f"values from the {kept:,} of {last.draws:,} simulations that come nearest"
    )
