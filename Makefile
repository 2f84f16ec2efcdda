# make demo    install qisim into .venv and run the Cambodia scenario
# make test    install what developing needs, check style and types, run all tests
# make bench   compare the speed of the two engines
# make clean   remove the environment, the caches and the demo's results
# Choose the interpreter with, for example: make demo PYTHON=/usr/bin/python3.12

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
DEMO := out/cambodia

# Suitable: a version that qisim supports, complete enough to make an environment.
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c '$(SUITABLE)' >/dev/null 2>&1 && echo "$$p" && break; done)
endif
INSTALL := $(BIN)/python -m pip install --quiet --no-input --disable-pip-version-check

.PHONY: demo test bench clean
.NOTPARALLEL:

demo: $(VENV)/.installed
	$(BIN)/qisim run scenarios/cambodia.toml --out $(DEMO)

test: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist worksteal

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/engines.py --write

clean:
	rm -rf $(VENV) $(DEMO) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml $(BIN)/python
	@echo "Installing qisim and the libraries it needs into $(VENV) (about a minute) ..."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml $(BIN)/python
	@echo "Installing qisim and what developing it needs into $(VENV) (one or two minutes) ..."
	@$(INSTALL) --editable '.[dev]'
	@touch $(VENV)/.installed $@

$(BIN)/python:
	@"$(PYTHON)" -c '$(SUITABLE)' >/dev/null 2>&1 || { \
		echo "qisim needs Python 3.11, 3.12 or 3.13 with its venv module; found $(or $(PYTHON),none on the PATH)."; \
		echo "On Debian or Ubuntu: apt-get install python3-venv. Elsewhere: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; \
		exit 1; } >&2
	@"$(PYTHON)" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }
