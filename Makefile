# Two commands do everything on a fresh machine: `make run` and `make test`.

PYTHON ?= python3.11
BIN := .venv/bin
INSTALLED := .venv/installed
SERVICES := .venv/services
BENCH := .venv/bench
PAGES := src/spinepath/clinic/static/built/pages.css

.PHONY: install run test check lint prove coverage stories services mutate bench words requirements clean

install: $(INSTALLED) $(PAGES)

$(INSTALLED): requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(INSTALLED)

# Styles and scripts of the pages, built from what front/package-lock.json names; Node comes with the Python packages.
$(PAGES): $(INSTALLED) front/package.json front/package-lock.json front/build.mjs $(wildcard front/src/*)
	cd front && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --silent
	cd front && PATH="$(CURDIR)/$(BIN):$$PATH" npm run build --silent

# The clinic with a demo day, on http://127.0.0.1:8000/
run: install
	@$(BIN)/spinepath demo

# Knowledge, types, style and all tests that need nothing but Python; the proofs are among them.
test: check lint
	$(BIN)/python -m pytest -n 2 -m "not services and not stories"

check: install
	$(BIN)/spinepath check

lint: install
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

# All obligations, the slow ones too; the result is kept for the release and the handbook.
prove: install
	$(BIN)/spinepath prove --slow --write docs/proofs.json

coverage: install
	$(BIN)/python -m pytest -n 2 -m "not services and not stories" --cov=spinepath --cov-report=term

# The journey in a real browser. Needs Chromium on the machine.
stories: install
	$(BIN)/python -m pytest -n 2 -m stories

# The same rules in PostgreSQL, Spark and both CQL engines. The clinic on PostgreSQL. Needs PostgreSQL, Java 17
# and Node on the machine.
services: $(SERVICES)
	$(BIN)/python -m pytest -m services --ignore tests/clinic
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -n 2 -m "not stories" tests/clinic

$(SERVICES): $(INSTALLED) requirements/services.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/services.txt
	touch $(SERVICES)

# Every small mistake in the rules that lead to an emergency or an urgent referral: is each caught?
mutate: install
	$(BIN)/spinepath mutate --leading-to emergency_today --leading-to urgent_referral

# Measures everything beside its peers and keeps the page. Needs Java 17 and Node for Spark and CQL.
bench: $(BENCH)
	$(BIN)/python benchmarks/run.py --write docs/benchmarks.md

# Two of the peers have a module of the same name; one of them stands apart.
$(BENCH): $(INSTALLED) requirements/bench.txt requirements/bench_apart.txt tests/cql/package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --upgrade --target .venv/apart \
		-r requirements/bench_apart.txt
	cd tests/cql && npm ci --no-audit --no-fund --ignore-scripts
	touch $(BENCH)

# Finds the texts of the clinic's pages, and brings the Russian message file up to date and compiles it.
words: install
	$(BIN)/python -m tests.messages

# Writes the pinned requirement files anew after a change of requirements/*.in.
requirements: install
	$(BIN)/python -m pip install --quiet pip-tools
	cd requirements && for name in run dev services bench bench_apart; do \
		../$(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe \
			--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header --output-file $$name.txt $$name.in; done

clean:
	rm -rf .venv build dist
