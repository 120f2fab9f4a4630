"""d_rep by the error of the logits, in batches of small solves: no inputs and no alignment matrix."""

import numpy
from parallel import in_parallel

# Numbers of right-hand sides in a batch.
BATCH = 1 << 19


def d_rep(task, embeddings, embeddings_b):
    """From coordinates of the embeddings (p x dimension, p small) in which a sum of squares is a mean over inputs."""
    g, g_b = (labels - labels.mean(axis=0) for labels in [task.g, task.g_b])
    values = {}
    for name, own, f, other, f_b, subsets in [
        ("ab", g, embeddings, g_b, embeddings_b, task.subsets_ab),
        ("ba", g_b, embeddings_b, g, embeddings, task.subsets_ba),
    ]:
        # Only labels that are in a subset are needed.
        labels, places = numpy.unique(subsets, return_inverse=True)
        places = places.reshape(subsets.shape)
        own, other = own[labels], other[labels]
        errors = own @ f.T - other @ f_b.T

        def batch(subsets):
            pivots, others = subsets[:, :1], subsets[:, 1:]
            aligned = numpy.linalg.solve(own[others] - own[pivots], errors[others] - errors[pivots])
            return numpy.einsum("bij,bij->", aligned, aligned)

        size = max(1, BATCH // (errors.shape[1] * own.shape[1]))
        batches = [places[i : i + size] for i in range(0, len(places), size)]
        total = sum(in_parallel(batch, batches, task.threads))
        values[f"d_rep_{name}"] = numpy.sqrt(total / len(subsets))
        values[f"n_subsets_{name}"] = len(subsets)
    return values, 0
