r"""%%equation in a real JupyterLab: typeset, verdict, grid, marked place; themes and widths; typed by hand."""

# ruff: noqa: E501 (equations and JavaScript are kept on one line)

import re
from typing import NamedTuple

import pytest
from browsing import COLORS, resize

from convbp_helpers.words import number

IMPORTS = "import convbp_helpers\nfrom convbp_helpers import exercises"
GRAD_X = r"\frac{\partial J}{\partial x_{n,c,i,j}} = "
LAYER_GRAD_X = (
    r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_{f \,:\, \lfloor fG/F\rfloor = \lfloor cG/C\rfloor} \sum_{k,l} "
    r"[\,s \mid i+p-dk\,]\,[\,s \mid j+p-dl\,]\; \delta_{n,f,(i+p-dk)/s,\,(j+p-dl)/s}\, w_{f,\,c \bmod (C/G),\,k,l}"
)
CHAIN = r"""\begin{aligned}
\frac{\partial J}{\partial x_{i,j}}
  &= \sum_{u,v} \frac{\partial J}{\partial z_{u,v}} \frac{\partial z_{u,v}}{\partial x_{i,j}} \\
  &= \sum_{u,v} \delta_{u,v}\, w_{i-u,\,j-v} \\
  &= \sum_{k,l} \delta_{i+k,\,j+l}\, w_{k,l}
\end{aligned}"""


class State(NamedTuple):
    """One cell, and what it must show. `words` stand in its box; `marked` is the place that cannot be judged."""

    cell: str
    kind: str  # right, wrong, open or malformed
    words: tuple
    marked: str | None = None
    lines: int = 1  # of the typeset equation; 0 where nothing is typeset
    mends: int | None = None  # pieces of mathematics in the verdict; None where they are not counted


def of(line, *rest, **expected):
    return State("\n".join(filter(None, [f"%%equation {line}".strip(), rest[0]])), *rest[1:], **expected)


def malformed(latex, marked, *words):
    return of("", latex, "malformed", ("This cannot be judged yet", *words), marked=marked, lines=0)


