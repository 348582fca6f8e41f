# Everything starts here: make run, make test, make lint. See README.md.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
STAMP := $(VENV)/.installed
# No registry host and no comment on where a package came from may get into the lock files.
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links

.PHONY: help install requirements

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(STAMP) ## .venv with every dependency, by hash

$(VENV)/bin/python:
	@bash tools/make_venv.sh $(VENV)

$(STAMP): $(VENV)/bin/python requirements.txt requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes \
		-r requirements.txt -r requirements-dev.txt
	@touch $@

requirements: ## recompile the lock files from the .in files
	@test -x $(UV) || { bash tools/make_venv.sh $(VENV); $(BIN)/python -m pip install -q uv==$(UV_VERSION); }
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
