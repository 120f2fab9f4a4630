"""Times of a comparison on a GPU beside the CPU and plain torch, as a table for results/gpu/.

    python benches/peers/gpu.py > results/gpu/README.md

Without a GPU that nvidia-smi finds it says so. Needs the package `logitdist` and torch.
"""

import argparse
import platform
import shutil
import subprocess
import sys
import time

#: Labels, dimension, inputs.
SIZES = [(50_257, 768, 100_000), (128_256, 4096, 8192)]
BATCH = 4096
TOKENS = ["d_logit", "kl_ab", "kl_ba", "m_cca"]


def gpu():
    """The name of the first GPU, if there is one."""
    if shutil.which("nvidia-smi") is None:
        return None
    line = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout.strip() else None


def pair(torch, device, labels, dim, inputs):
    """A model and a noisy copy of it, in f32, as a language model's last layer."""
    generator = torch.Generator(device).manual_seed(0)
    draw = lambda rows: torch.randn(rows, dim, generator=generator, device=device)  # noqa: E731
    f, g = draw(inputs), draw(labels) * (2 / dim**0.5)
    return (f, g), (f + 0.1 * draw(inputs), g + 0.01 * draw(labels) / dim**0.5)


def by_logitdist(kind, a, b, **options):
    seen = kind(a[1], b[1], **options)
    for start in range(0, len(a[0]), BATCH):
        seen.update(a[0][start : start + BATCH], b[0][start : start + BATCH])
    c = seen.compare(only=TOKENS)
    return {token: c[token] for token in TOKENS}


def by_torch(torch, a, b):
    """The same numbers as one writes them down: all logits of a batch in f64, a QR of each model's embeddings."""
    (f, g), (h, w) = ([x.double() for x in model] for model in (a, b))
    sums, step = torch.zeros(3, dtype=torch.float64, device=f.device), max(1, (1 << 25) // len(g))
    for start in range(0, len(f), step):
        u, v = f[start : start + step] @ g.T, h[start : start + step] @ w.T
        difference = u - v
        difference -= difference.mean(1, keepdim=True)
        log_p, log_q = u.log_softmax(1), v.log_softmax(1)
        sums[0] += difference.square().sum()
        sums[1] += (log_p.exp() * (log_p - log_q)).sum()
        sums[2] += (log_q.exp() * (log_q - log_p)).sum()
    q, r = (torch.linalg.qr(x - x.mean(0))[0] for x in (f, h))
    d_logit, kl_ab, kl_ba = (sums / len(f)).tolist()
    m_cca = torch.linalg.svdvals(q.T @ r).clamp(max=1.0).mean().item()
    return {"d_logit": d_logit**0.5, "kl_ab": kl_ab, "kl_ba": kl_ba, "m_cca": m_cca}


def measured(torch, device, function):
    """Values and seconds."""
    if device != "cpu":
        torch.cuda.synchronize()
    start = time.perf_counter()
    values = function()
    if device != "cpu":
        torch.cuda.synchronize()
    return values, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda", help="cpu tries the script without a GPU")
    parser.add_argument("--sizes", nargs="*", help="LABELS,DIMENSION,INPUTS in place of those of language models")
    arguments = parser.parse_args()
    name = platform.processor() or platform.machine() if arguments.device == "cpu" else gpu()
    if name is None:
        print("no GPU: nvidia-smi is not there or finds none, and nothing was measured")
        return 0
    import logitdist
    import logitdist.torch
    import torch

    device, sizes = arguments.device, SIZES
    if arguments.sizes:
        sizes = [tuple(int(number) for number in size.split(",")) for size in arguments.sizes]
    print(f"# On a GPU\n\n{name}, torch {torch.__version__}, {torch.get_num_threads()} threads of the CPU.\n")
    print(f"Seconds, and the largest relative difference of {', '.join(TOKENS)} from those of the CPU.\n")
    print("| labels | dimension | inputs | | seconds | difference |\n|---|---|---|---|---|---|")
    worst = 0.0
    for labels, dim, inputs in sizes:
        a, b = pair(torch, device, labels, dim, inputs)
        on_cpu = [tuple(x.cpu() for x in model) for model in (a, b)]
        kind = logitdist.torch.Accumulator
        ways = [
            ("logitdist, CPU", lambda: by_logitdist(logitdist.Accumulator, *on_cpu)),
            ("logitdist, GPU", lambda: by_logitdist(kind, a, b)),
            ("logitdist, GPU, logits in f32", lambda: by_logitdist(kind, a, b, logits="f32")),
            ("plain torch, GPU, f64", lambda: by_torch(torch, a, b)),
        ]
        # What is loaded at the first use is no part of it.
        few = [(f[:64], g[:64]) for f, g in (a, b)]
        by_logitdist(kind, *few), by_torch(torch, *few)
        reference = None
        for way, function in ways:
            values, seconds = measured(torch, device, function)
            reference = reference or values
            off = max(abs(values[token] / reference[token] - 1) for token in TOKENS)
            print(f"| {labels} | {dim} | {inputs} | {way} | {seconds:.2f} | {off:.0e} |", flush=True)
            worst = max(worst, off / (1e-3 if "f32" in way else 1e-8))
    if worst > 1:
        print("error: a value differs from that of the CPU by more than rounding", file=sys.stderr)
    return int(worst > 1)


if __name__ == "__main__":
    sys.exit(main())