EXERCISE = "exercises.check_weight_gradient_over_inputs"
STATES = {
    "right": of("", GRAD_X + r"\sum_f \sum_{k,l} \delta_{n,f,i-k,j-l}\, w_{f,c,k,l}", "right", ("Holds on",)),
    "right, of any layer": of("", LAYER_GRAD_X, "right", ("Holds on",), lines=5),
    "kernel not flipped": of(
        "",
        GRAD_X + r"\sum_f \sum_{k,l} \delta_{n,f,i+k,j+l}\, w_{f,c,k,l}",
        "wrong",
        ("Does not hold.", "Cell by cell at"),
    ),
    "channel and filter exchanged": of(
        "",
        GRAD_X + r"\sum_f \sum_{k,l} \delta_{n,f,i-k,j-l}\, w_{c,f,k,l}",
        "wrong",
        ("Does not hold.", "It holds if □ and □ are exchanged in □."),
        mends=3,
    ),
    "wrong chain": of(
        "",
        CHAIN,
        "wrong",
        (
            "Does not hold: side 4 of 4 differs from the first.",
            r"That side: \sum_{k,l}\delta_{i+k,j+l}w_{k,l}",
        ),
        lines=3,
    ),
    "a grid of 10 by 10": of(
        "size=10",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+k,j+l}\, w_{k,l}",
        "wrong",
        ("Does not hold.", "input 10×10", "i = 9", "j = 9"),
    ),
    "a row of long numbers": of(
        "size=30",
        r"\frac{\partial J}{\partial x_i} = \sum_k [s \mid i-k]\, \delta_{(i-k)/s}\, w_k - 1234500 \cdot [i > 3]",
        "wrong",
        ("Does not hold.", "input 30", "i = 11"),
        lines=3,
    ),
    "a layer asked for": of(
        "kernel=3 size=7",
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i+k,j+l}\, w_{k,l}",
        "wrong",
        ("Does not hold.", "input 7×7, kernel 3×3"),
    ),
    "reads w_K": of(
        "",
        r"z_u = b + \sum_{k=0}^{K} w_k\, x_{u+k}",
        "open",
        ("Holds on", "but it reads w_K, which does not exist."),
    ),
    "a brace is missing": malformed(r"z_u = b + \sum_{k w_k\, x_{u+k}", "{", "without its }"),
    "twice times": malformed(
        r"z_u = b + \sum_k w_k \times\times x_{u+k}", r"\times", "stands where it cannot"
    ),
    "an index never bound": malformed(r"z_u = b + \sum_k w_k\, x_{u+m}", "m", "The index m is never bound"),
    "a subscript is missing": malformed(
        r"\frac{\partial J}{\partial x_{i,j}} = \sum_{k,l} \delta_{i-k,j-l}\, w_k",
        "w_k",
        "w has 1 subscript",
        "needs 2",
    ),
    "a subscript not whole": malformed(
        r"\frac{\partial J}{\partial x_i} = \sum_k \delta_{(i-k)/s}\, w_k",
        "(i-k)/s",
        "is not whole",
        r"[s \mid i-k]",
    ),
    "a long name": malformed(
        r"z_u = b + \sum_k w_k\, \operatorname{" + "flipped" * 20 + "}", r"\operatorname", "cannot be read"
    ),
    "empty": of("", "", "open", ("not attempted yet. Write an equation",), lines=0),
    "stride=2": of("stride=2", r"z_u = b + \sum_k w_k\, x_{su+k}", "right", ("Holds on",)),
    "stride=2, not written": of(
        "stride=2", r"z_u = b + \sum_k w_k\, x_{u+k}", "wrong", ("stride 2", "It holds if the stride is 1.")
    ),
    "Jefkine": of(
        "notation=JEFKINE",
        r"\frac{\partial E}{\partial o^{l-1}_{i',j'}} = \sum_m \sum_n \delta^l_{i'-m,j'-n}\, w^l_{m,n}",
        "right",
        ("Holds on",),
    ),
    "exercise, right": of(
        EXERCISE,
        r"\frac{\partial J}{\partial w_k} = \sum_i \delta_{i-k}\, x_i",
        "right",
        ("Exercise 1.5: passed",),
    ),
    "exercise, wrong": of(
        EXERCISE,
        r"\frac{\partial J}{\partial w_k} = \sum_i \delta_{i+k}\, x_i",
        "wrong",
        ("Exercise 1.5: not yet right", "It holds if the sign before □ is"),
        mends=1,
    ),
    "exercise, blank": of(
        EXERCISE,
        "% write your equation in place of this line",
        "open",
        ("Exercise 1.5: not attempted yet",),
        lines=0,
    ),
}
MARKS = {"right": "✓", "wrong": "✗", "open": "…", "malformed": "✗"}

