"""Who may import whom in convbp_helpers: each file only what stands above it, and no private name of another."""

import ast
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "convbp_helpers"

#: Every file of the package, in an order in which it can be read: each imports only files that stand above it.
ROOMS = """
    words.py
    verdicts.py
    geometry.py
    arguments.py
    loops.py
    taps.py
    gemm.py
    transposed.py
    matrix.py
    gradcheck.py
    break_it/backward.py
    break_it/bugs.py
    break_it/hidden.py
    break_it/trial_layers.py
    break_it/checks.py
    break_it/error_maps.py
    break_it/__init__.py
    layers.py
    digits/__init__.py
    literature/__init__.py
    selection.py

    figures/picture.py
    figures/drawing.py
    figures/grids.py
    figures/map_layout.py
    figures/linked_maps.py
    figures/link_drawing.py
    figures/fan.py
    figures/aligned_rows.py
    figures/diagrams.py
    figures/themed_plots.py
    figures/photographs.py
    figures/curves.py
    figures/__init__.py

    equations/notation.py
    equations/common_letters.py
    equations/latex.py
    equations/colouring.py
    equations/line_breaks.py
    equations/tree.py
    equations/typed/tokens.py
    equations/typed/heads.py
    equations/typed/first_look.py
    equations/typed/subscripts.py
    equations/typed/values.py
    equations/typed/spelling.py
    equations/typed/__init__.py
    equations/reading.py
    equations/survey.py
    equations/family.py
    equations/meaning.py
    equations/binding.py
    equations/trials.py
    equations/differentiating.py
    equations/indices.py
    equations/evaluating.py
    equations/changes.py
    equations/comparing.py
    equations/causes.py
    equations/letters/standing.py
    equations/letters/axes.py
    equations/letters/quantities.py
    equations/letters/casting.py
    equations/letters/rewriting.py
    equations/letters/working_out.py
    equations/letters/saying.py
    equations/letters/translating.py
    equations/letters/__init__.py
    equations/verdict.py
    equations/checking.py
    equations/on_arrays.py
    equations/magic.py
    equations/__init__.py

    exercises/sections.py
    exercises/report.py
    exercises/predictions.py
    exercises/limits.py
    exercises/misconceptions/walking.py
    exercises/misconceptions/catalogue.py
    exercises/misconceptions/naming.py
    exercises/misconceptions/__init__.py
    exercises/locating.py
    exercises/functions.py
    exercises/one_place.py
    exercises/written.py
    exercises/small_layers.py
    exercises/nb00_the_question.py
    exercises/nb01_one_row.py
    exercises/nb02_two_dimensions_and_the_flip.py
    exercises/nb03_channels_and_filters.py
    exercises/nb04_bias_and_batch.py
    exercises/nb05_stride_and_leftovers.py
    exercises/nb06_padding.py
    exercises/nb07_dilation.py
    exercises/nb08_groups_and_depthwise.py
    exercises/nb09_the_whole_layer.py
    exercises/nb10_one_matrix_one_gemm.py
    exercises/nb11_break_it.py
    exercises/nb12_train_a_network.py
    exercises/nb13_reading_the_literature.py
    exercises/nb14_the_same_layer_elsewhere.py
    exercises/__init__.py
    exercises/points.py

    elsewhere/readings.py
    elsewhere/results.py
    elsewhere/choices.py
    elsewhere/tables.py
    elsewhere/in_silence.py
    elsewhere/pictures.py
    elsewhere/__init__.py

    widgets/page.py
    widgets/rows.py
    widgets/influence_picture.py
    widgets/explorer_values.py
    widgets/influence_explorer.py
    widgets/duality_panels.py
    widgets/padding_split.py
    widgets/side_by_side.py
    widgets/break_it.py
    widgets/matrix_entries.py
    widgets/matrix_picture.py
    widgets/matrix_explorer.py
    widgets/__init__.py

    __init__.py
""".split()


def file_of(names, files):
    """The file of a module, given as a list of names below the package; None where there is no such module."""
    path = "/".join(names)
    for name in (f"{path}.py", f"{path}/__init__.py" if path else "__init__.py"):
        if name in files:
            return name


def private(name):
    return name.startswith("_") and not name.startswith("__")


@cache
def nodes_of(source):
    """The nodes of a file that import something or take a private attribute, wherever they stand."""
    wanted = ast.Import | ast.ImportFrom | ast.Attribute
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, wanted)]
    return [node for node in nodes if not isinstance(node, ast.Attribute) or private(node.attr)]


def imports_of(name, source, files):
    """The (file, name taken from it or None, name it has here) of each import from the package."""
    here = name.split("/")[:-1]
    for node in nodes_of(source):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top, *rest = alias.name.split(".")
                if top == PACKAGE.name:
                    yield file_of(rest, files) or alias.name, None, alias.asname or alias.name
        elif isinstance(node, ast.ImportFrom):
            base = (node.module or "").split(".") if node.module else []
            if node.level:
                base = here[: len(here) - node.level + 1] + base
            elif base[:1] == [PACKAGE.name]:
                base = base[1:]
            else:
                continue
            for alias in node.names:
                module = file_of([*base, alias.name], files)
                taken = None if module else alias.name
                yield module or file_of(base, files) or ".".join(base), taken, alias.asname or alias.name


