"""The callback of a Trainer. Where transformers is not installed, its interface is played by a stand-in."""

from __future__ import annotations

import sys
import types

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

import logitdist  # noqa: E402
import logitdist.torch  # noqa: E402


@pytest.fixture
def callback(monkeypatch):
    try:
        import transformers  # noqa: F401
    except ImportError:
        stand_in = types.ModuleType("transformers")
        stand_in.TrainerCallback = type("TrainerCallback", (), {})
        monkeypatch.setitem(sys.modules, "transformers", stand_in)
    from logitdist.transformers import LogitDistanceCallback

    yield LogitDistanceCallback
    sys.modules.pop("logitdist.transformers")


class Tokens(torch.nn.Module):
    """A model of tokens, as transformers has them."""

    def __init__(self, seed):
        super().__init__()
        torch.manual_seed(seed)
        self.embed, self.drop, self.head = torch.nn.Embedding(11, 6), torch.nn.Dropout(), torch.nn.Linear(6, 11)

    def get_output_embeddings(self):
        return self.head

    def forward(self, input_ids, attention_mask):
        return self.head(self.drop(torch.tanh(self.embed(input_ids))))


def data(count=5):
    generator = torch.Generator().manual_seed(0)
    for _ in range(count):
        tokens = torch.randint(11, (8, 20), generator=generator)
        mask = (torch.arange(20) < torch.randint(5, 20, (8, 1), generator=generator)).long()
        yield {"input_ids": tokens, "attention_mask": mask, "labels": tokens}


def train(model, callbacks, steps):
    """What a Trainer does of all this."""
    state = types.SimpleNamespace(global_step=0, log_history=[], is_world_process_zero=True)
    given = {"model": model, "eval_dataloader": list(data())}
    optimiser = torch.optim.SGD(model.parameters(), lr=1.0)
    model.train()
    for callback in callbacks:
        callback.on_train_begin(None, state, None, **given)
    for batch in list(data(steps)):
        optimiser.zero_grad()
        logits = model(batch["input_ids"], batch["attention_mask"])
        torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten()).backward()
        optimiser.step()
        state.global_step += 1
        for callback in callbacks:
            callback.on_step_end(None, state, None, **given)
    return state


def test_a_model_in_training_is_seen_to_move_away(callback):
    reference, model = Tokens(0), Tokens(0)
    looks = callback(reference, every=2, most=3)
    state = train(model, [looks], 5)
    assert [entry["step"] for entry in looks.history] == [0, 2, 4]
    assert state.log_history == looks.history
    first, *_, last = looks.history
    assert first["logitdist/d_logit"] == 0 and first["logitdist/top1_agreement"] == 1
    assert last["logitdist/d_logit"] > 0 and last["logitdist/kl_ab_q99"] >= last["logitdist/kl_ab_median"] > 0
    assert set(last) == {"step", *(f"logitdist/{t}" for t in looks.tokens)}
    assert model.training and reference.training
    # The same as by hand, without padding.
    with torch.no_grad(), logitdist.torch.Capture(reference.eval(), model.eval()) as seen:
        for batch in list(data())[:3]:
            seen.mask = batch["attention_mask"]
            inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
            reference(**inputs), model(**inputs)
    looks._look(types.SimpleNamespace(global_step=9, log_history=[]), {"model": model, "eval_dataloader": list(data())})
    for token in ("m_cca", "m_cca_null"):
        assert looks.history[-1][f"logitdist/{token}"] == seen.compare()[token]


def test_without_batches_the_first_look_is_at_the_first_evaluation(callback):
    # As a Trainer does: its evaluation data are there only once it has evaluated.
    reference, model = Tokens(0), Tokens(1)
    looks = callback(reference, every=2, most=1)
    args = types.SimpleNamespace(eval_strategy="steps", eval_on_start=False)
    state = types.SimpleNamespace(global_step=0, log_history=[], is_world_process_zero=True)
    looks.on_train_begin(args, state, None, model=model, eval_dataloader=None)
    for state.global_step in (1, 2):
        looks.on_step_end(args, state, None, model=model, eval_dataloader=None)
    assert looks.history == []
    shown = list(data())
    state.global_step = 3
    looks.on_evaluate(args, state, None, model=model, eval_dataloader=shown)
    looks.on_evaluate(args, state, None, model=model, eval_dataloader=shown)
    state.global_step = 4
    looks.on_step_end(args, state, None, model=model, eval_dataloader=shown)
    assert [entry["step"] for entry in looks.history] == [3, 4]


def test_numbers_go_where_they_are_asked_to_go(callback):
    said = []
    looks = callback(Tokens(0), every=1, batches=data(), most=1, tokens=["kl_ab"], log=said.append)
    state = train(Tokens(1), [looks], 2)
    assert len(said) == 3 and not state.log_history
    assert all(set(numbers) == {"logitdist/kl_ab"} for numbers in said)


def test_what_cannot_be_is_refused_in_words(callback):
    with pytest.raises(ValueError, match="every is 0; it must be at least 1"):
        callback(Tokens(0), every=0)
    with pytest.raises(ValueError, match="tokens names nothing"):
        callback(Tokens(0), tokens=[])
    state = types.SimpleNamespace(global_step=0, log_history=[])
    with pytest.raises(ValueError, match="there is no evaluation data"):
        callback(Tokens(0)).on_train_begin(None, state, None, model=Tokens(1))
