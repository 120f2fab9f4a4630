"""Part 6: the last norm and the last layer, applied to the states of earlier layers. Where do copies part?"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

import measure
from compress import Change, applied, changes
from model import hidden_states
from study import Study

#: Copies whose layers are compared.
CHOSEN = ("int4-g32", "int3-g32", "prune-0.3")


def chosen(study: Study) -> list[Change]:
    """Some of the copies of part 1."""
    return [change for change in changes(study.small) if change.name in CHOSEN]


def part(study: Study) -> None:
    """A row for each copy and layer."""
    for change in chosen(study):
        layers = [
            layer for layer in (*study.size.layers, study.depth) if not study.results.has(**axes_of(change, layer))
        ]
        if not layers:
            continue
        model = applied(study.original, change)
        states = hidden_states(model, study.evaluated.tokens, study.size.layers)
        for layer in layers:
            a = study.pair(lens(study.original, study.states[layer], layer), study.head)
            b = study.pair(lens(model, states[layer], layer), model.lm_head.weight)
            c = measure.on_the_way(a, b)
            study.results.add(axes_of(change, layer), measure.numbers(c), measure.bounds(c))
            print(f"{change.name:20} layer {layer:2}  m_cca {c.m_cca:.3f}", flush=True)


def lens(model: nn.Module, states: torch.Tensor, layer: int) -> torch.Tensor:
    """States after the last norm; those of the last layer have it behind them."""
    return states if layer == len(model.model.layers) else model.model.norm(states).detach()


def axes_of(change: Change, layer: int) -> dict[str, Any]:
    """What names the row of a layer."""
    return {"source": "lens", **change.axes, "layer": layer}
