"""The influence explorer on a page, as the browser tests look at it."""

# ruff: noqa: E501 (JavaScript is kept on one line)

from browsing import COLORS, Seen

SETUP = "from convbp_helpers import widgets\nexplorer = widgets.InfluenceExplorer({})\nexplorer"


class Explorer(Seen):
    """A page with an explorer."""

    def cell(self, key):
        return self.page.locator(f'.cbp [data-key="{key}"]')

    def lit_cell(self, key):
        """The path of the edges that are drawn over this cell, and others of its look, while they are lit."""
        return self.page.locator(f'.cbp-links [data-lit~="{key}"]')

    def fill(self, key):
        """The colour that a lit cell has, also under its number."""
        return self.page.locator(f'.cbp-links [data-filled~="{key}"]').evaluate(
            "e => getComputedStyle(e).fill"
        )

    def lit(self):
        return set(
            self.page.eval_on_selector_all(".cbp-lit", "e => e.flatMap((n) => n.dataset.lit.split(' '))")
        )

    def number(self, key):
        """The number that stands in a cell, also of a lit one."""
        return self.cell(key).evaluate("e => e.firstChild?.nodeType === 3 ? e.firstChild.data : ''")

    def factor(self, key):
        """What is drawn over a lit cell, below its number."""
        [words] = self.page.locator(f'.cbp-links [data-of="{key}"]').all_text_contents() or [""]
        return words

    def sentence(self):
        return self.page.locator(".cbp-sentence").inner_text()

    def expect_sentence(self, words):
        self.page.wait_for_function(
            "words => document.querySelector('.cbp-sentence')?.textContent === words",
            arg=words,
            timeout=15_000,
        )

    def setting(self, name, part=0):
        """A field of the controls, unfolded where they are folded away."""
        field = self.page.locator(f'.cbp [data-name="{name}"]').nth(part)
        if field.count() and not field.evaluate("e => e.closest('details')?.open ?? true"):
            self.page.locator(".cbp-settings summary").click()
        return field

    def preset(self, name):
        return self.page.locator(f'.cbp [data-preset="{name}"]')


CONTRAST = (
    "() => {"
    + COLORS
    + """
  const found = [];
  const fillOf = (rect) => (rect ? getComputedStyle(rect).fill : "none");
  const filled = (e, key) => e.closest(".cbp-explorer")?.querySelector(`.cbp-links [data-filled~="${key}"]`);
  for (const text of document.querySelectorAll(".cbp svg text")) {
    if (!text.textContent) continue;
    const lit = text.dataset.of ? filled(text, text.dataset.of) : text.matches(".cbp-readout-words") ? text.previousSibling : text.parentElement.querySelector(":scope > rect");
    const fill = fillOf(lit);
    const under = fill.startsWith("rgb") ? over(rgb(fill), ground(text.closest(".cbp"))) : ground(text.closest(".cbp"));
    found.push([ratio(over(rgb(getComputedStyle(text).fill), under), under), "svg " + text.textContent]);
  }
  for (const e of document.querySelectorAll(".cbp-row > .cbp-cell, .cbp-count")) {
    if (!e.textContent) continue;
    const fill = fillOf(filled(e, e.closest(".cbp-cell").dataset.key)), page = ground(e.closest(".cbp"));
    const under = over(rgb(getComputedStyle(e).backgroundColor), fill.startsWith("rgb") ? over(rgb(fill), page) : page);
    found.push([ratio(over(rgb(getComputedStyle(e).color), under), under), "cell " + e.textContent]);
  }
  for (const e of document.querySelectorAll(".cbp-sentence, .cbp-head, .cbp-symbol, .cbp-number, .cbp-total, .cbp-letter, .cbp-hint, .cbp-title, .cbp-note, .cbp figcaption, .cbp summary, .cbp label, .cbp-problem, .cbp-item button, .cbp-presets button, .cbp-name, .cbp-blocktitle, .cbp-extra p, .cbp-controls select")) {
    if (!e.textContent || !e.checkVisibility() || e.closest("svg")) continue;
    const under = ground(e);
    found.push([ratio(over(rgb(getComputedStyle(e).color), under), under), e.className + " " + e.textContent]);
  }
  return found.filter(([r]) => !(r >= 4.5)).slice(0, 5);
}"""
)


