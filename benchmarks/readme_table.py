"""The figures of the README: from several runs of `make bench`, each with --json FILE.

    python benchmarks/readme_table.py RUN.json RUN.json RUN.json

keeps the median of each ratio in measured.json, beside this file, and prints the table of the README.
"""

import json
import statistics
import sys
from pathlib import Path

KEPT = Path(__file__).with_name("measured.json")
SHOWN = ("gemm", "taps", "im2col (strided)", "im2col (np.add.at)", "limit")


def ratios(run):
    """layer -> candidate -> time of all three operations, as a multiple of PyTorch's; and of each training step."""
    found = {
        layer: {name: sum(of["median"]) / sum(told["torch"]["median"]) for name, of in told.items()}
        for layer, told in run["results"]["float32"].items()
    }
    steps = {name: {"training": of["ours"] / of["torch"]} for name, of in run["training"].items()}
    return found | steps


def kept(runs):
    """The machine, and the median of each ratio over the runs."""
    told = [ratios(run) for run in runs]
    medians = {
        row: {name: round(statistics.median(one[row][name] for one in told), 2) for name in told[0][row]}
        for row in told[0]
    }
    return dict(machine=runs[0]["machine"], runs=len(runs), threads=runs[0]["threads"], ratios=medians)


def table(measured):
    """The lines of the README's table: one for each layer, the geometric mean, and the training steps."""
    layers = {row: of for row, of in measured["ratios"].items() if "gemm" in of}
    lines = [f"| layer | {' | '.join(SHOWN)} |", f"|---|{'---|' * len(SHOWN)}"]
    for row, of in layers.items():
        lines.append(f"| {row} | {' | '.join(f'{of[name]:.2f}' for name in SHOWN)} |")
    means = [statistics.geometric_mean(of[name] for of in layers.values()) for name in SHOWN]
    lines.append(f"| **geometric mean** | {' | '.join(f'**{mean:.2f}**' for mean in means)} |")
    steps = [f"{row}: {of['training']:.2f}" for row, of in measured["ratios"].items() if "training" in of]
    return [*lines, "", f"One training step as a multiple of PyTorch's: {'; '.join(steps)}."]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    measured = kept([json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:]])
    KEPT.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print("\n".join(table(measured)))
