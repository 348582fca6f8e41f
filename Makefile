# Everything starts here: make run, make test, make lint. See README.md.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export PYTHONUNBUFFERED := 1
# Compiled once, at the installation, instead of in every process of a test, whatever the machine's environment says.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(BIN)/python
UV := $(BIN)/uv
STAMP := $(VENV)/.installed
# No registry host and no comment on where a package came from may get into the lock files.
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links
WORKERS ?= 2
# File by file in order: the longest file has one test, and would be left for the end otherwise.
PYTEST := $(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Who may what, and what a file is: once is enough, and the first pass did it.
ENGINE_IS_NO_MATTER := --ignore=tools/tests/test_matrix.py --ignore=tools/tests/test_hostile.py

.PHONY: help install check-install env run test test-sqlite test-postgres test-order test-dates system lint format matrix mutants fuzz \
	chaos drills bench shots \
	requirements production upgrade sbom audit

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(STAMP) env ## .venv with every dependency, by hash

$(PYTHON):
	@bash tools/make_venv.sh $(VENV)

$(UV): | $(PYTHON)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(STAMP): requirements.txt requirements-dev.txt | $(UV)
	@echo "Installing dependencies into $(VENV)"
	@$(UV) pip install --quiet --python $(PYTHON) --require-hashes \
		-r requirements.txt -r requirements-dev.txt
	@touch $@

# A machine that serves people gets nothing that only tests need, and loses what it had of it.
production: $(UV) ## .venv with what the platform runs on and nothing else, by hash
	@$(UV) pip sync --quiet --python $(PYTHON) --require-hashes requirements.txt
	@rm -f $(STAMP)

env: $(STAMP)
	@grep -qs '^SECURE=' "$${VAR_DIR:-var}/.env" || $(PYTHON) manage.py generate_env

run: install ## the whole platform on http://127.0.0.1:8000 (PORT=…)
	@exec $(PYTHON) manage.py run

test: install system ## every test: on SQLite, then on PostgreSQL with browser and process tests
	@$(MAKE) --no-print-directory test-sqlite
	@$(MAKE) --no-print-directory test-postgres

test-sqlite: install
	@echo "== Tests on SQLite"
	@env -u TEST_DATABASE_URL -u DATABASE_URL $(PYTEST) -q --durations=20

# Clean runs prove little about order and date; these are for now and then, and each takes as long as test-sqlite.
SEEDS ?= 1 2 3
DATES ?= 2026-12-31T23:59+08:00 2027-01-01T00:00+08:00 2028-02-29T12:00+08:00 2026-10-03T09:00+08:00
test-order: install ## every test on SQLite in a random order, three times (SEEDS='1 2 3')
	@for seed in $(SEEDS); do echo "== Order $$seed"; env -u TEST_DATABASE_URL -u DATABASE_URL \
		$(PYTEST) -q --random-order --random-order-seed=$$seed; done

test-dates: install ## every test on SQLite at the edges of the calendar (DATES=…)
	@for moment in $(DATES); do echo "== At $$moment"; env -u TEST_DATABASE_URL -u DATABASE_URL \
		TEST_AT=$$moment $(PYTEST) -q; done

test-postgres: install
	@echo "== Tests on PostgreSQL, with browser and process tests"
	@$(PYTHON) -m xianfeng.testing.servers $(PYTEST) -q -m "" --durations=20 \
		--second-engine $(ENGINE_IS_NO_MATTER)

system: # Chromium and Chinese fonts for the browser tests
	@bash tools/system_packages.sh

lint: install ## ruff, formatters, mypy, import contracts, migrations, deployment checks, census
	@bash tools/lint.sh $(BIN)

format: install ## put Python, templates, scripts and styles in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/oxfmt static
	@$(BIN)/djangofmt templates

matrix: install ## the permission matrix whole: every address, everybody, own and outside
	@MATRIX=whole $(PYTEST) -q tools/tests/test_matrix.py

mutants: install ## every kept mutant of a guard against its tests (THIRD=1: the day's third)
	@$(PYTHON) -m xianfeng.testing.servers $(PYTHON) -m tools.mutants $(if $(THIRD),--third)

fuzz: install ## 10,000 spoilt requests on PostgreSQL (FUZZ_SEED=…)
	@FUZZ=whole $(PYTHON) -m xianfeng.testing.servers $(PYTEST) -q -m postgres tools/tests/test_fuzz.py

chaos: install ## kills and freezes while people work, then is all right? (TIMES=60 MINUTES=4 SEED=…)
	@$(PYTHON) -m tools.tests.chaos --outages
	@$(PYTHON) -m tools.tests.chaos --times $(or $(TIMES),60) --minutes $(or $(MINUTES),4) \
		$(if $(SEED),--seed $(SEED))

drills: install ## 20 backups under running writes, restored and compared, on SQLite and on PostgreSQL
	@DRILLS=20 $(PYTHON) -m pytest -q xianfeng/operations/backups/tests/test_under_writes.py
	@DRILLS=20 $(PYTHON) -m xianfeng.testing.servers $(PYTHON) -m pytest -q -m "" \
		xianfeng/operations/backups/tests/test_under_writes.py

check-install: install ## docs/部署.md on a fresh Debian 12 (RELEASE=trixie: 13), and people using it; root
	@bash tools/check_install/check.sh

bench: install ## the figures of README.md, measured here
	@$(PYTHON) manage.py bench

shots: install ## retake the pictures of docs/ from a running demo portal (PORT=…)
	@$(PYTHON) -m tools.shots

requirements: $(UV) ## recompile the lock files from the .in files
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt

# An advisory names the version that cures it. A package that we pin ourselves needs TO; what only others
# need takes the newest that they allow. CHECKS=lint leaves the tests to the machine that has time for them.
CHECKS ?= lint test
upgrade: install ## a cured version into the locks: PACKAGE=django TO=6.1.4; then every check
	@test -n "$(PACKAGE)" || { echo "make upgrade PACKAGE=name [TO=version]" >&2; exit 2; }
	@if [ -n "$(TO)" ]; then sed -E -i.old 's/^($(PACKAGE)(\[[^]]*\])?)==.*/\1==$(TO)/' \
		requirements.in requirements-dev.in; rm -f requirements.in.old requirements-dev.in.old; fi
	$(COMPILE) --upgrade-package "$(PACKAGE)$(if $(TO),==$(TO))" requirements.in -o requirements.txt
	$(COMPILE) --upgrade-package "$(PACKAGE)$(if $(TO),==$(TO))" requirements-dev.in -o requirements-dev.txt
	@$(MAKE) --no-print-directory install $(CHECKS) sbom
	@git --no-pager diff --stat -- 'requirements*'

sbom: install ## var/sbom.cdx.json: what is shipped that others wrote (CycloneDX)
	@$(PYTHON) -m tools.sbom

# Strict: a package that could not be looked up is no package without a fault.
audit: install ## known faults of what is locked; needs the internet (the advisories of PyPI)
	@$(UV) tool run pip-audit==2.10.1 --strict --disable-pip --require-hashes --requirement requirements.txt
