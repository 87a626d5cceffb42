"""Every sentence of the notebooks about a library has a run behind it."""

import inspect
import json
import re

import nbformat
import numpy as np
import pytest
from closing_table import oracle
from library_statements import STATEMENTS
from pages import ROOT

from convbp_helpers import elsewhere, matrix

NAMED = re.compile(
    r"PyTorch|torch\.|TensorFlow|\btf\.|Keras|JAX|\blax\.|\bjax\.|jnp\.|SciPy|scipy|NumPy|[Ff]ramework|[Ll]ibrar|\bF\.\w+"
    r"|Paddle|MindSpore|MLX|tinygrad|ONNX|OpenVINO|OpenCV|ncnn|Flax|Haiku|Equinox|autograd|SAME|transpose_kernel"
)
SAME_CALLS = {"forward", "grad_x", "grad_w", "grad_b", "transposed"}


def lines_of(path):
    """The lines of text that name a library; code in solutions and paths of this project are no statements."""
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"^```.*?^```", "", cell.source, flags=re.S | re.M).replace("`libraries/`", "")
            yield from (line for line in text.splitlines() if NAMED.search(line))


def pages():
    return {path.name[:2]: list(lines_of(path)) for path in sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))}


def unbacked(pages, statements):
    """Lines without a statement, and statements without a line."""
    known = {(page, words) for page, words, _ in statements}
    lines = [(page, line) for page, all_ in pages.items() for line in all_]
    without = [(page, line) for page, line in lines if not any(p == page and w in line for p, w in known)]
    gone = [
        (page, words) for page, words in known if not any(p == page and words in line for p, line in lines)
    ]
    return without, gone


def test_every_sentence_about_a_library_is_listed(count):
    found = pages()
    assert unbacked(found, STATEMENTS) == ([], [])
    count("sentences about libraries, each with a run behind it", sum(map(len, found.values())))


def test_an_unbacked_sentence_is_found():
    found = pages()
    found["07"].append("- PyTorch counts from 1.")
    assert unbacked(found, STATEMENTS) == ([("07", "- PyTorch counts from 1.")], [])
    assert unbacked(pages(), [*STATEMENTS, ("07", "no such sentence", ["none"])]) == (
        [],
        [("07", "no such sentence")],
    )


def stored(name):
    return json.loads((ROOT / "libraries" / "results" / f"{name}.json").read_text(encoding="utf-8"))


def why_not(backing):
    """What keeps a backing from holding; "" where it holds."""
    kind, *rest = backing.split(":")
    if kind == "none":
        return ""
    if kind == "here":
        return HERE[rest[0]]() or ""
    result = stored(rest[0])
    if kind == "claim":
        claim = result["claims"].get(rest[1])
        return "no such claim" if claim is None else "" if claim["holds"] else claim["said"]
    if kind == "agrees":
        counts = result["features"][rest[2]][rest[1]]
        return "" if set(counts) <= {"agrees", "warns"} and counts["agrees"] >= 20 else str(counts)
    if kind == "word":
        told = result["words"][rest[1]][rest[2]]
        if rest[3] == "refuses":
            return "" if told["answers"] == 0 else "it answers"
        return (
            "" if rest[3] in told.get("readings", ()) and told["answers"] == told["of"] else str(told)[:200]
        )
    if kind == "silent":
        told = result["silent"].get(rest[1])
        return "" if told and "got" in told and not told["as it should be"] else str(told)[:200]
    if kind == "native":
        told = result["transposed"][rest[1]][rest[2]]
        found = any(reading.startswith(rest[3]) for reading in told.get("readings", ()))
        return "" if found and told["answers"] == told["of"] else str(told)[:200]
    assert kind == "call", backing
    calls = result["calls"]
    if set(calls) != SAME_CALLS:
        return f"calls of {sorted(calls)}"
    told = {
        f"{quantity}, {name}": counts
        for quantity, by in calls.items()
        for name, counts in by.items()
        if name != "code"
    }
    asked = {
        name: counts
        for name, counts in told.items()
        if rest[1:] == ["all"] or name.endswith("one group, d = 1")
    }
    wrong = {name: counts for name, counts in asked.items() if set(counts) != {"agrees"}}
    wrong |= {name: counts for name, counts in told.items() if "differs" in counts}  # never in silence
    return str(wrong) if wrong else ""


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda s: f"{s[0]} {s[1][:40]}")
def test_the_runs_behind_a_sentence_hold(statement):
    page, words, backings = statement
    assert backings and [(backing, why_not(backing)) for backing in backings if why_not(backing)] == []


