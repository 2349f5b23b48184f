# Two commands do everything on a fresh machine: `make demo` and `make test`.

PYTHON := $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && { echo $$name; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready
# The sources that compiled files were made from.
COMPILED := $(shell sed 's|^[^ ]* |newsletter/|' newsletter/compiled.*.txt 2>/dev/null | sort -u)

.PHONY: help demo test torture bench pictures lint format clean

help:
	@echo "make demo   a whole month in a copy of the sample workspace; nothing leaves this machine"
	@echo "make test   all tests, linters and type checks"
	@echo "make torture  newsletter send killed 200 times, its ledger harmed: nobody twice, nobody lost; ARGS='--kills 1000'"
	@echo "make bench  how fast, in shares of a client in C and of other senders; PARTS='ratio rtt', QUICK=1"
	@echo "make pictures  the pictures of the documentation, anew; needs Chromium"
	@echo "make lint   only the linters and type checks"
	@echo "make format put the code into its canonical form"
	@echo "make clean  remove what make made"

$(INSTALLED): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { \
		echo "Python 3.11 or newer with its venv module is needed"; \
		echo "  Hint: on Debian, apt-get install python3 python3-venv"; exit 1; }
	@echo "Making the environment in $(VENV) (once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --constraint constraints.txt "pip>=25.3"
	@NEWSLETTER_PURE=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--build-constraint constraints.txt --editable . --group dev
	@touch $(INSTALLED)

# Compiled again after an edit of what was compiled; where there is no compiler, it says so, once.
$(READY): $(INSTALLED) tools/compile.py $(COMPILED)
	@echo "Compiling the sender ..."
	@$(BIN)/python tools/compile.py
	@touch $(READY)

$(COMPILED):

demo: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh tools/demo.sh

bench: $(READY)
	@$(BIN)/python -m benchmarks $(PARTS) $(if $(QUICK),--quick)

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

test: lint
	@sh tools/judges.sh
	$(BIN)/pytest --numprocesses 2

torture: $(READY)
	$(BIN)/python -m tools.torture $(ARGS)

# The pictures of docs/pictures, in Chromium.
pictures: $(READY)
	$(BIN)/python tools/pictures.py

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	find newsletter -name '*.so' -delete
	rm -f newsletter/compiled.*.txt
	rm -rf $(VENV) tests/npm/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache benchmarks/build
