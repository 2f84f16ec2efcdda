"""How often designs of evaluations find an effect where there is none, in made-up data whose truth is known.

python benchmarks/designs.py            both tables, about two minutes
python benchmarks/designs.py --write    and put them into docs/evaluate.md
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np

from qisim.evaluate.designs import DESIGNS
from qisim.evaluate.designs.panel import Panel
from qisim.evaluate.plan import Plan
from qisim.evaluate.sites import NEVER

PAGE = Path(__file__).resolve().parents[1] / "docs" / "evaluate.md"
BEGIN, END = "<!-- designs measured -->", "<!-- end of designs -->"
SERIES, PANELS, SEED = 3000, 2000, 1
AUTOCORRELATIONS = (0.0, 0.2, 0.4, 0.6, 0.8)
SIZES = ((20, 2), (20, 4), (5, 5), (20, 20))
EFFECT = 1.5
"""For power, in standard deviations of facilities' changes."""


def series(autocorrelation: float) -> Iterator[Panel]:
    """Monthly means of a site without any effect: normal, each month like the one before it by so much."""
    plan, rng = Plan(sites=1, comparison=0), np.random.default_rng([SEED, round(100 * autocorrelation)])
    luck = rng.standard_normal((SERIES, plan.months))
    for month in range(1, plan.months):
        luck[:, month] = autocorrelation * luck[:, month - 1] + (1 - autocorrelation**2) ** 0.5 * luck[:, month]
    for one in luck:
        yield Panel(plan, 0.5 + 0.02 * one[:, None], np.zeros(1, dtype=np.int64))


def panels(sites: int, comparison: int, effect: float) -> Iterator[Panel]:
    """Facilities whose changes are normal and independent; those of the sites are larger by `effect` deviations."""
    plan = Plan(sites=sites, comparison=comparison, before=1, after=1, window=1)
    rng, launch = np.random.default_rng([SEED, sites, comparison]), np.repeat([1, NEVER], [sites, comparison])
    for _ in range(PANELS):
        change = rng.standard_normal(sites + comparison) + effect * (launch == 1)
        yield Panel(plan, np.vstack([np.zeros(len(change)), change]), launch.astype(np.int64))


def usual(panel: Panel) -> float:
    """The p-value by the errors that are commonly used: a regression with errors clustered by facility."""
    from scipy.stats import t
    from statsmodels.api import OLS

    facilities, site = panel.data.shape[1], panel.sites.astype(float)
    after, treated = np.repeat([0.0, 1.0], facilities), np.tile(site, 2)
    x = np.column_stack([np.ones(2 * facilities), treated, after, treated * after])
    groups = np.tile(np.arange(facilities), 2)
    fit = OLS(panel.data.ravel(), x).fit(cov_type="cluster", cov_kwds={"groups": groups})
    error = max(float(np.asarray(fit.cov_params())[3, 3]), 0.0) ** 0.5  # rounding may leave less than nothing
    return float(2 * t.sf(abs(fit.params[3]) / error, facilities - 1)) if error > 0 else 0.0


def significant(data: Iterator[Panel], p: Callable[[Panel], float]) -> str:
    """Of a hundred data sets, how many are called significant."""
    return f"{100 * np.mean([p(panel) < 0.05 for panel in data]):.0f}"


def by(design: str) -> Callable[[Panel], float]:
    """The p-value by one of our designs."""
    return lambda panel: DESIGNS[design].estimate(panel).p


def report() -> str:
    """Both tables and what they say."""
    head = " | ".join(f"{value:g}" for value in AUTOCORRELATIONS)
    rows = [f"| `{name}` | {' | '.join(significant(series(value), by(name)) for value in AUTOCORRELATIONS)} |"
            for name in ("its_ar", "its")]  # fmt: skip
    sizes = [
        f"| {sites} and {few} | {significant(panels(sites, few, 0.0), usual)} |"
        f" {significant(panels(sites, few, 0.0), by('did'))} | {significant(panels(sites, few, EFFECT), by('did'))} |"
        for sites, few in SIZES
    ]
    return "\n".join([
        "Of 100 made-up series without an effect, 12 months before and 18 after, the analyses of time series call this",
        f"many significant ({SERIES:,} series each), by how much a month is like the one before it:", "",
        f"| autocorrelation | {head} |", f"| --- |{' --- |' * len(AUTOCORRELATIONS)}", *rows, "",
        f"And of 100 made-up panels difference-in-differences calls this many significant ({PANELS:,} each), with the",
        "errors that are commonly used and with those used here; in the last column there is an effect of",
        f"{EFFECT:g} standard deviations of the facilities' changes:", "",
        "| sites and comparison sites | no effect, common errors | no effect | an effect |",
        "| --- | --- | --- | --- |", *sizes, "",
        f"Measured on {date.today().isoformat()} by `python benchmarks/designs.py`.",
    ])  # fmt: skip


def main() -> None:
    """Measure, print, and write the section of the page if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/evaluate.md")
    options, text = parser.parse_args(), report()
    print(text)
    if options.write:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
