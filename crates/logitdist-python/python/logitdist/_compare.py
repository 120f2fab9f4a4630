"""The comparison of two models."""

from __future__ import annotations

import contextlib
import inspect
import operator
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy

from . import _arrays, _native
from ._arrays import Model
from ._comparison import Comparison


def compare(
    a: Model,
    b: Model,
    *,
    names: tuple[str, str] | None = None,
    seed: int = 0,
    subsets: str | tuple[int, int] | None = None,
    inputs_limit: int | None = None,
    logits: str = "f64",
    llv_labels: Sequence[int] | None = None,
    llv_inputs: Sequence[int] | None = None,
    probe: Any = None,
    probe_offset: Any = 0.0,
    only: Iterable[str] | None = None,
    skip: Iterable[str] = (),
    quick: bool = False,
    per_input: bool = False,
    intervals: bool | None = None,
    blocks: int | None = None,
    groups: Sequence[int] | None = None,
    against: Model | None = None,
    floor: Model | None = None,
    targets: Any = None,
    by_confidence: bool = False,
    null: int = 0,
    labels: Any = "match",
    label_names_a: Any = None,
    label_names_b: Any = None,
    inputs: Any = "match",
    input_names_a: Any = None,
    input_names_b: Any = None,
    rows: Any = None,
    drop_nonfinite: bool = False,
    flatten: bool = False,
    array_names: Mapping[str, str] | str | None = None,
    array_names_b: Mapping[str, str] | str | None = None,
    transpose: Iterable[str] | str = (),
    transpose_b: Iterable[str] | str | None = None,
    zero_is_mask: bool = False,
    head: str | None = None,
    logit_scale: float = 1.0,
    logit_scale_b: float | None = None,
    softcap: float | str | None = None,
    softcap_b: float | str | None = None,
    normalise: str = "none",
    normalise_b: str | None = None,
    inflation_limit: int | None = None,
    threads: int | None = None,
    progress: bool = False,
) -> Comparison:
    """Compare two models: how far apart are the predictions, and how far the representations?

    The same numbers as ``logitdist compare``, to the last bit. Other threads of Python run meanwhile,
    and Ctrl-C ends it.

    Parameters
    ----------
    a, b : tuple, mapping or path
        A model is ``(embeddings, unembeddings)`` or ``(embeddings, unembeddings, bias)``, a mapping
        with these names, or a file that the command reads. Shapes are (inputs, dimension),
        (labels, dimension) and (labels,). Both need the same inputs and the same labels, in the same
        order or with names; dimensions may differ. Arrays may be of numpy, torch (on any device), jax
        or anything with ``__array__`` or ``__dlpack__``, in float64, float32, float16 or bfloat16, with
        any strides. Embeddings are not copied.

        A mapping may have ``labels`` and ``inputs``, names by which rows are matched, and ``mask``. In
        place of embeddings and unembeddings it may have ``logits``, ``log_probabilities`` or
        ``probabilities``, (inputs, labels), for what follows from the predictions.
    names : (str, str), optional
        What the models are called; ``("a", "b")``, or their paths.
    seed : int
        Seed of all random choices: label subsets and sampled inputs.
    subsets : str or (int, int), optional
        Label subsets for `d_rep`: ``"all"``, or pivots and sets for each, drawn at random, as
        ``(100, 200)`` or ``"100x200"``.
    inputs_limit : int, optional
        Compute KL and its relatives on a random sample of this many inputs, with standard errors.
    logits : {"f64", "f32"}
        Precision of the logits for KL and its relatives.
    llv_labels, llv_inputs : sequence of int, optional
        Pivot and labels, pivot and inputs of `d_llv`; evenly spread ones if absent.
    probe : array, optional
        Linear probes of `a`, (probes, dimension) or (dimension,). `Comparison.probes` then has the
        error of carrying each over from `b`, and its certificate.
    probe_offset : float or array
        What is added to a score before it is decided by its sign: one for all probes, or (probes,).
    only : iterable of str, optional
        Measures and bounds to compute, and nothing that they do not need; at least one. Tokens, or the groups
        ``"probability"``, ``"d_rep"``, ``"llv"``, ``"baselines"`` and ``"bounds"``.
    skip : iterable of str
        Measures, bounds and groups to leave out. That changes no digit of the rest.
    quick : bool
        The cheapest answer: `d_logit`, `m_cca` beside `m_cca_null`, and KL and agreement on a sample of
        500 inputs. Without `only`.
    per_input : bool
        Keep the distances at each input. Without it, what needs them compares again.
    intervals : bool, optional
        Compute 95 % intervals and `m_cca_cv`. If absent, where they take two seconds at most.
    blocks : int, optional
        Blocks of neighbouring inputs that intervals leave out one by one, 20 if absent.
    groups : sequence of int, optional
        A group for each input, such as the document it comes from; blocks cut none.
    against : model, optional
        A third model: how much further `b` is from `a`, with intervals of the differences.
    floor : model, optional
        Another run of `a`: how often its distance from `a` fits into that of `b`. The JSON has both.
    targets : sequence of int, optional
        The right label of each input, -100 where there is none: how right both models are.
    by_confidence : bool
        KL and agreement by tenths of the inputs, from those on which `a` is least sure of its answer.
    null : int
        Reorderings of b's inputs that show what unrelated models would give, from 100; 0 for none.
    labels : str or sequence
        Labels to compare. ``"match"``: all, by their names if both models have them, which must then be the
        same ones. ``"common"``: those whose names both have. ``"order"``: by position, whatever the names.
        Or names, positions, booleans for each, ``"0:50257"``, ``"-{3,7:9}"`` for all others, or a file.
    label_names_a, label_names_b : sequence or path, optional
        Names of the labels of each model, in the order of its rows; a file may be a tokenizer.json. If
        absent, ``labels`` of the model.
    inputs : str or sequence
        Inputs to compare, as for `labels`.
    input_names_a, input_names_b : sequence or path, optional
        Names of the inputs of each model. If absent, ``inputs`` of the model.
    rows : array, path or "mask", optional
        Rows of the embeddings to begin with: booleans or positions. ``"mask"`` takes each model's own mask.
        `inputs` chooses among these; `targets` and `groups` have one for each row of `a` nevertheless.
    drop_nonfinite : bool
        Leave out inputs with an entry that is not finite, in both models. They are errors otherwise.
    flatten : bool
        Take embeddings of (batch, positions, dimension) as batch · positions inputs; masks and names likewise.
    array_names, array_names_b : mapping or str, optional
        Other names of the arrays of mappings and files, as
        ``{"embeddings": "h", "unembeddings": "lm_head.weight"}``; the second if those of `b` differ.
    transpose, transpose_b : iterable of {"embeddings", "unembeddings"}
        Arrays with their axes exchanged, in both models or in `b`. Shapes are never used to guess this.
    zero_is_mask : bool
        Take a label whose probability is 0 at some inputs for a masked one, at all inputs.
    head : "auto", optional
        Find the last layer of a checkpoint by its name.
    logit_scale, logit_scale_b : float
        Multiply all logits with this number, in both models or in `b`.
    softcap, softcap_b : float or "none", optional
        Bend logits z to C·tanh(z/C), in both models or in `b`. What is compared are the logits then.
    normalise, normalise_b : {"none", "embeddings", "unembeddings", "both"}
        Divide rows by their lengths, in both models or in `b`.
    inflation_limit : int, optional
        Largest growth of a compressed array of a file.
    threads : int, optional
        Number of threads, all processors if absent. The result does not depend on it.
    progress : bool
        Show a bar, if tqdm is installed.

    Returns
    -------
    Comparison
        Numbers by token, bounds and the verdict.

    Raises
    ------
    ValueError
        An array or a setting is wrong; the message says where, and what would be right.
    TypeError
        A model is none of the above.

    Examples
    --------
    >>> import numpy
    >>> import logitdist
    >>> rng = numpy.random.default_rng(0)
    >>> h, W = rng.normal(size=(200, 4)), rng.normal(size=(10, 4))
    >>> c = logitdist.compare((h, W), (h + 0.01 * rng.normal(size=h.shape), W))
    >>> bool(0.99 < c.m_cca < 1)
    True
    >>> c["n_inputs"], c["n_labels"]
    (200, 10)
    """
    said = dict(locals())
    if quick and only is not None:
        raise ValueError("quick says what to compute, and so does only: leave out one of the two")
    said["only"] = only = None if only is None else names_of(only)
    said["skip"] = skip = names_of(skip)
    if only == []:
        raise ValueError("only names nothing; name a measure, a bound or a group, or leave it out to compute all")
    called = names or tuple(
        os.fspath(model) if isinstance(model, (str, os.PathLike)) else name
        for model, name in ((a, "a"), (b, "b"))
    )
    reading_a = _arrays.Reading(
        names=_arrays.names_of(array_names),
        transpose=_arrays.transposed(transpose),
        flatten=bool(flatten),
        zero_is_mask=bool(zero_is_mask),
        find_head=one_of("head", head, (None, "auto")) is not None,
        inflation_limit=None if inflation_limit is None else whole("inflation_limit", inflation_limit, 1),
        scale=_positive("logit_scale", logit_scale),
        softcap=_softcap("softcap", softcap),
        normalise=_NORMALISED[one_of("normalise", normalise, _NORMALISED)],
    )
    reading_b = replace(
        reading_a,
        names=reading_a.names if array_names_b is None else _arrays.names_of(array_names_b),
        transpose=reading_a.transpose if transpose_b is None else _arrays.transposed(transpose_b),
        scale=reading_a.scale if logit_scale_b is None else _positive("logit_scale_b", logit_scale_b),
        softcap=reading_a.softcap if softcap_b is None else _softcap("softcap_b", softcap_b),
        normalise=_NORMALISED[one_of("normalise_b", normalise if normalise_b is None else normalise_b, _NORMALISED)],
    )
    settings = {
        "subsets": subsets_of(subsets),
        "inputs_limit": None if inputs_limit is None else whole("inputs_limit", inputs_limit, 1),
        "logits": logits,
        "llv_labels": None if llv_labels is None else [whole("llv_labels", x) for x in llv_labels],
        "llv_inputs": None if llv_inputs is None else [whole("llv_inputs", x) for x in llv_inputs],
        "intervals": None if intervals is None else bool(intervals),
        "blocks": None if blocks is None else _within("blocks", blocks, 3, 1000),
        "groups": None if groups is None else [operator.index(x) for x in groups],
        "targets": None if targets is None else [operator.index(x) for x in targets],
        "by_confidence": bool(by_confidence),
        "null": _within("null", null, 100, 100_000) if null else 0,
        "only": only,
        "skip": skip,
        "quick": bool(quick),
    }
    which = {
        "labels": _chosen(labels, "labels"),
        "label_names_a": _arrays.names_in(label_names_a, "label_names_a"),
        "label_names_b": _arrays.names_in(label_names_b, "label_names_b"),
        "inputs": _chosen(inputs, "inputs"),
        "input_names_a": _arrays.names_in(input_names_a, "input_names_a"),
        "input_names_b": _arrays.names_in(input_names_b, "input_names_b"),
        "rows": _rows(rows),
        "drop_nonfinite": bool(drop_nonfinite),
    }
    compared = partial(
        _native.compare,
        _arrays.given(a, called[0], reading_a),
        _arrays.given(b, called[1], reading_b),
        against=other(against, "against", reading_b),
        floor=other(floor, "floor", reading_a),
        names=(called[0], called[1]),
        seed=whole("seed", seed),
        which=which,
        probe=None if probe is None else _probes(probe, probe_offset),
        threads=None if threads is None else whole("threads", threads, 1),
        command=_command(said),
    )

    def comparing(per_input: bool) -> _native.Comparison:
        with bar(progress) as listener:
            return compared(settings={**settings, "per_input": per_input, "shifts": True}, listener=listener)

    return Comparison(comparing(per_input), partial(comparing, True))


