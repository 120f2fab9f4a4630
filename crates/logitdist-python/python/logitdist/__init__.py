"""When two models predict almost the same, are their representations almost the same?

`compare` compares two models by their embeddings and unembeddings, `Accumulator` batch by batch, and
`LogitAccumulator` by logits alone; `explain` says what a name means.
`logitdist.torch` sees models of PyTorch while they run.
"""

from . import _processor as _processor
from ._accumulator import Accumulator
from ._compare import compare
from ._comparison import Bound, Comparison, Interval, NoValue, Svg, explain
from ._logit_accumulator import LogitAccumulator
from ._loss import compression_floor, distance_loss
from ._matrix import Comparisons, matrix
from ._native import __version__
from ._sweep import Sweep, sweep

__all__ = [
    "Accumulator",
    "Bound",
    "Comparison",
    "Comparisons",
    "Interval",
    "LogitAccumulator",
    "NoValue",
    "Svg",
    "Sweep",
    "__version__",
    "compare",
    "compression_floor",
    "distance_loss",
    "explain",
    "matrix",
    "sweep",
]
