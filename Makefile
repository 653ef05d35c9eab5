.PHONY: export docs clients help

BIN ?= .venv/bin
US_TRADE_DB ?= us_trade.duckdb

export: ## write every mart as CSV and Parquet, with a data package, into dist/
	$(BIN)/python scripts/export_marts.py

# dbt opens the database for writing, which no reader should be in the way of: hence the copy.
docs: ## write the documentation, with its lineage, as one file: dist/docs.html
	mkdir -p target/docs dist
	cp "$(US_TRADE_DB)" target/docs/us_trade.duckdb
	US_TRADE_DB=target/docs/us_trade.duckdb $(BIN)/dbt --quiet docs generate --static --target-path target/docs
	cp target/docs/static_index.html dist/docs.html

clients: ## ask real clients about the database and compare their answers
	$(BIN)/python scripts/check_clients.py

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10
