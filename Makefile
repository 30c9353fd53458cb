# Everything a newcomer needs: make run, make test, make check, make bench.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Settings are read by mypy's Django plug-in and by makemessages; neither connects to anything.
OFFLINE := DEBUG=true DATABASE_URL=postgresql:///none REDIS_URL=redis:///0
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run test check bench browser lock messages clean

run: $(VENV)/installed
	@exec $(BIN)/python manage.py up

test: $(VENV)/installed browser
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive statuspage notifications
	$(OFFLINE) $(BIN)/mypy statuspage notifications
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m tests.tools.check

bench: $(VENV)/installed
	$(BIN)/python -m benchmarks

# The virtual environment is made anew whenever the pinned requirements change.
$(VENV)/installed: requirements-dev.txt
	$(PYTHON) -c 'import sys; sys.exit("Candor needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

browser: $(VENV)/installed
	@$(BIN)/python -m tests.tools.browser
	@$(BIN)/python -m tests.tools.nginx

# Compile the pinned requirements from pyproject.toml (needs `pip install uv`).
lock:
	uv pip compile --quiet --upgrade --python-version 3.11.0 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	uv pip compile --quiet --upgrade --python-version 3.11.0 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.txt

# Collect new strings into locale/ (needs gettext) and compile the catalogue.
messages: $(VENV)/installed
	$(OFFLINE) $(BIN)/python manage.py makemessages --locale zh_Hans --no-obsolete --no-wrap --ignore .venv
	$(BIN)/python -m tests.tools.messages

clean:
	rm -rf $(VENV) .data staticfiles
