"""KL divergence and its relatives in tiles of inputs that fit a cache, on all threads, nothing computed twice."""

import numpy
from parallel import in_parallel

# Logits in a tile and model; but with fewer inputs than this a product of matrices is a slow one.
TILE = 1 << 17
FEWEST_INPUTS = 64


def probability(task):
    inputs, labels = len(task.inputs), len(task.g)
    rows = min(max(TILE // labels, FEWEST_INPUTS), -(-inputs // task.threads))
    tiles = [task.inputs[i : i + rows] for i in range(0, inputs, rows)]
    g, g_b = numpy.ascontiguousarray(task.g.T), numpy.ascontiguousarray(task.g_b.T)
    sums = in_parallel(lambda tile: sums_of(task.f[tile] @ g, task.f_b[tile] @ g_b), tiles, task.threads)
    means = numpy.sum(sums, axis=0) / inputs
    return dict(zip(["kl_ab", "kl_ba", "js", "tv", "hellinger", "top1_agreement"], means)), 0


def log_softmax(logits):
    """The log-probabilities in place of the logits, and the probabilities: one exponential each."""
    logits -= logits.max(axis=1, keepdims=True)
    p = numpy.exp(logits)
    total = p.sum(axis=1, keepdims=True)
    p /= total
    logits -= numpy.log(total)
    return logits, p


def sums_of(logits, logits_b):
    agree = (logits.argmax(axis=1) == logits_b.argmax(axis=1)).sum()
    (log_p, p), (log_q, q) = log_softmax(logits), log_softmax(logits_b)
    m = p + q
    m /= 2
    # Where both vanish, m log m is 0 as it should be.
    entropy_of_m = -numpy.einsum("ij,ij->i", m, numpy.log(numpy.maximum(m, 1e-300)))
    negative_entropies = numpy.einsum("ij,ij->i", p, log_p) + numpy.einsum("ij,ij->i", q, log_q)
    js = negative_entropies / 2 + entropy_of_m
    log_p -= log_q
    kl_ab, kl_ba = numpy.einsum("ij,ij->i", p, log_p), -numpy.einsum("ij,ij->i", q, log_p)
    tv = numpy.abs(numpy.subtract(p, q, out=m), out=m).sum(axis=1) / 2
    root_p, root_q = numpy.sqrt(p, out=p), numpy.sqrt(q, out=q)
    root_p -= root_q
    hellinger = numpy.sqrt(numpy.einsum("ij,ij->i", root_p, root_p) / 2)
    return [kl_ab.sum(), kl_ba.sum(), js.sum(), tv.sum(), hellinger.sum(), agree]
