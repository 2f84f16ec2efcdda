"""A comparison in plain words: what a planner may say in a meeting."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from qisim.comparison.decision import LEAST, LEAST_PART
from qisim.outcomes.cost import unpriced
from qisim.outcomes.measures import COST, COST_EACH, COVERAGE, EFFORT, KEPT, REACHED, TIME
from qisim.words.dates import calendar_month
from qisim.words.numbers import percent, target_percent
from qisim.words.sentences import listed

if TYPE_CHECKING:
    from qisim.comparison.decision import Finding
    from qisim.comparison.experiment import Compared
    from qisim.comparison.paired import Difference
    from qisim.outcomes.measures import Measure

TOO_FEW = "too few futures for an interval"
NOT_TOLD = "not told"
MUCH_THE_SAME = "practically the same"
MOST = 0.5
"""A strategy that gets there in a smaller share of futures is not called fast."""


def value_text(finding: Finding, place: int) -> str:
    """A strategy's mean, and the range of nine of ten futures; for a chance, the number of futures."""
    measure, told = finding.measure, finding.estimates[place]
    if finding.untold[place]:
        return finding.untold[place] if measure.key == COST_EACH else f"{NOT_TOLD}: {finding.untold[place]}"
    if measure.kind == "chance":
        counted = [_count(finding, place), _bound(finding, place)]
        return f"{measure.form(told.mean)} ({'; '.join(filter(None, counted))})"
    if measure.horizon is not None and told.mean >= measure.horizon:
        return f"{measure.horizon} or later"
    if told.range_low is None or told.range_high is None or told.range_low == told.range_high:
        return measure.form(told.mean)
    low, high = (_range_end(measure, end) for end in (told.range_low, told.range_high))
    return f"{measure.form(told.mean)} ({low} to {high})"


def _range_end(measure: Measure, end: float) -> str:
    if measure.horizon is None:
        return measure.form(end)
    return f"{end:.0f}" if end < measure.horizon else f"{end:.0f} or later"


def _count(finding: Finding, place: int) -> str:
    """In how many futures something came about, such as "none of 40"."""
    count, runs = int((finding.by_run[place] > 0).sum()), len(finding.by_run[place])
    return f"{count if 0 < count < runs else 'all' if count else 'none'} of {runs}"


def _bound(finding: Finding, place: int) -> str:
    """What is possible of a chance beyond what was seen, where that is none or all; else empty."""
    told = finding.estimates[place]
    if told.low is None or told.high is None or 0 < told.mean < 1:
        return ""
    return f"at least {_chance(told.low)}" if told.mean else f"up to {_chance(told.high)} possible"


def _arrivals(compared: Compared, place: int) -> str:
    """In how many futures a strategy gets to the target, such as "in none of 40 (up to 6% possible)"."""
    reached = compared.finding(REACHED)
    bound = _bound(reached, place)
    return f"in {_count(reached, place)}" + (f" ({bound})" if bound else "")


def _chance(share: float) -> str:
    """A chance near none or all in per cent, to a digit that tells it from both."""
    near = min(share, 1 - share)
    return f"{100 * share:.0f}%" if near >= 0.01 else f"{100 * share:.1f}%"


def gap_text(finding: Finding, one: int, other: int) -> str:
    """A mean difference of two strategies with its interval, such as "1.6 months earlier (1.4 to 1.7)"."""
    measure, gap = finding.measure, finding.differences[one, other]
    if not gap.told:
        return NOT_TOLD
    if gap.same:
        return _same(finding, one, gap)
    said = f"{_size(measure, gap.mean)} {_word(measure, gap.mean)}"
    if gap.low is None or gap.high is None:
        return f"{said} ({TOO_FEW})"
    if finding.much_the_same(one, other):
        return MUCH_THE_SAME
    if not finding.clear(one, other):
        ends = [f"{measure.gap(abs(end))} {_word(measure, end)}" for end in (gap.low, gap.high)]
        return f"no clear difference ({ends[0]} to {ends[1]})"
    low, high = (measure.gap(end) for end in sorted((abs(gap.low), abs(gap.high))))
    return f"{said} ({low} to {high})" if low != high else said


def _same(finding: Finding, place: int, gap: Difference) -> str:
    """Two strategies that are alike in every future: of what is rare, more may be possible than was seen."""
    measure, runs = finding.measure, gap.runs
    if runs == 1:
        return "the same"
    if measure.kind == "chance" and gap.high is not None:
        possible = f"{measure.gap(gap.high)} {measure.gap_unit}"
        return f"no difference in {runs} futures; up to {possible} possible"
    if measure.horizon is not None and (finding.by_run[place] >= measure.horizon).all():
        return f"neither is there before month {measure.horizon} in any of {runs} futures"
    return f"the same in all {runs} futures"


