"""Arrays of all kinds are read as what they are, or refused in words."""

from __future__ import annotations

import ml_dtypes
import numpy
import pytest
from conftest import a_model, a_pair, tuple_of
from hypothesis import given, settings
from hypothesis import strategies as st

import logitdist

FLOATS = ["float64", "float32", "float16", ">f8", "<f4", ">f2", ml_dtypes.bfloat16]


def unaligned(x):
    padded = numpy.zeros((x.shape[0], x.shape[1] * x.itemsize + 1), numpy.uint8)
    view = padded[:, 1:].view()
    view[:] = numpy.ascontiguousarray(x).view(numpy.uint8)
    return numpy.ndarray(x.shape, x.dtype, padded, 1, (padded.strides[0], x.itemsize))


LAYOUTS = {
    "C": numpy.ascontiguousarray,
    "F": numpy.asfortranarray,
    "reversed": lambda x: x[::-1, ::-1].copy()[::-1, ::-1],
    "every second": lambda x: numpy.repeat(numpy.repeat(x, 2, axis=0), 3, axis=1)[::2, ::3],
    "unaligned": unaligned,
    "read-only": lambda x: numpy.broadcast_to(x, x.shape),
    "list": lambda x: x.astype("float64").tolist(),
}


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_shape_type_and_strides_are_the_same_numbers(data):
    shape = {name: data.draw(st.integers(1, most), name) for name, most in (("n", 30), ("k", 9), ("m", 5))}
    a, b = a_pair(data.draw(st.integers(0, 99)), **shape)
    dtype = data.draw(st.sampled_from(FLOATS))
    a, b = ({name: array.astype(dtype) for name, array in model.items()} for model in (a, b))
    plain = [{name: array.astype("float64") for name, array in model.items()} for model in (a, b)]
    layout = LAYOUTS[data.draw(st.sampled_from(sorted(LAYOUTS)))]
    laid = [{**model, "embeddings": layout(model["embeddings"])} for model in (a, b)]
    if data.draw(st.booleans()):
        laid = [{**model, "unembeddings": layout(model["unembeddings"])} for model in laid]
    assert logitdist.compare(*laid).to_json() == logitdist.compare(*plain).to_json()


def test_every_half_and_bfloat16_number_is_widened_exactly():
    for dtype in (numpy.float16, ml_dtypes.bfloat16):
        with numpy.errstate(invalid="ignore"):
            every = numpy.arange(2**16, dtype=numpy.uint16).view(dtype).astype(numpy.float64)
        every = every[numpy.isfinite(every) & (abs(every) < 1e30)]
        narrow = every.astype(dtype)[:, None] * numpy.ones((1, 1), dtype)
        weights = numpy.array([[1.0], [-0.5]])
        found = [logitdist.compare((x, weights), (x[::-1], weights)).to_json() for x in (narrow, every[:, None])]
        assert found[0] == found[1]


class Tensor:
    """Has `__array__` alone."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


class Exchanged:
    """Has `__dlpack__` alone."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


@pytest.mark.parametrize("kind", [Tensor, Exchanged])
def test_protocols_of_arrays_are_understood(kind):
    a, b = a_pair(2)
    wrapped = [tuple(map(kind, model.values())) for model in (a, b)]
    assert logitdist.compare(*wrapped) == logitdist.compare(a, b)


def changed(**arrays):
    return {**a_model(0), **arrays}


REFUSED = [
    (changed(embeddings=numpy.zeros(5)), r"a: embeddings: the shape is \(5,\); 2-D \(rows, columns\) is needed"),
    (changed(embeddings=numpy.zeros((0, 3))), "the array is empty; at least one row and one column"),
    (changed(embeddings=numpy.zeros((60, 4))), "a: embeddings have 4 columns and unembeddings 3; both need"),
    (changed(embeddings=numpy.zeros((60, 3), int)), "a: embeddings: entries are of type `int64`; f16, bf16, f32 or f64"),
    (changed(embeddings=numpy.zeros((60, 3), complex)), "entries are of type `complex128`"),
    (changed(embeddings=numpy.zeros((60, 3), bool)), "entries are of type `bool`"),
    (changed(embeddings=numpy.full((60, 3), None)), "entries are of type `object`"),
    (changed(embeddings=numpy.full((60, 3), numpy.nan)), r"a: embeddings\[0, 0\] is NaN; every entry must be finite"),
    (changed(unembeddings=numpy.full((7, 3), 1e70)), r"a: unembeddings\[0, 0\] is 1e70; every entry"),
    (changed(embeddings=numpy.full((60, 3), 1e-70)), "the largest entry of embeddings is 1e-70 in magnitude"),
    (changed(embeddings=numpy.ma.masked_array(numpy.zeros((60, 3)))), "the array is masked"),
    (changed(bias=numpy.zeros((7, 1))), r"a: bias: the shape is \(7, 1\); 1-D \(one entry per label\)"),
    (changed(bias=numpy.zeros(6)), "a: bias has 6 entries; it needs one per label, that is 7"),
    (changed(bias=numpy.full(7, -numpy.inf)), "all labels are masked, and at least one is needed"),
    (changed(embeddings=numpy.zeros((61, 3))), r"a has 61 inputs \(rows of the embeddings\) and b has 60"),
    (changed(unembeddings=numpy.zeros((8, 3)), bias=None), r"a has 8 labels \(rows of the unembeddings\) and b has 7"),
    (changed(weights=numpy.zeros(3)), "a: there is no role for `weights`"),
    ({"embeddings": numpy.zeros((60, 3))}, "a: there is no array `unembeddings`; there are `embeddings`"),
    ("none.npz", "none.npz"),
]


