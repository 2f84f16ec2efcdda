# %% [markdown]
# # A first run
#
# One district, twelve facilities, one coach. We simulate how four change ideas spread through it, look at what comes
# of it, follow one facility month by month, and then change the plan.
#
# Cells are run from the top to the bottom. The first run of qisim on a computer takes about a minute longer, because
# its core is compiled.

# %%
import warnings

import pandas as pd
from matplotlib.figure import Figure

import qisim

# %matplotlib inline
pd.set_option("display.max_colwidth", None)
warnings.filterwarnings("ignore", message="IProgress not found")  # of a progress bar that is not used here

# %% [markdown]
# ## The question
#
# A scenario file says where, with which ideas, and with which programme. The district is invented.

# %%
study = qisim.load("../scenarios/one_district.toml")
scenario = study.scenario
print(scenario.title)
print(scenario.description)
print(f"{scenario.months} months from {scenario.start:%B %Y}")
print(f"The aim: {scenario.target.coverage:.0%} of facilities with a score of {scenario.target.score:.2f} or more")

# %%
pd.DataFrame([idea.model_dump(include={"name", "indicator", "effect", "complexity"}) for idea in scenario.ideas])

# %%
for element in scenario.programme:
    print(f"{element.name}: {element.model_dump(exclude_unset=True, exclude={'kind', 'name'})}")

# %% [markdown]
# The facilities, of which every chart and table speaks. With a list of your own facilities, the scenario names your
# file.

# %%
study.world.facilities[["id", "name", "kind", "staff", "lat", "lon"]]

# %% [markdown]
# ## Two hundred possible futures
#
# One run shows what may happen. Many runs show how likely it is. The seed makes it repeatable: the same scenario and
# seed give the same numbers.

# %%
results = study.run(replicates=200, seed=1)
heading = ""
for row in results.outcomes():
    if row["heading"] != heading:
        heading = row["heading"]
        print(f"\n{heading}")
    print(f"  {row['text']}")

# %% [markdown]
# Each chart is drawn on matplotlib axes; `.figure` at the end of a cell shows it.

# %%
results.plot_coverage().figure

# %% [markdown]
# An idea that is in use does not always work where it is used. The gap between the two is lost effort.

# %%
results.plot_adoption()[0].figure

# %%
results.plot_map().figure

# %% [markdown]
# ## The numbers behind it
#
# Results are tables with one value a cell. `months` has a row for every future (`replicate`) and month. Month 0 is
# the start.

# %%
months = results.months
months[["replicate", "month", "at_target", "coverage", "score", "reported_score", "meetings", "visits"]].head()

# %%
months[months["month"] % 6 == 0].groupby("month")[["coverage", "score", "reported_score", "skill"]].mean().round(2)

# %% [markdown]
# `groups` has the same by district and by kind of facility. Who is at the standard at the end, on average?

# %%
groups = results.groups
end = groups[(groups["month"] == scenario.months) & (groups["grouping"] == "kind")]
kinds = end.groupby("group", observed=True)[["facilities", "at_target", "score"]].mean()
kinds.assign(share=kinds["at_target"] / kinds["facilities"]).round(2)

# %% [markdown]
# ## One facility, month by month
#
# Averages hide the story. Any of the futures can be run again as a [Mesa](https://mesa.readthedocs.io) model, in
# which facilities and coaches are agents, and every event is kept with its reason. Here is number 7. Who reached the
# standard, and when for the first time?

# %%
replicate = 7
model = study.model(rng=1, replicate=replicate)
trajectory = model.run()

facilities = trajectory.facility_months
reached = facilities[facilities["score"] >= scenario.target.score].groupby("facility", observed=True)["month"].min()
reached.sort_values(kind="stable")

# %% [markdown]
# The turning points of the first of them (`model.log` has much more), with its score at the end of the month:

# %%
chosen = reached.idxmin()
scores = facilities[facilities["facility"] == chosen].set_index("month")["score"]
events = pd.DataFrame([event for event in model.log if event.facility == chosen])
story = events.assign(idea=events["idea"].fillna(""), score=events["month"].map(scores).round(2))

print(f"{chosen}: score {scores.iloc[0]:.2f} at the start, {scores.iloc[-1]:.2f} at the end")
turning_points = [
    "joined the programme",
    "exchange visit",
    "adopted an idea",
    "abandoned an idea",
    "practice lapsed",
    "trained staff left",
    "head left",
    "support ended",
]
story[story["what"].isin(turning_points)].set_index("month")[["what", "idea", "why", "score"]]

# %% [markdown]
# The Mesa model and the fast core that made the two hundred futures apply the same rules with the same luck. They
# agree in every number:

# %%
stored = months[months["replicate"] == replicate].reset_index(drop=True)
pd.testing.assert_frame_equal(trajectory.months, stored, check_exact=True)

# %% [markdown]
# ## Another plan
#
# What if the coach had three days a month instead of eight? `changed` gives the study with other values of some keys;
# a misspelt key or an impossible value is refused.

# %%
less = study.changed({
    "title": "One district: the coach has three days a month",
    "programme.district coach.days_per_month": 3,
})  # fmt: skip
with_less = less.run(replicates=200, seed=1)

try:
    study.changed({"programme.district coach.days_per_mont": 3})
except qisim.BadInput as refused:
    print(refused)

# %%
both = Figure(figsize=(13, 5), layout="constrained")
left, right = both.subplots(1, 2, sharey=True)
results.plot_coverage(ax=left)
with_less.plot_coverage(ax=right)
left.set_title("Eight days of coaching a month", loc="left")
right.set_title("Three days of coaching a month", loc="left")
both

# %% [markdown]
# With the same seed, both plans meet the same facilities and the same luck. So compare them future by future, which
# tells more than comparing two averages:


# %%
def at_the_end(results):
    rows = results.months[results.months["month"] == scenario.months]
    return rows.set_index("replicate")["at_target"]


lost = at_the_end(results) - at_the_end(with_less)
worse, same, better = (lost > 0).sum(), (lost == 0).sum(), (lost < 0).sum()
print(f"Facilities at the standard with eight days: {at_the_end(results).mean():.1f} on average")
print(f"Fewer with three days: {lost.mean():.2f} on average, standard error {lost.sem():.2f}")
print(f"Three days do worse in {worse}, as well in {same}, better in {better} of {len(lost)} futures")

# %% [markdown]
# These numbers follow from the rules of the model and from values that are mostly assumed. They say what to look at,
# not what will happen.
#
# Read on: [for researchers](../docs/researcher.md), [the model](../docs/model.md), [keys of scenario
# files](../docs/scenario_files.md).
