"""The break-it lab: planted bugs × the checks that people use, cell by cell, and the error map of each bug."""

from __future__ import annotations

import traitlets

from .. import break_it, figures
from ..figures.drawing import LINE, Drawing, fitted, wide
from ..words import counted, listed
from .page import SettingError, Widget, joined, module

__all__ = ["BreakIt"]

CAUGHT, MISSED = ("✓", "output"), ("✗", "weight")  # mark, and the colour that verdicts have


class BreakIt(Widget):
    """A grid of bugs and checks, closed at first: a cell that is opened says what the check made of the bug.

    Parameters
    ----------
    bugs : list, optional
        Of `break_it.BUGS`, their names, hidden ones or functions of your own; all bugs if not given.
    opened : list of (bug, check), or "all"
        The cells that are open, by their names.
    selected : (bug, check), optional
        The cell that is chosen. (bug, None) is a whole row, (None, check) a whole column.

    Raises
    ------
    SettingError
        (a ValueError) if there is no such bug or check; nothing changes then.

    Notes
    -----
    Notebook 11. Every verdict and every error map is computed when the widget is made, by `break_it`.
    """

    _esm = module("BREAK_IT", "frame", "words", "break_it")
    _css = joined("css", "frame", "break_it")
    _STATE = ("opened", "selected", "_found")
    _TITLE = "Planted bugs and the checks that people use"

    opened = traitlets.Any([]).tag(sync=True)
    selected = traitlets.Any(None).tag(sync=True)
    _found = traitlets.Dict().tag(sync=True)

    def __init__(self, bugs=None, opened=(), selected=None, **kwargs):
        found = _found([break_it.candidate(bug, "x") for bug in (break_it.BUGS if bugs is None else bugs)])
        super().__init__(_found=found, opened=opened, selected=selected, **kwargs)

    # ------------------------------------------------------------------------------------------------- validation
    @staticmethod
    def _canonical():
        return {}

    @staticmethod
    def _shapes_of():
        return {}

    def _follow(self, name, shapes):
        pass

    @property
    def _names(self) -> tuple[list, list]:
        return tuple([one["name"] for one in self._found[kind]] for kind in ("bugs", "checks"))

    def _place(self, pair, what, nothing=()):
        """The names of a cell, or a SettingError; `nothing` may stand for either name, not for both."""
        try:
            bug, check = pair
        except (TypeError, ValueError):
            raise SettingError(f'{what} like ("kernel not turned", "mean"); got {pair!r}') from None
        bugs, checks = self._names
        for name, kind, names in ((bug, "bug", bugs), (check, "check", checks)):
            if name not in (*names, *nothing):
                raise SettingError(f"no {kind} is called {name!r}; there are {', '.join(map(repr, names))}")
        if bug is None and check is None:
            raise SettingError(f"{what}, and (None, None) is none; choose None for nothing")
        return bug, check

    @traitlets.validate("opened")
    def _valid_opened(self, proposal):
        bugs, checks = self._names
        every = [(bug, check) for bug in bugs for check in checks]
        value = proposal["value"]
        if isinstance(value, str):
            if value != "all":
                raise SettingError(f'opened is a list of cells, or "all"; got {value!r}')
            return every
        try:
            pairs = list(value)
        except TypeError:
            raise SettingError(f'opened is a list of cells, or "all"; got {value!r}') from None
        given = {self._place(pair, "opened holds cells") for pair in pairs}
        return [pair for pair in every if pair in given]

    @traitlets.validate("selected")
    def _valid_selection(self, proposal):
        value = proposal["value"]
        return None if value is None else self._place(value, "selected is a cell", nothing=[None])

    # ------------------------------------------------------------------------------------------------- what it knows
    def _at(self, bug, check) -> dict:
        bugs, checks = self._names
        return self._found["verdicts"][bugs.index(bug)][checks.index(check)]

    def count(self, bug=None, check=None) -> tuple[int, int]:
        """How many opened cells of a row or column say caught, and how many are opened."""
        seen = [
            self._at(*pair) for pair in self.opened if bug in (None, pair[0]) and check in (None, pair[1])
        ]
        return sum(verdict["caught"] for verdict in seen), len(seen)

    @property
    def sentence(self) -> str:
        bugs, checks = self._names
        if self.selected is None:
            every = counted(len(bugs) * len(checks), "cell")
            return f"{len(self.opened)} of {every} opened; choose a cell, a bug or a check"
        bug, check = self.selected
        if bug is None:
            caught, seen = self.count(check=check)
            return f"{check}: {caught} of {counted(seen, 'opened bug')} caught, {len(bugs) - seen} closed"
        if check is None:
            caught, seen = self.count(bug=bug)
            return (
                f"{bug}: caught by {caught} of {counted(seen, 'opened check')}, {len(checks) - seen} closed"
            )
        if (bug, check) not in self.opened:
            return f"{bug} × {check}: not opened yet"
        verdict = self._at(bug, check)
        return f"{bug} × {check}: {'caught' if verdict['caught'] else 'missed'}; {verdict['said']}"

    # ------------------------------------------------------------------------------------------------- how it shows
    def __repr__(self):
        size = " × ".join(
            counted(len(names), kind) for names, kind in zip(self._names, ("bug", "check"), strict=True)
        )
        return f"BreakIt({size}, {len(self.opened)} opened, selected={self.selected!r})"

    def picture(self) -> figures.Picture:
        """The whole grid, for paper."""
        found = self._found
        bugs, checks = self._names
        marks = [[verdict["caught"] for verdict in row] for row in found["verdicts"]]
        totals = [sum(column) for column in zip(*marks, strict=True)]
        said = [f"{check} catches {total}" for check, total in zip(checks, totals, strict=True)]
        alt = (
            f"A grid of {counted(len(bugs), 'bug')} and {counted(len(checks), 'check')}: {', '.join(said)}. "
        )
        alt += " ".join(
            f"{bug}: {_missed_by([c for c, seen in zip(checks, row, strict=True) if not seen])}."
            for bug, row in zip(bugs, marks, strict=True)
        )
        caption = f"{CAUGHT[0]} caught, {MISSED[0]} missed; below, how many of {len(bugs)} each check catches"
        return figures.Picture(
            lambda: [_draw(bugs, checks, marks, totals)],
            alt,
            caption,
            [dict(title=bug, marks=row) for bug, row in zip(bugs, marks, strict=True)],
        )


