"""Part 2: the original learns French. How far does it move, and what does it forget?"""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import nn

from study import SEED, Study

#: Sequences of a step.
BATCH = 2
#: Rank of the low-rank updates.
RANK = 8


class LowRank(nn.Module):
    """A linear layer that stays, and an update of low rank that is trained; it begins as nothing."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.layer = layer
        self.down = nn.Parameter(torch.randn(RANK, layer.in_features) / layer.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(layer.out_features, RANK))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """The layer with its update."""
        return self.layer(inputs) + inputs @ self.down.T @ self.up.T


def start(original: nn.Module, method: str) -> tuple[nn.Module, list[nn.Parameter]]:
    """A copy of the original and what of it is trained; the input embeddings never are."""
    model = copy.deepcopy(original).requires_grad_(False)
    if method == "head":
        return model, [model.lm_head.weight.requires_grad_(True)]
    if method == "low_rank":
        linear = [
            (owner, name)
            for owner in model.model.layers.modules()
            for name, layer in owner.named_children()
            if isinstance(layer, nn.Linear)
        ]
        for owner, name in linear:
            setattr(owner, name, LowRank(getattr(owner, name)))
        return model, [p for p in model.parameters() if p.requires_grad]
    trained = [*model.model.layers.parameters(), *model.model.norm.parameters(), model.lm_head.weight]
    return model, [p.requires_grad_(True) for p in trained]


def batches(count: int, steps: int, size: int, seed: int) -> Iterator[torch.Tensor]:
    """Numbers of sequences for each step: all of them in a random order, again and again."""
    draws = torch.Generator().manual_seed(seed)
    order = torch.cat([torch.randperm(count, generator=draws) for _ in range(1 + size * steps // count)])
    yield from order[: size * steps].split(size)


def train(study: Study, method: str, rate: float) -> None:
    """One run; a copy is compared after each of the steps."""
    name = f"finetune-{method}-{rate:g}"
    steps = study.size.steps + (study.size.further if study.size.long.get(method) == rate else ())
    ends = {study.size.steps[-1], steps[-1]}
    axes = {
        step: {
            "source": "finetune",
            "copy": f"{name}-{step}",
            "part": {"head": "head", "full": "all"}.get(method, "body"),
            "method": method,
            "learning_rate": rate,
            "step": step,
        }
        for step in steps
    }
    if all(study.results.has(**one) for one in axes.values()):
        return
    torch.manual_seed(SEED)
    model, trained = start(study.original, method)
    french = torch.tensor([kind == "french" for kind in study.training.kinds])
    tokens, targets, states = (
        study.training.tokens[french],
        study.training.targets[french],
        study.training_states[french],
    )
    optimiser = torch.optim.Adam(trained, lr=rate)
    for step, chosen in enumerate(batches(len(tokens), steps[-1], BATCH, SEED), 1):
        model.train()
        # Under a head that alone is trained, states stay what they were.
        logits = model.lm_head(states[chosen]) if method == "head" else model(tokens[chosen], use_cache=False).logits
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets[chosen].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step in axes and not study.results.has(**axes[step]):
            study.row(model, axes[step], whole=False, end=step in ends)


def part(study: Study) -> None:
    """All runs."""
    for method, rates in study.size.rates.items():
        for rate in rates:
            train(study, method, rate)
