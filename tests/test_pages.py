"""The page is executed: every display equation is run as it is written, and every single change of it is rejected."""

import nbformat
import pages
import pytest
from mutations import Score, score
from nbformat.v4 import new_markdown_cell

from convbp_helpers import equations

DISPLAYS = pages.all_displays()
EXECUTED = [display for display in DISPLAYS if not display.skip]
NAMES = sorted({display.page for display in DISPLAYS})


def verdict(display):
    """What is wrong with a display, or None."""
    notation = None if display.notation == "worked out" else display.read_in
    check = equations.check(display.latex, notation=notation, layer=display.asked)
    if display.fails:
        if check.holds:
            return "it is meant to fail and holds", check
        if check.failing != display.fails:
            return f"it is meant to fail at step {display.fails} and fails at step {check.failing}", check
        return None, check
    if not check.holds or check.warnings:
        return repr(check), check
    return None, check


@pytest.mark.parametrize("page", NAMES)
def test_page_is_executed(page, table):
    found, lines, layers = [], 0, 0
    executed = [display for display in EXECUTED if display.page == page]
    for display in executed:
        wrong, check = verdict(display)
        if wrong:
            found.append(f"{display}: {wrong}")
        assert check.layers >= 25
        lines += len(check.steps)
        layers += check.layers
    skipped = [d for d in DISPLAYS if d.page == page and d.skip]
    reasons = "; ".join(f"{d.place} {d.skip}" for d in skipped)
    table("equations executed as they are written", page=page, equations=len(executed), lines=lines, layers=layers,
          **{"not executed": reasons or "none"})  # fmt: skip
    assert not found, "\n".join(found)


def test_almost_all_are_executed(count):
    with_arrays = [display for display in DISPLAYS if display.names_an_array]
    executed = [display for display in with_arrays if not display.skip]
    assert len(executed) >= 0.95 * len(with_arrays), [str(d) for d in with_arrays if d.skip]
    assert all(len(display.skip) > 8 for display in DISPLAYS if display.skip), "a reason in words"
    count("display equations with an array symbol, executed", len(executed))


@pytest.mark.parametrize("page", NAMES)
def test_every_single_change_is_rejected(page, table):
    total, equal = Score(), {}
    for display in EXECUTED:
        if display.page == page and not display.fails:
            notation = None if display.notation == "worked out" else display.read_in
            result = score(display.latex, notation, display.asked)
            for change in result.survivors:
                print(f"{display}: not rejected: it holds if {change.words}")
            total += result
    for rule, number in total.equivalent.items():
        equal[rule] = number
    table("single changes of these equations", page=page, rejected=total.killed, equal=sum(equal.values()),
          malformed=total.malformed, total=total.total, **{"not rejected": len(total.survivors)})  # fmt: skip
    assert not total.survivors, [(change.rule, change.words) for change in total.survivors]
    assert total.killed > 0


# ------------------------------------------------------------------------------------- planted faults are found
def planted(latex, **entry):
    cell = new_markdown_cell(f"Text.\n\n$${latex}$$\n\nMore text.", id="c01")
    if entry:
        cell.metadata["equations"] = [{"display": 1, **entry}]
    return pages.displays_of("planted", [cell])


RIGHT = r"\frac{\partial J}{\partial w_k} = \sum_u \delta_u\, \frac{\partial z_u}{\partial w_k} = \sum_u \delta_u\, x_{u+k}"
WRONG = RIGHT.replace("x_{u+k}", "x_{u-k}")


@pytest.mark.parametrize(
    "latex, entry, words",
    [
        (RIGHT, {}, None),
        (WRONG, {}, "side 3 of 3"),
        (RIGHT.replace(r"\sum_u \delta_u\, x", r"\sum_{u=0}^{U} \delta_u\, x"), {}, "does not exist"),
        (WRONG, {"fails": 2}, None),
        (WRONG, {"fails": 1}, "fails at step 2"),
        (RIGHT, {"fails": 2}, "meant to fail and holds"),
    ],
)
def test_planted_equation(latex, entry, words, count):
    (display,) = planted(latex, **entry)
    wrong, _ = verdict(display)
    assert wrong is None if words is None else words in wrong
    count("planted equations of a page judged")


@pytest.mark.parametrize(
    "entry", [{"display": 2, "skip": "there is no second"}, {"display": 1, "skp": "misspelt"}]
)
def test_metadata_about_nothing(entry):
    cell = new_markdown_cell("$$z = x$$", id="c01")
    cell.metadata["equations"] = [entry]
    with pytest.raises(ValueError, match="no display"):
        pages.displays_of("planted", [cell])


def test_code_is_no_display():
    cell = new_markdown_cell("`$$x$$` and\n\n```\n$$y$$\n```\n\n$$z_u = b$$", id="c01")
    assert [d.latex for d in pages.displays_of("planted", [cell])] == ["z_u = b"]


def test_all_displays_of_the_files_are_found():
    for path in pages.PATHS:
        text = "\n".join(
            c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"
        )
        assert pages.without_code(text).count("$$") == 2 * sum(d.page == path.stem for d in DISPLAYS)


def test_arrays_of_a_notebook():
    (display,) = planted(r"z_0 = b + w_0 x_0 = 7", arrays=["x"])
    assert display.arrays == ("x",)
    with pytest.raises(ValueError, match="no variables nothing"):
        pages.variables(pages.PATHS[0].stem, ("nothing",))
