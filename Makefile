.PHONY: build fetch test faults help
.DEFAULT_GOAL := build

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/requirements.lock

build: $(INSTALLED) ## build the database from releases/: the default
	$(BIN)/python scripts/normalize_release.py
	$(BIN)/python scripts/build.py

fetch: $(INSTALLED) ## download the current release into releases/, if it is a new one
	$(BIN)/python scripts/fetch_release.py

test: $(INSTALLED) ## prove it: seeds up to date, lint, and a whole build in a scratch folder
	$(BIN)/python scripts/normalize_release.py --check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/sqlfluff lint --disable-progress-bar models tests macros
	$(BIN)/python -m pytest

faults: $(INSTALLED) ## damage the release in every way, and count what the audit finds
	$(BIN)/python scripts/inject_faults.py

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

# The copy of the lock file says what is installed: nothing is installed again until it changes.
$(INSTALLED): requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	cp requirements.lock $@
