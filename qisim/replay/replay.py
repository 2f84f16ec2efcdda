"""One replicate of stored results again, in the Mesa engine: what happened to whom, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from qisim.input.errors import BadInput, Problem, nearest
from qisim.model import rules
from qisim.model.agents.model import QIModel
from qisim.model.agents.record import Trajectory
from qisim.scenario.schema import Scenario
from qisim.store import deciding
from qisim.store import manifest as manifests
from qisim.study import folder as folders
from qisim.study import manifest as run_manifest
from qisim.study.manifest import Manifest
from qisim.words.dates import calendar_month
from qisim.world.world import World

COMPARED = {"months": "months", "idea_totals": "ideas"}


@dataclass(frozen=True)
class Replay:
    """A replicate run again.

    `events` has a row an event: month (from 1), date (such as "Mar 2021"), facility (id), what, idea (empty where it
    concerns none), why. `difference` says where the tables differ from the stored ones; empty where every number of
    every month is the same, bit for bit.
    """

    scenario: Scenario
    world: World
    replicate: int
    trajectory: Trajectory
    events: pd.DataFrame
    difference: str


@dataclass(frozen=True)
class StoryMonth:
    """A month of a facility: its score at the end of it, 0-1, and what happened, in order. 0 is the start."""

    month: int
    date: str
    score: float
    happenings: list[str]


def replay(
    folder: str | Path,
    replicate: int,
    *,
    facility: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Replay:
    """Run one replicate of a results folder again. `progress` is told the months done and the months in all.

    Raises BadInput where the folder is no whole results folder or holds no such replicate, or no such `facility`.
    """
    folder = Path(folder)
    manifest = run_manifest.read(folder)
    if not 0 <= replicate < manifest.replicates:
        allowed = f"0 to {manifest.replicates - 1}"
        raise BadInput(Problem(str(folder), f"holds no simulated future {replicate}", allowed=allowed))
    stored = {field: folders.read_table(folder, manifest, name) for field, name in COMPARED.items()}
    scenario, world = folders.rebuild(folder, manifest)
    if facility is not None:
        place_of(world, facility)
    model = QIModel(scenario, world, rng=manifest.seed, replicate=replicate)
    while model.month < scenario.months:
        model.step()
        if progress:
            progress(model.month, scenario.months)
    trajectory = model.tables()
    difference = ""
    for field, table in stored.items():
        mine = table[table["replicate"] == replicate].reset_index(drop=True)
        difference = difference or _difference(mine, getattr(trajectory, field), manifest)
    return Replay(scenario, world, replicate, trajectory, _events(model), difference)


def place_of(world: World, facility: str) -> int:
    """The row of a facility, told by its id or by a name that no other has. Raises BadInput."""
    table = world.facilities
    for column in ("id", "name"):
        rows = table.index[table[column] == facility]
        if len(rows) == 1:
            return int(rows[0])
    near = nearest(facility, table["id"]) or nearest(facility, table["name"])
    raise BadInput(Problem("--facility", f"there is no facility {facility!r}", nearest=near))


def story(replayed: Replay, facility: str) -> list[StoryMonth]:
    """The start, the months of a facility in which something happened, and the end.

    Reaching and losing the standard count as happenings. Raises BadInput where there is no such facility.
    """
    place = place_of(replayed.world, facility)
    scores = _scores(replayed)[place]
    own = replayed.events[replayed.events["facility"] == replayed.world.facilities["id"][place]]
    told: dict[int, list[str]] = {
        int(month): [_sentence(row) for row in rows.itertuples()] for month, rows in own.groupby("month")
    }
    target = replayed.scenario.target.score
    for month in range(1, len(scores)):
        before, now = rules.reaches(scores[month - 1], target), rules.reaches(scores[month], target)
        if before != now:
            told.setdefault(month, []).append("reached the standard" if now else "fell below the standard again")
    for month in (0, replayed.scenario.months):
        told.setdefault(month, []).append(_in_use(replayed, place, month))
    return [_story_month(replayed, month, float(scores[month]), told[month]) for month in sorted(told)]


def _story_month(replayed: Replay, month: int, score: float, happenings: list[str]) -> StoryMonth:
    date = calendar_month(replayed.scenario.start, month) if month else "At the start"
    return StoryMonth(month, date, score, happenings)


def _in_use(replayed: Replay, place: int, month: int) -> str:
    """What the facility uses at the end of a month, and what of it works."""
    ideas = replayed.trajectory.idea_months
    rows = ideas[(ideas["month"] == month) & (ideas["facility"] == replayed.world.facilities["id"][place])]
    used = rows[rows["stage"] == "adopted"]
    kept = [f"{idea} ({'works' if works else 'does not work here'})"
            for idea, works in zip(used["idea"], used["works"], strict=True)]  # fmt: skip
    return "in use: " + ("; ".join(kept) or "none of the ideas")


def worth_a_look(replayed: Replay, each: int = 3) -> pd.DataFrame:
    """Facilities with a story to tell, `each` for each reason, most reasons first.

    Columns: id, name, kind, district, start and end (scores, 0-1), first_at_target (month; NaN where never), events
    (count), why.
    """
    table = _facilities(replayed)
    reached = table[table["first_at_target"].notna()]
    reasons = {
        "first to reach the standard": reached.nsmallest(each, "first_at_target"),
        "fell back below the standard": reached[
            ~rules.reaches(reached["end"], replayed.scenario.target.score)
        ].nsmallest(each, "end"),
        "dropped out": table[table["dropped out"] > 0].head(each),
        "gained most": table.nlargest(each, "gain").query("gain > 0"),
        "gained least": table.nsmallest(each, "gain"),
        "abandoned most ideas": table[table["abandoned an idea"] > 0].nlargest(each, "abandoned an idea"),
        "most happened here": table[table["events"] > 0].nlargest(each, "events"),
    }
    why: dict[int, list[str]] = {}
    for reason, rows in reasons.items():
        for place in rows.index:
            why.setdefault(place, []).append(reason)
    order = sorted(why, key=lambda place: -len(why[place]))
    chosen = table.loc[order, ["id", "name", "kind", "district", "start", "end", "first_at_target", "events"]]
    return chosen.assign(why=["; ".join(why[place]) for place in order])


def _facilities(replayed: Replay) -> pd.DataFrame:
    """Every facility with its scores, its first month at the standard, and counts of its events."""
    scores = _scores(replayed)
    at_target = rules.reaches(scores, replayed.scenario.target.score)
    table = replayed.world.facilities[["id", "name", "kind", "district"]].copy()
    table["start"], table["end"] = scores[:, 0], scores[:, -1]
    table["gain"] = table["end"] - table["start"]
    table["first_at_target"] = pd.Series(at_target.argmax(axis=1), dtype=float).where(at_target.any(axis=1))
    counts = replayed.events.groupby(["facility", "what"]).size().unstack(fill_value=0)
    counts = counts.reindex(table["id"], fill_value=0).reset_index(drop=True)
    table["events"] = counts.sum(axis=1)
    for what in ("dropped out", "abandoned an idea"):
        table[what] = counts.get(what, 0)
    return table


def _scores(replayed: Replay) -> npt.NDArray[np.float64]:
    """Scores float64[F, M + 1]."""
    months = replayed.trajectory.facility_months
    return months["score"].to_numpy().reshape(-1, len(replayed.world)).T


def _events(model: QIModel) -> pd.DataFrame:
    rows = [
        (e.month, calendar_month(model.scenario.start, e.month), e.facility, e.what, e.idea or "", e.why)
        for e in model.log
    ]
    return pd.DataFrame(rows, columns=["month", "date", "facility", "what", "idea", "why"])


def _sentence(row: object) -> str:
    what, idea, why = (getattr(row, name) for name in ("what", "idea", "why"))
    return what + (f" - {idea}" if idea else "") + (f" ({why})" if why else "")


def _difference(stored: pd.DataFrame, again: pd.DataFrame, manifest: Manifest) -> str:
    """Where two tables of a replicate first differ, and in which versions; empty where they do not."""
    found = _first_difference(stored, again)
    if not found:
        return ""
    now = manifests.versions()
    changed = [
        f"{name} {manifest.versions.get(name, 'unknown')}, now {version}"
        for name, version in now.items()
        if manifest.versions.get(name) != version
    ]
    if manifest.sources != deciding.sources("study"):
        changed.append("another state of qisim's code")
    written = f"It was written with {'; '.join(changed)}" if changed else "The versions are the same"
    return f"{found}. {written}."


def _first_difference(stored: pd.DataFrame, again: pd.DataFrame) -> str:
    if list(stored.columns) != list(again.columns) or len(stored) != len(again):
        return "the stored tables have other columns or months"
    for column in stored:
        was, now = stored[column].to_numpy(), again[column].to_numpy()
        unequal = was != now
        if unequal.any():
            row = int(unequal.argmax())
            month = stored["month"].iloc[row]
            return f"{column} in month {month} was stored as {was[row]}, and is {now[row]} now"
    return ""
