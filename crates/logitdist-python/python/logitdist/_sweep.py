"""Studies of many pairs."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _native
from ._compare import whole

if TYPE_CHECKING:
    import pandas


class Sweep:
    """The results of a sweep.

    Attributes
    ----------
    folder : pathlib.Path
        Where its files are; ``cargo xtask report`` draws them.
    violations : list of str
        Violated bounds: if there are any, a proof or this program is wrong.
    failures : list of str
        The first cells that failed, and why.
    """

    def __init__(self, folder: Path, violations: list[str], failures: list[str]) -> None:
        self.folder = folder
        self.violations = violations
        self.failures = failures

    def frame(self, table: str = "rows") -> pandas.DataFrame:
        """A table as a frame of pandas: ``"rows"``, ``"bounds"`` or ``"summary"``."""
        import pandas

        path = self.folder / f"{table}.csv"
        if not path.exists():
            there = ", ".join(sorted(file.stem for file in self.folder.glob("*.csv")))
            raise ValueError(f"there is no table {table!r}; there are {there}")
        return pandas.read_csv(path)

    def __repr__(self) -> str:
        return f"<logitdist.Sweep in {self.folder}: {len(self.violations)} violations, {len(self.failures)} failures>"


def sweep(
    config: Mapping[str, Any] | str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    *,
    overrides: Mapping[str, Any] | Iterable[str] = (),
    threads: int | None = None,
    fresh: bool = False,
) -> Sweep:
    """Run a study: draw and compare the pairs of a grid, as ``cargo xtask sweep`` does.

    Interrupted, the same call continues it.

    Parameters
    ----------
    config : mapping or path
        A config, or its content.
    out : path, optional
        Folder of the results; a temporary one if absent.
    overrides : mapping or iterable of str
        Other settings, as ``{"model.dim": [2, 4]}`` or ``["model.dim=[2,4]"]``.
    threads : int, optional
        Number of threads, all processors if absent. The result does not depend on it.
    fresh : bool
        Delete earlier results of the folder first.

    Examples
    --------
    >>> import logitdist
    >>> study = logitdist.sweep({
    ...     "question": "how tight are the bounds?",
    ...     "expected": "tighter for near models",
    ...     "replicates": 2,
    ...     "model": {"dim": 2, "labels": 5, "inputs": 20},
    ...     "perturbation": {"noise_embeddings": {"level": [0.1, 0.5]}},
    ... })
    >>> study.violations
    []
    >>> len(study.frame("rows"))
    4
    """
    given = overrides.items() if isinstance(overrides, Mapping) else ()
    settings = [f"{key}={json.dumps(value)}" for key, value in given] or list(overrides)
    folder = Path(tempfile.mkdtemp(prefix="logitdist-")) if out is None else Path(out)
    with tempfile.TemporaryDirectory() as scratch:
        if isinstance(config, Mapping):
            path = Path(scratch) / "config.toml"
            path.write_text(_native.toml_of_json(json.dumps(config)), encoding="utf-8")
        else:
            path = Path(config)
        violations, failures = _native.sweep(
            os.fspath(path),
            overrides=settings,
            out=os.fspath(folder),
            threads=None if threads is None else whole("threads", threads, 1),
            fresh=fresh,
        )
    return Sweep(folder, violations, failures)
