"""A comparison of two models whose logits come batch by batch."""

from __future__ import annotations

from typing import Any

from . import _arrays, _native
from ._batches import Batches, answers_of, rows_of, same_count
from ._compare import one_of


class LogitAccumulator(Batches):
    """Compares two models by their logits, which come batch by batch and are not kept.

    For models whose last layer is not at hand. What follows from the predictions comes out, as of
    `logitdist.compare` of logits alone. Accumulators merge, and can be pickled, saved and loaded, as
    `logitdist.Accumulator`.

    Of over 4096 labels, the directions are kept in which the logits seen so far vary, at most 1014. A batch that
    brings others adds them, unless they are under a hundred-thousandth of the logits' size. An accumulator takes
    8 bytes for each label, direction and model, and a few times that while directions are added.

    Parameters
    ----------
    form : {"logits", "log_probabilities", "probabilities"}
        What comes.
    zero_is_mask : bool
        Take a label whose probability is 0 at some inputs of a batch for a masked one. Masks must be the same in all batches.
    probability : bool
        Whether to compute KL and its relatives.
    threads : int, optional
        Number of threads, all processors if absent. The result does not depend on it.

    Examples
    --------
    >>> import numpy
    >>> import logitdist
    >>> rng = numpy.random.default_rng(0)
    >>> seen = logitdist.LogitAccumulator()
    >>> for _ in range(3):
    ...     u = rng.normal(size=(50, 10))
    ...     seen.update(u, u + 0.01 * rng.normal(size=u.shape))
    >>> seen.n_inputs, bool(seen.compare().kl_ab < 1e-3)
    (150, True)
    """

    def __init__(
        self,
        form: str = "logits",
        *,
        zero_is_mask: bool = False,
        probability: bool = True,
        threads: int | None = None,
    ) -> None:
        self._form = one_of("form", form, _arrays.FORMS)
        self._zero_is_mask = bool(zero_is_mask)
        super().__init__(probability, threads)

    def update(self, logits_a: Any, logits_b: Any, mask: Any = None, targets: Any = None) -> None:
        """See a batch of inputs.

        Parameters
        ----------
        logits_a, logits_b : array
            Logits, or what `form` says, (..., labels).
        mask : array of bool, optional
            Which inputs to see, of the shape without the labels; all if absent.
        targets : array of int, optional
            The right label of each input, of the same shape, -100 where there is none.
        """
        a, shape = rows_of("a", self._form, logits_a, mask)
        b, _ = rows_of("b", self._form, logits_b, mask)
        same_count(len(a[1]), len(b[1]))
        answers = answers_of(targets, shape, mask)
        if len(a[1]) > 0:
            self._add(
                _native.reduce_logits(
                    a,
                    b,
                    form=self._form,
                    beside=self._summary,
                    targets=answers,
                    zero_is_mask=self._zero_is_mask,
                    probability=self._probability,
                    threads=self._threads,
                )
            )

    def _kind(self) -> str:
        return "LogitAccumulator"

    def _labels(self) -> int | None:
        return None if self._summary is None else self._summary.labels_of_logits()

    def _is_of_same(self, other: Any) -> bool:
        return None in (self._labels(), other._labels()) or self._labels() == other._labels()

    def _refuse(self, summary: _native.Summary) -> str | None:
        labels = summary.labels_of_logits()
        if labels is None:
            return "the summary is of models with embeddings: an Accumulator loads it"
        return None if self._labels() in (None, labels) else f"the summary is of {labels} labels, and {self._labels()} were seen"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_summary": None if self._summary is None else self._summary.to_bytes()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        summary = state["_summary"]
        self._summary = None if summary is None else _native.Summary.of_bytes(summary)

    def __repr__(self) -> str:
        return f"<logitdist.LogitAccumulator of {self.n_inputs} inputs, {self._labels() or 'no'} labels>"
