# %% [markdown]
# # Would an evaluation find it?
#
# A collaborative is to be evaluated. Before any data are collected, we evaluate it many times in simulated futures.
# There the true effect is known: each future is simulated twice with the same luck, with the programme and without
# it.
#
# Cells are run from the top to the bottom. They need `pip install 'qisim[evaluate]'`.

# %%
import pandas as pd

import qisim
from qisim import evaluate

# %matplotlib inline
pd.set_option("display.width", 120)
study = qisim.load("../scenarios/sessions_and_coaching.toml")

# %% [markdown]
# ## The plan
#
# Twenty facilities by lot get the programme, twenty others are compared with them. An evaluator measures 30 records
# in each of them every month, for a year before the launch and for a year and a half from it on.

# %%
found = evaluate.evaluation(study, sites=20, before=12, after=18, records=30, replicates=30)
found.table().set_index("design")[
    ["true_effect", "estimate", "bias", "bias_se", "coverage", "power", "type_1_error"]
].round(3)

# %% [markdown]
# Effects are points of the score: 0.1 is ten percentage points. `coverage` is the share of 95% intervals that hold
# the true effect. `type_1_error` is how often an evaluation would find a significant effect of a programme that does
# nothing: 5 in 100 is what evaluators expect.
#
# Two designs go astray without any fault of the data. The stepped wedge, as it is usually analysed, takes it that the
# programme works at once and ever after alike. Here the effect grows, and most of it is missed; the same data,
# analysed with an effect for each length of time in the programme, give it. And Newey and West's errors are too small
# for 30 months.

# %%
found.plot_bias().figure

# %% [markdown]
# ## The weakest sites
#
# Now the facilities with the poorest results in the three months before the launch are chosen. Part of that was bad
# luck, and would have passed by itself: regression to the mean.

# %%
weakest = evaluate.evaluation(study, designs=["its"], sites=20, choose="weakest", replicates=2)
weakest.plot_example(1).figure

# %% [markdown]
# The line through the months before the launch ends low, for they were chosen for it. It goes on falling, and the
# truth does not.
#
# ## One fault at a time

# %%
cases = [
    "no fault",
    "self-reported data",
    "sites claim too much",
    "weakest sites chosen",
    "weakest, then lots",
    "secular trend",
]
faults = evaluate.circumstances(
    study,
    {name: evaluate.CIRCUMSTANCES[name] for name in cases},
    designs=["before_after", "its", "did", "stepped_wedge_by_time"],
    sites=20,
    replicates=20,
)
faults.plot_bias()[0].figure

# %%
faults.table().pivot(index="circumstance", columns="design", values="bias").loc[cases].round(3)

# %% [markdown]
# - Facilities' own reports are too good, most of all where data are poor. In this model data quality improves with
#   the programme, so that reports come down towards the truth while care improves, and the effect looks smaller than
#   it is. Where sites in the programme claim more than others would, it looks larger. No design sees that.
# - The weakest sites seem to improve even if nothing is done. A comparison group that was not chosen in the same way
#   does not help; lots among the weakest do, where there is a comparison.
# - What improves everywhere by itself counts as an effect only where there is no comparison and no line from before.
#
# ## How many sites, and how early
#
# After nine months, before the programme has had its full effect:

# %%
needed = evaluate.power(
    study, [5, 10, 20, 30], designs=["before_after", "did", "stepped_wedge_by_time"], after=9, replicates=30
)
needed.plot_power().figure

# %% [markdown]
# Read on: [evaluating the evaluation](../docs/evaluate.md), [other uses from Python](../docs/researcher.md).
