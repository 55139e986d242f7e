# Everything a newcomer needs. `make` lists the targets; each sets up what it needs by itself.
# PY chooses the Python that .venv is made from: make test PY=python3.12
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The tests' own servers are never reached through a proxy.
export no_proxy := 127.0.0.1,$(no_proxy)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test live bench accuracy lint types contracts check constraints reference clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: $(VENV)/ok ## Run the main job on recorded input: offline, without credentials
	@$(BIN)/monitor demo

test: $(VENV)/ok ## The test suite (a few minutes; nothing leaves the machine)
	@$(BIN)/pytest -q -n auto --dist loadfile -m "not live and not faults"

live: $(VENV)/ok ## The tests against real servers, and those that kill processes (as root, Debian)
	@$(BIN)/pytest -q -m "live or faults"

bench: $(VENV)/ok ## Measure speed and memory; prints ratios, asserts nothing
	@$(BIN)/python -m tests.bench.run

accuracy: $(VENV)/ok ## Measure pictures and lookalikes, and write docs/accuracy.md (ten minutes)
	@$(BIN)/python -m tests.accuracy

lint: $(VENV)/ok ## Style and common mistakes
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

types: $(VENV)/ok ## mypy --strict
	@$(BIN)/mypy

contracts: $(VENV)/ok ## Which package may import which
	@$(BIN)/lint-imports

check: lint types contracts test ## All of the quick gates

constraints: venv-module ## Pin the newest versions of everything; run `make check` after it
	@echo "Resolving the newest versions ..."
	@rm -rf $(VENV)/newest && $(PY) -m venv $(VENV)/newest
	@$(VENV)/newest/bin/pip install -qq --editable '.[dev]'
	@{ head -n 1 constraints.txt; $(VENV)/newest/bin/pip freeze --exclude-editable; } > $(VENV)/constraints.txt
	@mv $(VENV)/constraints.txt constraints.txt && rm -rf $(VENV)/newest

reference: $(VENV)/ok ## Write the pages in docs/ that are made from the settings
	@$(BIN)/monitor config schema > docs/monitor.schema.json
	@sed -i '/^## Every key$$/q' docs/configuration.md
	@{ echo; $(BIN)/monitor config keys; } >> docs/configuration.md

clean: ## Remove the environment and what the tools left behind
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is younger than the environment it speaks of, so a change of either file sets up again.
$(VENV)/ok: pyproject.toml constraints.txt
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or later is needed; name one by: make PY=/path/to/python3.11"; exit 1; }
	@echo "Setting up $(VENV) (a minute or two, once) ..."
	@if command -v uv >/dev/null; then \
	    uv venv --quiet --allow-existing --python "$$(command -v $(PY))" $(VENV) && \
	    uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '.[dev]'; \
	else \
	    $(MAKE) --no-print-directory venv-module && \
	    $(PY) -m venv $(VENV) && \
	    $(BIN)/pip install -qq --constraint constraints.txt --editable '.[dev]'; \
	fi
	@touch $@

# Debian keeps the venv module's pip in a package of its own.
.PHONY: venv-module
venv-module:
	@$(PY) -c 'import ensurepip, venv' 2>/dev/null && exit 0; \
	package=$$($(PY) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing $$package ..."; \
	    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -y $$package; } \
	        >/dev/null </dev/null; \
	else \
	    echo "Python's venv module is missing. Type: sudo apt-get install $$package"; exit 1; \
	fi
