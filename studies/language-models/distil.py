"""Part 3: students of half the depth. Which loss brings one closer inside?"""

from __future__ import annotations

import copy
from collections.abc import Callable

import logitdist
import torch
from torch import nn

from finetune import batches
from study import SEED, Study

#: Sequences of a step, and the learning rate of Adam after its warm-up.
BATCH, RATE, WARM_UP = 4, 3e-4, 5

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def student(original: nn.Module) -> nn.Module:
    """Every second block of the original, the first and the last among them; head and input embeddings stay."""
    layers = original.model.layers
    chosen = [*range(0, len(layers) - 2, 2), len(layers) - 1]
    original.model.layers = nn.ModuleList(layers[i] for i in chosen)
    try:
        model = copy.deepcopy(original)
    finally:
        original.model.layers = layers
    model.config.num_hidden_layers = model.model.config.num_hidden_layers = len(chosen)
    model.requires_grad_(False)
    model.model.layers.requires_grad_(True)
    model.model.norm.requires_grad_(True)
    return model


def kl(logits: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """KL divergence from the teacher."""
    pair = nn.functional.log_softmax(logits, -1), nn.functional.log_softmax(teacher, -1)
    return nn.functional.kl_div(*pair, reduction="none", log_target=True).sum(-1).mean()


def weighted(logits: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """The distance of T18: the variance of log p − log p' under the larger of the two probabilities, halved."""
    difference = teacher - logits
    with torch.no_grad():
        weight = torch.maximum(logits.softmax(-1), teacher.softmax(-1))
    mean = (weight * difference).sum(-1, keepdim=True) / weight.sum(-1, keepdim=True)
    return (weight * (difference - mean) ** 2).sum(-1).mean() / 2


def mixture(logits: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """KL divergence and the squared logit distance by the size of the teacher's logits."""
    size = (teacher - teacher.mean(-1, keepdim=True)).pow(2).sum(-1).mean()
    return kl(logits, teacher) + logitdist.distance_loss(logits, teacher) / size


LOSSES: dict[str, Loss] = {"kl": kl, "centred_l2": logitdist.distance_loss, "weighted": weighted, "mixture": mixture}

#: Losses by which students are trained for longer.
LONGER = ("kl", "centred_l2")


def train(study: Study, name: str, steps: tuple[int, ...]) -> None:
    """One student, compared after each of the steps; its rate falls to nothing at the last."""
    axes = [
        {"source": "distil", "copy": f"student-{name}-{step}", "part": "body", "loss": name, "step": step}
        for step in steps
    ]
    if all(study.results.has(**one) for one in axes):
        return
    model = student(study.original)
    optimiser = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=RATE)
    last = steps[-1]
    for step, chosen in enumerate(batches(len(study.training.tokens), last, BATCH, SEED), 1):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(step / WARM_UP, 1.0, (last + 1 - step) / (last / 2))
        model.train()
        logits = model(study.training.tokens[chosen], use_cache=False).logits
        with torch.no_grad():
            teacher = study.training_states[chosen] @ study.head.T
        loss = LOSSES[name](logits, teacher)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step in steps and not study.results.has(**(one := axes[steps.index(step)])):
            study.row(model, one, whole=step == last and not study.small, end=step == last)


def part(study: Study) -> None:
    """The student before its training, and one for each loss."""
    before = {"source": "distil", "copy": "student-untrained", "part": "body", "loss": "none", "step": 0}
    if not study.results.has(**before):
        study.row(student(study.original), before, whole=False, end=True)
    for name in LOSSES:
        train(study, name, study.size.distilled)
    for name in LONGER:
        if study.size.longer:
            train(study, name, study.size.longer)
