"""What is asked of a peer: two models on the same inputs and labels, and which subsets and inputs to take."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy


@dataclass
class Task:
    """Embeddings f, f_b (inputs x dimension), unembeddings g, g_b (labels x dimension), all f64 and without a bias."""

    f: numpy.ndarray
    g: numpy.ndarray
    f_b: numpy.ndarray
    g_b: numpy.ndarray
    # Inputs of the probability part.
    inputs: numpy.ndarray
    # A row per label subset: the pivot, then as many labels as the model has dimensions.
    subsets_ab: numpy.ndarray
    subsets_ba: numpy.ndarray
    # So many consecutive subsets share a pivot; a d_rep that runs out of time stops after one of these groups.
    per_pivot: int
    threads: int
    # Seconds that one of the slow parts may take; what does not fit is extrapolated and said to be.
    budget: float


def read(folder: Path, threads: int, budget: float) -> Task:
    """The models of a folder, with the choices of task.json."""
    models = []
    for name in ["a.npz", "b.npz"]:
        with numpy.load(folder / name) as file:
            if "bias" in file:
                raise SystemExit(f"error: {folder / name}: has a bias; the peers compare models without one")
            models.append((file["embeddings"], file["unembeddings"]))
    choices = json.loads((folder / "task.json").read_text())
    (f, g), (f_b, g_b) = models
    array = lambda name: numpy.array(choices[name], dtype=numpy.intp)
    return Task(
        f, g, f_b, g_b, array("inputs"), array("subsets_ab"), array("subsets_ba"), choices["per_pivot"], threads, budget
    )