def other(model: Model | None, called: str, reading: _arrays.Reading) -> tuple[str, _arrays.Given] | None:
    """Another model beside the two, and what it is called."""
    if model is None:
        return None
    name = os.fspath(model) if isinstance(model, (str, os.PathLike)) else called
    return name, _arrays.given(model, name, reading)


def _chosen(choice: Any, what: str) -> str | list[int] | list[str]:
    """Labels or inputs as the extension takes them: a word, positions or names."""
    if isinstance(choice, (str, os.PathLike)):
        return os.fspath(choice)
    listed = choice if isinstance(choice, (list, tuple)) else _arrays.as_numpy(choice, what)
    if len(listed) > 0 and all(isinstance(name, str) for name in listed):
        return [str(name) for name in listed]
    return _arrays.positions(listed, what)


def _rows(rows: Any) -> str | list[int] | None:
    if rows is None or isinstance(rows, (str, os.PathLike)):
        return None if rows is None else os.fspath(rows)
    return _arrays.positions(rows, "rows")


#: Whether embeddings, and unembeddings, are divided by their lengths.
_NORMALISED = {
    "none": (False, False),
    "embeddings": (True, False),
    "unembeddings": (False, True),
    "both": (True, True),
}

T = TypeVar("T")


def one_of(name: str, value: T, allowed: Iterable[T]) -> T:
    """A value that must be one of some."""
    if value not in (listed := list(allowed)):
        raise ValueError(f"{name} is {value!r}; it must be {' or '.join(map(repr, listed))}")
    return value


