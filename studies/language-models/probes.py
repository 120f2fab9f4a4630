"""Linear probes of the original, carried over to a copy by their last layers alone (T8, T17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy

from positions import Sequences

#: Ridge of the fit, by the mean square of an embedding's entry.
RIDGE = 1e-2


@dataclass
class Probes:
    """Probes by the names of their properties: what is positive has it."""

    names: list[str]
    weights: numpy.ndarray
    offsets: numpy.ndarray


def fitted(embeddings: numpy.ndarray, sequences: Sequences) -> Probes:
    """Ridge regression on ±1, in which both classes weigh the same however rare one is."""
    weights, offsets = [], []
    rows = numpy.asarray(embeddings, dtype=numpy.float64)
    for labels in sequences.labels.values():
        y = labels.flatten().numpy()
        x = rows[y >= 0]
        y = y[y >= 0]
        weight = numpy.where(y == 1, 0.5 / max((y == 1).sum(), 1), 0.5 / max((y == 0).sum(), 1))
        mean = weight @ x
        target = numpy.where(y == 1, 1.0, -1.0)
        middle = weight @ target
        centred = x - mean
        gram = (centred * weight[:, None]).T @ centred
        gram += RIDGE * numpy.trace(gram) / len(gram) * numpy.eye(len(gram))
        w = numpy.linalg.solve(gram, centred.T @ (weight * (target - middle)))
        weights.append(w)
        offsets.append(middle - w @ mean)
    return Probes(list(sequences.labels), numpy.array(weights), numpy.array(offsets))


def centred(head: numpy.ndarray) -> numpy.ndarray:
    """Unembeddings without their mean over labels."""
    wide = numpy.asarray(head, dtype=numpy.float64)
    return wide - wide.mean(0)


class Carrier:
    """Carries embeddings of a copy to where the original has them, by the last layers alone."""

    def __init__(self, head: numpy.ndarray) -> None:
        self.head = centred(head)
        self.gram = self.head.T @ self.head

    def carried(self, embeddings: numpy.ndarray, head: numpy.ndarray) -> numpy.ndarray:
        """The embeddings after the linear map that the two last layers decide."""
        linear = numpy.linalg.solve(self.gram, self.head.T @ centred(head))
        return numpy.asarray(embeddings, dtype=numpy.float64) @ linear.T


def balanced(scores: numpy.ndarray, labels: numpy.ndarray) -> float:
    """The mean of the accuracies on the two classes: 0.5 is chance, however rare one is."""
    right = (scores > 0) == (labels == 1)
    return float((right[labels == 1].mean() + right[labels == 0].mean()) / 2)


def lines(
    probes: Probes, a: numpy.ndarray, carried: numpy.ndarray, sequences: Sequences, found: Any
) -> list[dict[str, Any]]:
    """A line of probes.csv for each property; `found` is `Comparison.probes`."""
    result = []
    for place, name in enumerate(probes.names):
        labels = sequences.labels[name].flatten().numpy()
        known = labels >= 0
        own, other = (rows[known] @ probes.weights[place] + probes.offsets[place] for rows in (a, carried))
        one = found[place]
        result.append(
            {
                "property": name,
                "positions": int(known.sum()),
                "share": float((labels[known] == 1).mean()),
                "accuracy_a": balanced(own, labels[known]),
                "accuracy_carried": balanced(other, labels[known]),
                "agreement": one["probe_agreement"]["value"],
                "agreement_certified": one["probe_agreement"]["bound"],
                "error": one["error"],
                "certified": one["certified"],
                "probe_sd": one["probe_sd"],
            }
        )
    return result
