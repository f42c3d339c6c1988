# The house's commands; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: run test check bench soak lock ropa help translations compiled

PY := .venv/bin/python
# Two processes on the two cores that CI has; ARGS= is for pytest, the benches and the soak.
JOBS ?= 2
ARGS ?=

run: .venv/.run translations compiled ## Serve the demonstration gallery at http://127.0.0.1:8000 (PORT, GALLERY_DATA_DIR move it)
	@$(PY) -m flask --app wsgi db upgrade
	@$(PY) -m flask --app wsgi demo
	@exec $(PY) -m gallery.core.serve

test: .venv/.dev translations compiled ## Run all tests on real services (ARGS="-k bids" for some of them)
	@tests/services/install.sh
	@$(PY) -m pytest -n $(JOBS) --dist worksteal $(ARGS)

check: .venv/.dev ## Lint, format, types, import contracts, templates
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@.venv/bin/djlint --lint --quiet --profile=jinja templates

bench: .venv/.dev translations compiled ## Measure the hot paths beside floors measured in the same run
	@$(PY) -m bench $(ARGS)

soak: .venv/.dev translations compiled ## The long runs: full concurrency, kills under load, close races
	@tests/services/install.sh
	@$(PY) -m bench.soak $(ARGS)

lock: .venv/.dev ## Lock the newest versions that requirements/*.in allow, by hash
	@for kind in run dev; do \
		.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header requirements/$$kind.in --output-file requirements/$$kind.txt; \
	done

ropa: .venv/.run translations ## Write the record of processing, GDPR art. 30 (ARGS="--lang en" for English)
	@$(PY) -m flask --app wsgi privacy ropa $(ARGS)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/.run: requirements/run.txt requirements/install.sh
	@requirements/install.sh run
	@touch $@

.venv/.dev: requirements/dev.txt requirements/install.sh
	@requirements/install.sh dev
	@touch $@ .venv/.run

# Compiled catalogues are not kept in the repository.
translations: $(if $(wildcard .venv),,.venv/.run)
	@for catalogue in $$(find gallery translations -name messages.po 2>/dev/null); do \
		[ "$${catalogue%.po}.mo" -nt "$$catalogue" ] || \
		$(PY) -m babel.messages.frontend --quiet compile --input-file "$$catalogue" --output-file "$${catalogue%.po}.mo"; \
	done

# Where Python is told to write no bytecode, as in most containers, each process would compile everything anew: five
# seconds of its start.
compiled: $(if $(wildcard .venv),,.venv/.run)
	@$(PY) -m compileall -q gallery
