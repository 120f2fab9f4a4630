"""What a comparison found."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from . import _native

if TYPE_CHECKING:
    import numpy
    import numpy.typing
    import pandas

#: Tokens at the head of what a notebook shows.
_HEADLINE = ("d_logit", "kl_ab", "kl_ba", "tv", "top1_agreement", "m_cca", "m_cca_logits", "cka", "d_rep_ab")


class NoValue(KeyError, AttributeError):
    """A token without a value; the message says why there is none."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Bound:
    """A bound on a pair: ``lhs <= rhs``, or ``value >= bound``.

    Attributes
    ----------
    token : str
        Its name; `logitdist.explain` says what it states.
    form : str
        ``"published"`` or ``"sharpened"``.
    status : str
        ``"ok"``, ``"vacuous"`` (true of any two models) or ``"not_applicable"``.
    holds : bool or None
        Whether it holds up to rounding; None if it is not applicable.
    reason : str or None
        Why it says nothing.
    lhs, rhs, tightness : float or None
        The sides of an upper bound, and ``lhs / rhs``.
    bound, value, slack : float or None
        What a lower bound certifies, the measured value, and ``value - bound``.

    A side with an interval is an `Interval`, a float with ``low`` and ``high``.
    """

    token: str
    form: str
    status: str
    holds: bool | None
    reason: str | None
    lhs: float | None = None
    rhs: float | None = None
    tightness: float | None = None
    bound: float | None = None
    value: float | None = None
    slack: float | None = None


class Interval(float):
    """A number with its 95 % interval. It behaves as the number.

    Attributes
    ----------
    low, high : float
        The ends of the interval.
    se : float
        The standard error, in the units of the number.
    method : str
        How the interval was made.
    """

    low: float
    high: float
    se: float
    method: str

    def __new__(cls, value: float, low: float, high: float, se: float, method: str) -> Interval:
        number = super().__new__(cls, value)
        number.low, number.high, number.se, number.method = low, high, se, method
        return number

    def __reduce__(self) -> tuple[type[Interval], tuple[float, float, float, float, str]]:
        return Interval, (float(self), self.low, self.high, self.se, self.method)

    def __repr__(self) -> str:
        return f"{float(self):.6g} [{self.low:.6g}, {self.high:.6g}]"


class Svg(str):
    """A picture. A notebook shows it, and `save` writes it."""

    def _repr_svg_(self) -> str:
        return str(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self)


