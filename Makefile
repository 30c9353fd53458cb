# The main commands: make run, make test, make check, make bench, make chaos.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# mypy's Django plug-in and makemessages read the settings; neither connects to anything.
OFFLINE := DEBUG=true DATABASE_URL=postgresql:///none REDIS_URL=redis:///0
export PATH := $(CURDIR)/$(BIN):$(PATH)

# How many seeds `make chaos` runs; SEED=7 runs one, REPLAY=file repeats a failed run.
SEEDS ?= 10

.PHONY: run test check check-product check-types check-security check-code chaos image-test bench dist browser lock
.PHONY: messages env-example clean

run: $(VENV)/installed
	@exec $(BIN)/python manage.py up

test: $(VENV)/installed browser
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# Two at a time, what takes longest first; what each says is kept apart where make can do that.
CHECKS := check-product check-types check-security check-code
check: $(VENV)/installed
	@$(MAKE) --no-print-directory --jobs 2 $(addprefix --,$(filter output-sync,$(.FEATURES))) $(CHECKS)

check-product: $(VENV)/installed
	$(BIN)/python -m tests.tools.check

check-types: $(VENV)/installed
	$(OFFLINE) $(BIN)/mypy statuspage notifications sandbox

check-security: $(VENV)/installed
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive statuspage notifications sandbox
	$(BIN)/python -m tests.tools.audit

check-code: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python -m tests.tools.dead_code

# Random faults against the real product, and one oracle: tests/chaos.
chaos: $(VENV)/installed
	@$(BIN)/python -m tests.tools.faketime
	$(BIN)/python -m tests.chaos $(if $(REPLAY),--replay $(REPLAY),$(if $(SEED),--seed $(SEED),--seeds $(SEEDS)))

# Build the image and run it. It takes minutes and needs root, so .ci/run does not do it.
image-test: $(VENV)/installed
	@$(BIN)/python -m tests.tools.image
	$(BIN)/python -m pytest -m image tests/image

# The wheels of a release, and their bill of materials (CycloneDX).
dist: $(VENV)/installed
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist . ./sandbox
	$(BIN)/python -m tests.tools.sbom

bench: $(VENV)/installed
	$(BIN)/python -m benchmarks

# The virtual environment is created again whenever the pinned requirements change.
$(VENV)/installed: requirements-dev.txt
	$(PYTHON) -c 'import sys; sys.exit("Candor needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

browser: $(VENV)/installed
	@$(BIN)/python -m tests.tools.browser
	@$(BIN)/python -m tests.tools.nginx
	@$(BIN)/python -m tests.tools.faketime
	@$(BIN)/python -m tests.tools.spamassassin

# Compile the pinned requirements from pyproject.toml (needs `pip install uv`).
lock:
	uv pip compile --quiet --upgrade --universal --python-version 3.11.0 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	uv pip compile --quiet --upgrade --universal --python-version 3.11.0 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.txt
	uv pip compile --quiet --upgrade --universal --python-version 3.11.0 --generate-hashes --no-emit-index-url --no-header --group build -o requirements-build.txt

# Collect new strings into locale/ (needs gettext) and compile the translations.
messages: $(VENV)/installed
	$(OFFLINE) $(BIN)/python manage.py makemessages --locale zh_Hans --no-obsolete --no-wrap --ignore .venv
	$(BIN)/python -m tests.tools.messages

# Write .env.example from the typed settings.
env-example: $(VENV)/installed
	$(BIN)/python -m tests.tools.env_example

clean:
	rm -rf $(VENV) .data
