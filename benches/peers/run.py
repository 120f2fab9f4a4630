"""One peer on one pair, part by part, as JSON on standard output.

python run.py direct|factors|moments FOLDER --threads 2 --budget 60 --repeat-for 1
"""

import time

begin = time.perf_counter()

import argparse
import importlib
import json
import os
import statistics
from dataclasses import replace
from pathlib import Path

import threadpoolctl
from parallel import blas_threads

MOST_RUNS = 200


def warm(function, repeat_for):
    """The result of a part and the median of its times. The first run warms up, unless it alone takes the seconds for repetitions."""
    times = []
    while len(times) <= MOST_RUNS and (len(times) < 2 or sum(times) < repeat_for):
        start = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - start)
        if times[0] > repeat_for:
            return result, times[0]
    return result, statistics.median(times[1:])


def fastest(part, task, repeat_for):
    """The same on all threads or on one, whichever is faster: two threads get in each other's way if there is little to do."""
    best = None
    for threads in sorted({task.threads, 1}, reverse=True):
        with blas_threads(threads):
            found, took = warm(lambda: part(replace(task, threads=threads)), repeat_for)
        if best is None or took < best[1]:
            best = found, took
        if took > max(1.0, repeat_for):
            break
    return best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=["direct", "factors", "moments"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--budget", type=float, required=True)
    parser.add_argument("--repeat-for", type=float, required=True)
    arguments = parser.parse_args()
    peer = importlib.import_module(arguments.peer)
    import task as tasks

    started = time.perf_counter() - begin
    repeat_for = arguments.repeat_for
    task, read = warm(lambda: tasks.read(arguments.folder, arguments.threads, arguments.budget), repeat_for)
    values, seconds, shares = {}, {"start_up": started, "read": read}, {}
    for part in ["geometry", "probability", "d_rep"]:
        (found, left), took = fastest(getattr(peer, part), task, repeat_for)
        values |= {name: float(value) for name, value in found.items()}
        seconds[part], shares[part] = took + left, took / (took + left)
    said = {"values": values, "seconds": seconds, "shares": shares, "about": about()}
    # What the process takes beyond this is the interpreter's.
    print(json.dumps(said | {"inside": time.perf_counter() - begin}))


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
