"""Accumulators that compute where the tensors are, by torch's own operations."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy
import torch

from . import _native
from ._accumulator import Accumulator as _Accumulator
from ._batches import chosen_of, same_count
from ._compare import one_of
from ._tiles import MASKED, Terms

#: Entries of a tile of logits: on a processor they stay in the cache, elsewhere they fill the device.
_TILE = {"cpu": 1 << 18}
_LARGE_TILE = 1 << 24

#: Inputs that show how a pair is to be written.
_FIRST = 128

#: The largest entry of embeddings, as in the core.
_LARGEST = 1e60


class Accumulator(_Accumulator):
    """As `logitdist.Accumulator`, computed on the device of the tensors, such as a GPU.

    Decompositions and products are torch's, sums are in float64, and small matrices go to the core at the
    end. The numbers are those of `logitdist.Accumulator` up to rounding, 1e-10 of themselves, and it
    merges with accumulators of either kind.

    Parameters
    ----------
    unembeddings_a, unembeddings_b : array
        The weights of the last layers, (labels, dimension).
    bias_a, bias_b : array, optional
        Their biases, (labels,).
    probability : bool
        Whether to compute KL and its relatives.
    logits : {"f64", "f32"}
        Precision of the products that logits are made of. With ``"f32"``, without TF32, `logit_error` is the
        largest error that one input of each tile shows; everything else is in float64.
    device : torch.device or str, optional
        Where to compute; where `unembeddings_a` is if absent.
    threads : int, optional
        Threads of what is left for the core.

    Examples
    --------
    >>> import torch, logitdist.torch
    >>> W = torch.randn(10, 4)
    >>> seen = logitdist.torch.Accumulator(W, W)
    >>> for _ in range(3):
    ...     h = torch.randn(50, 4)
    ...     seen.update(h, h + 0.01 * torch.randn(50, 4))
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
        logits: str = "f64",
        device: Any = None,
        threads: int | None = None,
    ) -> None:
        super().__init__(
            unembeddings_a, unembeddings_b, bias_a, bias_b, probability=probability, threads=threads
        )
        own = unembeddings_a.device if isinstance(unembeddings_a, torch.Tensor) else "cpu"
        self._device = str(torch.device(own if device is None else device))
        if torch.device(self._device).type == "mps":
            raise ValueError("the device mps has no float64, which sums need: device='cpu' computes beside it")
        self._logits = one_of("logits", logits, ("f64", "f32"))
        self._begin()

    @property
    def n_inputs(self) -> int:
        """How many inputs were seen."""
        before = 0 if self._summary is None else self._summary.n_inputs()
        return before + (0 if self._pending is None else self._pending.n_inputs)

    def _begin(self) -> None:
        """Nothing is on the device yet."""
        self._pending: _Pending | None = None
        self._labels: _Labels | None = None

    def update(self, embeddings_a: Any, embeddings_b: Any, mask: Any = None, targets: Any = None) -> None:
        """See a batch of inputs; the arguments are those of `logitdist.Accumulator.update`."""
        with _as_written(self._device):
            a, b = (
                _rows(place, embeddings, mask, head[0][1].shape[1], self._device)
                for place, embeddings, head in (("a", embeddings_a, self._given[0]), ("b", embeddings_b, self._given[1]))
            )
            same_count(len(a), len(b))
            answers = None if targets is None else _targets(targets, embeddings_a, mask, self._device)
            if answers is not None:
                self._check_answers(answers)
            if len(a) == 0:
                return
            if self._labels is None:
                self._labels = _Labels(self._heads, self._device, self._logits)
            if self._pending is None:
                first = [("f64", x[:_FIRST].double().cpu().numpy()) for x in (a, b)]
                start = _native.device_start(self._heads, first[0], first[1])
                self._pending = _Pending(self._labels, start, self._device, self._logits == "f32")
            self._pending.see(a, b, answers, self._probability)

    def _named(self) -> str:
        return "logitdist.torch.Accumulator"

    def _check_answers(self, answers: Any) -> None:
        count = self._given[0][0][1].shape[0]
        wrong = answers[(answers != -100) & ((answers < 0) | (answers >= count))]
        if len(wrong) > 0:
            raise ValueError(
                f"a target is {int(wrong[0])}; a label from 0 to {count - 1} is needed, or -100 where there is no right answer"
            )

    def _seen(self) -> _native.Summary | None:
        pending, self._pending = self._pending, None
        if pending is not None:
            summary = pending.summary(self._heads)
            self._summary = summary if self._summary is None else self._summary.merge(summary)
        return self._summary

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_device": self._device, "_logits": self._logits}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._begin()

    def __repr__(self) -> str:
        return f"<logitdist.torch.Accumulator on {self._device}{super().__repr__()[len('<logitdist.Accumulator') :]}"