def _missed_by(checks) -> str:
    return f"missed by {listed(checks)}" if checks else "caught by all"


def _found(bugs) -> dict:
    """What travels to the page: bugs with their error maps, checks, and a verdict for each pair."""
    names = [bug.name for bug in bugs]
    if not names or len(set(names)) < len(names):
        raise SettingError(f"bugs must be at least one, all with different names; got {names}")
    verdicts = [
        [dict(caught=(v := break_it.check(bug, by)).caught, said=v.said) for by in break_it.CHECKS]
        for bug in bugs
    ]
    return dict(
        bugs=[dict(name=bug.name, number=_number(bug), what=bug.what, map=_map(bug)) for bug in bugs],
        checks=[dict(name=check.name, what=check.what) for check in break_it.CHECKS],
        verdicts=verdicts,
    )


def _number(bug) -> int:
    """Its number in the series' list; 0 for one that is not in it."""
    return bug.number if bug in break_it.BUGS else 0


def _map(bug) -> dict:
    try:
        shown = break_it.mapped(bug)
    except ValueError as error:
        return dict(cells=[], title=f"grad_{bug.of}", said=str(error))
    return dict(
        cells=shown.cells,
        title=f"{shown.place}, less the right one",
        said=f"with {shown.layer}: {shown.said}",
    )


# ------------------------------------------------------------------------------------------------- the picture
NAMES, SIDE, HIGH = 166, 26, 19  # px: the column of the names, a cell


def _draw(bugs, checks, marks, totals):
    drawing = Drawing()
    top = max(wide(check, 11) for check in checks) + 6
    for n, check in enumerate(checks):
        x = NAMES + (n + 0.5) * SIDE
        turned = f"rotate(-90 {x} {top - 4:.0f})"
        drawing.write(x, top - 4, check, 11, transform=turned, text_anchor="start")
    every = [(i, j, seen) for i, row in enumerate(marks) for j, seen in enumerate(row)]
    for kind, (_, role) in ((True, CAUGHT), (False, MISSED)):
        for i, j, seen in every:
            if seen is kind:
                place = NAMES + j * SIDE, top + i * HIGH, SIDE, HIGH
                drawing.box(*place, fill=figures.COLOURS[role], fill_opacity=0.3, stroke=LINE)
    for i, bug in enumerate(bugs):
        size = fitted(bug, NAMES - 6, 11)
        drawing.write(NAMES - 5, top + (i + 0.5) * HIGH, bug, size, text_anchor="end")
    for i, j, seen in every:
        mark = CAUGHT[0] if seen else MISSED[0]
        drawing.write(NAMES + (j + 0.5) * SIDE, top + (i + 0.5) * HIGH, mark, 12)
    foot = top + (len(bugs) + 0.5) * HIGH + 2
    drawing.write(NAMES - 5, foot, f"caught of {len(bugs)}", 11, text_anchor="end", font_weight=600)
    for j, total in enumerate(totals):
        drawing.write(NAMES + (j + 0.5) * SIDE, foot, str(total), 12, font_weight=600)
    return drawing.image(NAMES + len(checks) * SIDE + 2, foot + HIGH / 2 + 2)