class Comparison(Mapping[str, Any]):
    """A comparison: every number by its token, as an item or as an attribute.

    ``c["m_cca"]`` and ``c.m_cca`` are the same. A number with an interval is an `Interval`, a float
    with ``low`` and ``high``. A token without a value raises `NoValue` with the
    reason, and is not ``in c``. ``print(c)`` shows the command's table.

    Attributes
    ----------
    bounds, bounds_ba : dict of str to Bound
        The bounds with `a`'s spectrum and labels, and with `b`'s.
    certificate, certificate_ba : dict
        What the distributions alone certify, in the same order.
    probes : list of dict
        Of each probe the error of carrying it over, what is certified for it, and its deviation.
    reasons : dict of str to str
        Tokens without a value, and why.
    intervals : dict of str to dict
        Of tokens with a 95 % interval its `low` and `high` ends, `se` and `method`.
    notes : dict of str to str
        Remarks on values that need a word.
    verdict : list of str
        What it amounts to, a sentence each.
    """

    def __init__(self, native: _native.Comparison, again: Callable[[], _native.Comparison] | None) -> None:
        self._native = native
        self._again = again
        self._values: dict[str, Any] = {}
        self.reasons: dict[str, str] = {}
        for token, value, reason in native.values():
            if reason is None:
                self._values[token] = value
            else:
                self.reasons[token] = reason
        said = self.to_dict()
        self.bounds = _bounds(said["bounds"])
        self.bounds_ba = _bounds(said["bounds_ba"])
        self.certificate: dict[str, dict[str, Any]] = said["certificate"]
        self.certificate_ba: dict[str, dict[str, Any]] = said["certificate_ba"]
        self.probes: list[dict[str, float]] = said["probes"]
        self.intervals: dict[str, dict[str, Any]] = said.get("intervals") or {}
        for token, interval in self.intervals.items():
            if token in self._values:
                self._values[token] = _with_interval(self._values[token], interval)
        self.notes: dict[str, str] = said["notes"]
        self.verdict = native.verdict()

    def __getitem__(self, token: str) -> Any:
        if token in self._values:
            return self._values[token]
        if token in self.reasons:
            raise NoValue(f"{token} is not applicable: {self.reasons[token]}")
        if token in _DOCUMENTED:
            raise NoValue(f"{token} was left out of this comparison")
        raise NoValue(_unknown(token))

    def __getattr__(self, token: str) -> Any:
        # Only for what no attribute and no property is.
        if token.startswith("_"):
            raise AttributeError(token)
        return self[token]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._values})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Comparison) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    @property
    def violated(self) -> list[str]:
        """Tokens of violated bounds: if there are any, a proof or this program is wrong."""
        return self._native.violated()

    def to_dict(self) -> dict[str, Any]:
        """The content of `to_json`."""
        content: dict[str, Any] = json.loads(self.to_json())
        return content

    def to_json(self) -> str:
        """The JSON of ``logitdist compare --format json``."""
        return self._native.to_json()

    def to_csv(self) -> str:
        """The CSV of ``logitdist compare --format csv``: section, token, side, value, reason."""
        return self._native.to_csv()

    def to_frame(self, what: str = "measures") -> pandas.DataFrame:
        """A frame of pandas, with a row for each number or each bound.

        Parameters
        ----------
        what : {"measures", "bounds"}
            Numbers by token with the ends of their intervals and their meanings, or bounds by token and direction,
            with the ends of the intervals of their sides.
        """
        import pandas

        if what == "measures":
            numbers = [t for t in (*self._values, *self.reasons) if not isinstance(self.get(t), list)]
            ends = [(getattr(self.get(t), "low", None), getattr(self.get(t), "high", None)) for t in numbers]
            rows = [
                (t, self.get(t), low, high, self.reasons.get(t), _meaning(t))
                for t, (low, high) in zip(numbers, ends, strict=True)
            ]
            frame = pandas.DataFrame(rows, columns=["token", "value", "low", "high", "reason", "meaning"])
            frame[["value", "low", "high"]] = frame[["value", "low", "high"]].astype(float)
            return frame.set_index("token")
        if what == "bounds":
            both = (("ab", self.bounds), ("ba", self.bounds_ba))
            lines = [{"direction": d, **_line(bound)} for d, bounds in both for bound in bounds.values()]
            names = ["direction", *(field.name for field in fields(Bound)), *(f"{s}_{e}" for s, e in _ENDS)]
            frame = pandas.DataFrame(lines, columns=names).set_index(["token", "direction"])
            numbers = [*_SIDES, "tightness", "slack", *(f"{s}_{e}" for s, e in _ENDS)]
            frame[numbers] = frame[numbers].astype(float)
            return frame
        raise ValueError(f"what is {what!r}; it must be 'measures' or 'bounds'")

    def inputs(self) -> dict[str, numpy.typing.NDArray[Any]]:
        """The distances at each input: `d_logit_x` of all, `kl_ab_x` and `kl_ba_x` of those in `inputs`."""
        return dict(self._with_inputs().inputs())

    def report(self, folder: str | os.PathLike[str]) -> None:
        """Make a page with pictures in a folder, as ``logitdist compare --report`` does."""
        self._with_inputs().report(os.fspath(folder))

    def plot(self, name: str) -> Svg:
        """A picture of the report.

        Parameters
        ----------
        name : str
            One of `pictures`.
        """
        for own, _, _, svg in self._with_inputs().pictures():
            if own == name:
                return Svg(svg)
        raise ValueError(f"there is no picture {name!r}; there are {', '.join(self.pictures())}")

    def pictures(self) -> dict[str, str]:
        """The names of the report's pictures, with the question that each answers."""
        return {name: question for name, _, question, _ in self._with_inputs().pictures()}

    def _with_inputs(self) -> _native.Comparison:
        if not self._native.has_inputs():
            if self._again is None:
                raise ValueError("the distances at each input are not known: an accumulator keeps no input")
            self._native = self._again()
        return self._native

    def __str__(self) -> str:
        return self._native.to_table()

    def __repr__(self) -> str:
        size = f"{self['n_inputs']} inputs, {self['n_labels']} labels"
        return "\n".join([f"logitdist.Comparison of {size}", *(f"  {sentence}" for sentence in self.verdict)])

    def _repr_html_(self) -> str:
        sentences = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in self.verdict)
        rows = "".join(
            f"<tr><td><code>{token}</code></td><td>{self[token]:.6g}</td>"
            f"<td style='text-align: left'>{html.escape(_meaning(token))}</td></tr>"
            for token in _HEADLINE
            if token in self
        )
        drawn = (
            f"<figure><figcaption>{html.escape(title)}</figcaption>{svg}</figure>"
            for _, title, _, svg in self._native.pictures()
        )
        return f"<ul>{sentences}</ul><table>{rows}</table>{''.join(drawn)}"


