# Landshot: `make demo` and `make test` set up everything they need in .venv, with plain pip.

PYTHON ?= $(shell for p in python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup page screenshots demo serve test test-page audit bench image-test clean

# The map page: built of app/web by the Node.js that comes with the developer tools.
PAGE := app/web/dist/index.html
PAGE_PACKAGES := app/web/node_modules/.package-lock.json
PAGE_SOURCES := $(shell find app/web/src -type f) $(wildcard app/web/*.html app/web/*.json app/web/*.ts)
NPM := cd app/web && PATH="$(CURDIR)/$(BIN):$$PATH" npm

help:  ## Show what there is.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP)  ## Make the virtual environment .venv (again where versions have changed).

page: $(PAGE)  ## Build the map page, where it is missing or old.

screenshots: $(PAGE)  ## Take the documents' pictures of the map page again (needs chromium).
	$(BIN)/python tests/browser/screenshots.py

demo: $(STAMP)  ## Map a simulated region over real HTTP; results in demo-output/.
	$(BIN)/landshot demo --output demo-output

serve: $(STAMP)  ## Run the service, its map page on http://127.0.0.1:8000, its API described at /docs.
	@$(MAKE) --no-print-directory page || echo "The map page cannot be built; the API runs without it." >&2
	$(BIN)/landshot serve

test: $(STAMP) test-page  ## Lint, check types and layers, run the tests.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile

test-page: $(PAGE)  ## Lint and check the map page's sources, run their tests.
	$(NPM) run --silent check
	$(NPM) run --silent test

audit: $(STAMP)  ## Ask for known vulnerabilities of the pinned versions, where a network is.
	packaging/audit.sh

bench: $(STAMP)  ## Measure against a random forest; real scenes from LANDSHOT_DATA where it is set.
	$(BIN)/python -m benchmarks

image-test: $(STAMP)  ## Build the container image and run the server from it (root, Debian).
	packaging/image_test.sh

clean:  ## Remove the virtual environment and everything that was made.
	rm -rf $(VENV) demo-output build dist app/web/dist app/web/node_modules .mypy_cache .ruff_cache .pytest_cache

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Landshot needs Python 3.11; make PYTHON=/path/to/python3.11 names it." >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@

$(PAGE_PACKAGES): $(STAMP) app/web/package.json app/web/package-lock.json
	$(NPM) ci --silent
	@touch $@

$(PAGE): $(PAGE_PACKAGES) $(PAGE_SOURCES)
	$(NPM) run --silent build -- --logLevel warn
	@touch $@
