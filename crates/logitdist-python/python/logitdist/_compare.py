"""The comparison of two models."""

from __future__ import annotations

import contextlib
import operator
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

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
    array_names: Mapping[str, str] | str | None = None,
    array_names_b: Mapping[str, str] | str | None = None,
    transpose: Iterable[str] | str = (),
    transpose_b: Iterable[str] | str | None = None,
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
        (labels, dimension) and (labels,). Both need the same inputs and the same labels in the same
        order; dimensions may differ. Arrays may be of numpy, torch (on any device), jax or anything
        with ``__array__`` or ``__dlpack__``, in float64, float32, float16 or bfloat16, with any
        strides. Embeddings are not copied.
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
        Measures and bounds to compute, and nothing that they do not need: tokens, or the groups
        ``"probability"``, ``"d_rep"``, ``"llv"``, ``"baselines"`` and ``"bounds"``.
    skip : iterable of str
        Measures, bounds and groups to leave out. That changes no digit of the rest.
    quick : bool
        The cheapest answer: `d_logit`, `m_cca` beside `m_cca_null`, and KL and agreement on a sample of
        1000 inputs. Without `only`.
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
    array_names, array_names_b : mapping or str, optional
        Other names of the arrays of mappings and files, as
        ``{"embeddings": "h", "unembeddings": "lm_head.weight"}``; the second if those of `b` differ.
    transpose, transpose_b : iterable of {"embeddings", "unembeddings"}
        Arrays with their axes exchanged, in both models or in `b`. Shapes are never used to guess this.
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
    exchange = _arrays.transposed(transpose)
    exchange_b = exchange if transpose_b is None else _arrays.transposed(transpose_b)
    called = names or tuple(
        os.fspath(model) if isinstance(model, (str, os.PathLike)) else name
        for model, name in ((a, "a"), (b, "b"))
    )
    given_a = _arrays.given(a, called[0], array_names, exchange)
    given_b = _arrays.given(b, called[1], array_names if array_names_b is None else array_names_b, exchange_b)
    if quick and only is not None:
        raise ValueError("quick says what to compute, and so does only: leave out one of the two")
    settings = {
        "subsets": subsets_of(subsets),
        "inputs_limit": None if inputs_limit is None else whole("inputs_limit", inputs_limit, 1),
        "logits": logits,
        "llv_labels": None if llv_labels is None else [whole("llv_labels", x) for x in llv_labels],
        "llv_inputs": None if llv_inputs is None else [whole("llv_inputs", x) for x in llv_inputs],
        "intervals": None if intervals is None else bool(intervals),
        "blocks": None if blocks is None else whole("blocks", blocks, 3),
        "groups": None if groups is None else [operator.index(x) for x in groups],
        "targets": None if targets is None else [operator.index(x) for x in targets],
        "by_confidence": bool(by_confidence),
        "null": whole("null", null),
        "only": None if only is None else names_of(only),
        "skip": names_of(skip),
        "quick": bool(quick),
    }
    compared = partial(
        _native.compare,
        given_a,
        given_b,
        against=other(against, "against", array_names if array_names_b is None else array_names_b, exchange_b),
        floor=other(floor, "floor", array_names, exchange),
        names=(called[0], called[1]),
        seed=whole("seed", seed),
        probe=None if probe is None else _probes(probe, probe_offset),
        threads=None if threads is None else whole("threads", threads, 1),
        command=_command(seed=seed, settings=settings),
    )

    def comparing(per_input: bool) -> _native.Comparison:
        with bar(progress) as listener:
            return compared(settings={**settings, "per_input": per_input, "shifts": True}, listener=listener)

    return Comparison(comparing(per_input), partial(comparing, True))


def other(
    model: Model | None, called: str, array_names: Mapping[str, str] | str | None, exchange: Any
) -> tuple[str, Any] | None:
    """Another model beside the two, and what it is called."""
    if model is None:
        return None
    name = os.fspath(model) if isinstance(model, (str, os.PathLike)) else called
    return name, _arrays.given(model, name, array_names, exchange)


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


def _command(seed: int, settings: dict[str, Any]) -> str:
    said = {"seed": seed or None, **settings}
    for name in ("skip", "quick", "by_confidence"):
        said[name] = said[name] or None
    said["logits"] = None if said["logits"] == "f64" else said["logits"]
    said["null"] = said.get("null") or None
    arguments = [f"{name}={value!r}" for name, value in said.items() if value is not None]
    return f"logitdist.compare({', '.join(['a', 'b', *arguments])})"


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
