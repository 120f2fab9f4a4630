"""Batches of inputs, whoever sees them."""

from __future__ import annotations

import multiprocessing
import pickle

import ml_dtypes
import numpy
import pytest
from conftest import a_pair
from hypothesis import given, settings
from hypothesis import strategies as st

import logitdist

SKIPPED = ["llv"]


def accumulator(a, b, **options):
    return logitdist.Accumulator(a["unembeddings"], b["unembeddings"], a["bias"], b["bias"], **options)


def saw(a, b, *ranges, **options):
    seen = accumulator(a, b, **options)
    for start, end in ranges:
        seen.update(a["embeddings"][start:end], b["embeddings"][start:end])
    return seen


def assert_close(found, expected, tolerance=1e-9):
    assert found.keys() == expected.keys()
    assert found.reasons == expected.reasons
    for token, value in expected.items():
        assert numpy.allclose(found[token], value, rtol=tolerance, atol=tolerance), token


def test_one_batch_is_a_comparison_to_the_last_bit():
    a, b = a_pair(1)
    assert saw(a, b, (0, 60)).compare() == logitdist.compare(a, b, skip=SKIPPED, intervals=False)
    assert saw(a, b, (0, 60)).compare(seed=4, subsets=(3, 4)) == logitdist.compare(
        a, b, skip=SKIPPED, seed=4, subsets=(3, 4), intervals=False
    )
    without = saw(a, b, (0, 60), probability=False).compare(skip="baselines")
    assert without == logitdist.compare(a, b, skip=["probability", "baselines"], intervals=False)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 60), max_size=5), seed=st.integers(0, 20))
def test_batches_of_any_size_agree_with_all_at_once(cuts, seed):
    a, b = a_pair(seed)
    ends = [0, *sorted(cuts), 60]
    seen = saw(a, b, *zip(ends, ends[1:]))
    assert seen.n_inputs == 60
    assert_close(seen.compare(), logitdist.compare(a, b, skip=SKIPPED, intervals=False))


def test_masks_and_sequences_choose_inputs():
    a, b = a_pair(2)
    mask = numpy.arange(60).reshape(4, 15) % 3 > 0
    sequences = [model["embeddings"].reshape(4, 15, 3) for model in (a, b)]
    chosen = [{**model, "embeddings": model["embeddings"][mask.ravel()]} for model in (a, b)]
    for given_mask in (mask, mask.astype(int)):
        seen = accumulator(a, b)
        seen.update(*sequences, mask=given_mask)
        assert seen.compare() == logitdist.compare(*chosen, skip=SKIPPED, intervals=False)
    seen.update(*sequences, mask=numpy.zeros_like(mask))
    assert seen.n_inputs == 40


def test_merging_is_the_same_however_it_travels(tmp_path):
    a, b = a_pair(3)
    first, second = saw(a, b, (0, 25)), saw(a, b, (25, 60))
    merged = pickle.loads(pickle.dumps(first))
    merged.merge(pickle.loads(pickle.dumps(second)))
    expected = merged.compare()
    first.merge(second)
    assert first.compare() == expected
    saved = saw(a, b, (0, 25))
    second.save(tmp_path / "second")
    saved.load(tmp_path / "second")
    assert saved.compare() == expected
    assert [path.name for path in tmp_path.iterdir()] == ["second"]
    empty = pickle.loads(pickle.dumps(accumulator(a, b)))
    empty.merge(accumulator(a, b))
    assert empty.n_inputs == 0
    empty.merge(first)
    assert empty.compare() == expected


def part_of(start):
    a, b = a_pair(3)
    return saw(a, b, (start, start + 20))


def test_processes_reduce_their_parts():
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        first, *others = pool.map(part_of, [0, 20, 40])
    own = part_of(0)
    for other, start in zip(others, (20, 40)):
        first.merge(other)
        own.merge(part_of(start))
    assert first.compare() == own.compare()


def test_types_are_widened_exactly():
    a, b = a_pair(4)
    for dtype in (numpy.float32, numpy.float16, ml_dtypes.bfloat16):
        narrow = [{name: x.astype(dtype) for name, x in model.items()} for model in (a, b)]
        plain = [{name: x.astype(float) for name, x in model.items()} for model in narrow]
        assert saw(*narrow, (0, 60)).compare() == saw(*plain, (0, 60)).compare()


