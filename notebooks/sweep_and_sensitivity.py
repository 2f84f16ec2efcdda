# %% [markdown]
# # A sweep, and what it says
#
# How much does it matter how long trained staff stay, how many days coaches have, and whom they visit first? We vary
# all three at once, and ask what matters, how much is luck, and when which policy is better.
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
# ## The design
#
# Any key of the scenario can be varied. Every combination of these levels is a point: 5 times 5 times 2, 50 points,
# with 40 possible futures of each. Replicate 7 has the same luck at every point.

# %%
design = qisim.Design(
    title="One district: coaching against turnover",
    scenario="../scenarios/one_district.toml",
    method="factorial",
    replicates=40,
    seed=1,
    outcomes=["score_at_end", "coverage_at_end", "reached"],
    factors=[
        {"name": "turnover", "key": "behaviour.turnover_annual", "levels": [0.05, 0.15, 0.25, 0.35, 0.45]},
        {"name": "coaching days", "key": "programme.district coach.days_per_month", "levels": [1, 3, 6, 9, 12]},
        {"name": "policy", "key": "programme.district coach.policy", "levels": ["weakest", "rotation"]},
    ],
)
sweep = qisim.sweep(design, out=folder / "sweep")
print(f"{len(sweep.points)} points, {len(sweep.runs)} runs, finished: {sweep.complete}")

# %% [markdown]
# The folder of a sweep grows by finished chunks. Had it been interrupted, the same line would go on where it stopped,
# and end with the same numbers, bit for bit. The runs are an ordinary table:

# %%
runs = sweep.runs.merge(sweep.points, on="point")
runs.groupby(["coaching days", "policy"])["score_at_end"].mean().unstack().round(3)

# %% [markdown]
# ## What matters
#
# The policy has two levels, so we also ask when one beats the other.

# %%
found = qisim.sensitivity(sweep, compare="policy")
for sentence in found.answer("score_at_end"):
    print(sentence)

# %% [markdown]
# ## Inputs and chance
#
# What comes from the inputs can be known better, or decided. Luck cannot.

# %%
found.plot_chance().figure

# %% [markdown]
# ## Which inputs
#
# Shares of the variance between points, of each input by itself and with what it does together with others. This design
# has every combination, so the indices are exact, apart from luck.

# %%
found.plot_influence("score_at_end").figure

# %%
found.table("indices").query("outcome == 'score_at_end' and method == 'sobol'")[
    ["index", "factor", "other_factor", "value", "low", "high"]
].round(3)

# %%
found.plot_tornado("score_at_end").figure

# %%
found.plot_interactions("score_at_end")[0].figure

# %% [markdown]
# ## When it turns out well
#
# A small decision tree puts it in words. Bars are of the difference to the mean of all points, with the same luck:

# %%
found.plot_rules("score_at_end").figure

# %%
found.table("rules").query("outcome == 'score_at_end'")[
    ["rule", "mean", "difference", "difference_low", "difference_high"]
].round(3)

# %% [markdown]
# ## One policy against the other
#
# Pairs of points that are equal in all else, with the same luck:

# %%
found.plot_compared("score_at_end").figure

# %% [markdown]
# ## Kept
#
# A report to open or to print, charts, and tables for a spreadsheet:

# %%
kept = found.save(folder / "sensitivity")
sorted(path.name for path in kept.iterdir())

# %% [markdown]
# Read on: [sweeps](../docs/sweeps.md), [what a sweep says](../docs/sensitivity.md).
