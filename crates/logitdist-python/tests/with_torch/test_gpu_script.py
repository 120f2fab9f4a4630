"""The script that measures on a GPU: it says that there is none, and its values are right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")

SCRIPT = Path(__file__).parents[4] / "benches" / "peers" / "gpu.py"


def run(*arguments, **environment):
    line = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def test_without_a_gpu_it_says_so_and_that_is_no_failure(tmp_path):
    done = run(PATH=str(tmp_path))
    assert done.returncode == 0
    assert done.stdout.startswith("no GPU: nvidia-smi is not there or finds none")


def test_it_prints_one_table_of_times_and_right_values():
    done = run("--device", "cpu", "--sizes", "60,5,300", "40,9,50")
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 2 * 4
    assert "| 60 | 5 | 300 | logitdist, GPU |" in done.stdout
