#!/usr/bin/env bash
# pytest-xdist's groups are silently ignored under pytest 9.2: tests of one group run in several workers.
#
# Versions     pytest 9.2.0 with pytest-xdist 3.8.0, Python 3.11; and pytest 9.1.1 with the same pytest-xdist.
# Expected     With --dist loadgroup, "tests with the same xdist_group name run in the same worker".
# Behaviour    Under 9.1.1 they do. Under 9.2.0 each test is handed to whichever worker is free, with no warning:
#              xdist writes the group behind the test's id in `item._nodeid`, which 9.2.0 no longer reads.
# Seen         9.1.1: 12 tests of one group, 1 worker;  9.2.0: 12 tests of one group, 2 workers
# What follows tests/conftest.py here brings a scheduler of its own, which groups by the id itself.
#
# Run: bash findings/xdist-loadgroup.sh     Exits 0 while it is so, and 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/test_group.py" <<'PYTHON'
import os
import time

import pytest


@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(12))
def test_of_one_group(number):
    time.sleep(0.2)
    with open(os.environ["SEEN"], "a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\n")
PYTHON

workers() {
    "${PYTHON:-python3}" -m venv "$folder/$1"
    "$folder/$1/bin/python" -m pip install --quiet --disable-pip-version-check "pytest==$1" pytest-xdist==3.8.0
    (cd "$folder" && SEEN="$folder/seen-$1" "$1/bin/python" -m pytest -q -n 2 --dist loadgroup test_group.py >"out-$1")
    sort -u "$folder/seen-$1" | wc -l
}

before=$(workers 9.1.1)
after=$(workers 9.2.0)
echo "9.1.1: $(wc -l <"$folder/seen-9.1.1") tests of one group, $before worker; 9.2.0: $(wc -l <"$folder/seen-9.2.0"), $after workers"
[ "$before" -eq 1 ] && [ "$after" -eq 2 ] || { echo "the behaviour has changed"; exit 1; }
