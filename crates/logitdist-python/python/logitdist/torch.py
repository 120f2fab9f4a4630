"""Comparisons of models of PyTorch, while they run.

`Capture` sees what goes into the last layers of two models; `Accumulator` is `logitdist.Accumulator`
computing on the device of its tensors; `all_reduce` merges what several processes have seen.
"""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Any

import torch
from torch import nn

from ._accumulator import Accumulator as _Accumulator
from ._batches import Batches
from ._device import Accumulator

__all__ = ["Accumulator", "Capture", "all_reduce"]


class Capture:
    """Compares two models by what goes into their last layers while they run.

    Parameters
    ----------
    a, b : torch.nn.Module
        The models. Inside ``with``, whatever both compute is seen, in turn: the first call of `a`
        goes with the first call of `b`.
    head_a, head_b : torch.nn.Linear or str, optional
        Their last layers, or the names of these. Where absent, ``get_output_embeddings()`` gives it,
        as of the language models of transformers, and else the last linear layer of the model.
    probability : bool
        As of `logitdist.Accumulator`.
    threads : int, optional
        As of `logitdist.Accumulator`.
    on_device : bool, optional
        Whether to compute where the layers are, by `logitdist.torch.Accumulator`; if absent, where they are not on
        the CPU.

    Attributes
    ----------
    accumulator : logitdist.Accumulator
        What was seen.
    mask : tensor or None
        Which inputs of the next call of both models to see, such as an attention mask; it is used once.
    targets : tensor or None
        The right labels of these inputs, -100 where there is none; used once, too.

    Examples
    --------
    >>> import torch, logitdist.torch
    >>> a = torch.nn.Sequential(torch.nn.Linear(6, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3))
    >>> b = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3))
    >>> with logitdist.torch.Capture(a, b) as seen:
    ...     for batch in torch.randn(4, 32, 6):
    ...         _ = a(batch), b(batch)
    >>> seen.accumulator.n_inputs
    128
    >>> c = seen.compare()
    """

    def __init__(
        self,
        a: nn.Module,
        b: nn.Module,
        *,
        head_a: nn.Module | str | None = None,
        head_b: nn.Module | str | None = None,
        probability: bool = True,
        threads: int | None = None,
        on_device: bool | None = None,
    ) -> None:
        self._heads = (_head(a, head_a, "a"), _head(b, head_b, "b"))
        (weight_a, bias_a), (weight_b, bias_b) = map(_parameters, self._heads)
        kind = Accumulator if (weight_a.device.type != "cpu" if on_device is None else on_device) else _Accumulator
        self.accumulator = kind(weight_a, weight_b, bias_a, bias_b, probability=probability, threads=threads)
        self.mask: Any = None
        self.targets: Any = None
        self._waiting: tuple[deque[torch.Tensor], deque[torch.Tensor]] = (deque(), deque())
        self._hooks: list[Any] = []

    def __enter__(self) -> Capture:
        for head, waiting in zip(self._heads, self._waiting):
            self._hooks.append(head.register_forward_pre_hook(self._hook(waiting)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        while self._hooks:
            self._hooks.pop().remove()
        left = [len(waiting) for waiting in self._waiting]
        for waiting in self._waiting:
            waiting.clear()
        if error is None and left != [0, 0]:
            raise ValueError(
                f"{left[0]} calls of a and {left[1]} calls of b have no call of the other model; both need the same inputs"
            )

    def _hook(self, waiting: deque[torch.Tensor]) -> Any:
        def hook(module: nn.Module, inputs: tuple[Any, ...]) -> None:
            waiting.append(inputs[0].detach())
            if all(self._waiting):
                a, b = (waiting.popleft() for waiting in self._waiting)
                mask, self.mask = self.mask, None
                targets, self.targets = self.targets, None
                self.accumulator.update(a, b, mask, targets)

        return hook

    def compare(self, **settings: Any) -> Any:
        """Compare what was seen so far; the arguments are those of `logitdist.Accumulator.compare`."""
        return self.accumulator.compare(**settings)


def _head(model: nn.Module, given: nn.Module | str | None, place: str) -> nn.Module:
    asked: Any = given
    if isinstance(given, str):
        modules = dict(model.named_modules())
        if given not in modules:
            raise ValueError(f"{place}: the model has no layer {given!r}")
        asked = modules[given]
    if asked is None and hasattr(model, "get_output_embeddings"):
        asked = model.get_output_embeddings()
    if asked is None:
        asked = ([None] + [module for module in model.modules() if isinstance(module, nn.Linear)])[-1]
    if asked is None:
        raise ValueError(f"{place}: the model has no linear layer; name its last layer by head_{place}")
    if getattr(asked, "weight", None) is None or asked.weight.ndim != 2:
        raise ValueError(f"{place}: {type(asked).__name__} is no linear layer: it has no weight of (labels, dimension)")
    head: nn.Module = asked
    return head


def _parameters(head: nn.Module) -> tuple[Any, Any]:
    return head.weight, getattr(head, "bias", None)


def all_reduce(accumulator: Batches, group: Any = None) -> None:
    """Merge what all processes of a group have seen, in the order of their ranks.

    Afterwards each has the same accumulator, the same to the last bit as if one process had seen the
    parts in this order.

    Parameters
    ----------
    accumulator : logitdist.Accumulator, logitdist.LogitAccumulator or logitdist.torch.Accumulator
        The own one; it is changed.
    group : torch.distributed.ProcessGroup, optional
        The group; all processes if absent.
    """
    import torch.distributed as distributed

    all_of_them: list[Any] = [None] * distributed.get_world_size(group)
    distributed.all_gather_object(all_of_them, accumulator, group=group)
    first, *others = all_of_them
    for other in others:
        first.merge(other)
    accumulator._summary = first._seen()
