"""What the logits of two models at some inputs say, by torch's operations on their device.

Term for term what the core computes. All of it is made of d = log p′ - log p and is at least 0, so that
it is relatively accurate however near the models are.
"""

from __future__ import annotations

import math
from typing import Any

import torch

#: Under this, numbers of a common size are added up as exponentials less 1.
_TINY = 1e-3

#: Under this |d| the terms come from series: their closed forms would cancel.
_NEAR = 0.1

_COSH = (1 / 2, 1 / 24, 1 / 720, 1 / 40_320, 1 / 3_628_800)
_SINH = (1 / 6, 1 / 120, 1 / 5_040, 1 / 362_880, 1 / 39_916_800)
#: Of ½ d sech²(½ d), integrated, by powers of (d/2)².
_JS = (1.0, -1 / 2, 2 / 9, -17 / 180, 62 / 1_575, -1_382 / 85_050)

#: The logit of a masked label: its exponential is 0, and a difference of two is a number.
MASKED = -1e300


def _polynomial(x: Any, coefficients: tuple[float, ...]) -> Any:
    result = torch.full_like(x, coefficients[-1])
    for c in coefficients[-2::-1]:
        result.mul_(x).add_(c)
    return result


class Terms:
    """The terms of logits `u` and `v`, (inputs, labels) in float64.

    `difference` is u - v where it is known to more digits than the subtraction leaves.

    Attributes
    ----------
    table : tensor
        A row for each input: KL both ways, Jensen-Shannon, total variation, Hellinger, squared logit
        distance, whether the most probable labels agree, labels in common of the five and the ten most
        probable, log τ, what KL is between (twice), and the gaps of both models' leading logits.
    smallest : tensor
        The smallest probability of each label.
    """

    def __init__(self, u: Any, v: Any, difference: Any = None) -> None:
        labels = u.shape[1]
        self._u, self._v = u, v
        self._difference = u - v if difference is None else difference
        self._at = [logits.argmax(1, keepdim=True) for logits in (u, v)]
        largest = [logits.gather(1, at) for logits, at in zip((u, v), self._at)]
        # The largest exponential, 1, is left out of the sums: beside it, they would lose the digits of what is rare.
        e_u, e_v = (
            torch.exp(logits - top).scatter_(1, at, 0.0) for logits, top, at in zip((u, v), largest, self._at)
        )
        rest = [e.sum(1, keepdim=True) for e in (e_u, e_v)]
        reference = self._difference.gather(1, self._at[0])
        beyond = self._difference - reference
        is_tiny = beyond.abs().amax(1, keepdim=True) < _TINY
        mean_difference = reference + beyond.mean(1, keepdim=True)
        for e, at in zip((e_u, e_v), self._at):
            e.scatter_(1, at, 1.0)
        sums = [1.0 + r for r in rest]
        growth = (rest[1] - rest[0]) / sums[0]
        shift = largest[0] - largest[1]
        if bool(is_tiny.any()):
            grown = (e_u * torch.expm1(-beyond.clamp(-1.0, 1.0))).sum(1, keepdim=True) / sums[0]
            growth, shift = torch.where(is_tiny, grown, growth), torch.where(is_tiny, reference, shift)
        del beyond
        growth = torch.log1p(growth)
        #: log p - log p′ of a label is this more than the difference of its logits.
        self._between = growth - shift
        self._logs = [top + torch.log1p(r) for top, r in zip(largest, rest)]
        p, q = e_u.div_(sums[0]), e_v.div_(sums[1])
        d = (shift - self._difference) - growth
        rare, common = torch.minimum(p, q), torch.maximum(p, q)
        self.smallest = rare.amin(0)
        divergences = _divergences(p, q, d, rare, common)
        between = _kl_between(divergences[0], divergences[1], d, rare, common)
        squared = (self._difference - mean_difference).square().sum(1)
        lowest = [logits.amin(1, keepdim=True) - log for logits, log in zip((u, v), self._logs)]
        log_tau = torch.minimum(*lowest).clamp(max=0.0)
        wanted = min(10, labels)
        tops = [logits.topk(wanted, dim=1) for logits in (u, v)]
        gaps = [
            top.values[:, 0] - top.values[:, 1] if labels > 1 else torch.full_like(squared, math.inf) for top in tops
        ]
        agreeing = (self._at[0] == self._at[1]).squeeze(1)
        in_common = [_in_common(tops[0].indices, tops[1].indices, most) for most in (5, 10)]
        columns = [*divergences, squared, agreeing, *in_common, log_tau.squeeze(1), *between, *gaps]
        self.table = torch.stack([column.to(torch.float64) for column in columns], 1)

    def answers(self, targets: Any, masked: tuple[Any, Any]) -> Any:
        """What both models make of the right labels: log-probabilities, the log of their ratio, and who is right.

        Rows of labels under 0 are NaN. `masked` says of each label whether a model masks it.
        """
        label = targets.clamp(min=0)[:, None]
        own = [logits.gather(1, label) - log for logits, log in zip((self._u, self._v), self._logs)]
        ratio = self._difference.gather(1, label) + self._between
        is_masked = [of[label] for of in masked]
        second = torch.where(is_masked[0], own[1], own[0] - ratio)
        log_p = [
            torch.where(gone, -math.inf, log.clamp(max=0.0)) for gone, log in zip(is_masked, (own[0], second))
        ]
        ratio = torch.where(is_masked[0] | is_masked[1], log_p[0] - log_p[1], ratio)
        right = [(at == label).to(torch.float64) for at in self._at]
        rows = torch.cat([*log_p, ratio, *right], 1)
        return torch.where((targets < 0)[:, None], math.nan, rows)


