"""What all parts of the study share: the original, its texts and probes, and how a copy becomes rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from torch import nn

import measure
import predict
import probes
from model import hidden_states, load, losses, untied
from positions import Sequences, sequences
from tables import Results
from texts import KINDS, documents

SEED = 20261129


@dataclass(frozen=True)
class Size:
    """How much is computed."""

    #: Evaluated documents of each kind, one sequence each.
    evaluated: int
    #: Training documents of each kind, and the most sequences of one.
    training: int
    most: int
    #: Steps of fine-tuning after which a copy is compared, and its learning rates by method.
    steps: tuple[int, ...]
    rates: dict[str, tuple[float, ...]]
    #: Further steps, of each method at one of its learning rates.
    further: tuple[int, ...]
    long: dict[str, float]
    #: Steps of distillation after which a student is compared, and those of further students that are trained for longer.
    distilled: tuple[int, ...]
    longer: tuple[int, ...]
    #: Steps of the short fine-tuning of part 5.
    short: int
    #: Layers whose lens is compared.
    layers: tuple[int, ...]


#: Learning rates of Adam by what is trained.
RATES = {"full": (1e-5, 1e-4, 1e-3), "head": (1e-5, 1e-4, 1e-3), "low_rank": (1e-4, 1e-3, 1e-2)}
#: The learning rate of each method at which training goes on.
LONG = {"full": 1e-4, "head": 1e-4, "low_rank": 1e-3}
WHOLE = Size(11, 30, 2, (3, 10, 30), RATES, (100,), LONG, (30,), (120,), 12, (10, 20))
SMALL = Size(11, 8, 1, (2,), {method: (rate,) for method, rate in LONG.items()}, (), {}, (2,), (), 2, (15,))


class Study:
    """The original and everything that copies of it are compared by."""

    def __init__(self, work: Path, out: Path, small: bool) -> None:
        self.small, self.size = small, SMALL if small else WHOLE
        torch.manual_seed(SEED)
        texts = documents(work / "texts", SEED)
        tokenizer, original = load(work / "weights")
        self.original = untied(original)
        count = self.size.evaluated
        part = lambda first, last: [d for kind in KINDS for d in texts[kind][first:last]]  # noqa: E731
        self.evaluated: Sequences = sequences(tokenizer, part(0, count), 1)
        self.training: Sequences = sequences(tokenizer, part(count, count + self.size.training), self.size.most)
        self.results = Results(out, measure.MEASURES, measure.BOUNDS)
        self.head = self.original.lm_head.weight.detach()
        self.states = hidden_states(self.original, self.evaluated.tokens, self.size.layers)

    @cached_property
    def training_states(self) -> torch.Tensor:
        """What goes into the original's last layer on the training texts."""
        return hidden_states(self.original, self.training.tokens)[self.depth]

    @cached_property
    def probes(self) -> probes.Probes:
        """Probes of the original."""
        return probes.fitted(self.training_states.flatten(0, 1).numpy(), self.training)

    @cached_property
    def carrier(self) -> probes.Carrier:
        """Carries what a copy has to where the original has it."""
        return probes.Carrier(self.head.numpy())

    @property
    def depth(self) -> int:
        """The number of the original's layers."""
        return len(self.original.model.layers)

    def pair(self, states: torch.Tensor, head: torch.Tensor) -> measure.Model:
        """A model as logitdist takes it."""
        return states.flatten(0, 1), head.detach()

    def lost(self, states: torch.Tensor, head: torch.Tensor) -> dict[str, float]:
        """The mean loss on prose and code, which the model knows, and on French, which it learns."""
        loss = losses(states, head.detach(), self.evaluated.targets)
        old = self.evaluated.of_kind("prose", "code")
        return {"loss_old": loss[old].mean().item(), "loss_new": loss[~old].mean().item()}

    def row(self, model: nn.Module, axes: dict[str, Any], *, whole: bool, end: bool) -> None:
        """Compares a copy and writes its row; at the `end` of its training with probes and the short fine-tuning."""
        began = monotonic()
        model.eval()
        head = model.lm_head.weight.detach()
        depth = len(model.model.layers)
        lower = depth - predict.TOP
        states = hidden_states(model, self.evaluated.tokens, (lower,))
        a, b = self.pair(self.states[self.depth], self.head), self.pair(states[depth], head)
        if whole:
            c = measure.whole(
                a, b, self.evaluated.groups(), self.evaluated.targets, self.probes.weights, self.probes.offsets
            )
        else:
            carried_too = (self.probes.weights, self.probes.offsets) if end else None
            c = measure.on_the_way(a, b, self.evaluated.targets, carried_too)
        numbers = {**measure.numbers(c), **self.lost(states[depth], head)}
        if end:
            numbers["tuned_accuracy_b"] = predict.accuracy(
                model, self.training, self.evaluated, states[lower], self.size.short
            )
            carried = self.carrier.carried(b[0].numpy(), head.numpy())
            for line in probes.lines(self.probes, a[0].numpy(), carried, self.evaluated, c.probes):
                self.results.probes.add(copy=axes["copy"], **line)
        numbers["seconds"] = round(monotonic() - began, 1)
        self.results.add(axes, numbers, measure.bounds(c))
        said = f"{axes['copy']:28} m_cca {numbers['m_cca']:.3f}  d_logit_relative {numbers['d_logit_relative']:.3f}"
        print(f"{said}  {numbers['seconds']} s", flush=True)
