# The doors of the house. What each does is written in tools/ and README.md; here are only the names.
# PORT=8000 is the demo's port (the Midtrans simulator takes the next one); PYTHON is any Python >= 3.8 with pip.

PYTHON ?= python3
PORT ?= 8000
# Python keeps what it has compiled: every process after the first starts in half the time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench faults messages format lock clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1	/' | expand -t 20

setup: ## Make the environment: .venv, assets, message catalogues
	@$(PYTHON) tools/setup.py

demo: setup ## Run the sample province on http://lapau.localhost:$(PORT)
	@DEMO=1 SITE_PORT=$(PORT) exec .venv/bin/python manage.py run_demo --port $(PORT) --end-with-parent

test: setup ## Run everything, on SQLite + embedded search and on PostgreSQL + Redis + Elasticsearch
	@exec .venv/bin/python -m tools.test

check: setup ## Run the quick part of the tests, for every commit
	@exec .venv/bin/python -m tools.checks

bench: setup ## Measure, and print the benchmarks
	@.venv/bin/python -m tests.benchmarks
	@exec .venv/bin/python -m tests.benchmarks.search

faults: setup ## Try every fault of Midtrans under every misfortune of our own; writes docs/reliability.md
	@exec .venv/bin/python -m tests.faults

messages: setup ## Bring the message catalogues up to date with the code, and compile them
	@.venv/bin/python -m tools.messages update
	@.venv/bin/python -m tools.messages compile

format: setup ## Format the Python code and sort its imports
	@.venv/bin/ruff check --select I --fix --quiet
	@.venv/bin/ruff format

lock: ## Compile requirements.txt from pyproject.toml
	@$(PYTHON) tools/setup.py --lock

clean: ## Remove everything that was made here, the demo's data included
	rm -rf .venv .services var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis frontend/assets/node_modules
	find . -name '*.mo' -not -path './.git/*' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