def test_the_calls_of_the_page_are_those_that_were_run():
    import sys

    sys.path.append(str(ROOT / "libraries"))
    import calls

    for name, title in (("pytorch", "PyTorch"), ("jax", "JAX"), ("tensorflow", "TensorFlow and Keras")):
        run = {quantity: told["code"] for quantity, told in stored(name)["calls"].items()}
        assert run == calls.table(title) and set(run) == SAME_CALLS


@pytest.mark.parametrize(
    "backing",
    ["claim:pytorch:the_earth_is_flat", "agrees:tensorflow:grad_x:everything", "word:paddle:SAME:dilation above 1:ceil(H/s) outputs, the odd zero behind", "word:jax:SAME:both:refuses", "call:mlx", "call:tensorflow:all", "silent:jax:nothing", "native:jax:1:stride 1:p cells cut off"],
)  # fmt: skip
def test_a_backing_that_does_not_hold_is_found(backing):
    assert why_not(backing)


# ------------------------------------------------------------------------------------------------- run here
X, W = np.array([3.0, 1, 5, 7, 1, 9]), np.array([2.0, 3, 5])


def numpy_counts_from_zero():
    assert X[0] == 3


def numpy_slides_both_ways():
    as_it_is = [sum(X[u + k] * W[k] for k in range(3)) for u in range(4)]
    assert np.allclose(np.correlate(X, W, "valid"), as_it_is)
    assert np.allclose(np.convolve(X, W[::-1], "valid"), as_it_is)
    assert np.convolve(X, W, "full").shape == (8,)


def numpy_keeps_the_last():
    grad = np.zeros(3)
    grad[[1, 1]] += [2, 5]
    assert grad.tolist() == [0, 5, 0]


def numpy_add_at_adds_twice():
    grad = np.zeros(3)
    np.add.at(grad, [1, 1], [2, 5])
    assert grad.tolist() == [0, 7, 0]


def numpy_windows_are_no_copy():
    windows = np.lib.stride_tricks.sliding_window_view(X, 3)
    assert windows.shape == (4, 3) and np.shares_memory(windows, X)
    assert np.tensordot(windows, W, 1).tolist() == np.correlate(X, W, "valid").tolist()


def numpy_slices_may_end_behind():
    assert X[4:99].tolist() == [1, 9]


def fold_and_unfold_of_pytorch():
    torch = oracle()
    x, settings = np.random.default_rng(0).normal(size=(2, 3, 5, 7)), dict(stride=2, padding=1, dilation=1)
    columns = matrix.im2col(x, (2, 3), **settings)
    functional = torch.nn.functional
    assert np.array_equal(functional.unfold(torch.from_numpy(x), (2, 3), **settings), columns)
    home = functional.fold(torch.from_numpy(columns), (5, 7), (2, 3), **settings)
    assert np.allclose(home, matrix.col2im(columns, x.shape, (2, 3), **settings), rtol=1e-14)


def a_negative_number_of_zeros_is_refused():
    with pytest.raises(ValueError, match="negative"):
        np.pad(X, (0, -1))
    torch = oracle()
    row = torch.from_numpy(X)[None, None]
    with pytest.raises(RuntimeError, match="negative padding is not supported"):
        torch.nn.functional.conv1d(row, row[..., :1], stride=3, padding=-1)


def gemm_beside_pytorch():
    measured = json.loads((ROOT / "benchmarks" / "measured.json").read_text(encoding="utf-8"))
    ratios = [of["gemm"] for of in measured["ratios"].values() if "gemm" in of]
    assert 0.4 < min(ratios) < 0.6 and 1.4 < max(ratios) < 1.6
    assert 0.85 < np.exp(np.log(ratios).mean()) < 0.95


