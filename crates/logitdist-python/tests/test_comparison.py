"""What a comparison hands out."""

from __future__ import annotations

import json
import math
import pickle
import signal
import sys
import threading
import time
import xml.etree.ElementTree

import numpy
import pandas
import pytest
from conftest import a_model, a_pair

import logitdist
from logitdist import _native, _processor


@pytest.fixture
def c():
    return logitdist.compare(*a_pair(1))


def test_numbers_are_items_and_attributes(c):
    said = json.loads(c.to_json())
    assert c.to_dict() == said
    for token in c:
        assert getattr(c, token) is c[token]
        if token in said and said[token] is not None:
            assert c[token] == said[token]
    assert isinstance(c.n_inputs, int)
    assert isinstance(c.m_cca, float)
    assert isinstance(c.rho, list)
    assert "m_cca" in c
    assert "m_cca" in dir(c)
    assert dict(c)["d_logit"] == c.d_logit


def test_what_has_no_value_says_why(c):
    constant = a_model(2, bias=False)
    constant["embeddings"][:] = 1.0
    none = logitdist.compare(constant, a_model(3, bias=False))
    assert "m_cca" not in none
    assert none.get("m_cca") is None
    reason = none.reasons["m_cca"]
    for ask in (lambda: none["m_cca"], lambda: none.m_cca):
        with pytest.raises(logitdist.NoValue) as error:
            ask()
        assert str(error.value) == f"m_cca is not applicable: {reason}"
    assert not hasattr(none, "m_cca")
    with pytest.raises(logitdist.NoValue, match="there is no token `m_cac`; did you mean `m_cca`"):
        c["m_cac"]
    with pytest.raises(logitdist.NoValue, match="bounds are in `bounds`"):
        c["cca_spectral"]
    with pytest.raises(AttributeError):
        c._anything


def test_parts_can_be_left_out(c):
    less = logitdist.compare(*a_pair(1), skip=["probability", "baselines", "d_rep"])
    assert less.m_cca == c.m_cca
    for token in ("kl_ab", "d_llv", "cka", "d_rep_ab"):
        assert token in c
        with pytest.raises(logitdist.NoValue, match=f"{token} was left out of this comparison"):
            less[token]


def test_only_what_is_named_is_computed_and_with_the_same_digits(c):
    some = logitdist.compare(*a_pair(1), only=["m_cca", "kl_ab", "d_rep_ba"], intervals=False)
    for token in ("m_cca", "kl_ab", "d_rep_ba", "n_inputs"):
        assert some[token] == c[token]
    with pytest.raises(logitdist.NoValue, match="d_logit was left out of this comparison"):
        some["d_logit"]
    quick = logitdist.compare(*a_pair(1), quick=True)
    assert quick.m_cca_null == c.m_cca_null and quick.top1_agreement == c.top1_agreement


def test_other_models_and_right_answers_stand_beside_the_pair(c):
    a, b = a_pair(1)
    targets = [i % 7 if i % 3 else -100 for i in range(c.n_inputs)]
    with_all = logitdist.compare(a, b, against=b, floor=a, targets=targets, by_confidence=True)
    found = json.loads(with_all.to_json())
    assert found["against"]["of"]["d_logit"]["difference"] == 0
    assert found["floor"]["of"]["d_logit"]["reason"].startswith("the floor is 0")
    assert found["n_targets"] == sum(target >= 0 for target in targets)
    assert sum(part["inputs"] for part in found["by_confidence"]) == c.n_inputs
    with pytest.raises(ValueError, match="the target of input 0 is -1"):
        logitdist.compare(a, b, targets=[-1] * c.n_inputs)


def test_infinite_divergences_are_infinite():
    a, b = a_pair(1)
    b["bias"][3] = -math.inf
    c = logitdist.compare(a, b)
    assert c.kl_ab == math.inf
    assert c.to_dict()["kl_ab"] is None


