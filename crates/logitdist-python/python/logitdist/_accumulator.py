"""A comparison of two models whose inputs come batch by batch."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from . import _arrays, _native
from ._compare import names_of, subsets_of, whole
from ._comparison import Comparison


class Accumulator:
    """Compares two models whose inputs come batch by batch, without keeping any.

    Memory grows with the labels and dimensions alone. Accumulators of the same labels merge, in
    other threads, processes or machines: they can be pickled, saved and loaded. Everything but
    `d_llv`, `d_svd` and the distances at each input comes out.

    Parameters
    ----------
    unembeddings_a, unembeddings_b : array
        The weights of the last layers, (labels, dimension).
    bias_a, bias_b : array, optional
        Their biases, (labels,).
    probability : bool
        Whether to compute KL and its relatives, the only part whose cost grows with inputs × labels.
    threads : int, optional
        Number of threads, all processors if absent. The result does not depend on it.

    Examples
    --------
    >>> import numpy
    >>> import logitdist
    >>> rng = numpy.random.default_rng(0)
    >>> W = rng.normal(size=(10, 4))
    >>> seen = logitdist.Accumulator(W, W)
    >>> for _ in range(3):
    ...     h = rng.normal(size=(50, 4))
    ...     seen.update(h, h + 0.01 * rng.normal(size=h.shape))
    >>> seen.n_inputs, bool(seen.compare().m_cca > 0.99)
    (150, True)
    """

    def __init__(
        self,
        unembeddings_a: Any,
        unembeddings_b: Any,
        bias_a: Any = None,
        bias_b: Any = None,
        *,
        probability: bool = True,
        threads: int | None = None,
    ) -> None:
        self._given = (
            (_arrays.matrix(unembeddings_a, "a: unembeddings"), _arrays.bias(bias_a, "a: bias")),
            (_arrays.matrix(unembeddings_b, "b: unembeddings"), _arrays.bias(bias_b, "b: bias")),
        )
        self._probability = probability
        self._threads = None if threads is None else whole("threads", threads, 1)
        self._heads = _native.Heads(*self._given)
        self._summary: _native.Summary | None = None

    @property
    def n_inputs(self) -> int:
        """How many inputs were seen."""
        return 0 if self._summary is None else self._summary.n_inputs()

    def update(self, embeddings_a: Any, embeddings_b: Any, mask: Any = None) -> None:
        """See a batch of inputs.

        Parameters
        ----------
        embeddings_a, embeddings_b : array
            What goes into the last layers, (..., dimension): (inputs, dimension), or (batch,
            sequence, dimension).
        mask : array of bool, optional
            Which inputs to see, of the shape without the dimension; all if absent. An attention mask
            of 0 and 1 will do.
        """
        a, b = batch("a", embeddings_a, mask), batch("b", embeddings_b, mask)
        if len(a[1]) != len(b[1]):
            raise ValueError(
                f"a has {len(a[1])} inputs and b has {len(b[1])}; a pair needs the same ones in the same order"
            )
        if len(a[1]) > 0:
            self._add(
                self._heads.reduce(
                    a, b, beside=self._summary, probability=self._probability, threads=self._threads
                )
            )

    def _add(self, summary: _native.Summary) -> None:
        self._summary = summary if self._summary is None else self._summary.merge(summary)

    def merge(self, other: Accumulator) -> None:
        """See the inputs that another accumulator of the same labels has seen, after the own ones."""
        if not isinstance(other, Accumulator):
            raise TypeError(f"an Accumulator can be merged, not {type(other).__name__}")
        if not _same(self._given, other._given) or self._probability != other._probability:
            raise ValueError("accumulators can be merged only if they have the same labels and `probability`")
        if other._summary is not None:
            self._add(other._summary)

    def compare(
        self,
        *,
        names: tuple[str, str] = ("a", "b"),
        seed: int = 0,
        subsets: str | tuple[int, int] | None = None,
        skip: Iterable[str] = (),
    ) -> Comparison:
        """Compare what was seen so far. The arguments are those of `logitdist.compare`, which has probes as well."""
        if self._summary is None:
            raise ValueError("no input was seen yet; at least one is needed")
        without = ["llv"] if self._probability else ["llv", "probability"]
        settings = {
            "subsets": subsets_of(subsets),
            "inputs_limit": None,
            "logits": "f64",
            "llv_labels": None,
            "llv_inputs": None,
            "per_input": False,
            "intervals": False,
            "blocks": None,
            "groups": None,
            "null": 0,
            "targets": None,
            "by_confidence": False,
            "shifts": False,
            "only": None,
            "skip": [*names_of(skip), *without],
            "quick": False,
        }
        return Comparison(
            self._summary.compare(
                names=(names[0], names[1]),
                seed=whole("seed", seed),
                settings=settings,
                threads=self._threads,
                command=f"logitdist.Accumulator(...).compare(seed={seed})",
            ),
            None,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what was seen to a file, for `load` of the same version."""
        if self._summary is None:
            raise ValueError("no input was seen yet; there is nothing to save")
        place = Path(path)
        beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
        beside.write_bytes(self._summary.to_bytes())
        beside.replace(place)

    def load(self, path: str | os.PathLike[str]) -> None:
        """See what was saved by an accumulator of the same labels, after the own inputs."""
        summary = _native.Summary.of_bytes(Path(path).read_bytes())
        if not self._heads.are_of(summary):
            raise ValueError(f"{os.fspath(path)}: the summary is of other labels")
        if summary.has_probabilities() != self._probability:
            made = "with" if summary.has_probabilities() else "without"
            raise ValueError(f"{os.fspath(path)}: the summary was made {made} `probability`")
        self._add(summary)

    def __getstate__(self) -> dict[str, Any]:
        summary = None if self._summary is None else self._summary.to_bytes()
        kept = {"_given": self._given, "_probability": self._probability, "_threads": self._threads}
        return {**kept, "summary": summary}

    def __setstate__(self, state: dict[str, Any]) -> None:
        summary = state.pop("summary")
        self.__dict__.update(state)
        self._heads = _native.Heads(*self._given)
        self._summary = None if summary is None else _native.Summary.of_bytes(summary)

    def __repr__(self) -> str:
        shapes = " and ".join(str(head[0][1].shape) for head in self._given)
        return f"<logitdist.Accumulator of {self.n_inputs} inputs, unembeddings {shapes}>"


def batch(place: str, embeddings: Any, mask: Any) -> _arrays.Held:
    """The rows of a batch that a mask leaves."""
    kind, entries = _arrays.floating(embeddings, f"{place}: embeddings")
    if entries.ndim < 2:
        raise ValueError(f"{place}: embeddings: the shape is {entries.shape}; (..., dimension) is needed")
    if mask is not None:
        chosen = _arrays.as_numpy(mask, "mask")
        if chosen.shape != entries.shape[:-1]:
            raise ValueError(f"the mask has the shape {chosen.shape}; {entries.shape[:-1]} is needed")
        if not numpy.isin(chosen, (0, 1)).all():
            raise ValueError("the mask has entries beside 0 and 1")
        return kind, entries[chosen.astype(bool)]
    return kind, entries.reshape(-1, entries.shape[-1])


def _same(given: Any, other: Any) -> bool:
    if isinstance(given, tuple):
        return len(given) == len(other) and all(map(_same, given, other))
    return numpy.array_equal(given, other) if isinstance(given, numpy.ndarray) else bool(given == other)