def futures_text(measure: Measure, gap: Difference) -> str:
    """In how many simulated futures the one strategy had less, and in how many more."""
    if not gap.runs:
        return NOT_TOLD
    if gap.equal == gap.runs:
        return f"the same in all {gap.runs} simulated futures" if gap.runs > 1 else "the same in the only future"
    first, second = (measure.less, gap.less), (measure.more, gap.more)
    if second[1] > first[1]:
        first, second = second, first
    if measure.kind == "chance":
        names = {measure.less: "only the other gets there", measure.more: "only this one gets there"}
        first, second = (names[first[0]], first[1]), (names[second[0]], second[1])
    said = f"in {first[1]} of {gap.runs} simulated futures {first[0]}"
    return said + "".join(
        f", in {count} {word}" for word, count in ((second[0], second[1]), ("the same", gap.equal)) if count
    )


def answer(compared: Compared) -> list[str]:
    """The answer in a few sentences: who is fastest, how surely, against what, at what cost and effort, how fairly,
    what is left after support, and who drops out.
    """
    time, share = compared.finding(TIME), target_percent(compared.strategies[0].scenario.target.coverage)
    said = _nobody(compared, share) if not compared.finding(REACHED).by_run.any() else _fastest(compared, time, share)
    said += [*_costs(compared), *_efforts(compared), *_equity(compared), *_sustainment(compared)]
    labels = _labels(compared)
    for place, by in compared.dominated.items():
        better = " and ".join(labels[one] for one in by)
        said.append(f"{labels[place]} can be left aside: {better} is no worse by any criterion and clearly better by "
                    "at least one.")  # fmt: skip
    return said


def clear_in_words() -> str:
    """What is called a clear difference."""
    least = [f"{LEAST['time']:g} months", f"{100 * LEAST['chance']:g} percentage points",
             f"{100 * LEAST['level']:g} points of a score of 100", f"{LEAST['gap']:g} points of a gap between groups",
             f"{LEAST_PART:.0%} of a cost or an effort"]  # fmt: skip
    return (
        "A difference is called clear when its interval holds only one sign and its mean is large enough to matter: at "
        f"least {listed(least)}. What is known to be smaller is called {MUCH_THE_SAME}."
    )


def certainty(compared: Compared) -> list[str]:
    """How precise the comparison is, why it ended, and what equal luck saved."""
    runs = f"{compared.replicates} simulated future{'' if compared.replicates == 1 else 's'} of each strategy"
    width, asked = compared.half_width, f"{compared.precision:g} months"
    if compared.precise:
        ended = f"{runs}: enough to know differences in time to target within {asked} either way."
    elif width is None:
        ended = f"{runs}: too few to say how precise the differences are."
    elif width <= compared.precision:
        ended = f"{runs}, the limit: too few to be sure that differences in time to target are known within {asked}."
    else:
        ended = (f"{runs}, the limit: differences in time to target are known within {width:.1f} months either way, "
                 f"not yet within {asked}.")  # fmt: skip
    return [ended, *_saved(compared), *_left_out(compared), *_no_money(compared)]


def _nobody(compared: Compared, share: str) -> list[str]:
    horizon, chance = compared.strategies[0].scenario.months, compared.finding(REACHED).estimates[0]
    possible = "" if chance.high is None else f"; a chance of up to {_chance(chance.high)} is still possible for each"
    said = [f"In none of the {compared.replicates} simulated futures does any strategy bring {share} of facilities to "
            f"the standard within {horizon} months{possible}."]  # fmt: skip
    coverage = compared.finding(COVERAGE)
    if coverage.by_run.min() == coverage.by_run.max():
        return said
    best = coverage.best
    label, told = compared.strategies[best].label, percent(coverage.estimates[best].mean)
    at_end = f"at the end {told} of facilities are at the standard on average"
    said.append(f"{label} comes nearest: {at_end}." if coverage.best_is_clear else
                f"No strategy comes clearly nearer than all others. With {label}, {at_end}.")  # fmt: skip
    return said + _against(compared, coverage, best)


def _seldom(compared: Compared, share: str) -> list[str]:
    """Where no strategy gets there in most futures: how often each does, not how fast those few are."""
    reached, labels = compared.finding(REACHED), _labels(compared)
    horizon = compared.strategies[0].scenario.months
    counts = listed([f"{label} {_arrivals(compared, place)}" for place, label in enumerate(labels)])
    lead = (f"{labels[reached.best]} gets there more often than the others" if reached.best_is_clear else
            "no strategy clearly gets there more often than all others")  # fmt: skip
    return [
        f"No strategy brings {share} of facilities to the standard within {horizon} months in most simulated futures; "
        f"{lead}.",
        f"Simulated futures in which they get there: {counts}.",
        *_against(compared, reached, reached.best),
    ]


