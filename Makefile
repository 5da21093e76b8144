# Two commands do everything on a fresh machine: `make run` and `make test`.

PYTHON ?= python3.11
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: install run test check lint bench requirements clean

install: $(INSTALLED)

$(INSTALLED): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(INSTALLED)

# The interview in the terminal. The answers are kept in findings.yaml; `make run FILE=other.yaml` keeps them elsewhere.
FILE ?= findings.yaml
run: install
	@$(BIN)/spinepath interview $(FILE)

# Knowledge, types, style and tests.
test: check lint
	$(BIN)/python -m pytest --cov=spinepath --cov-report=term

check: install
	$(BIN)/spinepath check

lint: install
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

bench: install
	$(BIN)/python benchmarks/run.py

# Writes the pinned requirement files anew after a change of requirements/*.in.
requirements: install
	$(BIN)/python -m pip install --quiet pip-tools
	cd requirements && for name in run dev; do \
		../$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
			--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --output-file $$name.txt $$name.in; done

clean:
	rm -rf .venv build dist
