"""Part 6: the last norm and the last layer, applied to the states of earlier layers. Where do copies part?"""

from __future__ import annotations

from typing import Any

import measure
from compress import Change, applied, changes
from model import hidden_states
from study import Study

#: Copies whose layers are compared.
CHOSEN = ("int8 row", "int4 g32", "int3 g32", "prune 0.3", "rank 432 body")


def chosen(study: Study) -> list[Change]:
    """Some of the copies of part 1."""
    return [change for change in changes(study.small) if change.name in CHOSEN]


def part(study: Study) -> None:
    """A row for each copy and layer."""
    for change in chosen(study):
        layers = [layer for layer in study.size.layers if not study.results.has(**axes_of(change, layer))]
        if not layers:
            continue
        model = applied(study.original, change)
        states = hidden_states(model, study.evaluated.tokens, tuple(layers))
        for layer in layers:
            a = study.pair(study.original.model.norm(study.states[layer]).detach(), study.head)
            b = study.pair(model.model.norm(states[layer]).detach(), model.lm_head.weight)
            c = measure.on_the_way(a, b)
            study.results.add(axes_of(change, layer), measure.numbers(c), measure.bounds(c))
            print(f"{change.name:20} layer {layer:2}  m_cca {c.m_cca:.3f}", flush=True)


def axes_of(change: Change, layer: int) -> dict[str, Any]:
    """What names the row of a layer."""
    return {"source": "lens", "copy": f"{change.name} layer {layer}", "part": change.part, "level": change.level, "group": change.group, "method": change.method, "layer": layer}