def explain(token: str) -> str:
    """Say what a token, a theorem, a family or a column means, as ``logitdist explain`` does.

    Examples
    --------
    >>> import logitdist
    >>> print(logitdist.explain("m_cca").splitlines()[0])
    m_cca (the representations)
    """
    return _native.explain(token)


def _unknown(token: str) -> str:
    try:
        _native.explain(token)
    except ValueError as error:
        return str(error)
    return f"a comparison has no number `{token}`; bounds are in `bounds` and `bounds_ba`"


def _bounds(said: dict[str, dict[str, Any]]) -> dict[str, Bound]:
    def of(token: str, bound: dict[str, Any]) -> Bound:
        intervals = bound.pop("intervals") or {}
        sides = {side: _with_interval(bound[side], found) for side, found in intervals.items() if side in bound}
        return Bound(token=token, **{**bound, **sides})

    return {token: of(token, bound) for token, bound in said.items()}


_SIDES = ("lhs", "rhs", "bound", "value")
_ENDS = tuple((side, end) for side in _SIDES for end in ("low", "high"))


def _line(bound: Bound) -> dict[str, Any]:
    """A row of the frame of bounds."""
    ends = {f"{side}_{end}": getattr(getattr(bound, side), end, None) for side, end in _ENDS}
    return {**asdict(bound), **ends}


def _with_interval(value: Any, interval: dict[str, Any]) -> Any:
    """A number with its interval, if it has one."""
    if not isinstance(value, float) or interval.get("low") is None:
        return value
    return Interval(value, *(interval[name] for name in ("low", "high", "se", "method")))


def _meaning(token: str) -> str:
    return _DOCUMENTED[token].partition("\n")[0] if token in _DOCUMENTED else ""


def _documentation() -> dict[str, str]:
    def text(meaning: str, formula: str, range_: str) -> str:
        return "\n\n".join(part for part in (f"{meaning}.", formula, range_) if part)

    return {token: text(*words) for token, _, of_bound, words in _native.glossary() if not of_bound}


_DOCUMENTED = _documentation()


def _add_properties() -> None:
    """Give each token of the tables a property with its meaning."""

    def property_of(token: str, doc: str) -> property:
        return property(lambda comparison: comparison[token], doc=doc)

    for token, doc in _DOCUMENTED.items():
        if not hasattr(Comparison, token):
            setattr(Comparison, token, property_of(token, doc))


_add_properties()