SEEN = (
    "() => {"
    + COLORS
    + """
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  const contrast = (e) => {
    const under = ground(e), color = rgb(getComputedStyle(e).color);
    let alpha = color[3] ?? 1;
    for (let a = e; a; a = a.parentElement) alpha *= Number(getComputedStyle(a).opacity);
    return ratio(over([...color.slice(0, 3), alpha], under), under);
  };
  const scrolls = (e, within) => { for (; e !== within.parentElement; e = e.parentElement) if (/auto|scroll/.test(getComputedStyle(e).overflowX)) return true; return false; };
  const equation = (e) => {
    const area = e.closest(".jp-OutputArea-output"), [r, o] = [e.getBoundingClientRect(), area.getBoundingClientRect()];
    return {
      width: r.width, height: r.height, lines: e.querySelectorAll("mjx-mtr").length || 1, glyphs: e.querySelectorAll("mjx-c").length,
      errors: e.querySelectorAll("mjx-merror, [data-mjx-error], mjx-mtext").length,
      cut: (r.right > o.right + 1 || area.scrollWidth > area.clientWidth) && !scrolls(e, area), contrast: contrast(e),
    };
  };
  const lines = (e) => { const range = document.createRange(); range.selectNodeContents(e); return new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size; };
  // the words, with a □ for each piece of mathematics
  const words = (e) => { const copy = e.cloneNode(true); copy.querySelectorAll("mjx-container").forEach((math) => math.replaceWith("□")); copy.querySelectorAll("div, br").forEach((line) => line.before("\\n")); return copy.textContent; };
  const box = (e) => {
    const area = e.closest(".jp-OutputArea-output");
    const all = [e, ...e.querySelectorAll("*")], lit = all.filter((n) => own(n));
    const beyond = (n) => n.scrollWidth - n.clientWidth;
    return {
      text: words(e), mends: e.querySelectorAll("mjx-container").length, border: getComputedStyle(e).borderLeftStyle,
      overflow: Math.max(beyond(e), beyond(area), Math.round(e.getBoundingClientRect().right - area.getBoundingClientRect().right)),
      pale: lit.filter((n) => !(contrast(n) >= 4.5)).map((n) => `${n.innerText}: ${contrast(n).toFixed(2)}`),
      marked: all.filter((n) => own(n) && getComputedStyle(n).textDecorationLine === "underline").map((n) => n.innerText),
      tables: [...e.querySelectorAll("table")].map((t) => ({
        label: t.getAttribute("aria-label"), heads: [...t.querySelectorAll("th[scope]")].map((n) => ({ text: n.innerText, lines: lines(n) })), cells: [...t.querySelectorAll("td")].map((n) => n.innerText),
      })),
    };
  };
  return [...document.querySelectorAll(".jp-CodeCell")].map((cell) => ({
    errors: [...cell.querySelectorAll('[data-mime-type$="stderr"], [data-mime-type$="error"]')].map((e) => e.innerText),
    equations: [...cell.querySelectorAll(".jp-RenderedLatex mjx-container")].map(equation),
    left: [...cell.querySelectorAll(".jp-RenderedLatex")].filter((e) => e.innerText.includes("$$")).length,
    boxes: [...cell.querySelectorAll(".jp-OutputArea [role=status]")].map(box),
    others: cell.querySelectorAll(".jp-OutputArea-output").length,
  }));
}"""
)
READY = """() => {
  const all = (where) => [...document.querySelectorAll(where)];
  return all(".jp-CodeCell .jp-InputArea-prompt").every((e) => /\\d/.test(e.innerText))
    && all(".jp-RenderedLatex").every((e) => e.querySelector("mjx-container"));
}"""

WIDTHS = 1300, 800


@pytest.fixture(scope="module", params=["light", "dark"])
def book(request, notebooks):
    """A notebook with a cell for every state, all of them run. The page is so high that all of it is laid out."""
    cells = [IMPORTS, *(state.cell for state in STATES.values())]
    # with this tag, a cell that fails does not keep those below it from running
    notebook = notebooks.show(request.param, 1300, *cells, height=9000, tags=["raises-exception"])
    page = notebook.page
    for item in ("Run", "Run All Cells"):
        page.get_by_role("menuitem", name=item, exact=True).click()
    page.wait_for_function(READY, timeout=60_000)
    yield notebook
    notebook.clean()


@pytest.fixture(scope="module")
def measured(book):
    """At each width, what was measured of every cell."""
    found = {}
    for width in WIDTHS:
        resize(book.page, width, 9000)
        book.page.wait_for_timeout(200)  # many cells are laid out anew
        found[width] = book.page.evaluate(SEEN)
    return found


@pytest.fixture(params=WIDTHS)
def seen(request, measured):
    """What stands on the page at this width: name -> the state, and what was measured of its cell."""
    first, *cells = measured[request.param]
    assert first["errors"] == []
    return {name: (state, cell) for (name, state), cell in zip(STATES.items(), cells, strict=True)}


def failing(seen, problem):
    """The states in which something is found."""
    found = {name: problem(state, cell) for name, (state, cell) in seen.items()}
    return {name: what for name, what in found.items() if what}


def text(cell):
    return "\n".join(box["text"] for box in cell["boxes"])


def test_no_cell_fails(seen, count):
    assert failing(seen, lambda state, cell: cell["errors"]) == {}
    count("states of an equation's verdict looked at in JupyterLab, by theme and width", len(seen))


def test_every_equation_is_typeset(seen):
    def problem(state, cell):
        if len(cell["equations"]) != bool(state.lines):
            return f"{len(cell['equations'])} equations"
        for e in cell["equations"]:
            if e["errors"] or cell["left"] or e["glyphs"] < 8 or e["width"] < 80 or e["height"] < 20:
                return e
            if e["lines"] != state.lines or e["cut"] or e["contrast"] < 4.5:
                return e

    assert failing(seen, problem) == {}


