"""The tables of the study: each line is written as soon as it is known, so that an interrupted run goes on.

`rows.csv` and `bounds.csv` have the form of a sweep's tables, which `logitdist report` draws.
"""

from __future__ import annotations

import csv
import json
import os
import platform
from datetime import datetime, timezone
from hashlib import blake2b
from pathlib import Path
from typing import Any

#: What names a copy: the columns of rows.csv before `replicate`, which are axes of the report.
AXES = (
    "source",
    "copy",
    "part",
    "bits",
    "group",
    "share",
    "rank",
    "method",
    "learning_rate",
    "step",
    "loss",
    "layer",
)

#: The version of the numbers of a sweep that these are made like.
RESULT_VERSION = 10

#: The columns of probes.csv.
PROBES = (
    "copy property positions share accuracy_a accuracy_carried agreement agreement_certified error certified probe_sd"
).split()


class Table:
    """A CSV file to whose end lines are added."""

    def __init__(self, path: Path, columns: list[str]) -> None:
        self.path, self.columns = path, columns
        self.lines: list[dict[str, str]] = []
        if path.exists():
            with path.open(newline="") as file:
                reader = csv.DictReader(file)
                if reader.fieldnames != columns:
                    raise SystemExit(
                        f"error: {path} has other columns; it is of another version: remove it, or give another --out"
                    )
                # A line that was cut off by an interruption lacks its last columns.
                self.lines = [line for line in reader if None not in line.values()]
        self.write()

    def write(self) -> None:
        """Writes all lines anew."""
        beside = self.path.with_suffix(".new")
        with beside.open("w", newline="") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.lines)
        os.replace(beside, self.path)

    def add(self, **values: Any) -> None:
        """Adds a line; what is not given is blank."""
        line = {column: text(values.pop(column, None)) for column in self.columns}
        if values:
            raise KeyError(f"{self.path.name} has no column {', '.join(values)}")
        self.lines.append(line)
        with self.path.open("a", newline="") as file:
            csv.DictWriter(file, self.columns, lineterminator="\n").writerow(line)
            file.flush()
            os.fsync(file.fileno())


def text(value: Any) -> str:
    """A value as a table has it: floats look like floats, and what is not there is blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, str)):
        return str(value)
    return repr(float(value))


def seed_of(**axes: Any) -> str:
    """What names a line in both tables: `s` and 16 hexadecimal digits made from its axes."""
    named = json.dumps([text(axes.get(axis)) for axis in AXES])
    return "s" + blake2b(named.encode(), digest_size=8).hexdigest()


class Results:
    """The tables of a folder."""

    def __init__(self, folder: Path, measures: list[str], bounds: list[str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.started = datetime.now(timezone.utc).isoformat()
        self.rows = Table(folder / "rows.csv", [*AXES, "replicate", "cell_seed", "status", "reason", *measures])
        self.bounds = Table(folder / "bounds.csv", bounds)
        self.probes = Table(
            folder / "probes.csv",
            PROBES,
        )
        # The row of a copy comes last: lines of copies without one are of an interrupted run.
        done = {line["cell_seed"] for line in self.rows.lines}
        self.bounds.lines = [line for line in self.bounds.lines if line["cell_seed"] in done]
        self.bounds.write()
        copies = {line["copy"] for line in self.rows.lines if line["source"] != "lens"}
        self.probes.lines = [line for line in self.probes.lines if line["copy"] in copies]
        self.probes.write()

    def has(self, **axes: Any) -> bool:
        """Whether a row is there."""
        seed = seed_of(**axes)
        return any(line["cell_seed"] == seed for line in self.rows.lines)

    def add(self, axes: dict[str, Any], measures: dict[str, Any], bounds: list[dict[str, Any]]) -> None:
        """Adds a copy: its bounds, and then its row."""
        seed = seed_of(**axes)
        for bound in bounds:
            self.bounds.add(cell_seed=seed, **bound)
        self.rows.add(**axes, replicate=0, cell_seed=seed, status="ok", **measures)

    def finish(self, status: str, question: str, expected: str, seed: int, threads: int) -> None:
        """Writes the manifest, which says whether the tables are whole and what they are."""
        import blake3
        import logitdist

        def check(path: Path) -> dict[str, Any]:
            data = path.read_bytes()
            return {"rows": data.count(b"\n") - 1, "bytes": len(data), "blake3": blake3.blake3(data).hexdigest()}

        violated = sum(line["holds"] == "false" for line in self.bounds.lines)
        manifest = {
            "status": status,
            "question": question,
            "expected": expected,
            "seed": seed,
            "result_version": RESULT_VERSION,
            "counts": {"cells": len(self.rows.lines), "bounds": len(self.bounds.lines), "violations": violated},
            "tables": {name: check(self.folder / name) for name in ("rows.csv", "bounds.csv")},
            "processes": [
                {
                    "result_version": RESULT_VERSION,
                    "version": logitdist.__version__,
                    "started": self.started,
                    "threads": threads,
                    "machine": {
                        "os": platform.system().lower(),
                        "arch": platform.machine(),
                        "available_processors": os.cpu_count(),
                    },
                }
            ],
        }
        (self.folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