def circles(edges):
    """One circle through each file that is in one, from its first file on."""
    found = set()
    for start in edges:
        paths = [[start]]
        seen = {start}
        while paths:
            path = paths.pop(0)
            for after in sorted(edges.get(path[-1], ())):
                if after == start:
                    at = path.index(min(path))
                    found.add(" -> ".join([*path[at:], *path[:at], path[at]]))
                    paths = []
                    break
                if after not in seen:
                    seen.add(after)
                    paths.append([*path, after])
    return found


def faults(sources, rooms=ROOMS):
    """Everything that is not as it should be, one line each; the sources by the names of their files."""
    found = {f"{name} is not in the list" for name in set(sources) - set(rooms)}
    found |= {f"{name} is in the list and does not exist" for name in set(rooms) - set(sources)}
    found |= {f"{name} is in the list twice" for name in rooms if rooms.count(name) > 1}
    edges = {}
    for name, source in sources.items():
        modules = {}
        for other, taken, called in imports_of(name, source, sources):
            if other not in sources:
                found.add(f"{name} imports {other}, which is no file of the package")
                continue
            edges.setdefault(name, set()).add(other)
            if taken is None:
                modules[called] = other
            elif private(taken):
                found.add(f"{name} takes {taken} from {other}")
            if name in rooms and other in rooms and rooms.index(other) >= rooms.index(name):
                found.add(f"{name} imports {other}, which does not stand above it")
        for node in nodes_of(source):
            if isinstance(node, ast.Attribute):
                other = modules.get(ast.unparse(node.value))
                if other:
                    found.add(f"{name} takes {node.attr} from {other}")
    return found | {f"a circle: {circle}" for circle in circles(edges)}


@cache
def package():
    return {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}


def test_each_file_imports_only_what_stands_above_it(count):
    found = faults(package())
    assert sorted(found) == []
    count("files of the package that import only what stands above them", len(ROOMS))


# -- planted faults ----------------------------------------------------------------------------------

UPWARD = "loops.py imports selection.py, which does not stand above it"
PLANTED = {
    "at the top": ("loops.py", "from .selection import label", {UPWARD}),
    "of a module": ("loops.py", "from . import selection", {UPWARD}),
    "by its whole name": ("loops.py", "import convbp_helpers.selection", {UPWARD}),
    "from the whole name": ("loops.py", "from convbp_helpers.selection import label", {UPWARD}),
    "in a function": ("loops.py", "def f():\n    from .selection import label", {UPWARD}),
    "for types": (
        "loops.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .selection import label",
        {UPWARD},
    ),
    "of a room": (
        "equations/reading.py",
        "from .. import exercises",
        {"equations/reading.py imports exercises/__init__.py, which does not stand above it"},
    ),
    "a private name": ("loops.py", "from .arguments import _any", {"loops.py takes _any from arguments.py"}),
    "a private name, renamed": (
        "equations/trials.py",
        "from ..words import _any as f",
        {"equations/trials.py takes _any from words.py"},
    ),
    "a private attribute": (
        "loops.py",
        "from . import geometry as g\ng._any(1)",
        {"loops.py takes _any from geometry.py"},
    ),
    "a private attribute, by the whole name": (
        "loops.py",
        "import convbp_helpers.geometry\nconvbp_helpers.geometry._any(1)",
        {"loops.py takes _any from geometry.py"},
    ),
    "a circle of two": (
        "arguments.py",
        "def f():\n    from . import loops",
        {
            "arguments.py imports loops.py, which does not stand above it",
            "a circle: arguments.py -> loops.py -> arguments.py",
        },
    ),
    "a circle of three": (
        "geometry.py",
        "from . import loops",
        {
            "geometry.py imports loops.py, which does not stand above it",
            "a circle: arguments.py -> geometry.py -> loops.py -> arguments.py",
        },
    ),
    "itself": (
        "words.py",
        "from . import words",
        {
            "words.py imports words.py, which does not stand above it",
            "a circle: words.py -> words.py",
        },
    ),
    "a file that is not there": (
        "loops.py",
        "from .nowhere import f",
        {"loops.py imports nowhere, which is no file of the package"},
    ),
    "a new file": ("new.py", "", {"new.py is not in the list"}),
}


def with_(file, source):
    """The package with something added to a file."""
    return package() | {file: f"{package().get(file, '')}\n{source}\n"}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_import(name, count):
    file, source, expected = PLANTED[name]
    found = faults(with_(file, source)) - faults(package())
    assert expected <= found
    assert all(fault in expected or fault.startswith("a circle: ") for fault in found)
    count("planted imports in the wrong direction found")


def test_a_list_that_is_out_of_date():
    without = {name: source for name, source in package().items() if name != "loops.py"}
    assert "loops.py is in the list and does not exist" in faults(without)
    assert f"{ROOMS[0]} is in the list twice" in faults(package(), [*ROOMS, ROOMS[0]])


def test_nothing_is_a_fault_that_is_none():
    """A private name of its own, of another library, of an object; a public name; an import from above."""
    source = "import numpy as np\nfrom . import geometry\nfrom .words import counted\n"
    source += (
        "def _own(layer):\n    return layer._private, np._globals, geometry.__name__, geometry.integer\n"
    )
    assert faults(with_("loops.py", source)) == faults(package())
