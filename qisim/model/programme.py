"""A scenario's programme as arrays: what both engines read of it, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from qisim.model import rules

# Kinds of event, in the order in which they are dealt with in a month. Those before FIRST_SUPPORT come before people
# leave and coaches visit, the others after.
EVENTS = ["condition", "upheaval", "end_of_support", "join", "session", "exchange", "synthesis", "channel"]
CONDITION, UPHEAVAL, END_OF_SUPPORT, JOIN, SESSION, EXCHANGE, SYNTHESIS, CHANNEL = range(8)
FIRST_SUPPORT = SESSION

# What a channel is; see `qisim.model.batch.channels`.
CHANNELS = ["training", "agent", "campaign", "policy", "endorsement", "feedback", "payment", "patients", "transfer",
            "upheaval"]  # fmt: skip
(TRAINING, AGENT, CAMPAIGN, POLICY, ENDORSEMENT, FEEDBACK, PAYMENT, PATIENTS, TRANSFER,
 UPHEAVAL_CHANNEL) = range(10)  # fmt: skip

# Features of a feedback, as bits.
FEATURES = ["verbal_and_written", "colleague", "targets", "action_plans"]
VERBAL_AND_WRITTEN, COLLEAGUE, TARGETS, ACTION_PLANS = 1, 2, 4, 8

POLICIES = {"rotation": rules.ROTATION, "weakest": rules.WEAKEST, "strongest": rules.STRONGEST,
            "newest": rules.NEWEST, "nearest": rules.NEAREST}  # fmt: skip
SELECTIONS = {"all": rules.ALL, "random": rules.RANDOM, "strongest": rules.FIRST_STRONGEST,
              "weakest": rules.FIRST_WEAKEST, "volunteers": rules.VOLUNTEERS, "remote_first": rules.REMOTE_FIRST,
              "by_district": rules.BY_DISTRICT, "list": rules.LISTED}  # fmt: skip
REACHES = ["anywhere", "province", "district"]
COHORTS = ["wave", "province", "district"]

# `element` is the place of the element in the programme.
EVENT = np.dtype([("month", "i8"), ("kind", "i8"), ("which", "i8"), ("amount", "i8")])
WAVE = np.dtype(
    [
        ("element", "i8"),
        ("collaborative", "i8"),  # number of the collaborative or campaign, for `FACILITY.elements_joined`
        ("select", "i8"),
        ("sites", "i8"),
        ("cohort_by", "i8"),  # as in COHORTS
        ("first_cohort", "i8"),
        ("attendees", "i8"),
        ("days", "f8"),  # that a session takes
        ("virtual", "?"),
        ("goes_virtual", "?"),  # where gatherings are stopped
        ("supports", "?"),  # being enrolled counts as support
        ("ownership", "f8"),
        ("identity", "f8"),
        ("ideas", "i8"),  # length of the package
        ("first_champion", "i8"),
        ("champions", "i8"),
    ]
)
POST = np.dtype(
    [
        ("element", "i8"),
        ("entity", "i8"),  # who the coach is, for chance: from the post's name, not its place in the programme
        ("policy", "i8"),
        ("all", "?"),  # visits every covered facility, not only enrolled ones
        ("external", "?"),
        ("champion", "?"),
        ("skill", "f8"),
        ("days", "f8"),
        ("most_days", "f8"),  # visit days that can be saved up
        ("most_visits", "i8"),  # to one facility in a month
        ("ownership", "f8"),
        ("identity", "f8"),
        ("start", "i8"),
        ("end", "i8"),
    ]
)
EXCHANGE_PROGRAMME = np.dtype(
    [("element", "i8"), ("reach", "i8"), ("indicator", "i8"), ("people", "i8"), ("ownership", "f8"),
     ("identity", "f8")]
)  # fmt: skip
CHANNEL_PROGRAMME = np.dtype(
    [
        ("element", "i8"),
        ("entity", "i8"),  # for chance: from the element's name
        ("kind", "i8"),  # as in CHANNELS
        ("reach", "f8"),  # share of the covered facilities that each event reaches
        ("strength", "f8"),
        ("ownership", "f8"),
        ("identity", "f8"),
        ("ideas", "i8"),  # length of the package
        ("indicator", "i8"),  # -1 for a facility's own largest gap
        ("features", "i8"),
        ("tiers", "i8"),
        ("people", "i8"),
        ("days", "f8"),
        ("records", "i8"),
        ("first_threshold", "i8"),
        ("thresholds", "i8"),
        ("first_post", "i8"),  # whose coaches take over
        ("posts", "i8"),
    ]
)
THRESHOLD = np.dtype([("score", "f8"), ("amount", "f8"), ("share", "f8")])  # share: of the highest amount
STANDING = np.dtype(
    [
        ("element", "i8"),
        ("load", "f8"),
        ("upheaval", "f8"),
        ("freedom", "f8"),
        ("endorsed", "f8"),
        ("supervision", "f8"),
        ("agreements", "f8"),
        ("preservice", "f8"),
        ("accreditation", "f8"),
        ("no_gatherings", "?"),
        ("no_visits", "?"),
    ]
)
"""A condition that holds for some months, each strength 0-1."""


@dataclass(frozen=True)
class Programme:
    """A scenario's programme as arrays. Lists of varying length stand end to end; `*_start` tells where each begins."""

    elements: int
    events: np.ndarray  # EVENT, by month and kind
    event_start: np.ndarray  # i8[months + 1]
    waves: np.ndarray  # WAVE
    wave_covers: np.ndarray  # bool[waves, facilities]
    packages: np.ndarray  # i8[waves, ideas]: the package in its order
    cohorts: int
    posts: np.ndarray  # POST
    caseload_start: np.ndarray  # i8[posts + 1]
    caseload: np.ndarray  # i8: facilities of each post, rising
    coaches_start: np.ndarray  # i8[facilities + 1]
    coaches: np.ndarray  # i8: posts of each facility
    exchanges: np.ndarray  # EXCHANGE_PROGRAMME
    exchange_covers: np.ndarray  # bool[exchange programmes, facilities]
    channels: np.ndarray  # CHANNEL_PROGRAMME
    channel_covers: np.ndarray  # bool[channels, facilities]
    channel_packages: np.ndarray  # i8[channels, ideas]
    thresholds: np.ndarray  # THRESHOLD
    conditions: np.ndarray  # STANDING
    condition_covers: np.ndarray  # bool[conditions, facilities]
    post_names: list[str]


