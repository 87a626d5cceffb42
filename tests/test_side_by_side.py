"""Two readings of a padding side by side: Python and its page say the same, and the picture shows both."""

import numpy as np
import pytest
from test_widgets import in_javascript

from convbp_helpers import elsewhere
from convbp_helpers.elsewhere import readings
from convbp_helpers.widgets import SettingError, SideBySide

USUAL, HABIT = 'TensorFlow: "SAME"', "a habit: padding = K//2"


def random_pairs(seed, count):
    random = np.random.default_rng(seed)
    choices = list(elsewhere.choices())
    for _ in range(count):
        left, right = (choices[int(n)] for n in random.integers(0, len(choices), 2))
        sizes = dict(zip(("input_size", "kernel_size", "stride", "dilation"), map(int, random.integers(1, (12, 6, 5, 4))), strict=True))  # fmt: skip
        yield SideBySide(left, right, **sizes)


def test_the_paddings_of_the_page_are_those_of_python(tmp_path, count):
    given = [
        [name, h, k, s, d] for name in readings.FORWARD for h in range(1, 10) for k in range(1, 5) for s in (1, 2, 3) for d in (1, 2)
    ]  # fmt: skip
    body = "const [name, h, k, s, d] = g; return m.PADDINGS[name](h, k, s, d);"
    told = in_javascript(tmp_path, body, given, SideBySide)
    assert told == [list(readings.FORWARD[name](*sizes)) for name, *sizes in given]
    count("paddings computed in Python and in JavaScript", len(given))


def test_the_sentences_of_the_page_are_those_of_python(tmp_path, count):
    widgets = list(random_pairs(4, 60))
    given = [widget._state() for widget in widgets]
    told = in_javascript(
        tmp_path, 'return ["left", "right"].map((side) => m.sideSentence(g, side));', given, SideBySide
    )
    expected = [[widget.sentence_of(side) for side in ("left", "right")] for widget in widgets]
    for said, own in zip(told, expected, strict=True):
        assert [line.partition(": no such layer")[0] for line in said] == [
            line.partition(": no such layer")[0] for line in own
        ]
    assert sum("no such layer" in line for pair in expected for line in pair) > 5
    count("sentences of two readings, in Python and in JavaScript", 2 * len(given))


def test_what_the_two_readings_of_the_usual_layer_are():
    widget = SideBySide(USUAL, HABIT)
    assert (
        widget.sentence_of("left")
        == f"{USUAL}: 0 zeros in front, 1 behind; 4 outputs, windows from 0, 2, 4, 6"
    )
    assert (
        widget.sentence_of("right")
        == f"{HABIT}: 1 zero in front, 1 behind; 4 outputs, windows from −1, 1, 3, 5"
    )
    widget.left = 'PaddlePaddle: "SAME"'
    widget.dilation = 2
    assert "the dilation dropped" in widget.sentence_of("left") and widget.axis("left").dilation == 1


def test_the_picture_has_both_sides():
    picture = SideBySide(USUAL, HABIT, selected=("z", 1)).picture()
    assert len(picture.images) == 2 and picture.text == [
        SideBySide(USUAL, HABIT).sentence_of(s) for s in ("left", "right")
    ]
    assert picture.alt.count("z[1] has 3 links") == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (dict(left="TensorFlow"), "left is one of .*got 'TensorFlow'"),
        (dict(stride=0), "stride must be from 1 to 6; got 0"),
        (dict(input_size=99), "input_size must be from 1 to 20"),
        (dict(selected=("q", 1)), "selected is a cell like"),
    ],
)
def test_impossible_settings_are_refused(change, words):
    widget = SideBySide(USUAL, HABIT)
    with pytest.raises(SettingError, match=words):
        SideBySide(**dict(left=USUAL, right=HABIT) | change)
    (name, value), *_ = change.items()
    with pytest.raises(SettingError, match=words):
        setattr(widget, name, value)
    assert widget.sentence == SideBySide(USUAL, HABIT).sentence