def _divergences(p: Any, q: Any, d: Any, rare: Any, common: Any) -> list[Any]:
    """KL both ways, Jensen-Shannon divergence, total variation and Hellinger distance."""
    is_near = d.abs() < _NEAR
    near = torch.where(is_near, d, 0.0)
    square = near * near
    even = square * _polynomial(square, _COSH)
    odd = square * near * _polynomial(square, _SINH)

    def total(of_near: Any, far: Any) -> Any:
        return torch.where(is_near, of_near, far).sum(1)

    kl_ab = total(p * (even + odd), (q - p - p * d).clamp_(min=0.0))
    kl_ba = total(q * (even - odd), (p - q + q * d).clamp_(min=0.0))
    tv = 0.5 * total((p * (near + even + odd)).abs_(), common - rare)
    del even, odd
    half = torch.expm1(0.5 * near)
    ratio = rare / common.clamp(min=torch.finfo(common.dtype).tiny)
    hellinger = (0.5 * total(p * half * half, common * (1.0 - ratio.sqrt()).square_())).sqrt()
    quarter = 0.25 * square
    series = 0.25 * (p + q) * (quarter * _polynomial(quarter, _JS))
    far = 0.5 * ((p + q) * (math.log(2.0) - torch.log1p(ratio)) - rare * d.abs())
    return [kl_ab, kl_ba, total(series, far.clamp_(min=0.0)), tv, hellinger]


def _kl_between(kl_ab: Any, kl_ba: Any, d: Any, rare: Any, common: Any) -> tuple[Any, Any]:
    """½ V_min and ½ V_max/Σ min(p, q), weighted variances of d."""
    weighted = rare * d
    shared, first, second = rare.sum(1), weighted.sum(1), (weighted * d).sum(1)
    either = (common * d * d).sum(1)
    zero = torch.zeros_like(shared)
    lower = torch.fmax(second - first * first / shared, zero)
    # min + max = p + q, and Σ p d = -KL(p ‖ q).
    beyond = kl_ba - kl_ab - first
    upper = torch.fmax(either - beyond * beyond / (2.0 - shared), zero)
    is_apart = shared == 0.0
    return torch.where(is_apart, 0.0, 0.5 * lower), torch.where(is_apart, math.inf, 0.5 * upper / shared)


def _in_common(first: Any, second: Any, most: int) -> Any:
    a, b = first[:, :most], second[:, :most]
    return (a[:, :, None] == b[:, None, :]).any(2).sum(1)
