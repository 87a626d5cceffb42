"""How long `equations.check` takes, and how often it reads: the input gradient of a layer, right and wrong.

    python benchmarks/equation_check.py

Prints CPU times: of the first check in a fresh process (which draws the layers), and the median of later ones; and how
many times the parser ran for one. Then, for each of the public equations that can be judged, what it takes told nothing
but the LaTeX, as a multiple of the same check with the notation that was found.
"""

import statistics
import time

began = time.process_time()
from convbp_helpers import equations, exercises, literature  # noqa: E402
from convbp_helpers.equations import reading  # noqa: E402

IMPORT = time.process_time() - began
PLANE = r"\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_{f}\sum_{k,l} \delta_{n,f,i-k,j-l}\; w_{f,c,k,l}"
LAYER = r"""
\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_{f}\sum_{k,l} [\,s \mid i+p-dk\,]\,[\,s \mid j+p-dl\,]\;
\delta_{n,f,(i+p-dk)/s,(j+p-dl)/s}\; w_{f,c,k,l}
"""
CASES = {
    "2-D input gradient, right": (equations.check, PLANE),
    "with two wrong signs": (equations.check, PLANE.replace("i-k,j-l", "i+k,j+l")),
    "of any layer, right": (equations.check, LAYER),
    "c and f exchanged in w": (equations.check, LAYER.replace("w_{f,c", "w_{c,f")),
    "signs before k and l wrong": (equations.check, LAYER.replace("-d", "+d")),
    "exercise 9.2, right": (exercises.check_input_gradient_of_the_layer, LAYER),
    "exercise 9.2, wrong signs": (exercises.check_input_gradient_of_the_layer, LAYER.replace("-d", "+d")),
}
REPEATS = 15


class Counted:
    """The parser, and how often it ran."""

    def __init__(self, parser):
        self.parser, self.runs = parser, 0

    def __getattr__(self, name):
        return getattr(self.parser, name)

    def parse(self, text):
        self.runs += 1
        return self.parser.parse(text)


def readings(repeats=5):
    """(told nothing, told the notation, id) for each equation whose letters are worked out: median seconds."""
    found = []
    for equation in literature.public_equations():
        try:
            question = equations.understood(equation.latex)
        except equations.EquationError:
            continue
        if (reading := question.reading) is None:
            continue

        def told(latex, reading=reading):
            equations.page_of(latex)  # (the page in the reading may have been put in other words)
            equations.check(equations.ask(reading.page, notation=reading.notation, layer=reading.layer))

        both = [
            (seconds(equations.check, equation.latex), seconds(told, equation.latex)) for _ in range(repeats)
        ]
        found.append((*map(statistics.median, zip(*both, strict=True)), equation.id))
    return found


def seconds(check, latex):
    start = time.process_time()
    check(latex)
    return time.process_time() - start


if __name__ == "__main__":
    print(f"import of the package: {1000 * IMPORT:.0f} ms")
    print(f"{'':30}{'first':>10}{'median':>10}{'slowest':>10}{'readings':>10}")
    counted = Counted(reading.parser())
    reading.parser = lambda: counted
    for name, (check, latex) in CASES.items():
        first = seconds(check, latex)
        later = sorted(seconds(check, latex) for _ in range(REPEATS))
        counted.runs = 0
        check(latex)
        times = "".join(f"{1000 * t:7.0f} ms" for t in (first, statistics.median(later), later[-1]))
        print(f"{name:30}{times}{counted.runs:>10}")
    times = readings()
    ratios = sorted((alone / told, name) for alone, told, name in times)
    print(f"told nothing but the LaTeX, {len(times)} public equations:")
    print(
        f"    median {1000 * statistics.median(t for t, *_ in times):.0f} ms, slowest {1000 * max(times)[0]:.0f} ms"
    )
    within = sum(ratio <= 3 for ratio, _ in ratios)
    print(
        f"    multiples of the check with its notation: median {statistics.median(r for r, _ in ratios):.1f}, at most 3"
    )
    print(
        f"    in {within} of {len(ratios)}; the largest: {', '.join(f'{n} {r:.1f}' for r, n in ratios[-4:])}"
    )
