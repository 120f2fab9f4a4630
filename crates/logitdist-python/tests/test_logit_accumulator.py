"""Batches of logits, whoever sees them."""

from __future__ import annotations

import pickle

import numpy
import pytest
from conftest import a_pair

import logitdist

SKIPPED = {"skip": ["llv"], "intervals": False}


def logits(seed=1, dtype="float64"):
    models = a_pair(seed)
    return [(m["embeddings"] @ m["unembeddings"].T + m["bias"]).astype(dtype) for m in models]


def saw(u, v, *ranges, **options):
    seen = logitdist.LogitAccumulator(**options)
    for start, end in ranges:
        seen.update(u[start:end], v[start:end])
    return seen


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_one_batch_is_a_comparison_to_the_last_bit(dtype):
    u, v = logits(dtype=dtype)
    expected = logitdist.compare({"logits": u}, {"logits": v}, **SKIPPED)
    assert saw(u, v, (0, 60)).compare() == expected
    p, q = (numpy.exp(x) / numpy.exp(x).sum(1, keepdims=True) for x in logits())
    expected = logitdist.compare({"probabilities": p}, {"probabilities": q}, **SKIPPED)
    assert saw(p, q, (0, 60), form="probabilities").compare() == expected


def test_batches_agree_with_all_at_once_and_merge_however_they_travel(tmp_path):
    u, v = logits()
    whole = logitdist.compare({"logits": u}, {"logits": v}, **SKIPPED)
    first, second = saw(u, v, (0, 10), (10, 25)), saw(u, v, (25, 60))
    merged = pickle.loads(pickle.dumps(first))
    merged.merge(pickle.loads(pickle.dumps(second)))
    found = merged.compare()
    assert found.keys() == whole.keys()
    for token, value in whole.items():
        assert numpy.allclose(found[token], value, rtol=1e-9, atol=1e-9), token
    saved = saw(u, v, (0, 10), (10, 25))
    second.save(tmp_path / "second")
    saved.load(tmp_path / "second")
    assert saved.compare() == found
    empty = logitdist.LogitAccumulator()
    empty.merge(merged)
    assert empty.compare() == found


@pytest.mark.parametrize(("dtype", "masked"), [("float64", False), ("float64", True), ("float32", False)])
def test_batches_of_a_large_vocabulary_bring_directions_of_their_own(tmp_path, dtype, masked):
    models = a_pair(2, n=90, k=4200, m=6)
    u, v = ((m["embeddings"] @ m["unembeddings"].T + m["bias"]).astype(dtype) for m in models)
    if masked:
        u[:, 7] = v[:, 7] = -numpy.inf
    whole = logitdist.compare({"logits": u}, {"logits": v}, **SKIPPED)
    # The first batches have fewer inputs than there are directions.
    first, second = saw(u, v, (0, 2), (2, 5), (5, 6), (6, 40)), saw(u, v, (40, 43), (43, 90))
    second.save(tmp_path / "second")
    first = pickle.loads(pickle.dumps(first))
    first.load(tmp_path / "second")
    found = first.compare()
    assert first.n_inputs == 90 and found.keys() == whole.keys()
    tokens = {"kl_ab", "tv", "top1_agreement", "kl_ab_q99"}
    of_logits = {"d_logit", "rank_logits_a", "m_cca_logits", "m_cca_null", "d_white_ab"}
    assert {"d_logit", "m_cca_logits"}.isdisjoint(found) if masked else of_logits <= found.keys()
    for token in tokens if masked else tokens | of_logits:
        assert numpy.isclose(found[token], whole[token], rtol=1e-9 if dtype == "float64" else 1e-5), token


def test_masks_of_inputs_and_of_labels_and_right_answers():
    u, v = logits()
    u[:, 3] = v[:, 3] = -numpy.inf
    mask, targets = numpy.arange(60) % 3 > 0, numpy.arange(60) % 3
    seen = logitdist.LogitAccumulator()
    seen.update(u.reshape(4, 15, 7), v.reshape(4, 15, 7), mask.reshape(4, 15), targets.reshape(4, 15))
    chosen = {"targets": targets[mask], **SKIPPED}
    expected = logitdist.compare({"logits": u[mask]}, {"logits": v[mask]}, **chosen)
    assert seen.compare() == expected
    assert seen.compare().n_targets == mask.sum()


def test_what_cannot_be_is_refused_in_words(tmp_path):
    u, v = logits()
    seen = saw(u, v, (0, 60))
    masked = u.copy()
    masked[:, 2] = -numpy.inf
    with pytest.raises(ValueError, match="a: 7 labels, 1 of them masked, and those before 7 with 0"):
        seen.update(masked, v)
    with pytest.raises(ValueError, match="a: 6 labels, 0 of them masked, and those before 7 with 0"):
        seen.update(u[:, 1:], v[:, 1:])
    with pytest.raises(ValueError, match=r"a: logits: the shape is \(7,\); \(..., labels\) is needed"):
        seen.update(u[0], v)
    with pytest.raises(ValueError, match=r"a: logits\[0, 0\] is NaN"):
        seen.update(u * numpy.nan, v)
    with pytest.raises(ValueError, match="form is 'odds'; it must be 'logits' or"):
        logitdist.LogitAccumulator("odds")
    with pytest.raises(TypeError, match="a LogitAccumulator can be merged, not dict"):
        seen.merge({})
    with pytest.raises(ValueError, match="the same labels and `probability`"):
        seen.merge(saw(u[:, 1:], v[:, 1:], (0, 60)))
    saw(u[:, 1:], v[:, 1:], (0, 60)).save(tmp_path / "other")
    with pytest.raises(ValueError, match="other: the summary is of 6 labels, and 7 were seen"):
        seen.load(tmp_path / "other")
    with pytest.raises(ValueError, match="only names nothing"):
        seen.compare(only=[])
    a, b = a_pair(1)
    of_models = logitdist.Accumulator(a["unembeddings"], b["unembeddings"])
    of_models.update(a["embeddings"], b["embeddings"])
    of_models.save(tmp_path / "models")
    with pytest.raises(ValueError, match="models: the summary is of models with embeddings"):
        seen.load(tmp_path / "models")
    assert "60 inputs, 7 labels" in repr(seen)
    assert "0 inputs, no labels" in repr(logitdist.LogitAccumulator())
