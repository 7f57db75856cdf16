# What people and the build server call. Every target makes what it needs first; what is already
# made, and from the same things, is left alone.

# The first Python that is new enough, or the one given: make PYTHON=/path/to/python3 setup
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then command -v "$$name"; break; fi; done)
VENV := .venv/bin/python

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help python venv setup dev demo parity check test fmt lock docs bench clean

help:  ## this list
	@echo 'make setup   everything this machine needs, from package registries (once, half a minute)'
	@echo 'make dev     the product on http://127.0.0.1:8787, until Ctrl-C'
	@echo 'make demo    the whole story of an order, played and checked'
	@echo '             with ORIGIN=1: a legacy backend, and customers who move from it step by step'
	@echo 'make parity  every route that moves, asked of a Worker and of its origin, and compared (a minute)'
	@echo 'make check   format, lint, types, and the tests that need no runtime (seconds)'
	@echo 'make test    check, then every test, the real runtime included (what CI runs)'
	@echo 'make fmt     format and repair what can be repaired'
	@echo 'make lock    renew the pins in requirements/ and package-lock.json'
	@echo 'make docs    draw again what docs/ shows of the code'
	@echo 'make bench   the product beside a peer in JavaScript, and previews beside plain Pillow (minutes)'
	@echo 'make clean   remove what was made and downloaded, but not .dev.vars and local data'

python:
	@test -n '$(PYTHON)' || { \
		echo 'No Python from 3.11 on was found (tried python3 and python3.11 to python3.14).'; \
		echo 'Install one, or name it: make PYTHON=/path/to/python3 setup'; \
		exit 1; } >&2

venv: python
	@'$(PYTHON)' -m tools.setup --venv-only

setup: python
	@'$(PYTHON)' -m tools.setup

dev: setup
	@$(VENV) -m tools.dev

demo: setup
	@$(VENV) -m tools.$(if $(ORIGIN),migration_demo,demo)

parity: setup
	@$(VENV) -m tools.parity --gate

check: lint
	@$(VENV) -m pytest -q -m 'not workerd' --ignore=tests/acceptance tests

# One run of pytest over everything comes last, so that its summary is the last thing printed.
test: setup lint
	@$(VENV) -m tools.browser
	@$(VENV) -m pytest tests

.PHONY: lint
lint: venv
	@$(VENV) -m ruff format --check .
	@$(VENV) -m ruff check .
	@$(VENV) -m mypy

fmt: venv
	@$(VENV) -m ruff check --fix --exit-zero .
	@$(VENV) -m ruff format .

lock: venv
	@$(VENV) -m tools.lock

docs: venv
	@PYTHONPATH=src $(VENV) -m tools.generated_docs

bench: setup
	@PYTHONPATH=src $(VENV) -m bench.jobs
	@PYTHONPATH=src $(VENV) -m bench.previews
	@PYTHONPATH=src $(VENV) -m bench.edge
	@PYTHONPATH=src $(VENV) -m bench.live
	@PYTHONPATH=src $(VENV) -m bench.crowded

clean:
	@rm -rf .venv node_modules bench/sockets/node_modules python_modules .cache .wrangler/tmp .hypothesis
	@find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +
