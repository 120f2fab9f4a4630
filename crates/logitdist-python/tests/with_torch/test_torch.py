"""Tensors of torch, models that run, and processes that reduce together."""

from __future__ import annotations

import socket

import numpy
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

import logitdist  # noqa: E402
import logitdist.torch  # noqa: E402

DEVICES = ["cpu"] + (["cuda"] if torch.cuda.is_available() else [])


def a_pair(seed=0, n=60, k=7, m=3):
    generator = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)  # noqa: E731
    a = draw(n, m), draw(k, m), draw(k)
    return a, tuple(x + 0.1 * draw(*x.shape) for x in a)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_tensors_are_read_as_what_they_are(dtype, device):
    a, b = (tuple(x.to(device, dtype).requires_grad_() for x in model) for model in a_pair())
    plain = [tuple(x.detach().cpu().double().numpy() for x in model) for model in (a, b)]
    expected = logitdist.compare(*plain)
    assert logitdist.compare(a, b) == expected
    turned = [(f.T.contiguous().T, g.flip(0).flip(0), bias) for f, g, bias in (a, b)]
    assert logitdist.compare(*turned) == expected


def test_a_masked_label_of_half_precision_is_masked():
    a, b = (tuple(x.to(torch.bfloat16) for x in model) for model in a_pair())
    b[2][3] = torch.finfo(torch.bfloat16).min
    assert logitdist.compare(a, b).kl_ab == numpy.inf


def test_a_sparse_tensor_is_refused_in_words():
    a, b = a_pair()
    with pytest.raises(ValueError, match=r"a: embeddings: the tensor is torch.sparse_coo; `tensor.to_dense\(\)`"):
        logitdist.compare((a[0].to_sparse(), *a[1:]), b)


def test_gradients_of_the_loss_are_those_of_its_definition():
    student = torch.randn(5, 4, dtype=torch.float64, requires_grad=True)
    teacher = torch.randn(5, 4, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda u: logitdist.distance_loss(u, teacher), (student,))


class Model(torch.nn.Module):
    """A model with an encoder of two layers, and a head as those of transformers have it."""

    def __init__(self, seed, width, labels=5):
        super().__init__()
        torch.manual_seed(seed)
        self.encoder = torch.nn.Sequential(torch.nn.Linear(6, width), torch.nn.Tanh())
        self.head = torch.nn.Linear(width, labels)
        self.last = torch.nn.Linear(labels, labels)

    def get_output_embeddings(self):
        return self.head

    def forward(self, x):
        return self.head(self.encoder(x))


def expected_of(a, b, x):
    models = [(m.encoder(x).reshape(-1, m.head.in_features), m.head.weight, m.head.bias) for m in (a, b)]
    return logitdist.compare(*models, skip=["llv"], intervals=False)


def test_running_models_are_captured():
    a, b = Model(0, 4), Model(1, 3)
    x = torch.randn(2, 40, 6)
    with logitdist.torch.Capture(a, b) as seen:
        a(x)
        b(x)
    c, expected = seen.compare(), expected_of(a, b, x)
    assert c == expected
    with torch.no_grad():
        a(x)
    assert seen.accumulator.n_inputs == 80


@pytest.mark.parametrize("name", ["head", None])
def test_batches_and_masks_are_captured(name):
    a, b = Model(0, 4), Model(1, 3)
    x = torch.randn(3, 2, 20, 6)
    mask = torch.rand(3, 2, 20) > 0.3
    heads = {"head_a": name, "head_b": b.head}
    with logitdist.torch.Capture(a, b, **heads) as seen:
        for batch, chosen in zip(x, mask):
            seen.mask = chosen
            a(batch), b(batch)
    assert seen.accumulator.n_inputs == int(mask.sum())
    expected = expected_of(a, b, x[mask])
    assert numpy.isclose(seen.compare().m_cca, expected.m_cca)
    assert numpy.isclose(seen.compare().kl_ab, expected.kl_ab)


def test_the_last_linear_layer_is_the_head_where_the_model_does_not_say():
    torch.manual_seed(1)
    a, b = (torch.nn.Sequential(torch.nn.Linear(6, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3)) for _ in range(2))
    x = torch.randn(30, 6)
    with logitdist.torch.Capture(a, b) as seen:
        a(x), b(x)
    assert seen.compare() == logitdist.compare(
        *((m[:2](x), m[2].weight, m[2].bias) for m in (a, b)), skip=["llv"], intervals=False
    )


def test_what_cannot_be_captured_is_refused_in_words():
    a, b = Model(0, 4), Model(1, 3)
    with pytest.raises(ValueError, match="a: the model has no layer 'top'"):
        logitdist.torch.Capture(a, b, head_a="top")
    with pytest.raises(ValueError, match="b: the model has no linear layer; name its last layer by head_b"):
        logitdist.torch.Capture(a, torch.nn.Tanh())
    with pytest.raises(ValueError, match="a: Tanh is no linear layer"):
        logitdist.torch.Capture(a, b, head_a=a.encoder[1])
    with pytest.raises(ValueError, match="1 calls of a and 0 calls of b have no call of the other model"):
        with logitdist.torch.Capture(a, b):
            a(torch.randn(3, 6))
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        with logitdist.torch.Capture(a, b):
            a(torch.randn(3, 5))


KINDS = {"core": logitdist.Accumulator, "device": logitdist.torch.Accumulator}


def seen_by(rank, kind):
    a, b = a_pair(rank, n=50)
    _, (_, g_b, bias_b) = a_pair(0)
    (_, g_a, bias_a), _ = a_pair(0)
    seen = KINDS[kind](g_a, g_b, bias_a, bias_b)
    for start in (0, 20):
        seen.update(a[0][start : start + 20], b[0][start : start + 20])
    return seen


def reducing(rank, port, results):
    import torch.distributed as distributed

    distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    for kind in KINDS:
        seen = seen_by(rank, kind)
        logitdist.torch.all_reduce(seen)
        results.put(((rank, kind), seen.compare().to_json()))
    distributed.barrier()
    distributed.destroy_process_group()


def test_two_processes_reduce_to_what_one_would_have_merged():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = torch.multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    workers = [context.Process(target=reducing, args=(rank, port, results)) for rank in range(2)]
    for worker in workers:
        worker.start()
    found = dict(results.get() for _ in workers for _ in KINDS)
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    for kind in KINDS:
        own = seen_by(0, kind)
        own.merge(seen_by(1, kind))
        assert found[0, kind] == found[1, kind] == own.compare().to_json()


def test_models_are_captured_where_they_are():
    a, b = Model(0, 4), Model(1, 3)
    x, targets = torch.randn(2, 40, 6), torch.arange(80).reshape(2, 40) % 5
    with logitdist.torch.Capture(a, b, on_device=True) as seen:
        seen.targets = targets
        a(x), b(x)
    assert isinstance(seen.accumulator, logitdist.torch.Accumulator)
    assert numpy.isclose(seen.compare().kl_ab, expected_of(a, b, x).kl_ab, rtol=1e-6)
    assert seen.compare().n_targets == 80
