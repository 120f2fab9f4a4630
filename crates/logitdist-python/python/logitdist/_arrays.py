"""Arrays of any kind as numpy arrays that the extension can read, copied only where it cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy
import numpy.typing

#: The name of a type of entries, and an array of them (of bits, for types that numpy does not have).
Held: TypeAlias = tuple[str, numpy.typing.NDArray[Any]]

#: What the extension takes for a model.
Given: TypeAlias = "dict[str, Any]"

#: What stands for a model: ``(embeddings, unembeddings)`` or ``(embeddings, unembeddings, bias)``, a
#: mapping with these names or with logits, or the path of a file that the command reads.
Model: TypeAlias = "Sequence[Any] | Mapping[str, Any] | str | os.PathLike[str]"

#: What logits may be given as; the command's names of the arrays.
FORMS = ("logits", "log_probabilities", "probabilities")
_MODEL = ("embeddings", "unembeddings", "bias")
_BESIDE = ("labels", "inputs", "mask")
_ROLES = (*_MODEL, *_BESIDE, *FORMS)
_NEEDED = "f16, bf16, f32 or f64 is needed (in numpy: `array.astype(numpy.float32)`)"


def as_numpy(array: Any, place: str) -> numpy.typing.NDArray[Any]:
    """The array as numpy has it; bfloat16 of torch as bits in ``V2``."""
    if type(array).__module__.partition(".")[0] == "torch":
        return _of_torch(array, place)
    if isinstance(array, numpy.ma.MaskedArray):
        raise ValueError(f"{place}: the array is masked; fill it or leave out its masked rows")
    if isinstance(array, numpy.ndarray):
        return numpy.asarray(array)
    if hasattr(array, "__dlpack__") and not hasattr(array, "__array__"):
        try:
            return numpy.from_dlpack(array)
        except (BufferError, RuntimeError, TypeError) as error:
            raise ValueError(f"{place}: the array cannot be read where it is ({error}); copy it to the CPU")
    return numpy.asarray(array)


def _of_torch(tensor: Any, place: str) -> numpy.typing.NDArray[Any]:
    torch = sys.modules["torch"]
    if not isinstance(tensor, torch.Tensor):
        raise ValueError(f"{place}: a tensor is needed, not {type(tensor).__name__}")
    tensor = tensor.detach().cpu()
    if tensor.layout != torch.strided:
        raise ValueError(f"{place}: the tensor is {tensor.layout}; `tensor.to_dense()` makes it one to read")
    if tensor.dtype == torch.bfloat16:
        bits: numpy.typing.NDArray[Any] = tensor.view(torch.int16).numpy()
        return bits.view("V2")
    if str(tensor.dtype).startswith("torch.float8"):
        tensor = tensor.float()
    numbers: numpy.typing.NDArray[Any] = tensor.numpy()
    return numbers


def floating(array: Any, place: str) -> Held:
    """Entries that widen to f64 exactly, with the name of their type."""
    array = as_numpy(array, place)
    dtype = array.dtype
    if dtype.name.startswith("float8"):
        array = array.astype(numpy.float32)
        dtype = array.dtype
    if dtype.kind == "f" and dtype.itemsize in (2, 4, 8):
        kind = f"f{8 * dtype.itemsize}"
    elif dtype.name == "bfloat16" or dtype.str == "|V2":
        kind = "bf16"
    else:
        raise ValueError(f"{place}: entries are of type `{dtype.name}`; {_NEEDED}")
    if not dtype.isnative:
        array = array.astype(dtype.newbyteorder("="))
    if not array.flags.aligned or any(stride % dtype.itemsize for stride in array.strides):
        array = array.copy()
    return kind, array.view(numpy.uint16) if dtype.itemsize == 2 else array


def matrix(array: Any, place: str, *, transpose: bool = False) -> Held:
    """A 2-D array."""
    kind, entries = floating(array, place)
    return kind, checked(entries, place, transpose=transpose)


def checked(
    entries: numpy.typing.NDArray[Any], place: str, *, transpose: bool
) -> numpy.typing.NDArray[Any]:
    """A 2-D array with entries, its axes exchanged if that is asked for."""
    if entries.ndim != 2:
        raise ValueError(f"{place}: the shape is {entries.shape}; 2-D (rows, columns) is needed")
    if 0 in entries.shape:
        raise ValueError(
            f"{place}: the shape is {entries.shape}: the array is empty; at least one row and one column are needed"
        )
    return entries.T if transpose else entries


def rows(array: Any, place: str) -> Held:
    """A 2-D array, or a 1-D array as its only row."""
    kind, entries = floating(array, place)
    return matrix_of(kind, entries[numpy.newaxis] if entries.ndim == 1 else entries, place)


def matrix_of(kind: str, entries: numpy.typing.NDArray[Any], place: str) -> Held:
    if entries.ndim != 2 or 0 in entries.shape:
        raise ValueError(
            f"{place}: the shape is {entries.shape}; 2-D (rows, columns), or 1-D for a single row, is needed"
        )
    return kind, entries


def bias(array: Any, place: str) -> numpy.typing.NDArray[numpy.float64] | None:
    """A 1-D array in which masked labels, at the lowest number of the type, are −∞."""
    if array is None:
        return None
    kind, entries = floating(array, place)
    if entries.ndim != 1:
        raise ValueError(f"{place}: the shape is {entries.shape}; 1-D (one entry per label) is needed")
    if kind == "bf16":
        entries = (entries.astype(numpy.uint32) << 16).view(numpy.float32)
        lowest = float(numpy.uint32(0xFF7F0000).view(numpy.float32))
    else:
        entries = entries.view(numpy.float16) if kind == "f16" else entries
        lowest = float(numpy.finfo(entries.dtype).min)
    widened = entries.astype(numpy.float64)
    widened[widened <= lowest] = -numpy.inf
    return widened


def names_of(names: Mapping[str, str] | str | None) -> str | None:
    """Names of arrays as the command takes them."""
    if names is None or isinstance(names, str):
        return names
    return ",".join(f"{role}={name}" for role, name in names.items())


def _roles(names: str | None, place: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in names.split(",") if names else ():
        role, _, name = pair.partition("=")
        if role not in _ROLES or not name or role in given:
            raise ValueError(
                f"{place}: array names `{names}`: `{pair}` is wrong; the form is "
                "embeddings=NAME,unembeddings=NAME,bias=NAME,labels=NAME,inputs=NAME,mask=NAME, or logits=NAME, "
                "each at most once"
            )
        given[role] = name
    return given


def transposed(arrays: Iterable[str] | str) -> tuple[bool, bool]:
    """Whether embeddings and unembeddings have their axes exchanged."""
    asked = [arrays] if isinstance(arrays, str) else list(arrays)
    for array in asked:
        if array not in _ROLES[:2]:
            raise ValueError(f"transpose names {array!r}; `embeddings` and `unembeddings` can be transposed")
    return "embeddings" in asked, "unembeddings" in asked


@dataclass(frozen=True)
class Reading:
    """How a model is read, and what its head does beside f·g + b."""

    names: str | None
    transpose: tuple[bool, bool]
    flatten: bool
    zero_is_mask: bool
    find_head: bool
    inflation_limit: int | None
    scale: float
    softcap: float | None
    normalise: tuple[bool, bool]

    def of(self, content: dict[str, Any]) -> Given:
        """A model with this content, as the extension takes it."""
        head = {"scale": self.scale, "softcap": self.softcap, "normalise": self.normalise}
        return {"content": content, "zero_is_mask": self.zero_is_mask, **head}


def given(model: Model, place: str, reading: Reading) -> Given:
    """A model as the extension takes it."""
    if isinstance(model, (str, os.PathLike)):
        own = ("names", "transpose", "flatten", "find_head", "inflation_limit")
        return reading.of({"path": os.fspath(model), **{name: getattr(reading, name) for name in own}})
    if reading.find_head:
        raise ValueError(f"{place}: head='auto' finds the last layer of a file, and this model is in memory")
    if isinstance(model, Mapping):
        arrays = _of_mapping(model, _roles(reading.names, place), place)
    elif isinstance(model, (tuple, list)) and len(model) in (2, 3):
        arrays = dict(zip(_MODEL, model))
    else:
        raise TypeError(
            f"{place}: a model is (embeddings, unembeddings), (embeddings, unembeddings, bias), "
            f"a mapping with these names or a path, not {_described(model)}"
        )
    form = next((form for form in FORMS if form in arrays), None)
    role = "embeddings" if form is None else form
    exchange = reading.transpose[0] and form is None
    kind, entries = floating(arrays[role], f"{place}: {role}")
    shape = entries.shape[:-1]
    if reading.flatten and entries.ndim == 3 and not exchange:
        entries = entries.reshape(-1, entries.shape[-1])
    elif entries.ndim == 3:
        raise ValueError(
            f"{place}: {role}: the shape is {entries.shape}; 2-D (rows, columns) is needed, or flatten=True and "
            "batch × positions × dimension, not transposed"
        )
    entries = checked(entries, f"{place}: {role}", transpose=exchange)
    shapes: set[tuple[int, ...]] = {(len(entries),), shape if len(shape) == 2 else (len(entries),)}
    beside = (
        _names(arrays.get("labels"), f"{place}: labels"),
        _names(arrays.get("inputs"), f"{place}: inputs"),
        _kept(arrays.get("mask"), f"{place}: mask", shapes),
    )
    if form is not None:
        return reading.of({"logits": (kind, entries), "form": form, "beside": beside})
    g = matrix(arrays["unembeddings"], f"{place}: unembeddings", transpose=reading.transpose[1])
    b = bias(arrays.get("bias"), f"{place}: bias")
    return reading.of({"embeddings": (kind, entries), "unembeddings": g, "bias": b, "beside": beside})


def _of_mapping(model: Mapping[str, Any], roles: dict[str, str], place: str) -> dict[str, Any]:
    found = sorted(str(name) for name in model)
    unknown = [name for name in found if name not in _ROLES]
    if unknown and not roles:
        raise ValueError(
            f"{place}: there is no role for `{unknown[0]}`; a model has embeddings, unembeddings and perhaps bias; "
            "other names are given by array_names"
        )
    # Logits that are asked for, or those in the place of embeddings, as the command takes them.
    asked = [form for form in FORMS if form in roles]
    is_there = [form for form in FORMS if form in model]
    if not asked and roles.get("embeddings", "embeddings") not in model:
        asked = is_there
    needed = (asked[0],) if asked else ("embeddings", "unembeddings")
    arrays: dict[str, Any] = {}
    for role in (*needed, *(() if asked else ("bias",)), *_BESIDE):
        name = roles.get(role, role)
        if name in model:
            arrays[role] = model[name]
        elif role in needed or role in roles:
            listed = ", ".join(f"`{other}`" for other in found) or "none"
            raise ValueError(f"{place}: there is no array `{name}`; there are {listed}")
    return arrays


def _names(names: Any, place: str) -> list[str] | None:
    """Names of labels or of inputs: strings, or whole numbers."""
    if names is None:
        return None
    array = names if isinstance(names, (list, tuple)) else as_numpy(names, place).ravel().tolist()
    listed = [name.decode() if isinstance(name, bytes) else name for name in array]
    for name in listed:
        if not isinstance(name, (str, int, numpy.integer)) or isinstance(name, bool):
            raise ValueError(f"{place}: {name!r} is no name; strings or whole numbers are needed")
    return [str(name) for name in listed]


def names_in(listed: Any, place: str) -> str | list[str] | None:
    """Names as the extension takes them: a file, or a list."""
    if listed is None or isinstance(listed, (str, os.PathLike)):
        return None if listed is None else os.fspath(listed)
    return _names(listed, place)


def _kept(mask: Any, place: str, shapes: set[tuple[int, ...]]) -> list[int] | None:
    """The rows that a mask keeps; it has one of these shapes."""
    if mask is None:
        return None
    flags = as_numpy(mask, place)
    if flags.shape not in shapes:
        raise ValueError(f"{place}: the shape is {flags.shape}; an entry for each row is needed, {max(shapes)}")
    if not numpy.isin(flags, (0, 1)).all():
        raise ValueError(f"{place}: it has entries beside 0 and 1")
    kept: list[int] = numpy.flatnonzero(flags).tolist()
    return kept


def positions(rows: Any, place: str) -> list[int]:
    """Positions, from a mask of booleans or whole numbers."""
    found = as_numpy(rows, place)
    if found.dtype.kind == "b":
        found = numpy.flatnonzero(found)
    if found.dtype.kind not in "iu" or found.ndim != 1 or (found < 0).any():
        raise ValueError(f"{place}: booleans, or positions from 0 on, are needed, 1-D and at least one")
    listed: list[int] = found.tolist()
    return listed


def _described(model: object) -> str:
    if isinstance(model, (tuple, list)):
        return f"a {type(model).__name__} of {len(model)}"
    return f"{type(model).__module__}.{type(model).__qualname__}"
