"""What the pages show of other libraries: readings of a padding, tables, pictures, and differences in silence."""

import json
import re
import sys

import nbformat
import numpy as np
import pytest
from pages import ROOT

from convbp_helpers import Axis, elsewhere, gradcheck, loops
from convbp_helpers.elsewhere import readings, results, tables

sys.path.append(str(ROOT / "libraries"))

import special  # noqa: E402

PAGE = ROOT / "notebooks" / "14-the-same-layer-elsewhere.ipynb"


# ------------------------------------------------------------------------------------------------- the readings
def test_readings_differ_where_they_should():
    """Each pair of readings of a word has a layer among those asked on which the answers differ."""
    layers = [layer for condition in special.CONDITIONS for layer in special.layers_of_words(condition)]
    told = {
        name: [readings.forward(name, x, w, stride=s, dilation=d) for x, w, s, d in layers]
        for name in readings.FORWARD
    }
    for a in told:
        for b in told:
            if a < b:
                assert any(not special.equal(p, q) for p, q in zip(told[a], told[b], strict=True)), (a, b)


def test_the_usual_reading_is_same_of_the_package():
    for condition in special.CONDITIONS:
        for x, w, stride, dilation in special.layers_of_words(condition):
            same = loops.forward(x, w, stride=stride, padding="same", dilation=dilation)
            assert special.equal(readings.forward(tables.USUAL, x, w, stride=stride, dilation=dilation), same)


def test_a_spread_delta_is_the_input_gradient():
    random = np.random.default_rng(3)
    delta, w = random.integers(-3, 4, (2, 3, 4, 5)), random.integers(-3, 4, (3, 2, 2, 3))
    s, d = (2, 3), (3, 1)
    got = readings.transposed(
        "p cells cut off on both sides", "as it scatters", delta, w, stride=s, dilation=d, number=1
    )
    size = [
        a * (u - 1) + b * (k - 1) + 1 - 2
        for a, u, b, k in zip(s, delta.shape[2:], d, w.shape[2:], strict=True)
    ]
    expected = loops.grad_input(delta, w, (2, 2, *size), stride=s, dilation=d, padding=1)
    assert np.array_equal(got, expected)
    assert not np.array_equal(
        got,
        readings.transposed(
            "p cells cut off on both sides", "turned", delta, w, stride=s, dilation=d, number=1
        ),
    )


# ------------------------------------------------------------------------------------------------- the tables
def test_tables_say_what_the_results_say():
    table = elsewhere.table("pytorch", "paddle", "jax")
    row = dict(zip(("pytorch", "paddle", "jax"), table.rows["“same”, dilation above 1"], strict=True))
    assert str(row["pytorch"]) == f"✓ {tables.USUAL}"
    assert row["paddle"].kind == "other" and row["paddle"].words.endswith("the dilation dropped")
    assert [answer.kind for answer in table.rows["“same”, stride above 1"]] == ["no", "yes", "yes"]
    assert [str(answer) for answer in table.rows["the kernel, transposed"]] == [
        "✓ as it scatters", "✓ as it scatters", "≠ turned",
    ]  # fmt: skip
    html = table._repr_html_()
    assert html.count("<th scope=row") == len(elsewhere.QUESTIONS) and "overflow-x: auto" in html
    assert "2.13.0" in html and "2026" in html


def test_a_difference_is_marked():
    told = json.loads(results.KEPT.read_text(encoding="utf-8"))["pytorch"]
    told["quantities"]["grad_x"]["groups"] = {"agrees": 18, "differs": 2}
    broken = elsewhere.Library("x", **told)
    assert str(tables.quantity("grad_x", broken)) == "≠ but other numbers: groups (some)"
    told["quantities"]["grad_x"]["groups"] = {"agrees": 18, "refuses": 2, "said": "no"}
    assert str(tables.quantity("grad_x", elsewhere.Library("x", **told))) == "✓ but refuses: groups (some)"


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="no library 'torch' was asked; there are .*pytorch"):
        elsewhere.table("torch")
    with pytest.raises(ValueError, match="no question 'speed'"):
        elsewhere.table("pytorch", questions=["speed"])
    with pytest.raises(ValueError, match="no reading 'x'"):
        elsewhere.padding_of("x", 8, 3, 2)


