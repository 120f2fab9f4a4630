"""What goes with what over all copies: rank correlations, with intervals by the bootstrap over copies."""

from __future__ import annotations

from pathlib import Path

import numpy

from tables import Table, text

COLUMNS = ["copies", "measure", "target", "n", "spearman", "low", "high"]
#: What is asked to predict: distances of predictions, distances inside, and a certificate.
MEASURES = (
    "kl_ab",
    "kl_ab_q99",
    "d_logit_relative",
    "top1_agreement",
    "perplexity_ratio",
    "d_ls_relative_ab",
    "m_cca",
    "certified",
)
#: What is to be predicted: similarity inside, and accuracy after the short fine-tuning.
TARGETS = ("m_cca", "tuned_accuracy_b")
#: Sets of copies, by their sources.
SETS = {
    "compressed": ("int", "prune", "rank"),
    "all": ("int", "prune", "rank", "finetune", "distil"),
}
DRAWS = 2000


def ranks(values: numpy.ndarray) -> numpy.ndarray:
    """Ranks; equal values share the mean of theirs."""
    _, place, count = numpy.unique(values, return_inverse=True, return_counts=True)
    return (count.cumsum() - (count - 1) / 2)[place]


def spearman(x: numpy.ndarray, y: numpy.ndarray) -> float | None:
    """The rank correlation; none where one of the two does not vary."""
    a, b = ranks(x), ranks(y)
    if a.std() == 0 or b.std() == 0:
        return None
    return float(numpy.corrcoef(a, b)[0, 1])


def interval(x: numpy.ndarray, y: numpy.ndarray, seed: int) -> tuple[float, float] | tuple[None, None]:
    """A 95 % interval by resampling copies."""
    draws = numpy.random.default_rng(seed).integers(0, len(x), (DRAWS, len(x)))
    found = [rho for draw in draws if (rho := spearman(x[draw], y[draw])) is not None]
    if not found:
        return None, None
    low, high = numpy.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def write(rows: Table, bounds: Table, folder: Path, seed: int) -> None:
    """Writes correlations.csv, of copies that had the short fine-tuning; a changed head alone is no damage inside."""
    certified = {line["cell_seed"]: line["certified"] for line in bounds.lines if line["bound"] == "m_cca_contrasts"}
    lines = []
    for name, sources in SETS.items():
        chosen = [
            {**row, "certified": certified[row["cell_seed"]]}
            for row in rows.lines
            if row["source"] in sources and row["tuned_accuracy_b"]
        ]
        for target in TARGETS:
            used = [row for row in chosen if target != "m_cca" or row["part"] != "head"]
            for measure in MEASURES:
                known = [row for row in used if row[measure] and row[target]]
                if measure == target or len(known) < 5:
                    continue
                x, y = (numpy.array([float(row[column]) for row in known]) for column in (measure, target))
                low, high = interval(x, y, seed)
                values = (name, measure, target, len(known), spearman(x, y), low, high)
                lines.append(dict(zip(COLUMNS, map(text, values))))
    path = folder / "correlations.csv"
    path.unlink(missing_ok=True)
    table = Table(path, COLUMNS)
    table.lines = lines
    table.write()