def records(dtype: np.dtype, rows: list[dict[str, Any]]) -> np.ndarray:
    """Rows, of which each names every field of `dtype`."""
    return np.array([tuple(row[name] for name in dtype.names or ()) for row in rows], dtype=dtype)


def stacked(masks: list[np.ndarray], width: int) -> np.ndarray:
    """Masks as bool[masks, width]."""
    return np.array(masks, dtype=bool).reshape(len(masks), width)


def padded(packages: list[list[int]], ideas: int) -> np.ndarray:
    """Packages as i8[packages, ideas], each from the left."""
    table = np.zeros((len(packages), ideas), dtype=np.int64)
    for row, package in zip(table, packages, strict=True):
        row[: len(package)] = package
    return table


def caseloads(loads: list[np.ndarray], facilities: int) -> dict[str, np.ndarray]:
    """The facilities of each post and, the other way round, the posts of each facility."""
    sizes = np.array([len(c) for c in loads], dtype=np.int64)
    flat = np.concatenate(loads).astype(np.int64) if loads else np.zeros(0, dtype=np.int64)
    posts = np.repeat(np.arange(len(loads), dtype=np.int64), sizes)
    order = np.argsort(flat, kind="stable")
    return {
        "caseload_start": np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        "caseload": flat,
        "coaches_start": np.searchsorted(flat[order], np.arange(facilities + 1)).astype(np.int64),
        "coaches": posts[order],
    }
