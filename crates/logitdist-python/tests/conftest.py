"""What the tests share: pairs of models, and the command of the package."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

Arrays = dict[str, "numpy.ndarray[Any, Any]"]


def a_model(seed: int, n: int = 60, k: int = 7, m: int = 3, bias: bool = True) -> Arrays:
    rng = numpy.random.default_rng(seed)
    model = {"embeddings": rng.normal(size=(n, m)), "unembeddings": rng.normal(size=(k, m))}
    return {**model, "bias": rng.normal(size=k)} if bias else model


def a_pair(seed: int, noise: float = 0.1, **shape: Any) -> tuple[Arrays, Arrays]:
    """A model and a noisy copy of it."""
    a, other = a_model(seed, **shape), a_model(seed + 1000, **shape)
    return a, {name: array + noise * other[name] for name, array in a.items()}


def tuple_of(model: Arrays) -> tuple[Any, ...]:
    return tuple(model.values())


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "logitdist", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


@pytest.fixture
def command() -> Callable[..., str]:
    """Runs the command and gives what it prints."""

    def told(*arguments: str | Path) -> str:
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return told


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., tuple[str, str]]:
    """Writes two models as the command reads them."""

    def written(a: Arrays, b: Arrays) -> tuple[str, str]:
        paths = (str(tmp_path / "a.npz"), str(tmp_path / "b.npz"))
        for path, model in zip(paths, (a, b)):
            numpy.savez(path, **model)
        return paths

    return written
