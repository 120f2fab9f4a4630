"""The study `language-models`: all parts, one after the other. What is there already is not computed again."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

NEEDED = ("logitdist", "numpy", "torch", "transformers", "gguf", "accelerate", "blake3")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--work", type=Path, help="folder of texts and weights; OUT/work if absent")
    parser.add_argument("--small", action="store_true", help="a few copies and steps: minutes instead of an hour")
    parser.add_argument("--threads", type=int, default=2, help="threads of torch (default: 2)")
    parser.add_argument(
        "--parts",
        nargs="+",
        default=["compression", "distillation", "fine-tuning", "layers"],
        help="what to run (default: all)",
    )
    return parser.parse_args()


def of_one_size(out: Path, small: bool) -> bool:
    """Whether a folder may take tables of this size; it remembers the first."""
    out.mkdir(parents=True, exist_ok=True)
    size = "small" if small else "whole"
    mark = out / "size"
    if not mark.exists():
        mark.write_text(size + "\n")
    return mark.read_text().strip() == size


def main() -> int:
    """Runs the study; 2 if something that it needs is missing."""
    given = arguments()
    if missing := [name for name in NEEDED if importlib.util.find_spec(name) is None]:
        print(f"error: {', '.join(missing)} cannot be imported; see requirements.txt", file=sys.stderr)
        return 2
    if given.threads < 1:
        print(f"error: --threads is {given.threads}; at least 1 is needed", file=sys.stderr)
        return 2
    if not of_one_size(given.out, given.small):
        print(f"error: {given.out} has tables of the other size, with or without --small: give another --out", file=sys.stderr)
        return 2
    import torch

    import compression
    import correlations
    import distil
    import finetune
    import layers
    from expected import EXPECTED, QUESTION
    from model import NoModel
    from study import SEED, Study
    from texts import NoText

    parts = {
        "compression": compression.part,
        "distillation": distil.part,
        "fine-tuning": finetune.part,
        "layers": layers.part,
    }
    if unknown := [name for name in given.parts if name not in parts]:
        print(f"error: there is no part {', '.join(unknown)}; there are {', '.join(parts)}", file=sys.stderr)
        return 2
    torch.set_num_threads(given.threads)
    try:
        study = Study(given.work or given.out / "work", given.out, given.small)
    except (NoModel, NoText) as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    for name in parts:
        if name in given.parts:
            print(f"== {name}", flush=True)
            parts[name](study)
    results = study.results
    is_whole = set(given.parts) == set(parts)
    if is_whole:
        correlations.write(results.rows, results.bounds, results.folder, SEED)
    results.finish("complete" if is_whole else "partial", QUESTION, EXPECTED, SEED, given.threads)
    return 0


if __name__ == "__main__":
    sys.exit(main())
