# Everything is installed into .venv and nothing outside this folder.
# PYTHON=…        another interpreter, 3.11 or newer
# TORCH_INDEX=…   a package index to take PyTorch from, such as PyTorch's own CPU-only one (see `make help`)
# PORT=…          where `make run` serves; ARGS=… is passed on to pytest and to the benchmarks

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
VENDOR := copilot/web/static/vendor
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test check bench lock format browser clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo
	@echo "  A smaller install without a GPU:"
	@echo "  make install TORCH_INDEX=https://download.pytorch.org/whl/cpu"

install: $(VENDOR)/manifest.json ## the environment to run in, with the versions of requirements.lock

install-dev: $(VENV)/.installed-dev

run: install ## install, then serve the sample shop on 127.0.0.1:8000
	$(BIN)/answerable demo --port $(PORT)

test: install-dev browser ## install, then the whole test suite, a process for each core
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

check: install-dev ## format, lint, types, import rules and the links in the documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/check_docs.py

bench: install-dev ## the benchmarks, side by side with their peers
	$(BIN)/python -m benchmarks $(ARGS)

format: install-dev ## rewrite the code in the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## write requirements.lock and requirements-dev.lock anew from pyproject.toml
	$(call with-python,scripts/lock.py)

clean: ## remove caches and build products; the environment and your data stay
	rm -rf build dist $(VENDOR) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# A continuous-integration machine is expected to run the browser tests; elsewhere they skip and say why.
browser:
	@if [ "$$CI" = true ] && [ "$$(id -u)" = 0 ] && ! command -v chromium && command -v apt-get; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; \
	fi >/dev/null

$(VENV)/.installed: requirements.lock
	$(call with-python,-m venv $(VENV))
	@echo "Installing the locked versions into $(VENV): about 2 GB, a few minutes"
	$(if $(TORCH_INDEX),$(PIP) install --index-url $(TORCH_INDEX) "$$(grep '^torch==' requirements.lock)")
	$(PIP) install -r requirements.lock
	@touch $@

# The editable install runs hatch_build.py, which leaves this file behind.
$(VENDOR)/manifest.json: $(VENV)/.installed pyproject.toml hatch_build.py package.json package-lock.json .npmrc
	$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENDOR)/manifest.json requirements-dev.lock
	$(PIP) install -r requirements-dev.lock
	@touch $@

# Runs the first interpreter that is new enough and can make a virtual environment.
define with-python
@for python in $(PYTHON) python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		exec "$$python" $(1); \
	fi; \
done; \
echo "Python 3.11 or newer with its venv module is needed (on Debian: apt-get install python3-venv)." >&2; \
echo "If it is installed under another name: make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; \
exit 1
endef
