"""Makes synthetic_observed.csv: what might have been seen of scenarios/cambodia_both.toml, had two parameters differed.

    python tests/data/make.py

One replicate with other values of `TRUTH` than the scenario's plays the real programme. Every third month of two years
tells of all facilities and of three districts, with cells left out as in real life.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import qisim

HERE = Path(__file__).parent
SCENARIO = HERE.parents[1] / "scenarios" / "cambodia_both.toml"
FILE = HERE / "synthetic_observed.csv"
TRUTH = {"behaviour.works_base": -1.3, "behaviour.reach_growth": 1.2}
SEED, LAST, EVERY = 2026, 24, 3
DISTRICTS = ("District 02", "District 09", "District 17")
GAPS = {("", 9): ("score",), ("", 15): ("score", "score_measured"), ("District 09", 12): ("at_standard", "score"),
        ("District 17", 6): ("enrolled", "at_standard", "score"), ("District 17", 21): ("score",)}  # fmt: skip
COLUMNS = {"enrolled": "enrolled", "at_target": "at_standard", "reported_score": "score", "score": "score_measured"}


def observations() -> pd.DataFrame:
    """The synthetic file as a table of text."""
    run = qisim.load(SCENARIO).changed(TRUTH).run(replicates=1, seed=SEED)
    districts = run.groups[(run.groups["grouping"] == "district") & run.groups["group"].isin(DISTRICTS)]
    seen = pd.concat([run.months.assign(district=""), districts.rename(columns={"group": "district"})])
    seen = seen[(seen["month"] <= LAST) & (seen["month"] % EVERY == 0)].sort_values(["month", "district"])
    seen = seen[["month", "district", *COLUMNS]].rename(columns=COLUMNS).reset_index(drop=True)
    # Assessors from outside come once in six months, and publish no figures of single districts.
    untold = (seen["month"] % 6 != 0) | (seen["district"] != "")
    text = seen.assign(score=seen["score"].map("{:.3f}".format),
                       score_measured=seen["score_measured"].map("{:.3f}".format)).astype(str)  # fmt: skip
    text.loc[untold, "score_measured"] = ""
    for (district, month), columns in GAPS.items():
        text.loc[(seen["district"] == district) & (seen["month"] == month), list(columns)] = ""
    return text


if __name__ == "__main__":
    observations().to_csv(FILE, index=False, lineterminator="\n")
