"""Losses, floors and sweeps."""

from __future__ import annotations

import numpy
import pytest
from conftest import a_model, a_pair, tuple_of

import logitdist

CONFIG = {
    "question": "how tight?",
    "expected": "tighter for near models",
    "seed": 5,
    "replicates": 2,
    "model": {"dim": [2, 3], "labels": 5, "inputs": 20},
    "perturbation": {"noise_embeddings": {"level": [0.1, 0.5]}},
}


def logits(model):
    return model["embeddings"] @ model["unembeddings"].T + model["bias"]


def test_the_loss_is_the_squared_logit_distance():
    a, b = a_pair(1)
    loss = logitdist.distance_loss(logits(b), logits(a))
    assert numpy.isclose(loss**0.5, logitdist.compare(a, b).d_logit)
    sequences = [logits(model).reshape(4, 15, 7) for model in (a, b)]
    assert numpy.isclose(logitdist.distance_loss(*sequences), loss)
    with pytest.raises(ValueError, match=r"the student's logits are \(60, 7\) and the teacher's \(60, 6\)"):
        logitdist.distance_loss(logits(a), logits(a)[:, 1:])


def test_no_smaller_model_is_under_the_floor_and_the_best_is_on_it():
    a = a_model(2, m=4)
    floors = [logitdist.compression_floor(tuple_of(a), dim) for dim in (1, 2, 3, 4, 9)]
    assert floors == sorted(floors, reverse=True)
    assert floors[-2:] == [0.0, 0.0]
    small = logitdist.compare(a, a_model(3, m=2))
    assert small.d_logit_centred >= floors[1]
    assert numpy.isclose(small.bounds["compression_floor"].lhs ** 0.5, floors[1])
    with pytest.raises(ValueError, match="dim is 0; it must be at least 1"):
        logitdist.compression_floor(a, 0)


def test_a_sweep_is_that_of_the_command(tmp_path, command):
    text = """
question = "how tight?"
expected = "tighter for near models"
seed = 5
replicates = 2
[model]
dim = [2, 3]
labels = 5
inputs = 20
[perturbation.noise_embeddings]
level = [0.1, 0.5]
"""
    (tmp_path / "study.toml").write_text(text)
    command("sweep", tmp_path / "study.toml", "--out", tmp_path / "of-command")
    study = logitdist.sweep(CONFIG, tmp_path / "own", threads=1)
    for table in ("rows", "bounds", "summary"):
        own, told = (tmp_path / folder / f"{table}.csv" for folder in ("own", "of-command"))
        assert own.read_bytes() == told.read_bytes()
    assert study.violations == study.failures == []
    assert len(study.frame()) == 8
    assert "own: 0 violations, 0 failures" in repr(study)
    with pytest.raises(ValueError, match="there is no table 'cells'; there are bounds, rows, summary"):
        study.frame("cells")
    again = logitdist.sweep(tmp_path / "study.toml", overrides={"model.dim": [2], "replicates": 1})
    assert len(again.frame("rows")) == 2
    assert len(logitdist.sweep(CONFIG, overrides=["model.dim=[2]"]).frame("rows")) == 4


def test_a_wrong_config_is_refused_in_words(tmp_path):
    with pytest.raises(ValueError, match="model.dim"):
        logitdist.sweep({**CONFIG, "model": {"dim": -1}}, tmp_path / "out")
    with pytest.raises(ValueError, match="none.toml"):
        logitdist.sweep(tmp_path / "none.toml", tmp_path / "out")
    with pytest.raises(ValueError, match="the config: "):
        logitdist.sweep({**CONFIG, "seed": None}, tmp_path / "out")


def test_each_model_is_compared_with_each():
    models = {f"m{seed}": a_model(seed) for seed in range(3)}
    pairs = logitdist.matrix(models, seed=3)
    assert list(pairs) == [("m0", "m1"), ("m0", "m2"), ("m1", "m2")]
    for (a, b), c in pairs.items():
        assert c == logitdist.compare(models[a], models[b], names=(a, b), seed=3)
    kl, similar = pairs.frame("kl_ab"), pairs.frame("m_cca")
    assert kl.loc["m0", "m2"] == pairs["m0", "m2"].kl_ab
    assert kl.loc["m2", "m0"] == pairs["m0", "m2"].kl_ba
    assert similar.loc["m2", "m0"] == similar.loc["m0", "m2"] == pairs["m0", "m2"].m_cca
    assert numpy.isnan(numpy.diag(kl)).all()
    with pytest.raises(logitdist.NoValue, match="there is no token `m_cac`"):
        pairs.frame("m_cac")
    with pytest.raises(ValueError, match="there are 1 models; at least two are needed"):
        logitdist.matrix({"alone": a_model(0)})
