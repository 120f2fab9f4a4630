"""What a comparison of arrays in memory adds to them, and how long it takes beside the command.

    python benches/peers/in_memory.py --gigabytes 2 --dim 1024

Two f32 arrays of so many gigabytes are compared, and the same arrays in files by the command of the package.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import logitdist
import numpy

SKIPPED = ["d_rep", "llv", "baselines"]


def processor(who):
    """Seconds of processors so far: another program's load disturbs them less than those of the clock."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def peak():
    """The most memory that the process has had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    dim, inputs = arguments.dim, int(arguments.gigabytes * 1e9 / 4 / arguments.dim)
    rng = numpy.random.default_rng(0)
    a = rng.standard_normal((inputs, dim), dtype="f4")
    b = numpy.empty_like(a)
    # A noisy copy, without another array of that size.
    for start in range(0, inputs, 4096):
        rows = slice(start, start + 4096)
        b[rows] = a[rows] + 0.1 * rng.standard_normal(a[rows].shape, dtype="f4")
    head = rng.standard_normal((arguments.labels, dim), dtype="f4")
    logitdist.compare((a[:4096], head), (b[:4096], head), skip=SKIPPED, intervals=False)
    before = peak()
    own, whole = [], []
    with tempfile.TemporaryDirectory(dir="target") as folder:
        for name, array in (("a", a), ("b", b), ("head", head)):
            numpy.save(Path(folder) / f"{name}.npy", array)
        line = [sys.executable, "-m", "logitdist", "compare", "--no-intervals", "--skip", ",".join(SKIPPED)]
        for side in "ab":
            line += [f"--embeddings-{side}", f"{folder}/{side}.npy", f"--unembeddings-{side}", f"{folder}/head.npy"]
        for _ in range(arguments.repeats):
            start, began = time.perf_counter(), processor(resource.RUSAGE_SELF)
            logitdist.compare((a, head), (b, head), skip=SKIPPED, intervals=False)
            own.append((time.perf_counter() - start, processor(resource.RUSAGE_SELF) - began))
            start, began = time.perf_counter(), processor(resource.RUSAGE_CHILDREN)
            subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
            whole.append((time.perf_counter() - start, processor(resource.RUSAGE_CHILDREN) - began))
    print(f"two arrays of {a.nbytes / 1e9:.2f} GB: {inputs} inputs, dimension {dim}, {arguments.labels} labels")
    print(f"memory added: {peak() - before:.0f} MB")
    for name, times in (("in memory", own), ("the command, which reads files from the system's cache", whole)):
        clock, of_processors = (min(kind) for kind in zip(*times))
        print(f"{name}: {clock:.2f} s, {of_processors:.2f} s of processors")


if __name__ == "__main__":
    main()
