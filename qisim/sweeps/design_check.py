"""What is wrong with a design, found before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

from pydantic import ValidationError

from qisim.input.errors import BadInput, Problem, nearest, shown
from qisim.scenario.edit import changed, overlaps, undone
from qisim.scenario.plausible import PLAUSIBLE
from qisim.scenario.schema import Scenario
from qisim.scenario.uncertain import Uncertain
from qisim.store.kept_world import GIVEN, WORLD
from qisim.sweeps.design import Design, Factor

COUNTED = {"latin_hypercube", "sobol", "saltelli", "morris"}
POWERS_OF_TWO = {"sobol", "saltelli"}
MOST_DIMENSIONS = 10_000
MOST_POINTS, MOST_CELLS = 10_000_000, 100_000_000
MOST_TOLD = 10**18
"""A larger number says nothing more."""
TAKEN = ("point", "replicate", "error")
FILES = ("world", "world.facilities", "world.peers")
"""Keys of which a sweep keeps one copy of the files they name."""
SETS = "parameters"
"""The key of parameter sets, of which a sweep keeps no file but those that come with qisim."""
WHOLE = "a whole number"


def check(design: Design) -> None:
    """Raise BadInput with every problem in which the design itself does not hold together."""
    problems = [*_method(design), *_names(design)]
    for place, factor in enumerate(design.factors):
        problems += _factor(design, place, factor)
    if problems := problems or list(_size(design)):
        raise BadInput(problems)


def check_factors(design: Design, scenario: Scenario) -> None:
    """Raise BadInput where a key is not one of the scenario's, or a value is none that the key may have.

    Each factor is tried by itself. What does not fit together in some points only is recorded with those points.
    """
    problems: list[Problem] = []
    places = {factor.key: place for place, factor in enumerate(design.factors)}
    for key, other in overlaps(scenario, places):
        problems.append(design.problem(f"factors.{places[key]}.key", f"{key}: {undone(other)}"))
    for place, factor in enumerate(design.factors):
        if factor.key in FILES:
            what = "cannot be varied: a sweep keeps one registry; make a sweep for each"
            problems.append(design.problem(f"factors.{place}.key", what))
            continue
        for given, value in _tried(factor):
            found = refused(scenario, factor, value)
            problems += [_of_factor(design, place, factor, given, problem) for problem in found]
            if any(about_the_key(problem) for problem in found):
                break
    if problems:
        raise BadInput(problems)


def check_world(design: Design, inputs: Mapping[str, bytes]) -> None:
    """Raise BadInput where a factor varies facilities that were given from Python, which are among the `inputs`."""
    problems = [
        design.problem(f"factors.{place}.key", f"{factor.key}: {GIVEN}")
        for place, factor in enumerate(design.factors)
        if WORLD in inputs and factor.key.partition(".")[0] == "world"
    ]
    if problems:
        raise BadInput(problems)


def _method(design: Design) -> Iterator[Problem]:
    method, count = design.method, design.points
    if method in COUNTED and count is None:
        yield design.problem("points", "is missing", f"how many, for the method {method}")
    if method not in COUNTED and count is not None:
        yield design.problem("points", f"found {count}; the method {method} tells how many points there are")
    if method in POWERS_OF_TWO and count is not None and count & (count - 1):
        below = 1 << count.bit_length() - 1
        yield design.problem("points", f"found {count}", f"a power of 2, such as {below} or {2 * below}")
    if method == "points" and design.file is None:
        yield design.problem("file", "is missing", "a CSV table with a row a point and a column a factor")
    if method != "points" and design.file is not None:
        yield design.problem("file", f"found {shown(design.file)}; only the method points reads a file")
    if method != "points" and not design.factors:
        yield design.problem("factors", "is missing", "a table [[factors]] for each key that is varied")
    if len(design.factors) > MOST_DIMENSIONS:
        yield design.problem("factors", f"found {len(design.factors):,}", f"{MOST_DIMENSIONS:,} at most")


def _size(design: Design) -> Iterator[Problem]:
    """Too many points, or too many values in all, found before any is worked out."""
    count, factors = design.points or 0, len(design.factors)
    levels = [len(factor.levels or "ab") for factor in design.factors]
    rows = {
        "factorial": prod(levels),
        "one_at_a_time": 1 + sum(levels),
        "saltelli": count * (2 * factors + 2),
        "morris": count * (factors + 1),
    }.get(design.method, count)
    key = "points" if design.method in COUNTED else "factors"
    if rows > MOST_POINTS:
        found = f"{rows:,}" if rows < MOST_TOLD else f"more than {MOST_TOLD:,}"
        yield design.problem(key, f"makes {found} points", f"{MOST_POINTS:,} at most")
    elif rows * factors > MOST_CELLS:
        found = f"makes {rows:,} points of {factors:,} factors each, {rows * factors:,} values in all"
        yield design.problem(key, found, f"{MOST_CELLS:,} values at most")


def _names(design: Design) -> Iterator[Problem]:
    for attribute in ("called", "key"):
        seen: set[str] = set()
        for place, factor in enumerate(design.factors):
            value = getattr(factor, attribute)
            key = f"factors.{place}.{'key' if attribute == 'key' else 'name'}"
            if value in seen:
                yield design.problem(key, f"found {value!r} twice", "one of its own for each factor")
            elif attribute == "called" and value in TAKEN:
                yield design.problem(key, f"found {value!r}, which is a column of every sweep", "another name")
            seen.add(value)


def _factor(design: Design, place: int, factor: Factor) -> Iterator[Problem]:
    key = f"factors.{place}"
    if design.method == "points":
        if factor.levels is not None or factor.shape:
            yield design.problem(key, "has levels or a distribution; with the method points the file tells the values")
        return
    if (factor.levels is None) == (not factor.shape):
        yield design.problem(key, "give one of levels, a list, and a distribution, such as low and high")
        return
    if factor.levels is not None:
        yield from _levels(design, key, factor)
    else:
        yield from _distribution(design, key, factor)


def _levels(design: Design, key: str, factor: Factor) -> Iterator[Problem]:
    levels = factor.levels or []
    if factor.labels is not None and len(factor.labels) != len(levels):
        yield design.problem(f"{key}.labels", f"found {len(factor.labels)}", f"{len(levels)}, one a level")
        return
    if len({str(cell) for cell in factor.shown}) < len(levels):
        yield design.problem(f"{key}.levels", "holds a level twice", "each level once")
    if factor.whole:
        yield design.problem(f"{key}.whole", "is for distributions; levels are taken as they are")


def _distribution(design: Design, key: str, factor: Factor) -> Iterator[Problem]:
    if design.method == "factorial":
        yield design.problem(key, "has a distribution; the method factorial needs levels")
    try:
        shape = Uncertain(**factor.shape)
    except ValidationError as error:
        said = error.errors()[0]
        yield design.problem(key, str(said.get("ctx", {}).get("error", said["msg"])))
        return
    if shape.sd is not None and factor.limits is None:
        what = "a normal distribution is for behaviour parameters, effects, complexities and baselines"
        yield design.problem(key, what, "low and high, or low, mode and high")


def _tried(factor: Factor) -> list[tuple[str, Any]]:
    """The values by which a factor is tried, each with the key that gives it."""
    if factor.levels is not None:
        return [("levels", level) for level in factor.levels]
    if factor.distribution is None:
        return []
    if factor.distribution.sd:
        ends = {"mean": factor.limits[0] if factor.limits else 0.0}
    else:
        ends = {name: value for name, value in factor.shape.items() if name in ("low", "mode", "high")}
    return [(name, round(end) if factor.whole else end) for name, end in ends.items()]


def refused(scenario: Scenario, factor: Factor, value: Any) -> list[Problem]:
    """What is wrong with the key or its value alone; what concerns other keys, too, stands at the table above it."""
    if factor.key == SETS and isinstance(value, str) and value != PLAUSIBLE:
        what = f"found {shown(value)}; a sweep keeps no file of parameter sets; make a sweep for each"
        return [Problem("", what, SETS, None, PLAUSIBLE)]
    try:
        changed(scenario, {factor.key: value})
    except BadInput as error:
        depth, found = factor.key.count("."), f"found {shown(value)}"
        own = [p for p in error.problems if p.key.count(".") >= depth or p.what.startswith(found)]
        return own or [p for p in error.problems if about_the_key(p)]
    return []


def about_the_key(problem: Problem) -> bool:
    """Whether it is the key that is wrong, not its value."""
    return problem.what.startswith(("unknown", "there"))


def _of_factor(design: Design, place: int, factor: Factor, given: str, problem: Problem) -> Problem:
    """A problem with a key of the scenario as one with the factor that varies it, and what it was `given` there."""
    near = problem.nearest and with_nearest(factor.key, problem)
    allowed = problem.allowed
    if allowed == WHOLE and factor.levels is None and not factor.whole:
        allowed += "; whole = true keeps to them"
    key = f"factors.{place}.{'key' if about_the_key(problem) else given}"
    return design.problem(key, f"{factor.key}: {problem.what}", allowed, near)


def with_nearest(key: str, problem: Problem) -> str:
    """The key with the name in place that was probably meant."""
    if problem.what.startswith("there is no "):
        wrong = problem.what.removeprefix("there is no ").removesuffix(" here").strip("'\"")
        return key.replace(wrong, problem.nearest, 1)
    above = (problem.key if key.startswith(f"{problem.key}.") else key).rpartition(".")[0]
    return f"{above}.{problem.nearest}" if above else problem.nearest


def check_outcomes(design: Design, known: list[str]) -> list[str]:
    """The outcomes to keep, of those `known`. Raises BadInput where the design asks for others."""
    if design.outcomes is None:
        return known
    problems = [
        design.problem("outcomes", f"found {shown(name)}", ", ".join(known), nearest(name, known))
        for name in design.outcomes
        if name not in known
    ]
    if len(set(design.outcomes)) < len(design.outcomes):
        problems.append(design.problem("outcomes", "holds an outcome twice", "each once"))
    if problems:
        raise BadInput(problems)
    return design.outcomes
