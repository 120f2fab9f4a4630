"""The logit distance as a loss, and how small a small model can make it."""

from __future__ import annotations

import math
from typing import Any

from ._arrays import Model
from ._compare import compare, whole


def distance_loss(student: Any, teacher: Any) -> Any:
    """The squared logit distance of two batches of logits, to distil with.

    A student that makes it small must represent its inputs as the teacher does; a small KL divergence
    guarantees nothing of the kind.

    Parameters
    ----------
    student, teacher : tensor or array
        Logits, (..., labels): tensors of torch, through which gradients flow, or arrays of numpy or jax.

    Returns
    -------
    tensor or scalar
        The mean over inputs of the sum over labels of the squared difference, less its mean.

    Examples
    --------
    >>> import numpy
    >>> import logitdist
    >>> logits = numpy.array([[1.0, 2.0, 3.0]])
    >>> float(logitdist.distance_loss(logits + 5.0, logits))
    0.0
    >>> float(logitdist.distance_loss(logits * [1.0, 1.0, 2.0], logits))
    6.0
    """
    if student.shape != teacher.shape:
        raise ValueError(
            f"the student's logits are {tuple(student.shape)} and the teacher's {tuple(teacher.shape)}; "
            "the same inputs and labels are needed"
        )
    difference = student - teacher
    centred = difference - difference.mean(-1)[..., None]
    return (centred * centred).sum(-1).mean()


def compression_floor(model: Model, dim: int) -> float:
    """The smallest logit distance that any model of a smaller dimension can have to this one.

    Parameters
    ----------
    model : tuple, mapping or path
        As for `logitdist.compare`.
    dim : int
        The dimension of the smaller model.

    Returns
    -------
    float
        The floor of `d_logit_centred` and so of `d_logit` (T11), in nats; 0 if `dim` is not under the rank of the model's logits.

    Examples
    --------
    >>> import numpy
    >>> import logitdist
    >>> rng = numpy.random.default_rng(0)
    >>> model = rng.normal(size=(100, 3)), rng.normal(size=(10, 3))
    >>> bool(logitdist.compression_floor(model, 2) > 0)
    True
    >>> logitdist.compression_floor(model, 3)
    0.0
    """
    itself = compare(model, model, skip=("probability", "d_rep", "baselines"))
    return math.sqrt(sum(itself["spectrum_a"][whole("dim", dim, 1) :]))
