"""By second moments, as SVCCA's code does: matrix products alone over the inputs, at the price of half of the digits."""

import numpy
import solves
from scipy.linalg import cholesky, solve_triangular
from tiles import probability

__all__ = ["geometry", "probability", "d_rep"]


def moments(task):
    """Means, and uncentred second moments of [f f_b] over the inputs."""
    both = numpy.concatenate([task.f, task.f_b], axis=1)
    return both.mean(axis=0), both.T @ both / len(both)


# What d_rep goes on from.
found = {}


def geometry(task):
    mean, second = found["moments"] = moments(task)
    dim = task.f.shape[1]
    labels = numpy.concatenate([task.g, -task.g_b], axis=1)
    labels -= labels.mean(axis=0)
    d_logit = numpy.sqrt(max(0.0, numpy.vdot(second, labels.T @ labels)))
    covariance = second - numpy.outer(mean, mean)
    a, b = cholesky(covariance[:dim, :dim], lower=True), cholesky(covariance[dim:, dim:], lower=True)
    half = solve_triangular(a, covariance[:dim, dim:], lower=True)
    rho = numpy.linalg.svd(solve_triangular(b, half.T, lower=True), compute_uv=False)
    return {"d_logit": d_logit, "m_cca": rho.mean()}, 0


def d_rep(task):
    _, second = found["moments"]
    root = cholesky(second)
    dim = task.f.shape[1]
    return solves.d_rep(task, root[:, :dim], root[:, dim:])
