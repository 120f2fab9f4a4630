"""The papers' way: every quantity as it is defined, with scikit-learn's CCA.

A part gives its values and the seconds that would be left to do: 0, unless its time was up.
"""

import time
import warnings

import numpy
from scipy.special import log_softmax, xlogy
from sklearn.cross_decomposition import CCA
from sklearn.exceptions import ConvergenceWarning


# Seconds for one component of CCA.
found = {}


def geometry(task):
    """d_logit from all logits, m_cca by scikit-learn."""
    differences = centred_logits(task.f, task.g)
    differences -= centred_logits(task.f_b, task.g_b)
    d_logit = numpy.sqrt((differences**2).sum(axis=1).mean())
    del differences
    m_cca, left = mean_correlation(task.f, task.f_b, task.budget)
    return {"d_logit": d_logit} | ({"m_cca": m_cca} if left == 0 else {}), left


def centred_logits(f, g):
    logits = f @ g.T
    logits -= logits.mean(axis=1, keepdims=True)
    return logits


def mean_correlation(f, f_b, budget):
    """The mean over as many components as there are dimensions, and the seconds left to do.

    Components are found one by one: the first says what all would take, and is all that is done if that is too long.
    """
    dim = min(f.shape[1], f_b.shape[1])
    # Once is enough: it is no part of what is repeated and timed.
    if "one" not in found:
        found["one"], _ = components(f, f_b, 1)
    one = found["one"]
    if one * dim > budget and dim > 1:
        return None, one * (dim - 1)
    _, cca = components(f, f_b, dim)
    x, y = cca.transform(f, f_b)
    rho = [numpy.corrcoef(x[:, i], y[:, i])[0, 1] for i in range(dim)]
    return float(numpy.mean(rho)), 0


def components(f, f_b, count):
    """The seconds for so many components, and what was fitted."""
    start = time.perf_counter()
    with warnings.catch_warnings():
        # It says so if a component did not converge; the value is compared all the same.
        warnings.simplefilter("ignore", ConvergenceWarning)
        cca = CCA(n_components=count).fit(f, f_b)
    return time.perf_counter() - start, cca


def probability(task):
    """KL divergence and its relatives from all log-probabilities."""
    log_p = log_softmax(task.f[task.inputs] @ task.g.T, axis=1)
    log_q = log_softmax(task.f_b[task.inputs] @ task.g_b.T, axis=1)
    p, q = numpy.exp(log_p), numpy.exp(log_q)
    m = (p + q) / 2
    return {
        "kl_ab": (p * (log_p - log_q)).sum(axis=1).mean(),
        "kl_ba": (q * (log_q - log_p)).sum(axis=1).mean(),
        "js": ((xlogy(p, p) - xlogy(p, m) + xlogy(q, q) - xlogy(q, m)) / 2).sum(axis=1).mean(),
        "tv": (abs(p - q).sum(axis=1) / 2).mean(),
        "hellinger": numpy.sqrt(((numpy.sqrt(p) - numpy.sqrt(q)) ** 2).sum(axis=1) / 2).mean(),
        "top1_agreement": (p.argmax(axis=1) == q.argmax(axis=1)).mean(),
    }, 0


def d_rep(task):
    """d_rep subset by subset, over all inputs."""
    values, left = {}, 0
    for name, f, g, f_b, g_b, subsets in [
        ("ab", task.f, task.g, task.f_b, task.g_b, task.subsets_ab),
        ("ba", task.f_b, task.g_b, task.f, task.g, task.subsets_ba),
    ]:
        errors, start = [], time.perf_counter()
        for i, subset in enumerate(subsets):
            whole = i > 0 and i % task.per_pivot == 0
            if whole and time.perf_counter() - start > task.budget / 2:
                break
            pivot, labels = subset[0], subset[1:]
            alignment = numpy.linalg.solve(g[labels] - g[pivot], g_b[labels] - g_b[pivot])
            errors.append(((f - f_b @ alignment.T) ** 2).sum(axis=1).mean())
        values[f"d_rep_{name}"] = numpy.sqrt(numpy.mean(errors))
        values[f"n_subsets_{name}"] = len(errors)
        left += (time.perf_counter() - start) * (len(subsets) / len(errors) - 1)
    return values, left
