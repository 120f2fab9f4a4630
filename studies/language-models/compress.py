"""Copies of a model that are smaller: rounded, pruned, or of lower rank."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Change:
    """What is done to which weights. `group` 0 is a whole row; the input embeddings are never changed."""

    method: str
    level: float
    group: int | None = None
    part: str = "all"

    @property
    def name(self) -> str:
        """A name such as ``int4-g32`` or ``rank-288-head``."""
        how = f"int{self.level:g}" if self.method == "int" else f"{self.method}-{self.level:g}"
        group = "" if self.group is None else f"-g{self.group}" if self.group else "-row"
        return how + group + ("" if self.part == "all" else f"-{self.part}")

    @property
    def axes(self) -> dict[str, str | int | float]:
        """What names the copy in the tables."""
        column, kind = {"int": ("bits", int), "prune": ("share", float), "rank": ("rank", int)}[self.method]
        group = {} if self.group is None else {"group": str(self.group or "row")}
        return {"copy": self.name, "part": self.part, column: kind(self.level), **group}


def changes(small: bool) -> list[Change]:
    """Every copy of part 1."""
    if small:
        return [Change("int", 8, 0), Change("int", 4, 32), Change("rank", 288, None, "head")]
    rounded = [Change("int", bits, group) for bits in (8, 4, 3) for group in (0, 128, 32)]
    pruned = [Change("prune", share) for share in (0.1, 0.3, 0.7)]
    truncated = [Change("rank", 288, None, "head"), Change("rank", 432, None, "body")]
    halves = [Change("int", 4, 0, part) for part in ("head", "body")]
    return rounded + pruned + truncated + halves


def rounded(weight: torch.Tensor, bits: int, group: int) -> torch.Tensor:
    """Rounded to a symmetric grid of 2^bits − 1 values, with a step for each group of a row, the last shorter."""
    length = weight.shape[1]
    group = group or length
    # 576 is no multiple of 128.
    wide = nn.functional.pad(weight, (0, -length % group)).unflatten(1, (-1, group))
    most = 2 ** (bits - 1) - 1
    step = wide.abs().amax(-1, keepdim=True).clamp(min=1e-12) / most
    return ((wide / step).round().clamp(-most, most) * step).flatten(1)[:, :length]


def pruned(weight: torch.Tensor, share: float) -> torch.Tensor:
    """Without the entries of smallest magnitude, so many of them."""
    least = weight.abs().flatten().kthvalue(max(1, round(share * weight.numel()))).values
    return torch.where(weight.abs() > least, weight, 0.0)


def truncated(weight: torch.Tensor, rank: int) -> torch.Tensor:
    """The nearest matrix of this rank, by the eigenvectors of the smaller Gram matrix."""
    wide = weight if weight.shape[0] <= weight.shape[1] else weight.T
    vectors = torch.linalg.eigh(wide.double() @ wide.double().T).eigenvectors[:, -rank:].float()
    kept = vectors @ (vectors.T @ wide)
    return kept if wide is weight else kept.T


def changed(weight: torch.Tensor, change: Change) -> torch.Tensor:
    """One weight after a change."""
    if change.method == "int":
        return rounded(weight, int(change.level), change.group or 0)
    if change.method == "prune":
        return pruned(weight, change.level)
    return truncated(weight, int(change.level))


@torch.no_grad()
def applied(model: nn.Module, change: Change) -> nn.Module:
    """A changed copy of a model whose last layer is its own."""
    new = copy.deepcopy(model)
    if change.part in ("all", "body"):
        for layer in new.model.layers.modules():
            if isinstance(layer, nn.Linear):
                layer.weight.copy_(changed(layer.weight, change))
    if change.part in ("all", "head"):
        new.lm_head.weight.copy_(changed(new.lm_head.weight, change))
    return new
