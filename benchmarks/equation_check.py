"""How long `equations.check` takes: the general 2-D input gradient, right and with a slip.

    python benchmarks/equation_check.py

Prints the first check in a fresh process (which builds the parser and draws the layers) and the median of later ones.
"""

import statistics
import time

began = time.perf_counter()
from convbp_helpers import equations  # noqa: E402

IMPORT = time.perf_counter() - began
RIGHT = r"""
\frac{\partial J}{\partial x_{n,c,i,j}} = \sum_{f}\sum_{k,l} [\,s \mid i+p-dk\,]\,[\,s \mid j+p-dl\,]\;
\delta_{n,f,(i+p-dk)/s,(j+p-dl)/s}\; w_{f,c,k,l}
"""
CASES = {"right": RIGHT, "wrong (c and f exchanged in w)": RIGHT.replace("w_{f,c", "w_{c,f")}
REPEATS = 15


def seconds(latex):
    start = time.perf_counter()
    equations.check(latex)
    return time.perf_counter() - start


if __name__ == "__main__":
    print(f"import of the package: {1000 * IMPORT:.0f} ms")
    for name, latex in CASES.items():
        first = seconds(latex)
        later = sorted(seconds(latex) for _ in range(REPEATS))
        print(
            f"{name}: first {1000 * first:.0f} ms, then median {1000 * statistics.median(later):.0f} ms "
            f"(slowest of {REPEATS}: {1000 * later[-1]:.0f} ms)"
        )
