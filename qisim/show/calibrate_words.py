"""A calibration in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qisim.outcomes.outcome import percent

if TYPE_CHECKING:
    from qisim.experiments.calibrate.checks import Checks, Told

MOST_NAMED = 4


def number(value: float) -> str:
    """A parameter's value to three digits."""
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def between(three: tuple[float, float, float]) -> str:
    """Median and interval."""
    return f"{number(three[0])} ({number(three[1])} to {number(three[2])})"


def listed(names: list[str]) -> str:
    """Names in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def fit_finding(checks: Checks) -> str:
    """How well the model does what was seen, in one line."""
    inside, cells = int(checks.inside.sum()), len(checks.inside)
    if checks.misfit:
        return f"The model cannot do all that was seen: {inside} of {cells} points lie in its 90% bands"
    return f"{inside} of {cells} points seen lie in the fitted model's 90% bands"


def finding(checks: Checks) -> str:
    """Of which parameters the data tell, in one line."""
    well = [row.name for row in checks.told if not row.little]
    if not well:
        return "The data tell next to nothing of these parameters"
    more = f" and {len(well) - 3} more" if len(well) > 3 else ""
    return f"The data tell of {', '.join(well[:3]) if more else listed(well)}{more}"


def answer(checks: Checks) -> list[str]:
    """What the data tell, in a few sentences."""
    well = [row for row in checks.told if not row.little]
    said = [_well(row) for row in well[:MOST_NAMED]]
    return [f"{finding(checks)}.", *said, f"{fit_finding(checks)}."]


def _well(row: Told) -> str:
    return f"{row.name}: {between(row.after)}, an interval {percent(row.narrowed)} narrower than before."


def warnings(checks: Checks) -> list[str]:
    """What a user must know before the result is used."""
    return [*_misfit(checks), *_beyond(checks), *_little(checks), *_together(checks), *_thin(checks), *_exact(checks)]


def _misfit(checks: Checks) -> list[str]:
    said = []
    simulations = f"{len(checks.fitted.prior):,}"
    if checks.misfit:
        what = "What was seen is like nothing that the model does"
        where = f" anywhere in the priors ({simulations} simulations)"
        beyond = f"; {len(checks.outside)} of its points lie beyond all of them" if len(checks.outside) else ""
        said.append(
            f"{what}{where}{beyond}. Do not trust the fitted values: look for mistakes in the data or the scenario,"
            " widen the priors, or calibrate other parameters, too."
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
        f"{count} of {len(checks.inside)} points {'lies' if count == 1 else 'lie'} beyond all "
        f"{len(checks.fitted.prior):,} simulations of the first round, where luck puts up to "
        f"{number(checks.outside_by_luck)}. See whether the data hold a mistake: {'; '.join(points[:MOST_NAMED])}"
        f"{more}."
    ]


def _little(checks: Checks) -> list[str]:
    names = [row.name for row in checks.told if row.little]
    if not names:
        return []
    return [
        f"The data say little about {listed(names)}: what is believed of {'it' if len(names) == 1 else 'them'}"
        " afterwards is about what was believed before."
    ]


def _together(checks: Checks) -> list[str]:
    return [
        f"The data tell of {pair.one} and {pair.other} only together: the higher the one, the "
        f"{'higher' if pair.correlation > 0 else 'lower'} the other (rank correlation {number(pair.correlation)})."
        for pair in checks.together
    ]


LEAST_EFFECTIVE = 100


def _thin(checks: Checks) -> list[str]:
    effective = checks.fitted.posterior.effective
    if effective >= LEAST_EFFECTIVE:
        return []
    return [f"The posterior rests on {effective:.0f} draws' worth only; ask for more simulations."]


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
    rounds = f"{len(fitted.rounds)} round{'s' if len(fitted.rounds) > 1 else ''}"
    return (
        f"{fitted.simulations:,} simulations in {rounds} (seed {fitted.settings.seed}); {len(observed)} points seen up "
        f"to month {observed.last_month}; posterior from the {len(last.posterior.weights):,} of {last.draws:,} "
        "simulations that come nearest"
    )
