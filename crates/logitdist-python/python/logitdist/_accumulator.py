"""A comparison of two models whose inputs come batch by batch."""

from __future__ import annotations

from typing import Any

import numpy

from . import _arrays, _native
from ._batches import Batches, answers_of, rows_of, same_count


class Accumulator(Batches):
    """Compares two models whose inputs come batch by batch, without keeping any.

    Memory grows by some numbers for each input. Accumulators of the same labels merge, in
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
        super().__init__(probability, threads)
        self._heads = _native.Heads(*self._given)

    def update(self, embeddings_a: Any, embeddings_b: Any, mask: Any = None, targets: Any = None) -> None:
        """See a batch of inputs.

        Parameters
        ----------
        embeddings_a, embeddings_b : array
            What goes into the last layers, (..., dimension): (inputs, dimension), or (batch,
            sequence, dimension).
        mask : array of bool, optional
            Which inputs to see, of the shape without the dimension; all if absent. An attention mask
            of 0 and 1 will do.
        targets : array of int, optional
            The right label of each input, of the same shape, -100 where there is none.
        """
        a, shape = rows_of("a", "embeddings", embeddings_a, mask)
        b, _ = rows_of("b", "embeddings", embeddings_b, mask)
        same_count(len(a[1]), len(b[1]))
        answers = answers_of(targets, shape, mask)
        if len(a[1]) > 0:
            self._add(
                self._heads.reduce(
                    a, b, targets=answers, probability=self._probability, threads=self._threads
                )
            )

    def _kind(self) -> str:
        return "Accumulator"

    def _is_of_same(self, other: Any) -> bool:
        return _same(self._given, other._given)

    def _refuse(self, summary: _native.Summary) -> str | None:
        return None if self._heads.are_of(summary) else "the summary is of other labels"

    def __getstate__(self) -> dict[str, Any]:
        seen = self._seen()
        summary = None if seen is None else seen.to_bytes()
        kept = {"_given": self._given, "_probability": self._probability, "_threads": self._threads}
        return {**kept, "summary": summary}

    def __setstate__(self, state: dict[str, Any]) -> None:
        kept = dict(state)
        summary = kept.pop("summary")
        self.__dict__.update(kept)
        self._heads = _native.Heads(*self._given)
        self._summary = None if summary is None else _native.Summary.of_bytes(summary)

    def __repr__(self) -> str:
        shapes = " and ".join(str(head[0][1].shape) for head in self._given)
        return f"<logitdist.Accumulator of {self.n_inputs} inputs, unembeddings {shapes}>"


def _same(given: Any, other: Any) -> bool:
    if isinstance(given, tuple):
        return len(given) == len(other) and all(map(_same, given, other))
    return numpy.array_equal(given, other) if isinstance(given, numpy.ndarray) else bool(given == other)
