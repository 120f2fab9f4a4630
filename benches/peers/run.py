"""One peer on one pair, part by part, as JSON on standard output.

python run.py direct|factors|moments FOLDER --threads 2 --budget 60
"""

import time

begin = time.perf_counter()

import argparse
import importlib
import json
import os
import statistics
from pathlib import Path

import numpy
import threadpoolctl

# A part that takes less than this many seconds is run once to warm up and then again until so much time is spent.
LONG_ENOUGH = 1.0
MOST_RUNS = 25


def warm(function):
    """The result of a part and the median of its times."""
    times = []
    while len(times) <= MOST_RUNS and (len(times) < 2 or sum(times) < LONG_ENOUGH):
        start = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - start)
        if times[0] > LONG_ENOUGH:
            return result, times[0]
    return result, statistics.median(times[1:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=["direct", "factors", "moments"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--budget", type=float, required=True)
    arguments = parser.parse_args()
    peer = importlib.import_module(arguments.peer)
    import task as tasks

    started = time.perf_counter() - begin
    task, read = warm(lambda: tasks.read(arguments.folder, arguments.threads, arguments.budget))
    values, seconds, shares = {}, {"start_up": started, "read": read}, {}
    for part in ["geometry", "probability", "d_rep"]:
        (found, share), took = warm(lambda: getattr(peer, part)(task))
        values |= {name: float(value) for name, value in found.items()}
        seconds[part], shares[part] = took / share, share
    print(json.dumps({"values": values, "seconds": seconds, "shares": shares, "about": about()}))


def about():
    """Versions, and which kernels on how many threads BLAS took."""
    libraries = threadpoolctl.threadpool_info()
    blas = {
        f"{l['internal_api']} {l['version']} ({l.get('architecture', 'unknown kernels')}), {l['num_threads']} threads"
        for l in libraries
        if l["user_api"] == "blas"
    }
    versions = [f"{name} {importlib.import_module(name).__version__}" for name in ["numpy", "scipy", "sklearn"]]
    settings = [f"{name}={os.environ[name]}" for name in ["OPENBLAS_CORETYPE"] if name in os.environ]
    return "; ".join(versions + sorted(blas) + settings)


main()
