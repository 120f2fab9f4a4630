import os
from collections.abc import Callable
from typing import Any, final

import numpy
import numpy.typing

from ._arrays import Given, Held

__all__ = [
    "Comparison",
    "Heads",
    "Start",
    "Summary",
    "__version__",
    "command",
    "compare",
    "device_label_twins",
    "device_labels",
    "device_start",
    "device_summary",
    "explain",
    "glossary",
    "reduce_logits",
    "sweep",
    "take_label_factor",
    "toml_of_json",
]

__version__: str

def command(line: list[str]) -> int: ...
def compare(
    a: Given,
    b: Given,
    *,
    against: tuple[str, Given] | None,
    floor: tuple[str, Given] | None,
    names: tuple[str, str],
    seed: int,
    settings: dict[str, Any],
    which: dict[str, Any],
    probe: tuple[Held, list[float]] | None,
    threads: int | None,
    listener: Callable[[int, int], None] | None,
    command: str,
) -> Comparison: ...
def device_label_twins(heads: Heads) -> list[bool]: ...
def device_labels(
    heads: Heads,
) -> tuple[
    tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], list[int]],
    tuple[numpy.typing.NDArray[numpy.float64], numpy.typing.NDArray[numpy.float64], list[int]],
]: ...
def device_start(heads: Heads, a: Held, b: Held) -> Start: ...
def device_summary(
    heads: Heads,
    start: Start,
    r: numpy.typing.NDArray[numpy.float64],
    rows: int,
    *,
    table: numpy.typing.NDArray[numpy.float64] | None,
    smallest: numpy.typing.NDArray[numpy.float64],
    answers: numpy.typing.NDArray[numpy.float64] | None,
    logit_error: float,
) -> Summary: ...
def explain(token: str) -> str: ...
def glossary() -> list[tuple[str, str, bool, tuple[str, str, str]]]: ...
def reduce_logits(
    a: Held,
    b: Held,
    *,
    form: str,
    beside: Summary | None,
    targets: list[int] | None,
    zero_is_mask: bool,
    probability: bool,
    threads: int | None,
) -> Summary: ...
def sweep(
    config: str | os.PathLike[str],
    *,
    overrides: list[str],
    out: str | os.PathLike[str],
    threads: int | None,
    fresh: bool,
) -> tuple[list[str], list[str]]: ...
def take_label_factor(heads: Heads, r: numpy.typing.NDArray[numpy.float64]) -> None: ...
def toml_of_json(text: str) -> str: ...
@final
class Comparison:
    def values(self) -> list[tuple[str, Any, str | None]]: ...
    def to_json(self) -> str: ...
    def to_csv(self) -> str: ...
    def to_table(self) -> str: ...
    def verdict(self) -> list[str]: ...
    def violated(self) -> list[str]: ...
    def has_inputs(self) -> bool: ...
    def inputs(self) -> list[tuple[str, numpy.typing.NDArray[Any]]]: ...
    def pictures(self) -> list[tuple[str, str, str, str]]: ...
    def report(self, folder: str | os.PathLike[str]) -> None: ...
@final
class Heads:
    def __new__(
        cls,
        a: tuple[Held, numpy.typing.NDArray[numpy.float64] | None],
        b: tuple[Held, numpy.typing.NDArray[numpy.float64] | None],
    ) -> Heads: ...
    def are_of(self, summary: Summary) -> bool: ...
    def reduce(
        self, a: Held, b: Held, *, targets: list[int] | None, probability: bool, threads: int | None
    ) -> Summary: ...
@final
class Start:
    def twins(self) -> list[bool]: ...
    def taken_away(self) -> list[float]: ...
    def near(self) -> bool: ...
@final
class Summary:
    @staticmethod
    def of_bytes(bytes: bytes) -> Summary: ...
    def to_bytes(self) -> bytes: ...
    def n_inputs(self) -> int: ...
    def has_probabilities(self) -> bool: ...
    def has_targets(self) -> bool: ...
    def logits(self) -> str: ...
    def labels_of_logits(self) -> int | None: ...
    def merge(self, other: Summary) -> Summary: ...
    def compare(
        self,
        *,
        names: tuple[str, str],
        seed: int,
        settings: dict[str, Any],
        threads: int | None,
        command: str,
    ) -> Comparison: ...