class _Labels:
    """The labels of both models on the device; their factor goes to the core."""

    def __init__(self, heads: _native.Heads, device: str, logits: str) -> None:
        both = _native.device_labels(heads)
        twins = torch.tensor(_native.device_label_twins(heads), device=device)
        columns = 3 + sum(g.shape[1] for g, _, _ in both)
        factor = Factor(columns, device)
        for start in range(0, len(both[0][0]), factor.block):
            rows = slice(start, start + factor.block)
            parts = [
                torch.cat([_f64(g[rows], device), _f64(bias[rows], device)[:, None]], 1) for g, bias, _ in both
            ]
            if parts[0].shape == parts[1].shape:
                parts[1] = torch.where(twins, parts[1] - parts[0], parts[1])
            factor.append(torch.cat([torch.ones_like(parts[0][:, :1]), *parts], 1))
        _native.take_label_factor(heads, factor.r())
        dtype = torch.float32 if logits == "f32" else torch.float64
        self.unembeddings = [torch.from_numpy(g).to(device=device, dtype=dtype) for g, _, _ in both]
        # What tells how far off logits in single precision are: the same numbers, if they are single.
        is_single = [bool(numpy.array_equal(g, g.astype(numpy.float32))) for g, _, _ in both]
        self._exact = [
            own if single or dtype == torch.float64 else _f64(g, device)
            for own, single, (g, _, _) in zip(self.unembeddings, is_single, both)
        ]
        self.bias = [_f64(bias, device) for _, bias, _ in both]
        count = len(self.bias[0])
        self.masked = tuple(
            torch.zeros(count, dtype=torch.bool).index_fill_(0, torch.tensor(masked, dtype=torch.int64), True).to(device)
            for _, _, masked in both
        )

    def logits(self, model: int, rows: Any) -> Any:
        """f·g + b in float64, (inputs, labels)."""
        logits = (rows.to(self.unembeddings[model].dtype) @ self.unembeddings[model].T).double()
        return logits.add_(self.bias[model]).masked_fill_(self.masked[model], MASKED)

    def differences(self, a: Any, b: Any) -> Any:
        """The logits of a less those of b, products of differences; 0 for masked labels."""
        g_a, g_b = self.unembeddings
        differences = (a.to(g_a.dtype) @ (g_a - g_b).T).double()
        differences += ((a - b).to(g_a.dtype) @ g_b.T).double()
        return differences.add_(self.bias[0] - self.bias[1]).masked_fill_(self.masked[0], 0.0)

    def error(self, model: int, row: Any, logits: Any) -> float:
        """How far the logits of an input are from those in double precision."""
        g = self._exact[model]
        # A copy of all labels in double precision would be as large as the model.
        parts = [part.double() @ row.double() for part in g.split(max(1, _LARGE_TILE // g.shape[1]))]
        exact = torch.cat(parts) + self.bias[model]
        beyond = (exact - logits).abs() + torch.finfo(torch.float64).eps * exact.abs()
        return float(beyond[~self.masked[model]].max())


class _Pending:
    """What is on the device of the inputs that the core has not got yet."""

    def __init__(self, labels: _Labels, start: _native.Start, device: str, is_single: bool) -> None:
        self._labels = labels
        self._start = start
        self._is_single = is_single
        self._device = device
        self._twins = torch.tensor(start.twins(), dtype=torch.bool, device=device)
        self._taken = _f64(numpy.array(start.taken_away()), device)
        self._factor = Factor(3 + len(start.taken_away()), device)
        self._tables: list[Any] = []
        self._answers: list[Any] = []
        self._has_answers = False
        self._smallest = torch.full_like(labels.bias[0], torch.inf)
        self._error = 0.0

    @property
    def n_inputs(self) -> int:
        """How many inputs wait."""
        return self._factor.rows

    def see(self, a: Any, b: Any, answers: Any, probability: bool) -> None:
        for start in range(0, len(a), self._factor.block):
            rows = slice(start, start + self._factor.block)
            self._factor.append(self._written(a[rows].double(), b[rows].double()))
        if not probability:
            return
        step = max(1, min(4096, _TILE.get(torch.device(self._device).type, _LARGE_TILE) // len(self._smallest)))
        self._has_answers |= answers is not None
        for start in range(0, len(a), step):
            rows = slice(start, start + step)
            self._see_tile(a[rows].double(), b[rows].double(), None if answers is None else answers[rows])

    def _written(self, a: Any, b: Any) -> Any:
        """[1 F F′ ‖f‖² ‖f′‖²] as the core writes it."""
        m = a.shape[1]
        difference = torch.where(self._twins, b - a, b) if a.shape == b.shape else b
        a, written = a - self._taken[:m], difference - self._taken[m:]
        second = torch.where(self._twins, a + written, written) if a.shape == written.shape else written
        lengths = [x.square().sum(1, keepdim=True) for x in (a, second)]
        return torch.cat([torch.ones_like(lengths[0]), a, written, *lengths], 1)

    def _see_tile(self, a: Any, b: Any, answers: Any) -> None:
        labels = self._labels
        u = labels.logits(0, a)
        if self._start.near():
            differences = labels.differences(a, b)
            v = u - differences
            v.masked_fill_(labels.masked[1], MASKED)
        else:
            differences, v = None, labels.logits(1, b)
        if self._is_single:
            errors = (labels.error(0, a[0], u[0]), labels.error(1, b[0], v[0]))
            self._error = max(self._error, *errors)
        terms = Terms(u, v, differences)
        self._tables.append(terms.table.cpu())
        self._smallest = torch.minimum(self._smallest, terms.smallest)
        if answers is None:
            self._answers.append(torch.full((len(a), 5), torch.nan, dtype=torch.float64))
        else:
            self._answers.append(terms.answers(answers, (labels.masked[0], labels.masked[1])).cpu())

    def summary(self, heads: _native.Heads) -> _native.Summary:
        """What the core makes of it."""
        return _native.device_summary(
            heads,
            self._start,
            self._factor.r(),
            self._factor.rows,
            table=torch.cat(self._tables).numpy() if self._tables else None,
            smallest=self._smallest.cpu().numpy(),
            answers=torch.cat(self._answers).numpy() if self._has_answers else None,
            logit_error=self._error,
        )


class Factor:
    """R of a tall matrix whose rows come in blocks: a decomposition of R on top of each block."""

    def __init__(self, columns: int, device: str) -> None:
        # What a block costs beside its rows is that of as many rows as there are columns.
        self.block = max(2048, 2 * columns)
        self.rows = 0
        self._r = torch.zeros(0, columns, dtype=torch.float64, device=device)
        self._waiting: list[Any] = []
        self._count = 0

    def append(self, rows: Any) -> None:
        """Take rows in; they are decomposed once there are enough."""
        self._waiting.append(rows)
        self.rows += len(rows)
        self._count += len(rows)
        if self._count >= self.block:
            self._decompose()

    def _decompose(self) -> None:
        stacked = torch.cat([self._r, *self._waiting])
        self._waiting, self._count = [], 0
        self._r = torch.linalg.qr(stacked, mode="r")[1].triu_()

    def r(self) -> Any:
        """R, for the core."""
        if self._waiting:
            self._decompose()
        return self._r.cpu().numpy()


def _f64(array: Any, device: str) -> Any:
    return torch.from_numpy(numpy.ascontiguousarray(array)).to(device=device, dtype=torch.float64)


def _rows(place: str, embeddings: Any, mask: Any, dim: int, device: str) -> Any:
    """The rows that a mask leaves, on the device, checked as the core checks them."""
    rows = torch.as_tensor(embeddings).detach().to(device)
    if rows.ndim < 2:
        raise ValueError(f"{place}: embeddings: the shape is {tuple(rows.shape)}; (..., dimension) is needed")
    if not rows.is_floating_point():
        raise ValueError(f"{place}: embeddings: entries are of type `{rows.dtype}`; f16, bf16, f32 or f64 is needed")
    if rows.shape[-1] != dim:
        raise ValueError(f"{place}: embeddings have {rows.shape[-1]} columns and unembeddings {dim}; both need the model's dimension")
    chosen = chosen_of(mask, tuple(rows.shape[:-1]))
    rows = rows.reshape(-1, dim) if chosen is None else rows[torch.from_numpy(chosen).to(device)]
    is_fine = rows.abs() <= _LARGEST if rows.dtype == torch.float64 else rows.isfinite()
    if not bool(is_fine.all()):
        row, col = (int(i) for i in (~is_fine).nonzero()[0])
        value = float(rows[row, col])
        raise ValueError(
            f"{place}: embeddings[{row}, {col}] is {value}; every entry must be finite and at most {_LARGEST:g} in magnitude"
        )
    return rows


def _targets(targets: Any, embeddings: Any, mask: Any, device: str) -> Any:
    answers = torch.as_tensor(targets).detach()
    shape = tuple(torch.as_tensor(embeddings).shape[:-1])
    if tuple(answers.shape) != shape or answers.is_floating_point() or answers.dtype == torch.bool:
        raise ValueError(f"targets are of type {answers.dtype} and shape {tuple(answers.shape)}; whole numbers of shape {shape} are needed")
    chosen = chosen_of(mask, shape)
    rows = answers.reshape(-1) if chosen is None else answers[torch.from_numpy(chosen).to(answers.device)]
    return rows.to(device=device, dtype=torch.int64)


@contextlib.contextmanager
def _as_written(device: str) -> Iterator[None]:
    """Products in the precision of their tensors: without gradients, TF32 or autocast."""
    precision = torch.get_float32_matmul_precision()
    kind = torch.device(device).type
    autocast = torch.autocast(kind, enabled=False) if kind in ("cpu", "cuda") else contextlib.nullcontext()
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.no_grad(), autocast:
            yield
    finally:
        torch.set_float32_matmul_precision(precision)
