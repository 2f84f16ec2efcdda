# %% [markdown]
# # Calibrating
#
# Which values of the model's parameters fit what was seen of a programme? We let a simulation play the real programme,
# so that the right answer is known, and see how much of it the data give back.
#
# Cells are run from the top to the bottom.

# %%
import tempfile
import warnings
from pathlib import Path

import pandas as pd

import qisim

# %matplotlib inline
pd.set_option("display.max_colwidth", None)
pd.set_option("display.width", 120)
warnings.filterwarnings("ignore", message="IProgress not found")  # of a progress bar that is not used here
folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## What was seen
#
# The scenario's own values are not those of this district: here practices spread faster among staff, and facilities
# report better than they are. Somebody from outside measures twice a year; some months are missing.

# %%
study = qisim.load("../scenarios/one_district.toml")
truth = {"reach_growth": 2.4, "reporting_bias": 0.17}
real = study.changed({f"behaviour.{name}": value for name, value in truth.items()}).run(replicates=1, seed=2024)

seen = real.months.loc[real.months["month"] % 3 == 0, ["month", "enrolled", "at_target", "reported_score", "score"]]
seen.columns = ["month", "enrolled", "at_standard", "score", "score_measured"]
seen.loc[seen["month"] % 6 != 0, "score_measured"] = None
seen.loc[seen["month"] == 9, ["at_standard", "score"]] = None
seen = seen.astype({"at_standard": "Int64"}).round(3)
seen.to_csv(folder / "seen.csv", index=False)
seen.head(6)

# %% [markdown]
# ## The fit
#
# Three parameters, two of which differ from the scenario's values. Before the data are used, each may lie anywhere in
# its plausible range.

# %%
found = qisim.calibrate(
    study,
    folder / "seen.csv",
    parameters=["reach_growth", "reporting_bias", "works_base"],
    simulations=1500,
    rounds=2,
    out=folder / "fit",
)
for sentence in found.answer():
    print(sentence)

# %%
summary = found.table("summary").set_index("parameter")
columns = ["prior_low", "prior_high", "posterior_low", "posterior_median", "posterior_high"]
summary[columns].round(2).assign(truth=pd.Series({**truth, "works_base": study.scenario.behaviour.works_base}))

# %% [markdown]
# ## What the data do not tell
#
# A single small district holds much luck. The warnings say of what the data tell little, and what only together:

# %%
for warning in found.warnings():
    print(warning)

# %%
found.plot_parameters()[0].figure

# %%
found.plot_pairs()[0].figure

# %% [markdown]
# ## Can the model do what was seen?
#
# Grey: runs before the data were used. Blue: runs at parameters that the data leave possible, luck included.

# %%
found.plot_fit()[0].figure

# %%
found.table("series").round(2)

# %% [markdown]
# ## Forecasting with what is known now
#
# Each row is an equally likely set of parameters. Other runs can draw from this table, so that forecasts carry what is
# still unknown.

# %%
found.parameters.head(5).round(3)

# %% [markdown]
# All of it is kept as a report, charts and tables:

# %%
kept = found.save()
sorted(path.name for path in kept.iterdir() if not path.name.startswith("."))

# %% [markdown]
# Read on: [calibration](../docs/calibrate.md), [sweeps](../docs/sweeps.md).
