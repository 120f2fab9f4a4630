"""Many models, each compared with each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ._arrays import Model
from ._compare import compare
from ._comparison import Comparison

if TYPE_CHECKING:
    import pandas


class Comparisons(Mapping[tuple[str, str], Comparison]):
    """Comparisons by the names of both models; each pair once, in the order of the models."""

    def __init__(self, names: list[str], pairs: dict[tuple[str, str], Comparison]) -> None:
        self._names = names
        self._pairs = pairs

    def __getitem__(self, names: tuple[str, str]) -> Comparison:
        return self._pairs[names]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def frame(self, token: str) -> pandas.DataFrame:
        """A number of all pairs as a square frame of pandas.

        A number with two directions fills both sides: ``frame("kl_ab")`` has KL(row ‖ column). The
        diagonal, and what does not exist, is missing.
        """
        import pandas

        direction, other = (token[:-3], token[-3:]) if token.endswith(("_ab", "_ba")) else (token, "")
        back = {"": token, "_ab": f"{direction}_ba", "_ba": f"{direction}_ab"}[other]
        frame = pandas.DataFrame(index=self._names, columns=self._names, dtype=float)
        for (a, b), c in self._pairs.items():
            for row, column, own in ((a, b, token), (b, a, back)):
                value = c[own] if own not in c.reasons else None
                frame.loc[row, column] = float("nan") if value is None else value
        return frame

    def __repr__(self) -> str:
        return f"<logitdist.Comparisons of {len(self._names)} models>"


def matrix(models: Mapping[str, Model], **settings: Any) -> Comparisons:
    """Compare each of several models with each.

    Parameters
    ----------
    models : mapping of str to model
        Models by name, each as for `logitdist.compare`, on the same inputs and labels.
    **settings
        Other arguments of `logitdist.compare`.

    Examples
    --------
    >>> import numpy
    >>> import logitdist
    >>> rng = numpy.random.default_rng(0)
    >>> h, W = rng.normal(size=(100, 3)), rng.normal(size=(10, 3))
    >>> noisy = {f"noise {s}": (h + s * rng.normal(size=h.shape), W) for s in (0.0, 0.1, 1.0)}
    >>> all_pairs = logitdist.matrix(noisy)
    >>> len(all_pairs)
    3
    >>> d = all_pairs.frame("d_logit")
    >>> bool(d.loc["noise 0.0", "noise 0.1"] < d.loc["noise 0.0", "noise 1.0"])
    True
    """
    names = list(models)
    if len(names) < 2:
        raise ValueError(f"there are {len(names)} models; at least two are needed")
    pairs = {
        (a, b): compare(models[a], models[b], **{"names": (a, b), **settings}) for a, b in combinations(names, 2)
    }
    return Comparisons(names, pairs)
