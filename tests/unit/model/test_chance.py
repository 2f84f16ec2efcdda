"""Chance against published numbers, known distributions and its own compiled form."""

from __future__ import annotations

import math
from itertools import product

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from qisim.model import chance
from qisim.model.batch import compile as _makes_chance_compilable  # noqa: F401

WORD = 0xFFFFFFFF
PURPOSES = sorted(
    value for name, value in vars(chance).items()
    if name.isupper() and isinstance(value, int) and 0 < value < 100 and name != "ROUNDS"
)  # fmt: skip

words = st.integers(0, WORD)
uniform_numbers = words.map(lambda word: (word + 0.5) * 2.0**-32)

compiled_philox = numba.njit(chance.philox)
compiled_uniforms = numba.njit(chance.uniforms)
compiled_successes = numba.njit(chance.successes, error_model="numpy")
compiled_sampled_share = numba.njit(chance.sampled_share, error_model="numpy")
compiled_among = numba.njit(chance.among, error_model="numpy")


@numba.njit
def _draws(seed, replicate, entities, months, purpose, index):
    out = np.empty((entities, months, 4))
    for entity in range(entities):
        for month in range(months):
            out[entity, month, :] = chance.uniforms(seed, replicate, entity, month, purpose, index)
    return out


# The vectors for philox4x32-10 of `kat_vectors`, published with Random123.
KNOWN_ANSWERS = [
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((WORD,) * 2, (WORD,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize("philox", [chance.philox, compiled_philox], ids=["python", "compiled"])
@pytest.mark.parametrize(("key", "counter", "words"), KNOWN_ANSWERS, ids=["zero", "ones", "pi"])
def test_philox_gives_the_published_answers(
    philox: object, key: tuple[int, ...], counter: tuple[int, ...], words: tuple[int, ...]
) -> None:
    assert tuple(int(word) & WORD for word in philox(*key, *counter)) == words  # type: ignore[operator]


@given(st.tuples(*[words] * 6))
def test_uniform_numbers_are_the_same_compiled_and_lie_inside_0_and_1(arguments: tuple[int, ...]) -> None:
    four = chance.uniforms(*arguments)
    assert four == compiled_uniforms(*arguments)
    assert all(0 < u < 1 for u in four)
    assert [chance.lane(four, i) for i in range(8)] == [*four, *four]


def test_extreme_words_make_numbers_inside_0_and_1() -> None:
    assert (0 + 0.5) * 2.0**-32 > 0 and (WORD + 0.5) * 2.0**-32 < 1


@pytest.mark.parametrize("purpose", PURPOSES)
def test_uniform_numbers_are_uniform(purpose: int) -> None:
    four = _draws(1, 0, 250, 40, purpose, 0).reshape(-1, 4)
    for lane in four.T:
        counts, _ = np.histogram(lane, bins=100, range=(0, 1))
        assert stats.chisquare(counts).pvalue > 1e-5
    correlations = np.corrcoef(four.T)[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() < 5 / math.sqrt(len(four))


def test_no_argument_shares_chance_with_another() -> None:
    """Seeds, replicates, purposes and indices beside each other, and entities and months: no correlation."""
    keys = {(1, 0, purpose, index) for purpose in PURPOSES for index in (0, 1)}
    keys |= {(2, 0, chance.PEOPLE, 0), (1, 1, chance.PEOPLE, 0)}
    blocks = [_draws(seed, replicate, 100, 100, purpose, index) for seed, replicate, purpose, index in sorted(keys)]
    lanes = np.stack([block[..., lane].ravel() for block in blocks for lane in range(4)])
    assert np.abs(np.corrcoef(lanes)[np.triu_indices(len(lanes), 1)]).max() < 6 / math.sqrt(lanes.shape[1])
    block = blocks[0]
    for one, other in ((block[:-1], block[1:]), (block[:, :-1], block[:, 1:])):  # the next entity, the next month
        for a, b in product(range(4), repeat=2):
            assert abs(np.corrcoef(one[..., a].ravel(), other[..., b].ravel())[0, 1]) < 0.05


def test_seed_and_replicate_are_not_interchangeable() -> None:
    assert chance.uniforms(1, 2, 0, 0, 1, 0) != chance.uniforms(2, 1, 0, 0, 1, 0)
    assert chance.uniforms(1, 1, 1, 2, 3, 4) != chance.uniforms(1, 1, 2, 1, 3, 4)


def test_every_purpose_has_a_number_of_its_own() -> None:
    assert len(PURPOSES) == len(set(PURPOSES)) >= 15


@pytest.mark.parametrize("normal", [chance.normal, numba.njit(chance.normal)], ids=["python", "compiled"])
def test_normal_is_the_normal_quantile(normal: object) -> None:
    steps = np.unique(np.concatenate([np.linspace(0, 2**32 - 1, 20_001).astype(np.int64), 2 ** np.arange(32)]))
    steps = np.unique(np.concatenate([steps, WORD - steps]))
    u = (steps + 0.5) * 2.0**-32
    found = np.array([normal(float(x)) for x in u])  # type: ignore[operator]
    assert np.allclose(found, stats.norm.ppf(u), rtol=1.2e-9, atol=0)
    assert (np.diff(found) > 0).all()
    assert np.array_equal(found, -found[::-1])


@given(uniform_numbers, st.integers(-1, 100), st.floats(0, 1))
def test_successes_are_the_binomial_quantile(u: float, n: int, p: float) -> None:
    k = chance.successes(u, n, p)
    assert isinstance(k, int) and 0 <= k <= max(n, 0)
    assert k == compiled_successes(u, n, p)
    if n > 0:
        below, upto = stats.binom.cdf([k - 1, k], n, p)
        assert below <= u + 1e-12 and u <= upto + 1e-12  # scipy's ppf, but for rounding at the steps
        if min(abs(u - below), abs(u - upto)) > 1e-12:
            assert k == stats.binom.ppf(u, n, p)


@given(uniform_numbers, st.integers(0, 100))
def test_successes_where_all_or_none_succeed(u: float, n: int) -> None:
    for successes in (chance.successes, compiled_successes):
        assert successes(u, n, 1.0) == n
        assert successes(u, n, 0.0) == 0


@given(uniform_numbers, st.integers(1, 1_000_000), st.floats(0, 1))
def test_a_sampled_share_is_one_of_whole_records(u: float, n: int, p: float) -> None:
    share = chance.sampled_share(u, n, p)
    assert 0 <= share <= 1
    assert share == round(share * n) / n
    assert share == compiled_sampled_share(u, n, p)
    assert chance.sampled_share(u, n, 0.0) == 0 and chance.sampled_share(u, n, 1.0) == 1


@pytest.mark.parametrize("n", [10, 30, 100, 1000])
@pytest.mark.parametrize("p", [0.005, 0.02, 0.2, 0.35, 0.5, 0.8, 0.98])
def test_a_sampled_share_has_the_moments_of_the_binomial(n: int, p: float) -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    share = np.array([chance.sampled_share(float(x), n, p) for x in u])
    assert share.mean() == pytest.approx(p, abs=0.001 / n)
    normal = min(n * p, n * (1 - p)) >= chance.FEW
    rounding = 1 / (12 * n * n) if normal else 0.0
    assert share.var() == pytest.approx(p * (1 - p) / n + rounding, rel=0.005)


@given(uniform_numbers, st.integers(1, 100), st.data())
def test_those_among_the_taken_are_the_hypergeometric_quantile(u: float, everybody: int, data: st.DataObject) -> None:
    marked, taken = (data.draw(st.integers(0, everybody)) for _ in range(2))
    k = chance.among(u, taken, marked, everybody)
    assert isinstance(k, int) and k == compiled_among(u, taken, marked, everybody)
    assert max(0, taken + marked - everybody) <= k <= min(taken, marked)
    below, upto = stats.hypergeom.cdf([k - 1, k], everybody, marked, taken)
    assert below <= u + 1e-9 and u <= upto + 1e-9
