"""What accumulators share: a summary of the inputs that were seen, which merges and travels."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from . import _arrays, _native
from ._compare import names_of, subsets_of, whole
from ._comparison import Comparison


class Batches:
    """Inputs that come batch by batch, of which none is kept."""

    _summary: _native.Summary | None

    def __init__(self, probability: bool, threads: int | None) -> None:
        self._probability = probability
        self._threads = None if threads is None else whole("threads", threads, 1)
        self._summary = None

    @property
    def n_inputs(self) -> int:
        """How many inputs were seen."""
        summary = self._seen()
        return 0 if summary is None else summary.n_inputs()

    def _seen(self) -> _native.Summary | None:
        """What was seen so far."""
        return self._summary

    def _add(self, summary: _native.Summary) -> None:
        before = self._seen()
        self._summary = summary if before is None else before.merge(summary)

    def _is_of_same(self, other: Any) -> bool:
        """Whether another one of this class is of the same labels."""
        raise NotImplementedError

    def _refuse(self, summary: _native.Summary) -> str | None:
        """Why a summary is not of the same labels."""
        raise NotImplementedError

    def merge(self, other: Any) -> None:
        """See the inputs that another accumulator of the same labels has seen, after the own ones."""
        if not isinstance(other, Batches) or self._kind() != other._kind():
            article = "an" if self._kind().startswith("A") else "a"
            raise TypeError(f"{article} {self._kind()} can be merged, not {type(other).__name__}")
        if not self._is_of_same(other) or self._probability != other._probability:
            raise ValueError("accumulators can be merged only if they have the same labels and `probability`")
        summary = other._seen()
        if summary is not None:
            self._add(summary)

    def _kind(self) -> str:
        """What merges: the name of a class."""
        raise NotImplementedError

    def _named(self) -> str:
        """What it is called where a comparison says how it was made."""
        return f"logitdist.{self._kind()}"

    def compare(
        self,
        *,
        names: tuple[str, str] = ("a", "b"),
        seed: int = 0,
        subsets: str | tuple[int, int] | None = None,
        only: Iterable[str] | None = None,
        skip: Iterable[str] = (),
    ) -> Comparison:
        """Compare what was seen so far. The arguments are those of `logitdist.compare`, which has probes as well."""
        summary = self._seen()
        if summary is None:
            raise ValueError("no input was seen yet; at least one is needed")
        without = ["llv"] if self._probability else ["llv", "probability"]
        asked, left_out = None if only is None else names_of(only), names_of(skip)
        if asked == []:
            raise ValueError("only names nothing; name a measure, a bound or a group, or leave it out to compute all")
        settings = {
            "subsets": subsets_of(subsets),
            "inputs_limit": None,
            "logits": summary.logits(),
            "llv_labels": None,
            "llv_inputs": None,
            "per_input": False,
            "intervals": False,
            "blocks": None,
            "groups": None,
            "null": 0,
            # Those of the batches are meant.
            "targets": [] if summary.has_targets() else None,
            "by_confidence": False,
            "shifts": False,
            "only": asked,
            "skip": [*left_out, *without],
            "quick": False,
        }
        given = {"subsets": subsets, "only": asked, "skip": left_out or None}
        said = [f"seed={seed}", *(f"{name}={value!r}" for name, value in given.items() if value is not None)]
        return Comparison(
            summary.compare(
                names=(names[0], names[1]),
                seed=whole("seed", seed),
                settings=settings,
                threads=self._threads,
                command=f"{self._named()}(...).compare({', '.join(said)})",
            ),
            None,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what was seen to a file, for `load` of the same version."""
        summary = self._seen()
        if summary is None:
            raise ValueError("no input was seen yet; there is nothing to save")
        place = Path(path)
        beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
        beside.write_bytes(summary.to_bytes())
        beside.replace(place)

    def load(self, path: str | os.PathLike[str]) -> None:
        """See what was saved by an accumulator of the same labels, after the own inputs."""
        summary = _native.Summary.of_bytes(Path(path).read_bytes())
        refused = self._refuse(summary)
        if refused is not None:
            raise ValueError(f"{os.fspath(path)}: {refused}")
        if summary.has_probabilities() != self._probability:
            made = "with" if summary.has_probabilities() else "without"
            raise ValueError(f"{os.fspath(path)}: the summary was made {made} `probability`")
        self._add(summary)


def rows_of(
    place: str, what: str, array: Any, mask: Any
) -> tuple[_arrays.Held, tuple[int, ...]]:
    """The rows of a batch that a mask leaves, and the shape of the batch."""
    kind, entries = _arrays.floating(array, f"{place}: {what}")
    if entries.ndim < 2:
        raise ValueError(f"{place}: {what}: the shape is {entries.shape}; (..., {width_of(what)}) is needed")
    shape = entries.shape[:-1]
    chosen = chosen_of(mask, shape)
    rows = entries.reshape(-1, entries.shape[-1]) if chosen is None else entries[chosen]
    return (kind, rows), shape


def width_of(what: str) -> str:
    """What the last axis of an array is."""
    return "dimension" if what == "embeddings" else "labels"


def chosen_of(mask: Any, shape: tuple[int, ...]) -> numpy.typing.NDArray[numpy.bool_] | None:
    """A mask of a batch as booleans."""
    if mask is None:
        return None
    chosen = _arrays.as_numpy(mask, "mask")
    if chosen.shape != shape:
        raise ValueError(f"the mask has the shape {chosen.shape}; {shape} is needed")
    if not numpy.isin(chosen, (0, 1)).all():
        raise ValueError("the mask has entries beside 0 and 1")
    return chosen.astype(bool)


def answers_of(targets: Any, shape: tuple[int, ...], mask: Any) -> list[int] | None:
    """The right labels of the rows that a mask leaves."""
    if targets is None:
        return None
    answers = _arrays.as_numpy(targets, "targets")
    if answers.shape != shape or answers.dtype.kind not in "iu":
        raise ValueError(
            f"targets are of type {answers.dtype.name} and shape {answers.shape}; whole numbers of shape {shape} are needed"
        )
    chosen = chosen_of(mask, shape)
    rows = answers.reshape(-1) if chosen is None else answers[chosen]
    return [operator.index(target) for target in rows.tolist()]


def same_count(a: int, b: int) -> None:
    """Raise ValueError if a batch has other numbers of inputs."""
    if a != b:
        raise ValueError(f"a has {a} inputs and b has {b}; a pair needs the same ones in the same order")
