# A thin wrapper around tools/run.py, which holds what each command does and runs on Windows too.
PYTHON ?= python3
ARGS ?=
export PORT NO_BROWSER ARGS NAME URL REPO

COMMANDS = lab fresh test quick test-lowest test-offline notebooks libraries card bench site lite course hub hub-load kubernetes format pins
.PHONY: help $(COMMANDS)

help $(COMMANDS):
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "convbp: no $(PYTHON) here. Install Python 3.11 or newer, or name one: make $@ PYTHON=python3.12" >&2; \
		exit 1; }
	@"$(PYTHON)" tools/run.py $@
