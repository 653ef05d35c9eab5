.PHONY: build fetch test golden faults bench export report check-report docs clients engines cluster soak cookbook lock monthly help
.DEFAULT_GOAL := build

PYTHON ?= python3
BIN := .venv/bin
# The copy of a lock says that it is installed: nothing is installed again until it changes.
INSTALLED := .venv/requirements.lock
DEV := .venv/requirements-dev.lock

# Locks that plain pip takes too: hashes, no index named, and extras, without which it refuses them.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-header --no-annotate pyproject.toml

# What is done stands here: no setting of dbt's adds to it, and none keeps Python from its own folder.
unexport PYTHONSAFEPATH $(filter DBT_%,$(.VARIABLES))

build: $(INSTALLED) ## build the database from releases/: the default
	@$(BIN)/python scripts/build.py

fetch: $(INSTALLED) ## download the current release, or with SINCE=2020-09 all since, into releases/
	$(BIN)/python scripts/fetch_release.py$(if $(SINCE), --since '$(SINCE)')

test: $(DEV) ## prove it: seeds up to date, lint, types, and whole builds in scratch folders
	$(BIN)/python -m pytest

golden: $(DEV) ## write tests/golden/ anew: every mart of made-up releases, to read in a diff
	$(BIN)/python -m pytest tests/python/marts/test_golden.py -k golden_files --golden

faults: $(INSTALLED) ## damage the release in every way, and count what the audit finds
	$(BIN)/python -m proofs.faults

export: $(DEV) ## write every mart as CSV and Parquet, a workbook, Croissant and SDMX into dist/data/
	$(BIN)/python scripts/export_marts.py

report: $(DEV) ## draw the report and the audit, dist/report.html, and their pictures as SVG and PNG
	$(BIN)/python scripts/build_report.py

check-report: $(DEV) ## use the report in Debian's Chromium as a reader would, and run axe-core on it
	$(BIN)/python -m proofs.browser

# dbt opens the database for writing, which no reader should be in the way of: hence the copy.
docs: $(INSTALLED) ## write the documentation, with its lineage, as one file: dist/docs.html
	mkdir -p target/docs dist
	cp "$${US_TRADE_DB:-us_trade.duckdb}" target/docs/us_trade.duckdb
	US_TRADE_DB=target/docs/us_trade.duckdb $(BIN)/dbt --quiet docs generate --static --target-path target/docs
	cp target/docs/static_index.html dist/docs.html

clients: $(DEV) ## ask real clients about the database and compare their answers
	$(BIN)/python -m proofs.clients

engines: $(DEV) ## build with dbt 1.11 and with dbt 2, and compare the databases
	$(BIN)/python -m proofs.engines

bench: $(INSTALLED) ## measure the project with 1 to 1,000 releases
	$(BIN)/python -m proofs.bench

cluster: $(DEV) ## build on Sail and, with Java, on Spark, two workers each, and compare the marts
	$(BIN)/python -m proofs.cluster

soak: $(INSTALLED) ## swap the database and kill builds under its readers, ten times each
	$(BIN)/python -m proofs.soak

cookbook: $(INSTALLED) ## write the answers of analyses/README.md again
	$(BIN)/python scripts/render_cookbook.py

lock: $(DEV) ## write the locks again, after a change to the dependencies in pyproject.toml
	$(COMPILE) --upgrade --group dev -o requirements-dev.lock
	$(COMPILE) -c requirements-dev.lock -o requirements.lock
	$(COMPILE) --upgrade --group sail -o requirements-sail.lock

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.venv/%.lock: %.lock
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock >.venv/uv.lock
	$(BIN)/python -m pip install --quiet --require-hashes --requirement .venv/uv.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes --requirement $<
	cp $< $@

monthly: $(DEV) ## fetch, build, export and report: quiet unless something is new or wrong
	@$(BIN)/python scripts/monthly.py