@pytest.mark.parametrize(("model", "message"), REFUSED)
def test_wrong_models_are_refused_in_words(model, message):
    with pytest.raises(ValueError, match=message):
        logitdist.compare(model, a_model(1))


def test_the_first_bad_entry_is_named():
    a = a_model(0, n=5000)
    a["embeddings"][4321, 1] = numpy.inf
    a["embeddings"][4321, 2] = numpy.inf
    with pytest.raises(ValueError, match=r"a: embeddings\[4321, 1\] is inf"):
        logitdist.compare(a, a_model(1, n=5000))


SETTINGS = [
    ({"threads": 0}, "threads is 0; it must be at least 1"),
    ({"threads": 5000}, "threads is 5000; it must be from 1 to 1024"),
    ({"seed": -1}, "seed is -1"),
    ({"subsets": "few"}, "subsets: the form is `all` or PIVOTSxSETS"),
    ({"subsets": (0, 3)}, "subsets is 0"),
    ({"inputs_limit": 0}, "inputs_limit is 0"),
    ({"logits": "f16"}, 'logits is "f16"; f64 or f32 is needed'),
    ({"llv_labels": [0, 9]}, r"the labels of d_LLV are \[0, 9\]; .* all different and below 7"),
    ({"skip": ["ckb"]}, "there is no measure or bound `ckb`.*; did you mean `cka`?"),
    ({"only": ["rho"], "quick": True}, "quick says what to compute, and so does only"),
    ({"only": []}, "only names nothing; name a measure"),
    ({"only": ["m_cca_cv"], "intervals": False}, "intervals=False leaves out what m_cca_cv needs"),
    ({"null": 5}, "null is 5; it must be at least 100"),
    ({"blocks": 2000}, "blocks is 2000; it must be from 3 to 1000"),
    ({"transpose": "bias"}, "transpose names 'bias'"),
    ({"labels": "common"}, "--labels common needs the names of both models' labels"),
    ({"labels": ["x"]}, "labels are chosen by name, and only models with names"),
    ({"labels": [0, 9]}, "--labels, of model a: there is no row 9"),
    ({"inputs": [-1]}, "inputs: booleans, or positions from 0 on, are needed"),
    ({"rows": [0, 0]}, "the rows of model a: row 0 is named twice"),
    ({"label_names_a": ["x"] * 7}, "label_names_a: the name `x` comes twice"),
    ({"label_names_a": ["x"]}, "label_names_a: there are 1 names and the model has 7 labels"),
    ({"input_names_b": [0.5] * 60}, "input_names_b: 0.5 is no name; strings or whole numbers"),
    ({"head": "auto"}, "head='auto' finds the last layer of a file"),
    ({"head": "last"}, "head is 'last'; it must be None or 'auto'"),
    ({"logit_scale": 0.0}, "logit_scale is 0.0; a number from 1e-30"),
    ({"softcap_b": -1}, "softcap_b is -1; a number from 1e-30"),
    ({"normalise": "all"}, "normalise is 'all'; it must be 'none' or 'embeddings'"),
    ({"array_names": {"weights": "w"}}, "array names `weights=w`: `weights=w` is wrong"),
    ({"probe": numpy.zeros((2, 5))}, "probe: row 0"),
    ({"probe": numpy.zeros((2, 3)), "probe_offset": [1.0]}, "for each of 2 probes, is needed"),
    ({"probe": numpy.zeros((1, 2, 3))}, "1-D for a single row, is needed"),
]


@pytest.mark.parametrize(("setting", "message"), SETTINGS)
def test_wrong_settings_are_refused_in_words(setting, message):
    with pytest.raises(ValueError, match=message):
        logitdist.compare(a_model(0), a_model(1), **setting)


@pytest.mark.parametrize("model", [None, 3, (numpy.zeros((2, 2)),), numpy.zeros((2, 2)), {1, 2}])
def test_what_is_no_model_is_a_type_error(model):
    with pytest.raises(TypeError, match="a: a model is"):
        logitdist.compare(model, a_model(1))


def test_tuples_mappings_and_lists_are_alike():
    a, b = a_pair(4)
    expected = logitdist.compare(a, b)
    assert logitdist.compare(tuple_of(a), list(tuple_of(b))) == expected
    without = [tuple_of(model)[:2] for model in (a, b)]
    assert logitdist.compare(*without) == logitdist.compare(*[(*model, None) for model in without])
    assert logitdist.compare(*without) != expected