def folded(table):
    """(library, question, words) of each line behind the fold."""
    lines = re.findall(r"<li><b>(.*?)</b>, (.*?): (.*?)</li>", table._repr_html_())
    return {(library, question): words for library, question, words in lines}


def test_behind_the_fold_is_the_smallest_row_that_is_another():
    lines = folded(elsewhere.table("opencv", "paddle", "pytorch", "mlx"))
    assert lines["OpenCV", "“same”, stride above 1"] == (
        "4 cells, 3 weights, stride 2, dilation 1: 1 in front and 0 behind, where the usual is 0 and 1"
    )
    dropped = lines["PaddlePaddle", "“same”, dilation above 1"]
    assert "dilation 3" in dropped and "the taps next to each other" in dropped
    assert "not supported for strided" in lines["PyTorch", "“same”, stride above 1"]
    assert (
        "other numbers on 4 layers of “transposed, padding”" in lines["MLX", "the transposed layer as ∂J/∂x"]
    )
    plain = elsewhere.table("pytorch", questions=["∂J/∂x"])
    assert folded(plain) == {} and "<li>PyTorch: torch.nn.functional, autograd.</li>" in plain._repr_html_()


@pytest.mark.parametrize("reading", [reading for reading in elsewhere.READINGS if reading != tables.USUAL])
def test_the_row_behind_the_fold_is_as_it_says(reading):
    found = 0
    for condition in special.CONDITIONS:
        try:
            said = tables._apart(reading, condition)
        except ValueError:
            continue  # under this condition it is the usual one
        h, k, s, d, before, after, *usual = map(int, re.findall(r"\d+", said))
        assert elsewhere.padding_of(reading, h, k, s, d) == (before, after)
        assert elsewhere.padding_of(tables.USUAL, h, k, s, d) == tuple(usual)
        found += 1
    assert found


# ------------------------------------------------------------------------------------------------- the pictures
def test_windows_begin_where_the_axis_says(count):
    names = elsewhere.READINGS[:5]
    picture = elsewhere.windows(*names, size=10, kernel=6, stride=5)
    for name, row in zip(names, picture.panels, strict=True):
        axis = Axis(10, kernel=6, stride=5, padding=elsewhere.padding_of(name, 10, 6, 5))
        origin = next(cell["column"] for cell in row["cells"] if cell["text"] == "x₀")
        begins = {cell["sub"]: cell["column"] - origin for cell in row["cells"] if cell.get("strong")}
        assert begins == {f"z{'₀₁₂'[u]}": axis.input_of(u, 0) for u in range(axis.out_size)}
        zeros = [cell["column"] - origin for cell in row["cells"] if cell.get("style") == "pad"]
        assert zeros == [*range(-axis.padding[0], 0), *range(10, 10 + axis.padding[1])]
        assert f"{name}: {axis.padding[0]} in front and {axis.padding[1]} behind" in picture.alt
        count("rows of windows drawn as the axis has them")
    assert len({row["cells"][0]["column"] for row in picture.panels}) > 2, "aligned by their cells"


def test_a_dropped_dilation_is_drawn_without_it():
    paddle = elsewhere.reading_of(elsewhere.library("paddle"), "SAME")
    (row,) = elsewhere.windows(paddle, size=7, kernel=3, dilation=2).panels
    assert sum(cell.get("style") == "pad" for cell in row["cells"]) == 2


