"""A copy beside its original: the numbers of a row, and the bounds."""

from __future__ import annotations

from typing import Any

import logitdist
import torch

#: Numbers with an interval over documents.
WITH_INTERVAL = (
    "d_logit_relative",
    "m_cca",
    "m_cca_cv",
    "d_ls_relative_ab",
    "kl_ab",
    "top1_agreement",
    "perplexity_ratio",
)
#: Numbers without one.
PLAIN = (
    "n_inputs",
    "n_labels",
    "d_logit",
    "d_white_ab",
    "m_cca_null",
    "kl_ab_median",
    "kl_ab_q90",
    "kl_ab_q99",
    "kl_ba",
    "r2_ab",
    "cross_entropy_a",
    "cross_entropy_b",
)
#: The certificates and the theorems that prove them.
THEOREMS = {
    "m_cca_linear": "T2",
    "m_cca_sharp": "T3",
    "m_cca_two_spectra": "T5",
    "m_cca_contrasts": "T19",
    "m_cca_from_kl": "T18",
    "r2_from_logit": "T20",
    "top1_from_logit": "T16",
    "d_ls": "T7",
    "kl_from_logit_sharp": "T10",
    "tv_from_logit": "T15",
    "kl_weighted_lower": "T18",
    "kl_weighted_upper": "T18",
    "logit_from_kl_pointwise": "T9",
}
#: Those of points on the way of a training, which are many: the rest takes too long.
ON_THE_WAY = ("m_cca_two_spectra", "m_cca_contrasts")
#: What the study adds to a row.
OWN = ("loss_old", "loss_new", "tuned_accuracy_b", "seconds")
MEASURES = [
    *(column for name in WITH_INTERVAL for column in (name, f"{name}_low", f"{name}_high")),
    *PLAIN,
    *OWN,
]
BOUNDS = (
    "cell_seed direction bound theorem form status lhs rhs tightness certified measured share slack holds reason"
).split()
#: Inputs of which KL divergence is computed where there is no interval.
SOME = 256
#: Blocks of documents that the intervals leave out one by one.
BLOCKS = 6

Model = tuple[torch.Tensor, torch.Tensor]


def whole(a: Model, b: Model, groups: list[int], targets: torch.Tensor, probe: Any, offset: Any) -> Any:
    """A comparison with everything."""
    return logitdist.compare(
        a,
        b,
        only=[*WITH_INTERVAL, *PLAIN, *THEOREMS, "probe_transfer", "probe_agreement"],
        intervals=True,
        blocks=BLOCKS,
        groups=groups,
        targets=targets.flatten().tolist(),
        probe=probe,
        probe_offset=offset,
        logits="f32",
    )


def on_the_way(a: Model, b: Model, targets: torch.Tensor | None = None, probe: Any = None) -> Any:
    """A comparison without intervals, with KL divergence of some inputs; `probe` has weights and offsets."""
    tokens = [name for name in (*WITH_INTERVAL, *PLAIN) if name != "m_cca_cv"]
    if targets is None:
        tokens = [name for name in tokens if "entropy" not in name and "perplexity" not in name]
    weights, offsets = (None, 0.0) if probe is None else probe
    return logitdist.compare(
        a,
        b,
        only=[*tokens, *ON_THE_WAY, *(() if probe is None else ("probe_transfer", "probe_agreement"))],
        intervals=False,
        probe=weights,
        probe_offset=offsets,
        inputs_limit=SOME,
        targets=None if targets is None else targets.flatten().tolist(),
        logits="f32",
    )


def numbers(c: Any) -> dict[str, Any]:
    """The measures of a comparison, by the columns of rows.csv."""
    found: dict[str, Any] = {}
    for name in (*WITH_INTERVAL, *PLAIN):
        if name in c:
            value = c[name]
            found[name] = int(value) if name.startswith("n_") else float(value)
            if name in WITH_INTERVAL and hasattr(value, "low"):
                found[f"{name}_low"], found[f"{name}_high"] = value.low, value.high
    return found


def bounds(c: Any) -> list[dict[str, Any]]:
    """The lines of bounds.csv, with the spectrum and labels of the original."""
    lines = []
    for name, theorem in THEOREMS.items():
        if name not in c.bounds:
            continue
        bound = c.bounds[name]
        share = None
        if bound.bound is not None and bound.value:
            share = min(max(bound.bound / bound.value, 0.0), 1.0)
        lines.append(
            {
                "direction": "ab",
                "bound": name,
                "theorem": theorem,
                "form": bound.form,
                "status": bound.status,
                "lhs": bound.lhs,
                "rhs": bound.rhs,
                "tightness": bound.tightness,
                "certified": bound.bound,
                "measured": bound.value,
                "share": share,
                "slack": bound.slack,
                "holds": bound.holds,
                "reason": bound.reason,
            }
        )
    return lines
