"""The accumulator that computes by torch's operations: the numbers of the core, wherever the tensors are."""

from __future__ import annotations

import pickle

import numpy
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

import logitdist  # noqa: E402
import logitdist.torch  # noqa: E402

DEVICES = ["cpu"] + (["cuda"] if torch.cuda.is_available() else [])


def a_pair(seed=0, n=300, k=40, m=(6, 6), noise=0.1, shift=0.0):
    rng = numpy.random.default_rng(seed)
    f, g, bias = rng.normal(size=(n, m[0])) + shift, rng.normal(size=(k, m[0])), rng.normal(size=k)
    if m[0] != m[1]:
        return (f, g, bias), (rng.normal(size=(n, m[1])), rng.normal(size=(k, m[1])), rng.normal(size=k))
    return (f, g, bias), tuple(x + noise * rng.normal(size=x.shape) for x in (f, g, bias))


def accumulator(a, b, device="cpu", dtype=torch.float64, kind=logitdist.torch.Accumulator, **options):
    heads = (torch.from_numpy(x).to(device, dtype) for x in (a[1], b[1], a[2], b[2]))
    return kind(*heads, **options)


def saw(a, b, *ends, device="cpu", dtype=torch.float64, targets=None, **options):
    seen = accumulator(a, b, device, dtype, **options)
    f, other = (torch.from_numpy(x[0]).to(device, dtype) for x in (a, b))
    for start, end in zip((0, *ends), (*ends, len(f))):
        some = None if targets is None else targets[start:end]
        seen.update(f[start:end], other[start:end], targets=some)
    return seen


def assert_close(found, expected, tolerance):
    assert found.keys() == expected.keys()
    assert found.reasons == expected.reasons
    for token, value in expected.items():
        assert numpy.allclose(found[token], value, rtol=tolerance, atol=1e-12), (token, found[token], value)


CASES = [
    {},
    {"m": (3, 7)},
    {"n": 5, "k": 3, "m": (4, 4)},
    {"n": 1, "k": 1, "m": (2, 2)},
    # Near models, and far ones.
    {"noise": 1e-7},
    {"noise": 0.0},
    {"noise": 30.0},
    {"shift": 1000.0},
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("shape", CASES)
def test_numbers_are_those_of_the_core(shape, device):
    a, b = a_pair(1, **shape)
    expected = accumulator(a, b, kind=logitdist.Accumulator)
    expected.update(a[0], b[0])
    assert_close(saw(a, b, device=device).compare(), expected.compare(), 1e-10)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_types_are_widened_exactly(dtype):
    a, b = (tuple(torch.from_numpy(x).to(dtype) for x in model) for model in a_pair(7))
    expected = logitdist.Accumulator(a[1], b[1], a[2], b[2])
    seen = logitdist.torch.Accumulator(a[1], b[1], a[2], b[2])
    for batch in (expected, seen):
        batch.update(a[0], b[0])
    assert_close(seen.compare(), expected.compare(), 1e-10)


def test_batches_answers_and_tiles_agree_with_the_core(monkeypatch):
    a, b = a_pair(2)
    b[2][5] = -numpy.inf
    targets = numpy.where(numpy.arange(300) % 5 == 0, -100, numpy.arange(300) % 40)
    expected = accumulator(a, b, kind=logitdist.Accumulator)
    expected.update(a[0], b[0], targets=targets)
    # Rows are decomposed several times, and tiles are small.
    monkeypatch.setitem(logitdist._device._TILE, "cpu", 40 * 7)
    seen = accumulator(a, b)
    monkeypatch.setattr(logitdist._device.Factor, "append", smaller(logitdist._device.Factor.append))
    f, other = a[0].reshape(3, 100, 6), b[0].reshape(3, 100, 6)
    for i in range(3):
        seen.update(torch.from_numpy(f[i]), other[i], targets=torch.from_numpy(targets.reshape(3, 100)[i]))
    assert seen.n_inputs == 300
    assert_close(seen.compare(), expected.compare(), 1e-10)
    assert seen.compare().n_targets == (targets >= 0).sum()


def smaller(append):
    def with_small_blocks(self, rows):
        self.block = 20
        append(self, rows)

    return with_small_blocks


def test_logits_in_single_precision_say_how_far_off_they_are():
    a, b = a_pair(3, n=200, k=60, m=(16, 16))
    exact = saw(a, b, dtype=torch.float32).compare()
    single = saw(a, b, dtype=torch.float32, logits="f32").compare()
    assert "logit_error" not in exact
    assert 0 < single.logit_error < 1e-4
    for token in ("kl_ab", "tv", "js"):
        assert abs(single[token] / exact[token] - 1) < 1e-3
    # No product of labels is in the rest.
    assert single.m_cca == exact.m_cca and single.d_logit == exact.d_logit


def test_it_merges_with_the_core_and_travels(tmp_path):
    a, b = a_pair(4)
    half = (slice(0, 120), slice(120, 300))
    first, second = (saw((a[0][rows], *a[1:]), (b[0][rows], *b[1:])) for rows in half)
    of_core = accumulator(a, b, kind=logitdist.Accumulator)
    of_core.update(a[0], b[0])
    expected = of_core.compare()
    again = pickle.loads(pickle.dumps(first))
    again.merge(pickle.loads(pickle.dumps(second)))
    assert_close(again.compare(), expected, 1e-10)
    second.save(tmp_path / "second")
    mixed = accumulator(a, b, kind=logitdist.Accumulator)
    mixed.update(a[0][half[0]], b[0][half[0]])
    mixed.load(tmp_path / "second")
    assert_close(mixed.compare(), expected, 1e-10)
    mixed.merge(first)
    assert mixed.n_inputs == 420
    assert "on cpu of 120 inputs" in repr(first)


def test_autocast_and_gradients_change_nothing():
    a, b = a_pair(5)
    expected = saw(a, b).compare()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = accumulator(a, b)
        seen.update(torch.from_numpy(a[0]).requires_grad_(), torch.from_numpy(b[0]))
    assert seen.compare() == expected


def test_what_cannot_be_is_refused_in_words():
    a, b = a_pair(6)
    seen = accumulator(a, b)
    for update, message in [
        ((a[0], b[0][1:]), "a has 300 inputs and b has 299"),
        ((a[0][:, 1:], b[0]), "a: embeddings have 5 columns and unembeddings 6"),
        ((a[0], b[0] * numpy.nan), r"b: embeddings\[0, 0\] is nan"),
        ((a[0][0], b[0]), r"a: embeddings: the shape is \(6,\); \(..., dimension\)"),
        ((a[0].astype(int), b[0]), "entries are of type `torch.int64`"),
        ((a[0], b[0], numpy.ones(3)), r"the mask has the shape \(3,\); \(300,\) is needed"),
        ((a[0], b[0], None, numpy.full(300, 40)), "a target is 40; a label from 0 to 39"),
        ((a[0], b[0], None, numpy.ones(300)), "targets are of type torch.float64"),
    ]:
        with pytest.raises(ValueError, match=message):
            seen.update(*update)
    assert seen.n_inputs == 0
    with pytest.raises(ValueError, match="logits is 'f16'; it must be 'f64' or 'f32'"):
        accumulator(a, b, logits="f16")
    with pytest.raises(ValueError, match="the device mps has no float64"):
        accumulator(a, b, kind=lambda *heads: logitdist.torch.Accumulator(*heads, device="mps"))
    mask = numpy.zeros(300, bool)
    seen.update(a[0], b[0], mask)
    assert seen.n_inputs == 0
    mask[::3] = True
    seen.update(a[0], b[0], mask)
    assert seen.n_inputs == 100
