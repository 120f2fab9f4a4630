"""Distilling digits: a student by KL predicts like its teacher and is unlike it inside; one by the logit distance is alike."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

import logitdist  # noqa: E402
import logitdist.torch  # noqa: E402

CSV = Path(__file__).parents[3] / "logitdist-train" / "data" / "digits.csv"


def network(seed):
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 6), torch.nn.Tanh(), torch.nn.Linear(6, 10)
    )


def trained(model, loss, steps=600):
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        optimiser.zero_grad()
        loss(model).backward()
        optimiser.step()
    return model


def kl(student, teacher):
    return torch.nn.functional.kl_div(
        student.log_softmax(-1), teacher.log_softmax(-1), reduction="batchmean", log_target=True
    )


def test_a_student_by_the_logit_distance_is_alike_inside_and_one_by_kl_is_not():
    rows = torch.from_numpy(numpy.loadtxt(CSV, delimiter=",", dtype="float32"))
    images, digits = rows[:, :64] / 16, rows[:, 64].long()
    x, held_out = images[::2], images[1::2]
    teacher = trained(network(0), lambda m: torch.nn.functional.cross_entropy(m(x), digits[::2]))
    taught = teacher(x).detach()
    found = {}
    for name, loss in (("kl", kl), ("distance", logitdist.distance_loss)):
        student = trained(network(1), lambda m, loss=loss: loss(m(x), taught))
        with torch.no_grad(), logitdist.torch.Capture(teacher, student) as seen:
            teacher(held_out)
            student(held_out)
        found[name] = seen.compare()
    by_kl, by_distance = found["kl"], found["distance"]
    assert min(c.top1_agreement for c in found.values()) > 0.9
    assert by_distance.m_cca_logits > by_kl.m_cca_logits + 0.02
    assert by_distance.d_logit < by_kl.d_logit / 2
    assert not any(c.violated for c in found.values())