def test_what_cannot_be_is_refused_in_words(tmp_path):
    a, b = a_pair(5)
    seen = accumulator(a, b)
    with pytest.raises(ValueError, match="no input was seen yet"):
        seen.compare()
    with pytest.raises(ValueError, match="no input was seen yet"):
        seen.save(tmp_path / "none")
    for update, message in [
        ((a["embeddings"], b["embeddings"][1:]), "a has 60 inputs and b has 59"),
        ((a["embeddings"][:, 1:], b["embeddings"]), "a: embeddings have 2 columns and unembeddings 3"),
        ((a["embeddings"], b["embeddings"] * numpy.nan), r"b: embeddings\[0, 0\] is NaN"),
        ((a["embeddings"][0], b["embeddings"]), r"a: embeddings: the shape is \(3,\); \(..., dimension\)"),
        ((a["embeddings"], b["embeddings"], numpy.ones(3)), r"the mask has the shape \(3,\); \(60,\) is needed"),
        ((a["embeddings"], b["embeddings"], numpy.full(60, 2)), "the mask has entries beside 0 and 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            seen.update(*update)
    assert seen.n_inputs == 0
    seen.update(a["embeddings"], b["embeddings"])
    with pytest.raises(ValueError, match="the same labels"):
        seen.merge(saw(*a_pair(6), (0, 60)))
    with pytest.raises(ValueError, match="the same labels and `probability`"):
        seen.merge(accumulator(a, b, probability=False))
    with pytest.raises(TypeError, match="an Accumulator can be merged, not dict"):
        seen.merge({})
    with pytest.raises(ValueError, match="a has 7 labels"):
        logitdist.Accumulator(a["unembeddings"], b["unembeddings"][1:])
    with pytest.raises(ValueError, match="an accumulator keeps no input"):
        seen.compare().report(tmp_path)
    saw(*a_pair(6), (0, 60)).save(tmp_path / "other")
    with pytest.raises(ValueError, match="other: the summary is of other labels"):
        seen.load(tmp_path / "other")
    saw(a, b, (0, 60), probability=False).save(tmp_path / "without")
    with pytest.raises(ValueError, match="the summary was made without `probability`"):
        seen.load(tmp_path / "without")
    (tmp_path / "damaged").write_bytes((tmp_path / "without").read_bytes()[:-1])
    with pytest.raises(ValueError, match="the summary is cut off or damaged"):
        seen.load(tmp_path / "damaged")
    (tmp_path / "text").write_bytes(b"text")
    with pytest.raises(ValueError, match="this is no summary"):
        seen.load(tmp_path / "text")
    assert "60 inputs" in repr(seen)
    assert "<svg" in seen.compare()._repr_html_()


def test_right_answers_come_with_their_batches():
    a, b = a_pair(7)
    targets = numpy.where(numpy.arange(60) % 4 == 0, -100, numpy.arange(60) % 7)
    seen, expected = accumulator(a, b), logitdist.compare(a, b, skip=SKIPPED, intervals=False, targets=targets)
    seen.update(a["embeddings"], b["embeddings"], targets=targets)
    assert seen.compare() == expected
    parts = accumulator(a, b)
    for start in (0, 20, 40):
        rows = slice(start, start + 20)
        # A batch may come without.
        given_targets = None if start == 20 else targets[rows]
        parts.update(a["embeddings"][rows], b["embeddings"][rows], targets=given_targets)
    assert parts.compare().n_targets == (targets[numpy.r_[:20, 40:60]] >= 0).sum()
    for wrong, message in [
        (targets[:5], r"targets are of type int64 and shape \(5,\); whole numbers of shape \(60,\)"),
        (targets * 0.5, "targets are of type float64"),
        (targets + 1, "the target of input 0 is -99; a label from 0 to 6"),
    ]:
        with pytest.raises(ValueError, match=message):
            seen.update(a["embeddings"], b["embeddings"], targets=wrong)


def test_a_comparison_says_how_it_was_made():
    a, b = a_pair(1)
    seen = saw(a, b, (0, 60)).compare(seed=2, subsets=(3, 4), skip="baselines")
    call = "logitdist.Accumulator(...).compare(seed=2, subsets=(3, 4), skip=['baselines'])"
    assert f'run,command,,"{call}",' in seen.to_csv().splitlines()
