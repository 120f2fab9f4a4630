"""Writes the small files beside this script, as numpy, ml_dtypes and safetensors write them.

    pip install numpy ml_dtypes safetensors && python make.py

Embeddings are (10 i + j) / 4 on 5x3, unembeddings j - i / 2 on 4x3, bias y / 8 on 4: exact in every type.
"""

from pathlib import Path

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

here = Path(__file__).parent
i, j = np.indices((5, 3))
f = (10 * i + j) / 4
i, j = np.indices((4, 3))
g = j - i / 2
b = np.arange(4) / 8


def arrays(dtype, order):
    embeddings, unembeddings, bias = (np.asarray(a.astype(dtype), order=order) for a in (f, g, b))
    return {"embeddings": embeddings, "unembeddings": unembeddings, "bias": bias}


types = {
    "f16": "<f2",
    "f16be": ">f2",
    "bf16": ml_dtypes.bfloat16,
    "f32": "<f4",
    "f32be": ">f4",
    "f64": "<f8",
    "f64be": ">f8",
}
for name, dtype in types.items():
    for order in "CF":
        save = np.savez if order == "C" else np.savez_compressed
        save(here / f"{name}-{order}.npz", **arrays(dtype, order))
for name in ["f16", "bf16", "f32", "f64"]:
    save_file(arrays(types[name], "C"), here / f"{name}.safetensors")
(here / "directory").mkdir(exist_ok=True)
for name, array in arrays("<f4", "F").items():
    np.save(here / "directory" / f"{name}.npy", array)
np.save(here / "objects.npy", np.array([[1.0, None]], dtype=object))
np.save(here / "record.npy", np.zeros(2, dtype=[("x", "<f8"), ("y", "<f8")]))
