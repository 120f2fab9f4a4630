"""Makes the seeds of npy, npz, safetensors and gguf: python3 fuzz/seeds/make.py. Needs numpy."""

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


def gguf(name, tensors):
    def text(of):
        return struct.pack("<Q", len(of)) + of.encode()

    header = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), 2)
    header += text("general.alignment") + struct.pack("<II", 4, 16)
    header += text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")
    data = b""
    for key, (kind, axes, raw) in tensors.items():
        data += bytes(-len(data) % 16)
        header += text(key) + struct.pack("<I", len(axes)) + struct.pack(f"<{len(axes)}Q", *axes)
        header += struct.pack("<IQ", kind, len(data))
        data += raw
    (HERE / "gguf" / name).write_bytes(header + bytes(-len(header) % 16) + data)


np.save(HERE / "npy/f64.npy", F)
np.save(HERE / "npy/f32-fortran.npy", np.asfortranarray(F.astype("f4")))
np.save(HERE / "npy/f16-big.npy", F.astype(">f2"))
np.save(HERE / "npy/i8.npy", np.arange(6, dtype="i1"))
np.save(HERE / "npy/untyped.npy", F.astype("f2").view("V2"))
np.savez(HERE / "npz/stored.npz", embeddings=F, unembeddings=G, bias=B)
np.savez_compressed(HERE / "npz/deflated.npz", embeddings=F.astype("f4"), unembeddings=G.astype("f2"))
safetensors("f64.safetensors", {"embeddings": ("F64", F), "unembeddings": ("F64", G), "bias": ("F64", B)})
safetensors("f16.safetensors", {"embeddings": ("F16", F.astype("f2")), "unembeddings": ("BF16", G.astype("f2"))})
EMBEDDINGS = ("embeddings", (0, [32, 3], np.linspace(-1, 1, 96, dtype="f4").tobytes()))
for name, kind, size in [("q8_0", 8, 34), ("q4_0", 2, 18), ("q4_1", 3, 20)]:
    block = np.float16(0.5).tobytes() + bytes(range(size - 2))
    gguf(f"{name}.gguf", dict([EMBEDDINGS, ("unembeddings", (kind, [32, 4], 4 * block))]))