def _fastest(compared: Compared, time: Finding, share: str) -> list[str]:
    best = time.best
    if not often(compared):
        return _seldom(compared, share)
    if (time.by_run == time.by_run[0]).all():
        return [f"All strategies bring {share} of facilities to the standard in the same months, in all "
                f"{compared.replicates} simulated futures."]  # fmt: skip
    names = listed([f"{compared.strategies[p].label} ({compared.strategies[p].name})" for p in time.alike])
    one, by = len(time.alike) == 1, f"{share} of facilities are at the standard {_when(compared, time)}"
    if time.best_is_clear and not others_often(compared):
        lead = f"Only {names} {'gets' if one else 'get'} there in most simulated futures: {by}."
        return [lead, *_against(compared, time, best)]
    if time.best_is_clear:
        said = [f"{names} {'is the fastest' if one else 'are equally fast and the fastest'}: {by}."]
    else:
        lead = f"No strategy is clearly faster than all others. On average {names} {'is' if one else 'are'} first"
        said = [f"{lead}: {by}."]
    first = percent(sum(time.best_share[place] for place in time.alike))
    subject = "It is" if one else "They are"
    said.append(f"{subject} the first to get there in {first} of simulated futures, ties with others shared.")
    return said + _against(compared, time, best)


def often(compared: Compared) -> list[int]:
    """The strategies that get there in most futures."""
    return [place for place, told in enumerate(compared.finding(REACHED).estimates) if told.mean >= MOST]


def others_often(compared: Compared) -> list[int]:
    """The strategies beside the fastest that get there in most futures, too."""
    return [place for place in often(compared) if place not in compared.finding(TIME).alike]


def _when(compared: Compared, time: Finding) -> str:
    """After how many months the best gets there on average, and in how many futures."""
    mean, scenario = time.estimates[time.best].mean, compared.strategies[0].scenario
    count, runs = int(compared.finding(REACHED).by_run[time.best].sum()), compared.replicates
    said = f"after {mean:.1f} months on average ({calendar_month(scenario.start, max(math.ceil(mean), 1))}), in "
    if count == runs:
        return said + ("the only simulated future" if runs == 1 else f"all {runs} simulated futures")
    horizon = scenario.months
    return f"{said}{count} of {runs} simulated futures within {horizon} months; the others count as {horizon}"


def _against(compared: Compared, finding: Finding, best: int) -> list[str]:
    """How the best compares with each other strategy."""
    labels, reached, times = _labels(compared), compared.finding(REACHED), finding.measure.key == TIME
    said = []
    for other in range(len(labels)):
        if other in finding.alike:
            continue
        if times and reached.estimates[other].mean < MOST and finding.clearly_better(best, other):
            # the months of the other would mostly be the horizon
            said.append(f"{labels[other]} gets there {_arrivals(compared, other)}.")
            continue
        late = _late(compared, other) if times else ""
        futures = futures_text(finding.measure, finding.differences[best, other])
        said.append(f"{labels[best]} against {labels[other]}: {gap_text(finding, best, other)}; {futures}{late}.")
    return said


def _late(compared: Compared, place: int) -> str:
    """What stands behind a mean that counts at most the horizon."""
    reached = compared.finding(REACHED)
    missed = int((reached.by_run[place] == 0).sum())
    if not missed:
        return ""
    horizon = compared.strategies[place].scenario.months
    return (f" ({compared.strategies[place].label} is not there within {horizon} months in {missed} of "
            f"{compared.replicates}, which counts as {horizon} months)")  # fmt: skip


def _costs(compared: Compared) -> list[str]:
    """What the fastest costs beside another strategy, and which is the cheapest by what it brings about."""
    if not _has(compared, COST):
        return []
    labels, whole, each = _labels(compared), compared.finding(COST), compared.finding(COST_EACH)
    best, other = _pair(compared)
    currency, gap = whole.measure.unit, whole.differences[best, other]
    said = []
    if gap.same:
        said.append(f"{labels[best]} costs as much as {labels[other]}.")
    else:
        amounts = [f"{whole.measure.form(whole.estimates[place].mean)} {currency}" for place in (best, other)]
        told = gap_text(whole, best, other)
        said.append(f"{labels[best]} costs {amounts[0]} on average, {labels[other]} {amounts[1]}: {told}.")
    if len(each.told) > 1 and each.differs:
        costs = listed([f"{each.measure.form(each.estimates[p].mean)} with {labels[p]}" for p in each.told])
        said.append(f"A facility brought to the standard costs {costs} ({currency}).")
    return said


