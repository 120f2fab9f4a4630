"""Writes heads.gguf beside this script, a tensor of each type that is read, and heads.npz with their values by the reference reader.

    pip install gguf==0.19.0 && python make_gguf.py

Types that the package cannot quantise are blocks of random bytes, with scales that are numbers.
"""

from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf.quants import dequantize, quantize

here = Path(__file__).parent
ROWS, COLS = 2, 256
random = np.random.default_rng(0)
values = random.normal(size=(ROWS, COLS)).astype(np.float32)
writer = gguf.GGUFWriter(here / "heads.gguf", "llama")
writer.add_array("tokenizer.ggml.tokens", ["a", "", "ü"])
writer.add_array("tokenizer.ggml.scores", [0.5, -1.0])
writer.add_custom_alignment(64)
expected = {}


def blocks(size, scales):
    """Random blocks whose f16 numbers at these places are scales."""
    raw = random.integers(0, 256, (ROWS, size), dtype=np.uint8)
    for at in scales:
        raw[:, at : at + 2] = random.normal(size=(ROWS, 1)).astype(np.float16).view(np.uint8)
    return raw


for kind in (Type.F32, Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1):
    raw = values if kind is Type.F32 else quantize(values, kind)
    writer.add_tensor(kind.name, raw, raw_dtype=kind)
    expected[kind.name] = dequantize(raw, kind)
for kind, raw in ((Type.Q4_K, blocks(144, (0, 2))), (Type.Q6_K, blocks(210, (208,)))):
    writer.add_tensor(kind.name, raw, raw_dtype=kind)
    expected[kind.name] = dequantize(raw, kind)
writer.add_tensor("Q5_0", quantize(values, Type.Q5_0), raw_dtype=Type.Q5_0)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
np.savez_compressed(here / "heads.npz", **expected)
