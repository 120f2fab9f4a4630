"""Arrays of any kind as numpy arrays that the extension can read, copied only where it cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy
import numpy.typing

#: The name of a type of entries, and an array of them (of bits, for types that numpy does not have).
Held: TypeAlias = tuple[str, numpy.typing.NDArray[Any]]

#: What the extension takes for a model: arrays, or a file with its options.
Given: TypeAlias = (
    "tuple[Held, Held, numpy.typing.NDArray[numpy.float64] | None] | tuple[str, str | None, bool, bool]"
)

#: What stands for a model: ``(embeddings, unembeddings)`` or ``(embeddings, unembeddings, bias)``, a
#: mapping with these names, or the path of a file that the command reads.
Model: TypeAlias = "Sequence[Any] | Mapping[str, Any] | str | os.PathLike[str]"

_ROLES = ("embeddings", "unembeddings", "bias")
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
    if entries.ndim != 2:
        raise ValueError(f"{place}: the shape is {entries.shape}; 2-D (rows, columns) is needed")
    if 0 in entries.shape:
        raise ValueError(
            f"{place}: the shape is {entries.shape}: the array is empty; at least one row and one column are needed"
        )
    return kind, entries.T if transpose else entries


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
                "embeddings=NAME,unembeddings=NAME,bias=NAME, each at most once"
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


def given(
    model: Model, place: str, names: Mapping[str, str] | str | None, exchange: tuple[bool, bool]
) -> Given:
    """A model as the extension takes it."""
    text = names_of(names)
    if isinstance(model, (str, os.PathLike)):
        return os.fspath(model), text, *exchange
    if isinstance(model, Mapping):
        roles = _roles(text, place)
        arrays = _of_mapping(model, roles, place)
    elif isinstance(model, (tuple, list)) and len(model) in (2, 3):
        arrays = [*model, None][:3]
    else:
        raise TypeError(
            f"{place}: a model is (embeddings, unembeddings), (embeddings, unembeddings, bias), "
            f"a mapping with these names or a path, not {_described(model)}"
        )
    f, g = (
        matrix(array, f"{place}: {role}", transpose=axes)
        for array, role, axes in zip(arrays, _ROLES, exchange)
    )
    return f, g, bias(arrays[2], f"{place}: bias")


def _of_mapping(model: Mapping[str, Any], roles: dict[str, str], place: str) -> list[Any]:
    found = sorted(str(name) for name in model)
    unknown = [name for name in found if name not in _ROLES]
    if unknown and not roles:
        raise ValueError(
            f"{place}: there is no role for `{unknown[0]}`; a model has embeddings, unembeddings and perhaps bias; "
            "other names are given by array_names"
        )
    arrays = []
    for role in _ROLES:
        name = roles.get(role, role)
        if name not in model and (role != "bias" or role in roles):
            listed = ", ".join(f"`{other}`" for other in found) or "none"
            raise ValueError(f"{place}: there is no array `{name}`; there are {listed}")
        arrays.append(model[name] if name in model else None)
    return arrays


def _described(model: object) -> str:
    if isinstance(model, (tuple, list)):
        return f"a {type(model).__name__} of {len(model)}"
    return f"{type(model).__module__}.{type(model).__qualname__}"
