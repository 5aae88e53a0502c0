# Landshot: `make demo` and `make test` set up everything they need in .venv, with plain pip.

PYTHON ?= $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test audit bench image-test clean

help:  ## Show what there is.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP)  ## Make the virtual environment .venv (again where versions have changed).

demo: $(STAMP)  ## Map a simulated region over real HTTP; results in demo-output/.
	$(BIN)/landshot demo --output demo-output

serve: $(STAMP)  ## Run the service on http://127.0.0.1:8000; docs at /docs.
	$(BIN)/landshot serve

test: $(STAMP)  ## Lint, check types and layers, run the tests.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile

audit: $(STAMP)  ## Ask for known vulnerabilities of the pinned versions, where a network is.
	packaging/audit.sh

bench: $(STAMP)  ## Measure against a random forest; real scenes from LANDSHOT_DATA where it is set.
	$(BIN)/python -m benchmarks

image-test: $(STAMP)  ## Build the container image and run the server from it (root, Debian).
	packaging/image_test.sh

clean:  ## Remove the virtual environment and everything that was made.
	rm -rf $(VENV) demo-output build dist .mypy_cache .ruff_cache .pytest_cache

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Landshot needs Python 3.11; make PYTHON=/path/to/python3.11 names it." >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@