def _efforts(compared: Compared) -> list[str]:
    """What the fastest needs, compared with another strategy."""
    best, other = _pair(compared)
    labels = _labels(compared)
    findings = [compared.finding(key) for key in EFFORT if _has(compared, key)]
    differ = [(finding.measure, finding.differences[best, other]) for finding in findings
              if finding.clear(best, other) or finding.unsure(best, other)]  # fmt: skip
    if not differ:
        return [f"{labels[best]} needs about as many days, visits and sessions as {labels[other]}."]
    told = [f"{_size(m, gap.mean)} {_word(m, gap.mean)} {m.name}" for m, gap in differ]
    return [f"Compared with {labels[other]}, {labels[best]} needs {listed(told)} on average."]


def _equity(compared: Compared) -> list[str]:
    """Which strategy leaves the smallest gap between groups, against the one that leaves the largest."""
    labels, said = _labels(compared), []
    for finding in compared.findings:
        if finding.measure.kind != "gap" or not finding.differs:
            continue
        means = [told.mean for told in finding.estimates]
        worst = means.index(max(means))
        if finding.clearly_better(finding.best, worst):
            words = finding.measure.name.removesuffix(f", {finding.measure.unit}")
            small, large = (finding.measure.form(means[place]) for place in (finding.best, worst))
            said.append(f"The {words} is smallest with {labels[finding.best]} ({small} points) and largest with "
                        f"{labels[worst]} ({large} points).")  # fmt: skip
    return said


def _sustainment(compared: Compared) -> list[str]:
    """What is left of the gain a year after support, of each strategy of which it can be told."""
    if not _has(compared, KEPT):
        return []
    labels, kept = _labels(compared), compared.finding(KEPT)
    told = [f"{kept.measure.form(kept.estimates[place].mean)} with {labels[place]}" for place in kept.told]
    return [f"Of the gain in score, what is left 12 months after support ends: {listed(told)}."] if told else []


def _left_out(compared: Compared) -> list[str]:
    """What no cost was given to, of what the strategies took."""
    if not _has(compared, COST):
        return []
    missing = dict.fromkeys(unit for one in compared.strategies if one.scenario.costs for unit in unpriced(one))
    return [f"Left out of the costs, as no cost is given to them: {listed(list(missing))}."] if missing else []


def _no_money(compared: Compared) -> list[str]:
    """Why money is not compared, where some strategy tells costs."""
    told = {one.label: one.scenario.costs.currency for one in compared.strategies if one.scenario.costs}
    if _has(compared, COST) or not told:
        return []
    without = [one.label for one in compared.strategies if one.label not in told and one.scenario.programme]
    why = f"no [costs] are given for {listed(without)}" if without else "their currencies differ"
    return [f"Money is not compared: {why}."]


def _pair(compared: Compared) -> tuple[int, int]:
    """The fastest, and the next after it; the first other one where all are equally fast."""
    time = compared.finding(TIME)
    others = [place for place in range(len(compared.strategies)) if place not in time.alike]
    if not others:
        return time.best, int(not time.best)
    return time.best, min(others, key=lambda place: time.estimates[place].mean)


def _labels(compared: Compared) -> list[str]:
    return [strategy.label for strategy in compared.strategies]


def _has(compared: Compared, key: str) -> bool:
    return any(finding.measure.key == key for finding in compared.findings)


def _saved(compared: Compared) -> list[str]:
    """What equal luck saved, for each pair of strategies that both get to the target in months that differ."""
    time, labels = compared.finding(TIME), _labels(compared)
    varies = [bool(row.min() < row.max()) for row in time.by_run]
    pairs = [(i, j) for i in range(len(labels)) for j in range(i) if varies[i] and varies[j]]
    saved = [(f"{labels[i]} against {labels[j]}", time.differences[i, j].saved) for i, j in pairs]
    told = [f"{times:.1f} times as many for {pair}" for pair, times in saved if math.isfinite(times)]
    if not told:
        return []
    return [
        "All strategies met the same luck. With luck of its own for each, telling the differences in months to target "
        f"as precisely would have taken {listed(told)}."
    ]


def _size(measure: Measure, gap: float) -> str:
    return f"{measure.gap(abs(gap))} {measure.gap_unit}".strip()


def _word(measure: Measure, gap: float) -> str:
    return measure.less if gap < 0 else measure.more