def assert_readable(page):
    """Every text on its ground has a contrast of at least 4.5 to 1."""
    found = page.evaluate(CONTRAST)
    assert found == [], found


OVERFLOW = (
    "() => {"
    + COLORS
    + r"""
  const bad = [];
  const root = document.querySelector(".cbp");
  const head = root.querySelector(".cbp-said"); // it may lie over the arrays while the page is scrolled
  if (head) head.style.position = "static";
  if (root.scrollWidth > root.clientWidth) bad.push("the explorer is wider than its place");
  for (const text of document.querySelectorAll(".cbp-cell text, .cbp-box text")) {
    if (!text.textContent) continue;
    const [t, r] = [text.getBoundingClientRect(), text.parentElement.querySelector("rect").getBoundingClientRect()];
    if (t.left < r.left - 1 || t.right > r.right + 1) bad.push(text.textContent + " leaves its cell");
  }
  // the ink of a digit is about 0.73 of its size above the line
  const ink = (e) => { const y = Number(e.getAttribute("y")); return [y - 0.74 * parseFloat(e.style.fontSize), y]; };
  for (const cell of document.querySelectorAll(".cbp-cell:has(> text.cbp-mark)")) {
    const rect = cell.querySelector("rect"), top = Number(rect.getAttribute("y")), end = top + Number(rect.getAttribute("height"));
    const [value, mark] = [cell.querySelector(".cbp-value"), cell.querySelector(".cbp-mark")].map(ink);
    if (value[1] > mark[0] || value[0] < top || mark[1] > end) bad.push(cell.textContent + " is not two lines in its cell");
  }
  // cells: a number that is not cut off and does not touch the edge, or a tint, or hatching
  for (const cell of document.querySelectorAll(".cbp-row > .cbp-cell")) {
    const r = cell.getBoundingClientRect(), look = getComputedStyle(cell);
    if (r.width < 8 || r.height < 8) bad.push(cell.dataset.key + " is too small to point at");
    if (cell.textContent) {
      const range = document.createRange();
      range.selectNodeContents(cell.firstChild);
      const t = range.getBoundingClientRect();
      if (t.left < r.left + 1.5 || t.right > r.right - 1.5) bad.push(cell.textContent + " touches the edge of its cell");
      if (parseFloat(look.fontSize) < 8) bad.push(cell.textContent + " is too small to read");
      const small = cell.querySelector("small");
      if (small && (small.getBoundingClientRect().bottom > r.bottom || t.top < r.top - 2 || t.bottom > small.getBoundingClientRect().bottom - 6 || parseFloat(getComputedStyle(small).fontSize) < 8)) bad.push(cell.textContent + " is not two lines in its cell");
    } else if (look.backgroundImage === "none" && !(rgb(look.backgroundColor)[3] > 0)) bad.push(cell.dataset.key + " is blank");
  }
  // and the same where a cell is lit
  for (const path of document.querySelectorAll(".cbp-links .cbp-lit")) {
    const rects = [...path.getAttribute("d").matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-/g)].map((m) => m.slice(1).map(Number));
    const keys = path.dataset.lit.split(" "), from = path.ownerSVGElement.getBoundingClientRect();
    if (keys.length !== rects.length) bad.push("not one rectangle for each lit cell");
    keys.forEach((key, n) => {
      const [x, y, w, h] = rects[n], c = document.querySelector(`[data-key="${key}"]`).getBoundingClientRect();
      if (Math.abs(c.left - from.left + 0.5 - x) > 1 || Math.abs(c.top - from.top + 0.5 - y) > 1 || Math.abs(c.width - 1 - w) > 1 || Math.abs(c.height - 1 - h) > 1) bad.push(key + " is lit elsewhere");
      const marks = [...document.querySelectorAll(`.cbp-links [data-of="${key}"]`)];
      if (marks.length > 1) bad.push(key + " has two marks");
      for (const mark of marks) {
        const own = mark.getBoundingClientRect(), size = parseFloat(getComputedStyle(mark).fontSize), at = Number(mark.getAttribute("y"));
        const cell = document.querySelector(`[data-key="${key}"]`), range = document.createRange();
        range.selectNodeContents(cell.firstChild);
        const number = range.getBoundingClientRect(), font = parseFloat(getComputedStyle(cell).fontSize);
        const foot = (number.top + number.bottom) / 2 - from.top + 0.37 * font; // of the ink of its digits
        if (own.left < c.left + 1 || own.right > c.right - 1) bad.push(key + " touches the edge of its cell");
        if (size < 8) bad.push(key + " is too small to read");
        if (foot > at - 0.74 * size + 0.5 || at > y + h || cell.querySelector("small")) bad.push(key + " is not two lines in its cell");
      }
    });
  }
  for (const e of document.querySelectorAll(".cbp-maps figcaption")) {
    const [c, m] = [e, e.closest(".cbp-maps")].map((n) => n.getBoundingClientRect());
    if (c.right > m.right + 1 || e.scrollWidth > e.clientWidth + 1) bad.push(e.textContent + " is cut off");
  }
  for (const e of document.querySelectorAll(".cbp-channels")) if (e.scrollWidth > e.clientWidth + 1) bad.push("the channel matrix is cut off");
  for (const e of document.querySelectorAll(".cbp-channels svg")) {
    const drawn = [...e.querySelectorAll("text.cbp-index")].filter((t) => t.textContent).map((t) => t.getBoundingClientRect());
    drawn.forEach((p, n) => drawn.slice(n + 1).forEach((q) => { if (p.left < q.right && q.left < p.right && p.top < q.bottom - 4 && q.top < p.bottom - 4) bad.push("two indices overlap"); }));
  }
  const inSight = (e) => { const many = e.closest(".cbp-many")?.getBoundingClientRect(), own = e.getBoundingClientRect(); return !many || (own.bottom <= many.bottom && own.top >= many.top); };
  const buttons = [...document.querySelectorAll(".cbp-controls button, .cbp-controls input, .cbp-controls select, .cbp-controls summary")].filter((e) => e.checkVisibility() && inSight(e));
  const boxes = buttons.map((e) => e.getBoundingClientRect());
  boxes.forEach((p, n) => {
    if (p.right > root.getBoundingClientRect().right || buttons[n].scrollWidth > buttons[n].clientWidth + 1) bad.push("control " + n + " is cut off");
    boxes.slice(n + 1).forEach((q) => { if (p.left < q.right - 2 && q.left < p.right - 2 && p.top < q.bottom - 2 && q.top < p.bottom - 2) bad.push("two controls overlap"); });
  });
  const pen = document.createElement("canvas").getContext("2d");
  for (const e of document.querySelectorAll(".cbp-controls input[type=number]")) {
    pen.font = getComputedStyle(e).font;
    const arrows = 18, room = e.clientWidth - 2 * parseFloat(getComputedStyle(e).paddingLeft) - arrows;
    if (pen.measureText(e.value).width > room) bad.push(e.value + " is cut off in its control");
  }
  const panels = [...document.querySelectorAll(".cbp-panel, .cbp-sentence, .cbp-equation, .cbp-form, .cbp-channels, .cbp-jacobian, .cbp-presets")].map((e) => e.getBoundingClientRect());
  panels.forEach((p, n) => panels.slice(n + 1).forEach((q) => {
    if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1) bad.push("two parts overlap");
  }));
  if (head) head.style.position = "";
  return bad.slice(0, 5);
}"""
)