def _positive(name: str, value: Any) -> float:
    number = float(value)
    if not 1e-30 <= number <= 1e30:
        raise ValueError(f"{name} is {value!r}; a number from 1e-30 to 1e30 is needed")
    return number


def _softcap(name: str, value: Any) -> float | None:
    return None if value is None or value == "none" else _positive(name, value)


def _within(name: str, value: Any, least: int, most: int) -> int:
    number = whole(name, value, least)
    if number > most:
        raise ValueError(f"{name} is {number}; it must be from {least} to {most}")
    return number


def whole(name: str, value: Any, least: int = 0) -> int:
    """A whole number from `least` on that 64 bits can hold."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; a whole number is needed") from None
    if not least <= number < 2**64:
        raise ValueError(f"{name} is {number}; it must be at least {least} and under 2^64")
    return number


def _probes(probe: Any, offset: Any) -> tuple[_arrays.Held, list[float]]:
    kind, weights = _arrays.rows(probe, "probe")
    offsets = numpy.asarray(_arrays.as_numpy(offset, "probe_offset"), dtype=numpy.float64)
    if offsets.shape not in ((), (len(weights),)) or not numpy.isfinite(offsets).all():
        raise ValueError(
            f"probe_offset is {offset!r}; a finite number, or one for each of {len(weights)} probes, is needed"
        )
    return (kind, weights), numpy.broadcast_to(offsets, len(weights)).tolist()


def subsets_of(subsets: str | tuple[int, int] | None) -> str | None:
    """Label subsets as the command takes them."""
    if subsets is None or isinstance(subsets, str):
        return subsets
    pivots, sets = subsets
    return f"{whole('subsets', pivots, 1)}x{whole('subsets', sets, 1)}"


def names_of(names: Iterable[str]) -> list[str]:
    """Names of measures, bounds and groups: one, or several."""
    return [names] if isinstance(names, str) else list(names)


#: Arguments that change nothing in the numbers, and the models themselves.
_UNSAID = ("a", "b", "names", "per_input", "threads", "progress")


def _command(said: dict[str, Any]) -> str:
    """The call that gives the same again; arrays stand there by the names of their arguments."""
    arguments = ["a", "b"]
    for name, parameter in inspect.signature(compare).parameters.items():
        value, usual = said[name], parameter.default
        if name in _UNSAID or value is usual or (name == "skip" and not value):
            continue
        path = os.fspath(value) if isinstance(value, os.PathLike) else value
        if isinstance(path, (str, bool, int, float, numpy.number)) or _is_short(path):
            if isinstance(path, (str, bool, int, float)) and path == usual:
                continue
            arguments.append(f"{name}={path!r}")
        else:
            arguments.append(f"{name}={name}")
    return f"logitdist.compare({', '.join(arguments)})"


def _is_short(value: Any) -> bool:
    """Whether it is a list or a mapping that can be read."""
    if isinstance(value, Mapping):
        return all(isinstance(entry, str) for entry in value.values())
    plain = (str, int, float)
    return isinstance(value, (list, tuple)) and len(value) <= 16 and all(isinstance(x, plain) for x in value)


@contextlib.contextmanager
def bar(asked: bool) -> Iterator[Callable[[int, int], None] | None]:
    """What hears of rows: a bar of tqdm, if it is asked for and there."""
    if not asked:
        yield None
        return
    try:
        from tqdm.auto import tqdm
    except ImportError:
        yield None
        return
    with tqdm(unit=" rows", leave=False) as drawn:

        def hear(done: int, total: int) -> None:
            drawn.total = total
            drawn.update(done - drawn.n)

        yield hear
