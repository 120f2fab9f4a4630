"""The same arrays through logitdist, cca_zoo, rsatoolbox, netrep and plain numpy: values and times, as a table.

    python3 -m venv target/peers-venv
    target/peers-venv/bin/pip install ./crates/logitdist-python \
        -r crates/logitdist/tests/fixtures/peers/requirements.txt
    target/peers-venv/bin/python benches/peers/packages.py --inputs 500 --dim 20

netrep is not on PyPI (`pip install git+https://github.com/ahwillia/netrep`); without it its rows are left out.
Exits with 1 if a value differs by more than a package's own rounding.
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import logitdist
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "crates/logitdist/tests/fixtures/peers"))
import make  # noqa: E402


def netrep_metrics():
    """Of netrep: the metric that all linear maps leave as it is, and the one that rotations do."""
    try:
        from netrep.metrics import LinearMetric
    except ImportError:
        return []
    cosine = lambda alpha: lambda x, y: np.cos(LinearMetric(alpha=alpha).fit_score(x, y))  # noqa: E731
    return [("netrep", "m_cca", cosine(0.0)), ("netrep", "procrustes", lambda x, y: 2 - 2 * cosine(1.0)(x, y))]


def ways():
    """Package, token, and what computes it."""
    return [
        ("cca_zoo", "m_cca", lambda x, y: np.mean(make.canonical_correlations(x, y))),
        ("rsatoolbox", "cka", lambda x, y: make.rsa(x, y, "cosine_cov")),
        ("rsatoolbox", "procrustes", lambda x, y: 2 - 2 * make.rsa(x, y, "bures")),
        *netrep_metrics(),
        ("numpy", "svcca", make.svcca),
        ("numpy", "pwcca_ab", make.pwcca),
        ("numpy", "cka_debiased", make.cka_debiased),
        ("numpy", "r2_ab", make.r2),
    ]


def timed(function):
    """What it gives, and the least time of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        found = function()
        times.append(time.perf_counter() - start)
    return found, min(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=500)
    parser.add_argument("--dim", type=int, default=20)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    x = rng.standard_normal((arguments.inputs, arguments.dim)) * np.linspace(1, 2, arguments.dim)
    y = x @ rng.standard_normal((arguments.dim, arguments.dim)) + rng.standard_normal(x.shape)
    # Representations need no labels; a model has some.
    labels = rng.standard_normal((2, arguments.dim))
    print(f"{arguments.inputs} inputs, dimension {arguments.dim}; seconds are the least of three.\n")
    print("| | token | value | logitdist | seconds | logitdist |\n|---|---|---|---|---|---|")
    wrong = []
    for package, token, function in ways():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs, took = timed(lambda: float(function(x, y)))
        ask = lambda: logitdist.compare((x, labels), (y, labels), only=[token], intervals=False)[token]  # noqa: E731
        ours, own = timed(ask)
        print(f"| {package} | {token} | {theirs:.12g} | {ours:.12g} | {took:.2g} | {own:.2g} |")
        # Roots of eigenvalues of products of kernels, and angles, halve the digits.
        allowed = 1e-6 if package in ("rsatoolbox", "netrep") else 1e-9
        if abs(ours - theirs) > allowed * abs(theirs):
            wrong.append(f"{token} of {package}")
    if wrong:
        print(f"error: other values: {', '.join(wrong)}", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
