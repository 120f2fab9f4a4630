"""Part 1: copies that are smaller. Each has its numbers, certificates, probes (4) and short fine-tuning (5)."""

from __future__ import annotations

from compress import applied, changes
from study import Study


def part(study: Study) -> None:
    """A row for each copy, and one for the original beside itself."""
    itself = {"source": "original", "copy": "original"}
    if not study.results.has(**itself):
        study.row(study.original, itself, whole=False, end=True)
    for change in changes(study.small):
        axes = {"source": change.method, **change.axes}
        if not study.results.has(**axes):
            study.row(applied(study.original, change), axes, whole=True, end=True)
