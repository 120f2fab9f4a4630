"""Logits of a language model's vocabulary as an .npy on standard output, a hundred inputs at a time.

    python benches/peers/rows.py 20000 | logitdist compare --logits-a - b.npz
"""

import sys

import numpy

LABELS, DIMENSION, AT_ONCE = 50257, 64, 100


def main():
    inputs = int(sys.argv[1])
    random = numpy.random.default_rng(0)
    unembeddings = random.normal(size=(DIMENSION, LABELS)).astype("f4")
    out = sys.stdout.buffer
    header = {"descr": "<f4", "fortran_order": False, "shape": (inputs, LABELS)}
    numpy.lib.format.write_array_header_1_0(out, header)
    for start in range(0, inputs, AT_ONCE):
        count = min(AT_ONCE, inputs - start)
        embeddings = random.normal(size=(count, DIMENSION)).astype("f4") * numpy.float32(0.3)
        out.write((embeddings @ unembeddings).tobytes())


main()
