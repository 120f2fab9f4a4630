"""Makes the seeds of npy, npz and safetensors: python3 fuzz/seeds/make.py. Needs numpy."""

import json
import struct
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
F = np.arange(6.0).reshape(3, 2) / 7
G = np.cos(np.arange(8.0)).reshape(4, 2)
B = np.arange(4.0)


def safetensors(name, arrays):
    header, data = {}, b""
    for key, (dtype, array) in arrays.items():
        raw = array.tobytes()
        header[key] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    (HERE / "safetensors" / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


np.save(HERE / "npy/f64.npy", F)
np.save(HERE / "npy/f32-fortran.npy", np.asfortranarray(F.astype("f4")))
np.save(HERE / "npy/f16-big.npy", F.astype(">f2"))
np.save(HERE / "npy/i8.npy", np.arange(6, dtype="i1"))
np.save(HERE / "npy/untyped.npy", F.astype("f2").view("V2"))
np.savez(HERE / "npz/stored.npz", embeddings=F, unembeddings=G, bias=B)
np.savez_compressed(HERE / "npz/deflated.npz", embeddings=F.astype("f4"), unembeddings=G.astype("f2"))
safetensors("f64.safetensors", {"embeddings": ("F64", F), "unembeddings": ("F64", G), "bias": ("F64", B)})
safetensors("f16.safetensors", {"embeddings": ("F16", F.astype("f2")), "unembeddings": ("BF16", G.astype("f2"))})
