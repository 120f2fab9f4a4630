"""Every value is that of the command, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from conftest import a_model, a_pair, run, tuple_of

import logitdist

CASES = [
    ({}, []),
    ({"seed": 3, "subsets": (4, 5)}, ["--seed", "3", "--subsets", "4x5"]),
    ({"subsets": "all", "threads": 1}, ["--subsets", "all", "--threads", "1"]),
    ({"inputs_limit": 20, "seed": 7}, ["--inputs-limit", "20", "--seed", "7"]),
    ({"logits": "f32"}, ["--logits", "f32"]),
    (
        {"llv_labels": [2, 0, 5, 6], "llv_inputs": numpy.array([3, 1, 4, 15])},
        ["--llv-labels", "2,0,5,6", "--llv-inputs", "3,1,4,15"],
    ),
]


@pytest.mark.parametrize(("settings", "options"), CASES)
def test_all_formats_are_those_of_the_command(settings, options, files, command):
    a, b = a_pair(1)
    paths = files(a, b)
    c = logitdist.compare(tuple_of(a), tuple_of(b), names=paths, **settings)
    assert c.to_json() == command("compare", *paths, "--format", "json", *options)
    assert str(c) == command("compare", *paths, *options)
    lines = command("compare", *paths, "--format", "csv", *options).splitlines()
    own = c.to_csv().splitlines()
    assert [x for x in own if not x.startswith("run,command")] == [
        x for x in lines if not x.startswith("run,command")
    ]


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
@pytest.mark.parametrize("shape", [{"n": 5000, "k": 12, "m": 9}, {"n": 1, "k": 2, "m": 1}, {"n": 40, "k": 30, "m": 34}])
def test_types_and_shapes_are_read_alike(dtype, shape, files, command):
    a, b = ({name: array.astype(dtype) for name, array in model.items()} for model in a_pair(5, **shape))
    paths = files(a, b)
    c = logitdist.compare(a, b, names=paths)
    assert c.to_json() == command("compare", *paths, "--format", "json")


def test_models_of_different_dimensions_and_masked_labels(files, command):
    a, b = a_model(3, m=4), a_model(4, m=6)
    for masked in (-numpy.inf, numpy.finfo("float64").min, -2e9):
        b["bias"][2] = masked
        paths = files(a, b)
        c = logitdist.compare(a, b, names=paths)
        assert c.to_json() == command("compare", *paths, "--format", "json")
        assert c.kl_ab == numpy.inf


def test_files_are_read_as_the_command_reads_them(files, command):
    a, b = a_pair(8)
    renamed = {"h": a["embeddings"].T, "head": a["unembeddings"], "bias": a["bias"]}
    paths = files(renamed, b)
    names = {"embeddings": "h", "unembeddings": "head"}
    options = ["--array-names", "embeddings=h,unembeddings=head", "--array-names-b", "bias=bias"]
    options += ["--transpose", "embeddings", "--transpose-b", "none"]
    told = command("compare", *paths, "--format", "json", *options)
    given = {"array_names": names, "array_names_b": "bias=bias", "transpose": "embeddings", "transpose_b": ()}
    assert logitdist.compare(*paths, **given).to_json() == told
    assert logitdist.compare(renamed, b, names=paths, **given).to_json() == told
    assert logitdist.compare(a, paths[1], names=paths).to_json() == told


def test_probes_are_carried_as_the_command_carries_them(files, command, tmp_path):
    a, b = a_pair(9)
    paths = files(a, b)
    probe = numpy.array([[1.0, 0.0, 2.0], [0.5, -1.0, 0.0]])
    numpy.save(tmp_path / "probe.npy", probe)
    told = command("compare", *paths, "--format", "json", "--probe", tmp_path / "probe.npy")
    c = logitdist.compare(a, b, names=paths, probe=probe)
    assert c.to_json() == told
    assert len(c.probes) == 2
    numpy.save(tmp_path / "offset.npy", numpy.column_stack([probe, [0.5, -0.25]]))
    told = command(
        "compare", *paths, "--format", "json", "--probe", tmp_path / "offset.npy", "--probe-offset"
    )
    assert logitdist.compare(a, b, names=paths, probe=probe, probe_offset=[0.5, -0.25]).to_json() == told
    assert logitdist.compare(a, b, probe=probe[0]).probes == c.probes[:1]


def test_a_report_is_that_of_the_command(files, command, tmp_path):
    a, b = a_pair(10)
    paths = files(a, b)
    command("compare", *paths, "--report", tmp_path / "of-command")
    logitdist.compare(a, b, names=paths).report(tmp_path / "own")
    pictures = sorted(p.relative_to(tmp_path / "own") for p in (tmp_path / "own").rglob("*.*") if p.is_file())
    assert len(pictures) > 10
    for name in pictures:
        if name.name not in ("comparison.csv", "report.html"):
            assert (tmp_path / "own" / name).read_bytes() == (tmp_path / "of-command" / name).read_bytes(), name
    text = (tmp_path / "own" / "report.html").read_text()
    assert "logitdist.compare(a, b)" in text


def test_explanations_are_those_of_the_command(command):
    for token in ("m_cca", "d_rep_ab", "T5", "slack"):
        assert logitdist.explain(token) == command("explain", token)
    with pytest.raises(ValueError, match="there is no token `m_cac`; did you mean `m_cca`"):
        logitdist.explain("m_cac")


def test_the_command_ends_with_its_exit_code(tmp_path: Path):
    done = run("compare", tmp_path / "none.npz", tmp_path / "none.npz")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert run("-V").stdout == f"logitdist {logitdist.__version__}\n"
