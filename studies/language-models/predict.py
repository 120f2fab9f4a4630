"""The same short fine-tuning of every copy: does similarity to the start predict how well it goes?

The task is whether a token of code is inside a string or a comment. The last layers and a new read-out are
trained for a few steps; the layers below stay, so that their states are computed once.
"""

from __future__ import annotations

import copy

import torch
from torch import nn

from model import hidden_states
from positions import Sequences
from probes import balanced

PROPERTY = "inside_string_or_comment"
#: Layers that are trained.
TOP = 6
#: Sequences of a step.
BATCH = 4
#: Learning rates of Adam for the layers and for the read-out.
RATE, RATE_OF_READ_OUT = 1e-4, 3e-3


def top_of(model: nn.Module) -> nn.Module:
    """A copy of the last layers, which takes the states that the others give."""
    layers, embedding = model.model.layers, model.model.embed_tokens
    model.model.layers, model.model.embed_tokens = layers[-TOP:], None
    try:
        top = copy.deepcopy(model.model)
    finally:
        model.model.layers, model.model.embed_tokens = layers, embedding
    top.config.num_hidden_layers = TOP
    return top


def accuracy(model: nn.Module, training: Sequences, evaluated: Sequences, states: torch.Tensor, steps: int) -> float:
    """The mean accuracy on the two classes of the evaluated code after the short fine-tuning.

    `states` are those of the evaluated sequences under the layers that are trained.
    """
    code = torch.tensor([kind == "code" for kind in training.kinds])
    lower = len(model.model.layers) - TOP
    draws = torch.Generator().manual_seed(0)
    order = torch.cat(
        [torch.randperm(int(code.sum()), generator=draws) for _ in range(1 + BATCH * steps // int(code.sum()))]
    )
    order = order[: BATCH * steps]
    used, place = order.unique(return_inverse=True)
    inputs = hidden_states(model, training.tokens[code][used], (lower,))[lower]
    labels = training.labels[PROPERTY][code].float()
    # Both classes weigh the same.
    rarity = (1 - labels.mean()) / labels.mean().clamp(min=1e-6)
    top = top_of(model).train()
    top.requires_grad_(True)
    read_out = nn.Linear(inputs.shape[-1], 1)
    nn.init.zeros_(read_out.weight)
    nn.init.zeros_(read_out.bias)
    groups = [{"params": top.parameters(), "lr": RATE}, {"params": read_out.parameters(), "lr": RATE_OF_READ_OUT}]
    optimiser = torch.optim.Adam(groups)
    for step in range(steps):
        batch = slice(step * BATCH, (step + 1) * BATCH)
        scores = read_out(top(inputs_embeds=inputs[place[batch]], use_cache=False).last_hidden_state).squeeze(-1)
        loss = nn.functional.binary_cross_entropy_with_logits(scores, labels[order[batch]], pos_weight=rarity)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    of_code = torch.tensor([kind == "code" for kind in evaluated.kinds])
    with torch.no_grad():
        last = top.eval()(inputs_embeds=states[of_code], use_cache=False).last_hidden_state
        scores = read_out(last).squeeze(-1)
    return balanced(scores.numpy(), evaluated.labels[PROPERTY][of_code].numpy())
