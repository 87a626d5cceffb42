"""Stop unless the NumPy of this environment is the one that the job is about.

python .github/numpy_version.py requirements.txt   the version pinned there
python .github/numpy_version.py newest             the newest release or pre-release that pip finds
"""

import re
import subprocess
import sys
from pathlib import Path

import numpy
from packaging.requirements import Requirement


def wanted(what):
    if what == "newest":
        command = [sys.executable, "-m", "pip", "index", "versions", "numpy", "--pre"]
        return re.match(r"numpy \((\S+)\)", subprocess.check_output(command, text=True))[1]
    pins = [Requirement(line) for line in Path(what).read_text().splitlines() if re.match("numpy==", line)]
    (pin,) = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    return str(pin.specifier).removeprefix("==")


if __name__ == "__main__":
    version = wanted(sys.argv[1])
    print(f"NumPy {numpy.__version__}; {sys.argv[1]} asks for {version}; Python {sys.version.split()[0]}")
    sys.exit(numpy.__version__ != version)
