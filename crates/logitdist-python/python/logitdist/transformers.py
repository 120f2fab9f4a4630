"""How far a model moves from a reference while a Trainer of transformers trains it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import torch
from transformers import TrainerCallback

from ._compare import names_of, whole
from .torch import Capture, all_reduce

__all__ = ["LogitDistanceCallback"]

#: What is logged: how far the logits are, percentiles of KL divergence, whether the representations
#: are the same, and what unrelated ones would show.
LOGGED = ("d_logit", "kl_ab_median", "kl_ab_q90", "kl_ab_q99", "top1_agreement", "m_cca", "m_cca_null")


class LogitDistanceCallback(TrainerCallback):  # type: ignore[misc]
    """Logs how far the model in training is from a reference: its teacher, or what it was fine-tuned from.

    Numbers are logged as ``logitdist/d_logit`` and so on, at step 0 and then every so many steps. The reference
    is the first model, so that ``kl_ab`` is the divergence from it. Where several processes train, what all of
    them see counts.

    Parameters
    ----------
    reference : torch.nn.Module
        The other model, on the same device.
    every : int
        Steps from one look to the next.
    batches : iterable of dict, optional
        What both models compute; the Trainer's evaluation data if absent. The Trainer shows these only once it has
        evaluated, so that the first look is at its first evaluation, which ``eval_on_start`` puts at step 0.
    most : int
        Batches that are looked at.
    tokens : iterable of str
        Numbers to log, by their tokens.
    log : callable, optional
        Takes the numbers, such as ``trainer.log``; otherwise they go to ``state.log_history``.
    **options
        Arguments of `logitdist.torch.Capture`, such as ``head_a``.

    Attributes
    ----------
    history : list of dict
        What was logged so far, with its step.
    """

    def __init__(
        self,
        reference: Any,
        every: int = 500,
        *,
        batches: Iterable[dict[str, Any]] | None = None,
        most: int = 8,
        tokens: Iterable[str] = LOGGED,
        log: Callable[[dict[str, float]], None] | None = None,
        **options: Any,
    ) -> None:
        self.reference = reference
        self.every = whole("every", every, 1)
        # An iterator would be empty at the second look.
        self.batches = list(islice(batches, most)) if isinstance(batches, Iterator) else batches
        self.most = whole("most", most, 1)
        self.tokens = names_of(tokens)
        if not self.tokens:
            raise ValueError("tokens names nothing; name a measure")
        self.log = log
        self.options = options
        self.history: list[dict[str, float]] = []
        # Whether a look had to wait for evaluation data.
        self._due = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Look before the first step."""
        if state.global_step == 0:
            self._look_or_wait(args, state, given)

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Look every so many steps."""
        if state.global_step % self.every == 0:
            self._look_or_wait(args, state, given)

    def on_evaluate(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        """Look if a look is due: from now on there is evaluation data."""
        if self._due:
            self._look(state, given)

    def _look_or_wait(self, args: Any, state: Any, given: dict[str, Any]) -> None:
        will_evaluate = getattr(args, "eval_strategy", "no") != "no" or getattr(args, "eval_on_start", False)
        if self.batches is None and given.get("eval_dataloader") is None and will_evaluate:
            self._due = True
        else:
            self._look(state, given)

    def _look(self, state: Any, given: dict[str, Any]) -> None:
        model = getattr(given["model"], "module", given["model"])
        # Of several evaluation sets the first that is shown, at every look.
        self.batches = given.get("eval_dataloader") if self.batches is None else self.batches
        batches = self.batches
        if batches is None:
            raise ValueError(
                "there is no evaluation data: give the callback batches, or the Trainer an eval_dataset and an eval_strategy"
            )
        self._due = False
        found = self._compared(model, batches)
        if not getattr(state, "is_world_process_zero", True):
            return
        numbers = {f"logitdist/{token}": float(found[token]) for token in self.tokens if token in found}
        self.history.append({**numbers, "step": state.global_step})
        if self.log is None:
            state.log_history.append(self.history[-1])
        else:
            self.log(numbers)

    def _compared(self, model: Any, batches: Iterable[dict[str, Any]]) -> Any:
        were_training = [m.training for m in (self.reference, model)]
        device = next(model.parameters()).device
        # Of a model of tokens those that are padding say nothing.
        has_tokens = getattr(model, "get_output_embeddings", lambda: None)() is not None
        seen = Capture(self.reference, model, **self.options)
        try:
            self.reference.eval()
            model.eval()
            with torch.no_grad(), seen:
                for batch in islice(batches, self.most):
                    inputs = {
                        name: value.to(device) if isinstance(value, torch.Tensor) else value
                        for name, value in batch.items()
                        if name != "labels"
                    }
                    seen.mask = inputs.get("attention_mask") if has_tokens else None
                    self.reference(**inputs)
                    model(**inputs)
        finally:
            for m, was_training in zip((self.reference, model), were_training):
                m.train(was_training)
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            all_reduce(seen.accumulator)
        return seen.compare(only=self.tokens)
