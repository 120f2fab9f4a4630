"""By factors: one QR of both models' embeddings side by side and one of their unembeddings, then small matrices only."""

import numpy
import solves
from scipy.linalg import qr
from tiles import probability

__all__ = ["geometry", "probability", "d_rep"]


def embeddings_factor(task):
    """R of [1 f f_b] / sqrt(inputs), split at the models; its first row is the means, the others are centred."""
    inputs, dim = task.f.shape
    columns = numpy.empty((inputs, 1 + dim + task.f_b.shape[1]), order="F")
    columns[:, 0] = 1
    columns[:, 1 : 1 + dim] = task.f
    columns[:, 1 + dim :] = task.f_b
    r = triangular_factor(columns) / numpy.sqrt(inputs)
    return r[:, 1 : 1 + dim], r[:, 1 + dim :]


def triangular_factor(columns):
    (r,) = qr(columns, mode="r", overwrite_a=True, check_finite=False)
    return r[: columns.shape[1]]


# What d_rep goes on from.
found = {}


def geometry(task):
    f, f_b = found["embeddings"] = embeddings_factor(task)
    dim = task.g.shape[1]
    labels = numpy.concatenate([task.g, task.g_b], axis=1).T.copy().T
    labels -= labels.mean(axis=0)
    r = triangular_factor(labels)
    d_logit = numpy.linalg.norm(f @ r[:, :dim].T - f_b @ r[:, dim:].T)
    bases = [numpy.linalg.qr(embeddings[1:])[0] for embeddings in [f, f_b]]
    rho = numpy.linalg.svd(bases[0].T @ bases[1], compute_uv=False)
    return {"d_logit": d_logit, "m_cca": rho.mean()}, 0


def d_rep(task):
    return solves.d_rep(task, *found["embeddings"])