def test_every_token_of_the_tables_has_a_docstring():
    for token, _, of_bound, (meaning, formula, _) in _native.glossary():
        if not of_bound:
            doc = getattr(logitdist.Comparison, token).__doc__
            assert meaning in doc
            assert formula in doc


def test_bounds_hold_and_have_their_sides(c):
    assert c.violated == []
    of_tables = {t for t, _, of_bound, _ in _native.glossary() if of_bound}
    # A bound on a probe is with the probe, and budgets are columns of sweeps.
    elsewhere = {t for t in of_tables if t == "probe_agreement" or t.startswith("budget_")}
    assert set(c.bounds) == set(c.bounds_ba) == of_tables - elsewhere
    for bound in (*c.bounds.values(), *c.bounds_ba.values()):
        if bound.status == "not_applicable":
            assert bound.holds is None
            assert bound.reason
        else:
            assert bound.holds
    upper, lower = c.bounds["cca_spectral"], c.bounds["m_cca_sharp"]
    assert upper.lhs <= upper.rhs
    assert lower.value >= lower.bound
    assert lower.slack == lower.value - lower.bound


def test_frames_have_a_row_for_each_number_and_bound(c):
    measures = c.to_frame()
    assert measures.loc["m_cca", "value"] == c.m_cca
    assert measures.loc["m_cca", "meaning"].startswith("Mean canonical correlation")
    assert set(measures.index) == {t for t in (*c, *c.reasons) if not isinstance(c.get(t), list)}
    bounds = c.to_frame("bounds")
    assert bounds.loc[("d_ls", "ba"), "rhs"] == c.bounds_ba["d_ls"].rhs
    assert len(bounds) == len(c.bounds) + len(c.bounds_ba)
    side = c.bounds["kl_from_logit"].lhs
    assert side.low < side < side.high
    assert bounds.loc[("kl_from_logit", "ab"), ["lhs_low", "lhs_high"]].to_list() == [side.low, side.high]
    assert c.bounds["m_cca_two_spectra"].value.low == c.m_cca.low
    assert not isinstance(c.bounds["logit_from_kl"].rhs, logitdist.Interval)
    assert isinstance(bounds, pandas.DataFrame)
    with pytest.raises(ValueError, match="'measures' or 'bounds'"):
        c.to_frame("all")


def test_a_number_with_an_interval_is_a_float_with_ends():
    models = a_pair(1)
    c = logitdist.compare(*models, intervals=True)
    m_cca = c.m_cca
    assert isinstance(m_cca, float) and isinstance(m_cca, logitdist.Interval)
    said = c.intervals["m_cca"]
    assert (m_cca.low, m_cca.high, m_cca.se) == (said["low"], said["high"], said["se"])
    assert m_cca.low < m_cca < m_cca.high
    assert m_cca + 1 == float(m_cca) + 1 and f"{m_cca:.3f}" == f"{float(m_cca):.3f}"
    assert json.loads(json.dumps(m_cca)) == m_cca
    again = pickle.loads(pickle.dumps(m_cca))
    assert again == m_cca and again.low == m_cca.low and again.method == m_cca.method
    assert repr(m_cca).endswith(f"{m_cca.high:.6g}]")
    assert not isinstance(c.n_inputs, logitdist.Interval)
    frame = c.to_frame()
    assert frame.loc["m_cca", "low"] == m_cca.low and numpy.isnan(frame.loc["n_inputs", "low"])
    without = logitdist.compare(*models, intervals=False)
    assert type(without.m_cca) is float and without.m_cca == m_cca


def test_the_verdict_is_what_is_shown(c):
    lines = repr(c).splitlines()
    assert lines[0] == "logitdist.Comparison of 60 inputs, 7 labels"
    assert lines[1].startswith("  Predictions: nearly the same")
    assert "  Every bound holds." in lines
    page = c._repr_html_()
    assert "<li>Every bound holds.</li>" in page
    assert page.count("<svg") >= 2
    assert f"{c.m_cca:.6g}" in page


