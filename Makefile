.PHONY: build fetch test faults bench export report check-report docs clients soak help
.DEFAULT_GOAL := build

PYTHON ?= python3
US_TRADE_DB ?= us_trade.duckdb
BIN := .venv/bin
INSTALLED := .venv/requirements.lock
REPORT_BIN := .venv-report/bin
REPORT_INSTALLED := .venv-report/requirements-report.lock
CHECK_INSTALLED := .venv-report/requirements-report-check.lock

build: $(INSTALLED) ## build the database from releases/: the default
	$(BIN)/python scripts/normalize_release.py
	$(BIN)/python scripts/build.py

fetch: $(INSTALLED) ## download the current release into releases/, if it is a new one
	$(BIN)/python scripts/fetch_release.py

test: $(INSTALLED) ## prove it: seeds up to date, lint, and a whole build in a scratch folder
	$(BIN)/python scripts/normalize_release.py --check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/sqlfluff lint --disable-progress-bar models tests macros analyses report
	$(BIN)/python -m pytest

faults: $(INSTALLED) ## damage the release in every way, and count what the audit finds
	$(BIN)/python scripts/inject_faults.py

export: $(INSTALLED) ## write every mart as CSV and Parquet, with a data package, into dist/
	$(BIN)/python scripts/export_marts.py

report: $(REPORT_INSTALLED) ## draw the report, dist/report.html, and its pictures as SVG and PNG
	$(REPORT_BIN)/python scripts/build_report.py

check-report: $(CHECK_INSTALLED) ## open the report in Debian's Chromium and compare it with the marts
	$(REPORT_BIN)/python scripts/check_report.py

# dbt opens the database for writing, which no reader should be in the way of: hence the copy.
docs: $(INSTALLED) ## write the documentation, with its lineage, as one file: dist/docs.html
	mkdir -p target/docs dist
	cp "$(US_TRADE_DB)" target/docs/us_trade.duckdb
	US_TRADE_DB=target/docs/us_trade.duckdb $(BIN)/dbt --quiet docs generate --static --target-path target/docs
	cp target/docs/static_index.html dist/docs.html

clients: $(INSTALLED) ## ask real clients about the database and compare their answers
	$(BIN)/python scripts/check_clients.py

bench: $(INSTALLED) ## measure the project with 1, 40 and 400 releases
	$(BIN)/python scripts/benchmark.py

soak: $(INSTALLED) ## swap the database and kill builds under its readers, fifty times each
	$(BIN)/python scripts/soak.py

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

# The copy of the lock file says what is installed: nothing is installed again until it changes.
$(INSTALLED): requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	cp requirements.lock $@

$(REPORT_INSTALLED): requirements-report.lock
	$(PYTHON) -m venv .venv-report
	$(REPORT_BIN)/python -m pip install --quiet --require-hashes --requirement requirements-report.lock
	cp requirements-report.lock $@

$(CHECK_INSTALLED): requirements-report-check.lock $(REPORT_INSTALLED)
	$(REPORT_BIN)/python -m pip install --quiet --require-hashes --requirement requirements-report-check.lock
	cp requirements-report-check.lock $@