def test_what_is_kept_is_the_crop_of_the_whole():
    delta, w = [1, 2, 3], [1, 10, 100, 1000]
    meanings = {
        "crop": ("p cells cut off on both sides", "as it scatters", 1),
        "zeros": ("p zeros put around the spread δ", "as it scatters", 1),
        "turned": ("nothing cut", "turned", None),
        "long": ("s·U cells, the larger cut behind; what is missing, zeros behind", "as it scatters", None),
    }
    whole, *rows = elsewhere.kept(delta, w, 2, meanings).panels
    numbers = lambda row: [int(cell["text"]) for cell in row["cells"]]  # noqa: E731
    columns = lambda row: [cell["column"] for cell in row["cells"]]  # noqa: E731
    expected = loops.grad_input(np.array(delta)[None, None], np.array(w)[None, None], (1, 1, 8), stride=2)[
        0, 0
    ]
    assert numbers(whole) == expected.tolist() and columns(whole) == list(range(8))
    crop, zeros, turned, long = rows
    assert numbers(crop) == expected[1:7].tolist() and columns(crop) == list(range(1, 7))
    assert numbers(zeros) == expected[2:6].tolist() and columns(zeros) == list(range(2, 6))
    assert numbers(turned)[:4] == [1000, 100, 2010, 201] and numbers(long) == expected[1:7].tolist()


def test_more_than_the_whole_is_drawn_to_its_left():
    """Zeros put around that are more than the kernel reaches make cells before the first."""
    meanings = {"many zeros": ("p zeros put around the spread δ", "as it scatters", 3)}
    whole, more = elsewhere.kept([1, 2], [1, 10], 1, meanings).panels
    assert [cell["column"] for cell in whole["cells"]] == [2, 3, 4]
    assert [cell["text"] for cell in more["cells"]] == ["0", "0", "1", "12", "20", "0", "0"]


def test_a_reading_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no reading 'x'"):
        elsewhere.windows("x", size=8, kernel=3)


# ------------------------------------------------------------------------------------------------- in silence
def test_the_list_says_what_is_stored(count):
    found = list(elsewhere.silent())
    assert len({one.library.name for one in found}) >= 8 and len(found) >= 15
    html, words = elsewhere.silent()._repr_html_(), repr(elsewhere.silent())
    assert html.count("<th scope=row") == len(found) == len(words.splitlines())
    for one in found:
        assert not special.equal(one.got, one.right), one.name
        assert one.library.version in str(one) and one.library.version in html
    assert "x = 1 2 … 6<br>w = 1 10 100</td>" in html and "b = 0" not in html
    assert "the odd zero is put in front" in words and "gives 210 432 654; right is 321 543 65" in words
    count("layers with other numbers and no error, on the page", len(found))


def test_numbers_are_written_short():
    from convbp_helpers.elsewhere.in_silence import numbers

    assert (
        numbers([[[1, 2, 3, 4, 5]]]) == "1 2 … 5" and numbers([1, 2, 3]) == "1 2 3" and numbers([[7]]) == "7"
    )
    assert (
        numbers([[1, 2], [3, np.nan]]) == "[1 2] [3 nan]" and numbers(np.zeros((1, 2, 3))) == "all 0, 1×2×3"
    )
    assert numbers([0]) == "0" and numbers([-1.5, 2]) == "−1.5 2"


def test_the_ten_lines_for_pytorch_run_as_they_stand(torch):
    cells = nbformat.read(PAGE, as_version=4).cells
    (block,) = [
        found
        for cell in cells
        if cell.cell_type == "markdown"
        for found in re.findall(r"^```python\n(import torch.*?)^```", cell.source, re.S | re.M)
    ]
    random = np.random.default_rng(3)
    names = dict(np=np, rng=random, x=random.integers(-9, 10, 8), w=random.integers(-9, 10, 4), loops=loops)
    names |= dict(
        exact_differences=gradcheck.exact_differences, confirm=gradcheck.confirm, display=lambda shown: None
    )
    exec(block, names)
    assert names["theirs"](names["x"], names["w"]).shape == (4,) and names["gradient"].shape == (8,)
    for line in ("display(confirm(theirs(x, w)", "confirm(gradient"):
        broken = block.replace(line, line + "[::-1]")
        assert broken != block
        with pytest.raises(AssertionError):
            exec(broken, names)
