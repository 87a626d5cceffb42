"""The figures of the README are those that were measured and kept; and the scripts run."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"


def script(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_has_the_figures_that_were_kept():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    measured = json.loads((BENCHMARKS / "measured.json").read_text(encoding="utf-8"))
    lines = script("readme_table").table(measured)
    assert "\n".join(lines) in readme
    machine = measured["machine"]
    said = f"Python {machine['python']}, NumPy {machine['numpy']}, PyTorch {machine['torch'].split('+')[0]}"
    assert said in readme and f"median of {measured['runs']} runs" in readme


def test_a_table_of_two_runs_has_their_medians():
    def run(gemm):
        layer = {
            "torch": dict(median=[1, 1, 2]),
            "gemm": dict(median=[gemm] * 3),
            "taps": dict(median=[4, 2, 2]),
        }
        layer |= {name: layer["taps"] for name in ("im2col (strided)", "im2col (np.add.at)", "limit")}
        steps = {"a net": dict(ours=gemm, torch=2)}
        return dict(machine={}, threads=1, results={"float32": {"one": layer, "two": layer}}, training=steps)

    told = script("readme_table")
    measured = told.kept([run(1), run(4), run(2)])
    assert measured["ratios"]["one"]["gemm"] == 1.5 and measured["ratios"]["a net"] == {"training": 1}
    lines = told.table(measured)
    assert lines[2] == "| one | 1.50 | 2.00 | 2.00 | 2.00 | 2.00 |" and "**1.50**" in lines[4]
    assert lines[-1].endswith("a net: 1.00.")


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        (
            "convolution",
            ["--layers", "LeNet 2", "--rounds", "1", "--only", "gemm,taps,limit,loops ~"],
            "multiples of",
        ),
        ("training", ["--nets", "batch 32", "--rounds", "1"], "one step of training"),
    ],
)
def test_a_benchmark_runs(name, options, words, tmp_path):
    file = tmp_path / "run.json"
    command = [sys.executable, BENCHMARKS / f"{name}.py", *options, "--json", file]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0 and words in done.stdout, done.stdout + done.stderr
    assert json.loads(file.read_text(encoding="utf-8"))["machine"]["numpy"]


def test_an_unknown_candidate_is_refused():
    command = [sys.executable, BENCHMARKS / "convolution.py", "--only", "abacus"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1 and "no candidate abacus; there are torch, gemm" in done.stderr