def test_pictures_are_svg_and_answer_questions(c, tmp_path):
    questions = c.pictures()
    assert len(questions) == 5
    for name in questions:
        picture = c.plot(name)
        xml.etree.ElementTree.fromstring(picture)
        assert picture._repr_svg_() == picture
    picture.save(tmp_path / "picture.svg")
    assert (tmp_path / "picture.svg").read_text() == picture
    with pytest.raises(ValueError, match="there is no picture 'all'; there are "):
        c.plot("all")


def test_distances_at_each_input_are_there_on_demand(c):
    inputs = c.inputs()
    assert numpy.isclose(numpy.mean(inputs["d_logit_x"] ** 2) ** 0.5, c.d_logit)
    assert numpy.isclose(inputs["kl_ab_x"].mean(), c.kl_ab)
    at_once = logitdist.compare(*a_pair(1), per_input=True, inputs_limit=10)
    assert len(at_once.inputs()["inputs"]) == len(at_once.inputs()["kl_ba_x"]) == 10


def test_a_report_that_cannot_be_written_is_an_error_of_the_system(c, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        c.report(tmp_path / "file")


@pytest.mark.parametrize("asked", [{"only": ["m_cca"]}, {"quick": True}, {"skip": ["d_logit"]}])
def test_a_page_is_of_a_whole_comparison_as_the_command_has_it(asked, tmp_path):
    with pytest.raises(ValueError, match="a page shows a whole comparison"):
        logitdist.compare(*a_pair(1), **asked).report(tmp_path / "page")
    assert not (tmp_path / "page").exists()


def large():
    """A pair that takes seconds."""
    return a_pair(3, n=20000, k=3000, m=32)


def test_an_interrupt_ends_a_comparison():
    # A process that was started in the background ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    # Some 10 s of processors, however fast: an interrupt must come in the midst of it.
    a, b = a_pair(3, n=60000, k=8000, m=32)
    threading.Timer(0.4, lambda: signal.raise_signal(signal.SIGINT)).start()
    start = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            logitdist.compare(a, b, intervals=True)
        assert time.monotonic() - start < 5
    finally:
        signal.signal(signal.SIGINT, before)


def test_python_goes_on_meanwhile():
    a, b = large()
    done = threading.Event()
    comparing = threading.Thread(target=lambda: (logitdist.compare(a, b, skip=["d_rep", "llv"]), done.set()))
    comparing.start()
    ticks = 0
    while not done.is_set():
        time.sleep(0.001)
        ticks += 1
    comparing.join()
    assert ticks > 20


def test_a_bar_is_drawn_where_tqdm_is(monkeypatch):
    drawn = []

    class Bar:
        n, total = 0, None

        def __init__(self, **_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            drawn.append((self.n, self.total))

        def update(self, rows):
            self.n += rows

    module = type(sys)("tqdm.auto")
    module.tqdm = Bar
    monkeypatch.setitem(sys.modules, "tqdm", type(sys)("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", module)
    a, b = large()
    logitdist.compare(a, b, skip=["d_rep", "llv"], progress=True)
    (n, total), = drawn
    assert 0 < n <= total == 3000 + 2 * 20000
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    logitdist.compare(*a_pair(1), progress=True)


def test_an_older_processor_is_told_what_to_do(monkeypatch):
    _processor.check("flags: fpu avx2 bmi2 fma")
    with pytest.raises(ImportError, match="this one lacks avx2, fma: build it here by"):
        _processor.check("flags: fpu bmi2")
    monkeypatch.setenv("LOGITDIST_OLDER_PROCESSOR", "1")
    _processor.check("flags: fpu")


def test_a_comparison_does_not_pretend_to_be_pickled(c):
    with pytest.raises(TypeError):
        pickle.dumps(c)
