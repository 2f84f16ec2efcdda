# %% [markdown]
# # Comparing strategies
#
# Sixty facilities, five change ideas, and four ways of spreading them: coaches only; learning sessions and coaches;
# mentors from outside who leave; mentors from outside who hand over. Which way is fastest, which lasts, what does it
# cost? The country is invented and most numbers are assumed. What can be learnt here is how to put such a question,
# and how to read the answer.

# %%
import pandas as pd
from matplotlib.figure import Figure

import qisim

# %matplotlib inline
pd.set_option("display.max_colwidth", None)

# %% [markdown]
# ## The strategies
#
# Each is a short file that says what it does differently from another one. `qisim compare` on the command line takes
# the same files, and writes a report to print.

# %%
names = ["coaching_only", "sessions_and_coaching", "mentors_leave", "mentors_hand_over"]
studies = [qisim.load(f"../scenarios/{name}.toml") for name in names]
for study in studies:
    print(f"{study.scenario.title}: {' '.join(study.scenario.description.split())}")
    for element in study.scenario.programme:
        first, after = element.span(study.scenario)
        print(f"    {element.name} ({element.kind}): months {first + 1} to {after}")

# %% [markdown]
# ## The answer
#
# All strategies meet the same facilities and the same luck: in the same simulated future the same people resign, and
# the same idea is hard to fit to the same place. So their differences are told with far fewer futures than two
# separate runs would need. qisim adds futures until the differences in time to target are told within half a month,
# or 200 are done.

# %%
comparison = qisim.compare(studies, replicates=200, seed=1)
for strategy in comparison.strategies:
    print(f"{strategy.label}  {strategy.name}")
print()
print("\n".join(comparison.answer()))

# %% [markdown]
# ## The decision table
#
# A row a measure, a column a strategy, the mean over futures. `low` and `high` of `outcomes()` tell how precisely the
# mean is known, `runs_low` and `runs_high` how widely single futures differ. How much of the gain is kept after
# support is not told for D, whose district coaches never stop.

# %%
outcomes = comparison.outcomes()
measures = {
    "time_to_target": "months until half are at the standard (48 = not within it)",
    "reached": "share of futures in which it happens",
    "coverage_at_end": "share of facilities at the standard at the end",
    "gain_kept": "share of the gain kept a year after support ends",
    "gap_remoteness": "gap between near and remote, points",
    "cost": "cost, US$",
    "cost_per_facility": "cost of a facility brought to the standard, US$",
    "staff_days": "days of facilities' staff away",
}
table = outcomes.pivot(index="measure", columns="strategy", values="mean").loc[list(measures)]


def told(value):
    if pd.isna(value):
        return "not told"
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}"


table.rename(index=measures).map(told)

# %% [markdown]
# A strategy is *dominated* when another one is no worse on any criterion and clearly better on one. A planner can
# drop it, unless there are reasons that the table does not hold. The others are a choice: here between money now and
# what is there later.

# %%
labels = [strategy.label for strategy in comparison.strategies]
for place, by in comparison.dominated.items():
    print(f"{labels[place]} is dominated by {', '.join(labels[i] for i in by)}")
if not comparison.dominated:
    print("None of the strategies is dominated")

# %% [markdown]
# ## When?
#
# The share of futures in which half of the facilities are at the standard, by month. Where a curve ends below 100%,
# the others do not get there within the four years; they count as 48 months.

# %%
comparison.plot_time_to_target().figure

# %%
comparison.plot_coverage()[0].figure

# %% [markdown]
# ## What for, and for whom?

# %%
comparison.plot_costs().figure

# %%
comparison.plot_equity()[0].figure

# %% [markdown]
# ## Through whom do ideas come?
#
# Of every hundred adoptions, how many go back to a session, a coach, a neighbour. Money spent on a channel from which
# hardly anything is adopted can be asked about.

# %%
comparison.plot_sources().figure

# %% [markdown]
# ## Behind the answer: what happens when mentors leave
#
# Coverage is slow to fall, because practices that have become routine stay. Motivation and meetings tell earlier what
# is to come. Here is the mean of all futures, with and without handing over. The mentors go after month 16.

# %%
left, handed_over = comparison.strategies[2], comparison.strategies[3]
figure = Figure(figsize=(10, 4), layout="constrained")
for axes, (column, label) in zip(
    figure.subplots(1, 2),
    [("engagement", "engagement of facilities, 0 to 1"), ("meetings", "team meetings in the month")],
    strict=True,
):
    for strategy, line in ((left, "-"), (handed_over, "--")):
        strategy.months[strategy.months["month"] > 0].groupby("month")[column].mean().plot(
            ax=axes, style=line, label=strategy.name
        )
    axes.axvline(16, color="grey", linewidth=1)
    axes.set(xlabel="month", ylabel=label, ylim=(0, None))
axes.legend(loc="lower left", fontsize="small")
figure

# %%
engagement = {s.name: s.months.groupby("month")["engagement"].mean().loc[[16, 24, 48]] for s in (left, handed_over)}
pd.DataFrame(engagement).round(2)

# %% [markdown]
# ## Does the answer hold if an assumption is wrong?
#
# Half of what goes into a scenario is assumed, so ask this of every answer. Twice the turnover of staff, and mentors
# whom facilities lean on more, are hard on a strategy of mentors:

# %%
harder = {"behaviour.turnover_annual": 0.28, "behaviour.visit_dependence": 0.10}
again = qisim.compare([study.changed(harder) for study in studies], replicates=200, seed=1)
means = {
    "as assumed": outcomes[outcomes["measure"] == "coverage_at_end"].set_index("name")["mean"],
    "harder": again.outcomes().query("measure == 'coverage_at_end'").set_index("name")["mean"],
}
pd.DataFrame(means).round(2).rename_axis("facilities at the standard at the end, share of all")

# %%
best = again.finding("coverage_at_end").best
print(f"Most facilities at the standard at the end: {again.strategies[best].name}")

# %% [markdown]
# ## What it shows
#
# - **Sessions and coaches** do more together than coaches alone, and cost about twice as much: each facility that
#   they bring to the standard costs only a little more.
# - **Mentors** who come often are faster than anything else here. When they leave all at once, motivation collapses,
#   and progress stops; what was routine by then stays.
# - **Handing over** costs about a fifth more, and progress goes on. Among these four it brings most facilities to the
#   standard, and it still does with harder assumptions.
#
# What it does not show: whether your mentors, districts and costs are like these. Put your own numbers into the files
# and ask again. The model is kinder than studies to what happens after support (practices fade there), and knows
# nothing of the people on whom a handing-over depends.
#
# Read on: [for planners](../docs/planner.md), [what each element does](../docs/strategies.md), [the library of
# scenarios](../scenarios/README.md).