def test_every_verdict_is_in_words(seen):
    def problem(state, cell):
        if len(cell["boxes"]) != 1 or cell["others"] != 1 + bool(state.lines):
            return f"{len(cell['boxes'])} boxes with role=status in {cell['others']} outputs"
        if not text(cell).startswith(MARKS[state.kind] + " ") or cell["boxes"][0]["border"] != "solid":
            return text(cell)
        return [words for words in state.words if words not in text(cell)]

    assert failing(seen, problem) == {}


def test_mends_are_typeset(seen):
    def problem(state, cell):
        (box,) = cell["boxes"]
        if state.mends is not None and box["mends"] != state.mends:
            return f"{box['mends']} pieces of mathematics, not {state.mends}"
        return "$" in box["text"] and box["text"]

    assert failing(seen, problem) == {}


def test_a_wrong_equation_has_a_grid_with_both_numbers(seen):
    found = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"

    def problem(state, cell):
        tables = [table for box in cell["boxes"] for table in box["tables"]]
        if state.kind != "wrong":
            return tables
        if len(tables) != 1 or "✗" not in tables[0]["label"] or tables[0]["label"] not in text(cell):
            return f"no grid: {text(cell)}"
        said = re.search(rf"should be {found} and is {found}", text(cell).replace("−", "-")).groups()
        should, got = (number(float(n)).replace("−", "-") for n in said)
        wrong = [c.replace("−", "-").split() for c in tables[0]["cells"] if "✗" in c]
        if ["✗", got, "not", should] not in wrong:
            return f"{said}, but {wrong}"
        return [c for c in tables[0]["cells"] if c and not re.fullmatch(r"✓\s\S+|✗\s\S+\snot \S+|–", c)]

    assert failing(seen, problem) == {}


def test_a_malformed_equation_has_its_place_marked(seen):
    def problem(state, cell):
        marked = [place for box in cell["boxes"] for place in box["marked"]]
        return marked != [state.marked] * (state.marked is not None) and f"marked: {marked}"

    assert failing(seen, problem) == {}


def test_no_verdict_is_wider_than_its_place(seen):
    assert (
        failing(seen, lambda state, cell: [b["overflow"] for b in cell["boxes"] if b["overflow"] > 0]) == {}
    )


def test_the_heads_of_a_grid_stay_on_one_line(seen):
    def problem(state, cell):
        heads = [head for box in cell["boxes"] for table in box["tables"] for head in table["heads"]]
        return [head["text"] for head in heads if head["lines"] != 1]

    assert failing(seen, problem) == {}


def test_every_verdict_can_be_read(seen):
    assert failing(seen, lambda state, cell: [pale for box in cell["boxes"] for pale in box["pale"]]) == {}


# ----------------------------------------------------------------------------------------------- typed by hand
TIMER = """() => {
  window.verdicts = document.querySelectorAll(".jp-OutputArea [role=status]").length;
  document.addEventListener("keydown", (e) => { if (e.key === "Enter" && e.shiftKey) window.pressed = performance.now(); }, true);
  new MutationObserver(() => {
    const now = document.querySelectorAll(".jp-OutputArea [role=status]").length;
    if (now > window.verdicts) [window.verdicts, window.took] = [now, performance.now() - window.pressed];
  }).observe(document.body, { childList: true, subtree: true });
}"""


def test_an_equation_typed_and_judged(book, measured):
    """A second check of the general equation, in a fresh cell below the others."""
    page, cells = book.page, book.page.locator(".jp-CodeCell")
    cells.last.locator(".cm-content").click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    cell = cells.nth(len(STATES) + 1)
    cell.wait_for()
    cell.locator(".cm-content").click()
    page.keyboard.type("%%equation\n")
    page.keyboard.type(LAYER_GRAD_X)
    assert cell.locator(".cm-content").inner_text().split("\n") == ["%%equation", LAYER_GRAD_X]
    page.evaluate(TIMER)
    page.keyboard.press("Shift+Enter")
    seconds = page.wait_for_function("() => window.took", timeout=60_000).json_value() / 1000
    assert cell.locator("[role=status]").inner_text().startswith("✓ Holds on")
    cell.locator("mjx-container").wait_for()
    assert cell.locator("mjx-merror").count() == 0
    print(f"from Shift+Enter to the verdict on a general 2-D input gradient: {seconds:.2f} s")
    assert seconds < 10
