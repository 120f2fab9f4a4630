"""Every value is that of the command, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from conftest import a_model, a_pair, run, tuple_of

import logitdist
from logitdist import _compare

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


def named(model, labels, inputs):
    return {**model, "labels": numpy.array(labels), "inputs": numpy.array(inputs)}


def renamed_pair(moves_inputs):
    """A pair whose second model has its labels, and perhaps its inputs, in another order."""
    a, b = a_pair(11)
    labels, inputs = [f"l{y}" for y in range(7)], [f"x{i}" for i in range(60)]
    y, x = numpy.random.default_rng(0).permutation(7), numpy.random.default_rng(1).permutation(60)
    x = x if moves_inputs else numpy.arange(60)
    moved = {"embeddings": b["embeddings"][x], "unembeddings": b["unembeddings"][y], "bias": b["bias"][y]}
    return named(a, labels, inputs), named(moved, [labels[i] for i in y], [inputs[i] for i in x])


def texts(path, lines):
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


MASK = numpy.arange(60) % 4 > 0

CHOICES = [
    ({}, [], []),
    ({"labels": "order", "inputs": "order"}, ["--labels", "order", "--inputs", "order"], []),
    ({"labels": ["l3", "l1", "l5"]}, ["--labels"], ["l3", "l1", "l5"]),
    ({"labels": "common", "inputs": "5:50"}, ["--labels", "common", "--inputs", "5:50"], []),
    ({"inputs": "-{0:7,9}", "targets": [i % 7 for i in range(60)]}, ["--inputs", "-{0:7,9}", "--targets"], None),
    ({"rows": MASK, "groups": [i // 3 for i in range(60)]}, ["--groups", None, "--rows"], None),
]


@pytest.mark.parametrize(("settings", "options", "listed"), CHOICES)
def test_labels_and_inputs_are_chosen_as_the_command_chooses_them(settings, options, listed, files, command, tmp_path):
    # Positions are in the order of each file.
    a, b = renamed_pair(moves_inputs=not {"rows", "inputs"} & settings.keys())
    paths = files(a, b)
    options = list(options)
    if "groups" in settings:
        options[1] = texts(tmp_path / "groups.txt", settings["groups"])
        numpy.save(tmp_path / "rows.npy", settings["rows"])
        options.append(tmp_path / "rows.npy")
    elif "targets" in settings:
        options.append(texts(tmp_path / "targets.txt", settings["targets"]))
    elif listed:
        options.append(texts(tmp_path / "labels.txt", listed))
    told = command("compare", *paths, "--format", "json", *options)
    assert logitdist.compare(a, b, names=paths, **settings).to_json() == told
    # A file and arrays, and names of their own.
    assert logitdist.compare(a, paths[1], names=paths, **settings).to_json() == told
    without = {name: array for name, array in b.items() if name not in ("labels", "inputs")}
    own = {"label_names_b": b["labels"], "input_names_b": list(b["inputs"]), **settings}
    assert logitdist.compare(a, without, names=paths, **own).to_json() == told


def test_masks_batches_and_numbers_that_are_not_finite(files, command):
    a, b = a_pair(12)
    a["embeddings"][7, 1] = numpy.nan
    shaped = [{**m, "embeddings": m["embeddings"].reshape(4, 15, 3), "mask": MASK.reshape(4, 15)} for m in (a, b)]
    paths = files(*shaped)
    told = command("compare", *paths, "--format", "json", "--flatten", "--rows", "mask", "--drop-nonfinite")
    given = {"names": paths, "flatten": True, "rows": "mask", "drop_nonfinite": True}
    c = logitdist.compare(*shaped, **given)
    assert c.to_json() == told
    assert c.n_inputs == MASK.sum() - 1
    with pytest.raises(ValueError, match=r"a: embeddings: the shape is \(4, 15, 3\).*or flatten=True"):
        logitdist.compare(*shaped)
    with pytest.raises(ValueError, match="a has no array `mask`"):
        logitdist.compare(a, b, rows="mask")


@pytest.mark.parametrize("form", ["logits", "log_probabilities", "probabilities"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_logits_alone_are_compared_as_the_command_compares_them(form, dtype, files, command):
    given = []
    for model in a_pair(13):
        logits = model["embeddings"] @ model["unembeddings"].T + model["bias"]
        log_p = logits - numpy.log(numpy.exp(logits).sum(1, keepdims=True))
        values = {"logits": logits, "log_probabilities": log_p, "probabilities": numpy.exp(log_p)}[form]
        given.append({form: values.astype(dtype)})
    paths = files(*given)
    told = command("compare", *paths, "--format", "json", "--labels", "0:5" if form == "logits" else "match")
    labels = range(5) if form == "logits" else "match"
    assert logitdist.compare(*given, names=paths, labels=list(labels) if form == "logits" else labels).to_json() == told


HEADS = [
    ({"logit_scale": 2.5, "logit_scale_b": 1.0}, ["--logit-scale", "2.5", "--logit-scale-b", "1"]),
    ({"softcap": 3.0}, ["--softcap", "3"]),
    ({"softcap": 3.0, "softcap_b": "none", "normalise": "both"}, ["--softcap", "3", "--softcap-b", "none", "--normalise", "both"]),
    ({"normalise": "embeddings", "normalise_b": "unembeddings"}, ["--normalise", "embeddings", "--normalise-b", "unembeddings"]),
]


@pytest.mark.parametrize(("settings", "options"), HEADS)
def test_heads_do_what_they_do_in_the_command(settings, options, files, command):
    a, b = a_pair(14)
    paths = files(a, b)
    told = command("compare", *paths, "--format", "json", *options)
    assert logitdist.compare(a, b, names=paths, **settings).to_json() == told


def test_what_is_asked_for_by_name_is_shown_as_the_command_shows_it(files, command, tmp_path):
    a, b = a_pair(15)
    paths = files(a, b)
    numpy.savez(tmp_path / "c.npz", **a_model(16))
    told = command("compare", *paths, "--only", "m_cca_cv,d_logit")
    assert str(logitdist.compare(a, b, names=paths, only=["m_cca_cv", "d_logit"])) == told
    options = ["--against", tmp_path / "c.npz", "--floor", tmp_path / "c.npz", "--quick"]
    told = command("compare", *paths, "--format", "json", *options)
    c = logitdist.compare(a, b, names=paths, against=tmp_path / "c.npz", floor=tmp_path / "c.npz", quick=True)
    assert c.to_json() == told
    same = numpy.repeat(a["embeddings"][:20], 3, axis=0)
    a, b = {**a, "embeddings": same}, {**b, "embeddings": same}
    paths = files(a, b)
    c = logitdist.compare(a, b, names=paths)
    assert c.to_json() == command("compare", *paths, "--format", "json")
    assert "exactly the same as an earlier one" in c.notes["n_inputs"]


def test_the_recorded_call_gives_the_same_again(tmp_path):
    a, b = a_pair(17)
    numpy.savez(tmp_path / "c.npz", **b)
    call = _compare._command
    said = []
    try:
        _compare._command = lambda arguments: said.append(call(arguments)) or said[-1]
        c = logitdist.compare(
            a,
            b,
            seed=3,
            against=b,
            floor=tmp_path / "c.npz",
            targets=[1] * 60,
            only=["d_logit", "kl_ab"],
            probe=numpy.ones(3),
            logit_scale=2.0,
            labels=[0, 1, 2],
            threads=1,
        )
    finally:
        _compare._command = call
    floor = str(tmp_path / "c.npz")
    assert said == [
        f"logitdist.compare(a, b, seed=3, probe=probe, only=['d_logit', 'kl_ab'], against=against, floor={floor!r}, "
        "targets=targets, labels=[0, 1, 2], logit_scale=2.0)"
    ]
    names = {"against": b, "targets": [1] * 60, "probe": numpy.ones(3), "a": a, "b": b, "logitdist": logitdist}
    assert eval(said[0], names) == c
