"""Several widgets on one page: the styles of one leave the looks of the others as they are."""

import pytest
from browsing import exported
from explorer import Explorer

from convbp_helpers.widgets import (
    BreakIt,
    DualityPanels,
    InfluenceExplorer,
    MatrixExplorer,
    PaddingSplit,
    SideBySide,
)

WIDGETS = {
    "explorer": InfluenceExplorer(
        input_size=(6, 9), stride=3, view="grad_x", show_counts=True, selected=("x", 0, 1)
    ),
    "split": PaddingSplit(9, 4, 3, 5, 5),
    "panels": DualityPanels(selected=("z", 0)),
    "break-it lab": BreakIt(opened="all", selected=("kernel not turned", "mean")),
    "two readings": SideBySide('TensorFlow: "SAME"', "a habit: padding = K//2", selected=("x", 2)),
    "matrix": MatrixExplorer(selected=("A", 8, 19)),
}
LOOKS = """() => [...document.querySelectorAll(".cbp *")].map((e) => {
  const s = getComputedStyle(e);
  const looks = ["fill", "stroke", "strokeWidth", "strokeDasharray", "color", "opacity", "backgroundImage",
    "backgroundColor", "borderTopColor", "borderTopStyle", "fontWeight", "fontSize", "position", "display", "padding"];
  return [e.tagName, e.getAttribute("class"), e.textContent.slice(0, 20), ...looks.map((name) => s[name])].join(" | ");
})"""


@pytest.mark.parametrize("name", WIDGETS)
def test_the_styles_of_other_widgets_change_nothing(offline, tmp_path, name, count):
    with exported(offline, tmp_path, Explorer, ".cbp svg:not(.cbp-defs), .cbp table") as open_page:
        page = open_page(WIDGETS[name], scheme="dark").page
        alone = page.evaluate(LOOKS)
        assert len(alone) > 60
        for other, widget in WIDGETS.items():
            if other == name:
                continue
            style = page.add_style_tag(content=widget._css)
            together = page.evaluate(LOOKS)
            changed = [pair for pair in zip(alone, together, strict=True) if pair[0] != pair[1]]
            assert not changed, "\n".join([other, *changed[0]])
            style.evaluate("e => e.remove()")
            count("pairs of widgets whose styles leave each other as they are")
