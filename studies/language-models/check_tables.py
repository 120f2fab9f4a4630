"""Checks the tables of a small run: every row is there, nothing is violated, and what must be so is so."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from compress import changes
from distil import LOSSES
from layers import CHOSEN
from study import SMALL


def table(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def main(folder: Path) -> None:
    """Fails with the first thing that is wrong."""
    rows, bounds = table(folder / "rows.csv"), table(folder / "bounds.csv")
    copies = changes(small=True)
    lenses = [change for change in copies if change.name in CHOSEN]
    ends = sum(map(len, SMALL.rates.values()))
    expected = {
        "original": 1,
        "compressed": len(copies),
        "distil": 1 + len(LOSSES) * len(SMALL.distilled),
        "finetune": ends * len(SMALL.steps),
        "lens": len(lenses) * (1 + len(SMALL.layers)),
    }
    found = dict.fromkeys(expected, 0)
    for row in rows:
        found[row["source"] if row["source"] in found else "compressed"] += 1
    assert found == expected, f"rows.csv has {found}, not {expected}"
    assert all(bound["holds"] == "true" for bound in bounds), "a bound does not hold"
    of = {row["copy"]: row for row in rows if row["source"] != "lens"}
    assert float(of["original"]["m_cca"]) > 0.999999 and float(of["original"]["d_logit"]) < 1e-3, of["original"]
    assert float(of["rank-288-head"]["m_cca"]) > 0.999999, "a changed head alone changes no embedding"
    assert float(of["int8-row"]["m_cca"]) > float(of["int4-g32"]["m_cca"]), "four bits are no better than eight"
    probes = table(folder / "probes.csv")
    assert all(float(line["agreement"]) >= float(line["agreement_certified"]) for line in probes), "T17 is violated"
    probed = 1 + len(copies) + 1 + len(LOSSES) + ends
    assert len({line["copy"] for line in probes}) == probed, "probes.csv lacks copies"
    assert table(folder / "correlations.csv"), "correlations.csv is empty"
    assert json.loads((folder / "manifest.json").read_text())["status"] == "complete"
    print(f"{len(rows)} copies, {len(bounds)} bounds and {len(probes)} probes are as they should be")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