def gradcheck_of_pytorch():
    torch = oracle()
    gradcheck = torch.autograd.gradcheck
    assert inspect.signature(gradcheck).parameters["eps"].default == 1e-6
    x = torch.ones(2, requires_grad=True)
    with (
        pytest.warns(UserWarning, match="not a double precision"),
        pytest.raises(RuntimeError, match="mismatch"),
    ):
        gradcheck(lambda x: (x * x).sum(), x)
    assert gradcheck(lambda x: (x * x).sum(), x.detach().double().requires_grad_())
    # central: of x^2 it is exact whatever the step, where a difference forward is off by the step
    assert gradcheck(
        lambda x: (x * x).sum(), x.detach().double().requires_grad_(), eps=0.5, atol=1e-9, rtol=0
    )


def numpy_exchanges():
    assert np.allclose(np.correlate(W, X, "valid"), np.correlate(X, W, "valid")[::-1])


def numpy_puts_the_odd_zero_in_front():
    w = np.array([2.0, 3, 5, 7])
    assert np.allclose(np.correlate(X, w, "same"), np.correlate(np.pad(X, (2, 1)), w, "valid"))


def most_libraries_mean_the_usual():
    told = [table["“same”, stride above 1"] for table in same_of_all().values()]
    asked = [kind for kind in told if kind != "no"]
    assert asked.count("yes") > 0.6 * len(asked), asked


def same_of_all():
    """Library -> question -> mark, of every table of one library."""
    questions = [question for question in elsewhere.QUESTIONS if question.startswith("“same”")]
    return {
        name: {
            question: answers[0].kind
            for question, answers in elsewhere.table(name, questions=questions).rows.items()
        }
        for name in elsewhere.libraries()
    }


def same_is_mostly_s_times_u():
    meant = [
        told["stride above 1"].get("readings", [""])
        for library in elsewhere.libraries().values()
        for word, told in library.transposed.items()
        if word.lower() in ("same", "same_upper")
    ]
    mostly = [
        any("s·U cells, the larger cut behind" in reading for reading in readings) for readings in meant
    ]
    assert sum(mostly) > 0.6 * len(mostly), meant


def twenty_three_and_1293():
    assert len(elsewhere.libraries()) == 23
    (questions,) = {
        sum(
            counts[kind]
            for told in library.quantities.values()
            for counts in told.values()
            for kind in counts
            if kind != "said"
        )
        for library in elsewhere.libraries().values()
    }
    assert questions == 1293 and len(elsewhere.library("pytorch").quantities["forward"]) + 5 == 19


def tensorflow_keeps_the_shape_of_an_empty_batch():
    smallest = stored("tensorflow")["features"]["empty batch"]["forward"]["smallest"]["shapes"]
    assert smallest["got"] == smallest["x"] != smallest["expected"]


def those_with_other_numbers_agree_on_hundreds():
    for one in elsewhere.silent():
        told = [counts.get("agrees", 0) for of in one.library.quantities.values() for counts in of.values()]
        assert sum(told) >= 300, one.library.name


def output_paddings_of_pytorch_and_keras():
    of = {name: elsewhere.library(name).output_padding for name in ("pytorch", "keras_torch")}
    assert (
        max(of["pytorch"]["s = 2, d = 3"]["taken"]) == 2 and max(of["pytorch"]["s = 1, d = 2"]["taken"]) == 1
    )
    assert (
        max(of["keras_torch"]["s = 2, d = 1"]["taken"]) == 1
        and max(of["keras_torch"]["s = 1, d = 2"]["taken"]) == 0
    )


HERE = {
    function.__name__: function
    for function in (
        numpy_counts_from_zero, numpy_slides_both_ways, numpy_keeps_the_last, numpy_exchanges,
        output_paddings_of_pytorch_and_keras, numpy_puts_the_odd_zero_in_front, most_libraries_mean_the_usual,
        numpy_add_at_adds_twice, numpy_slices_may_end_behind, numpy_windows_are_no_copy, gemm_beside_pytorch, fold_and_unfold_of_pytorch, gradcheck_of_pytorch, a_negative_number_of_zeros_is_refused,
        same_is_mostly_s_times_u, twenty_three_and_1293, tensorflow_keeps_the_shape_of_an_empty_batch, those_with_other_numbers_agree_on_hundreds,
    )
}  # fmt: skip
