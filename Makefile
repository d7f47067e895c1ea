# `make conformance` judges the embedded reference target; `make test` passes the project's own tests.
# Both set themselves up in .venv and are safe to repeat.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SOAK_MINUTES ?= 60
TARGET ?= targets/reference.toml
SEED ?= 1

.PHONY: conformance test quick coverage mutation test-all soak matrix mutants matrix-all fleet-demo forecast bench pictures wheel docs sbom audit lock clean help

conformance: $(READY) ## judge a target (TARGET=targets/reference.toml)
	@$(BIN)/clausewise run --target $(TARGET)

test: $(READY) ## the project's own tests, the defect matrix among them
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 12
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" $(BIN)/python -m pytest -n 3 --dist loadgroup

quick: $(READY) ## the inner loop, under a minute: lint, types, and the tests that start nothing
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q -m "quick and not soak" -n 2

# Not in the lock: both are of use to whoever asks for them only.
coverage: $(READY) ## branches of src that `make test` takes (COVER="-m quick" for some); writes htmlcov/
	-@$(PIP) install 'coverage>=7.10,<8'
	@rm -rf htmlcov && $(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n 3 --dist loadgroup $(COVER); code=$$?; \
		$(BIN)/coverage combine --quiet && $(BIN)/coverage html --quiet && $(BIN)/coverage report --sort=cover; exit $$code

mutation: $(READY) ## nightly: small changes of the judge's own code; lists those that no test turned red for
	-@$(PIP) install 'mutmut>=3.8,<4'
	@rm -rf mutants && $(BIN)/mutmut run --max-children 2 > /dev/null; $(BIN)/mutmut results

# Prism stays at the last version that runs on Node.js 20; one of its packages would tell its maker of each install.
test-all: $(READY) ## the same, with Playwright, axe, Allure, Redocly, Prism, express, xmlschema, MkDocs and the PostgreSQL driver installed for it
	-@$(PIP) install 'playwright>=1.50' 'psycopg[binary]>=3.2' 'xmlschema>=4' 'mkdocs>=1.6,<2' 'mkdocs-material>=9.8'
	-@SCARF_ANALYTICS=false npm install --no-save --no-audit --no-fund --silent allure@3 @redocly/cli@2 axe-core@4 \
		@stoplight/prism-cli@5.14.2 express@5 @node-oauth/express-oauth-server@4
	@$(MAKE) test

soak: $(READY) ## the long tests: kills, floods, an hour of fuzzing (SOAK_MINUTES=60)
	@SOAK_MINUTES=$(SOAK_MINUTES) $(BIN)/python -m pytest -m soak -n 2 --dist loadgroup -v --durations 0

# First which cases the gate asks, by what the matrix said last; a defect that they miss is red below, and recorded the next time.
matrix: $(READY) ## every seeded defect and freedom, here and on three whole banks; writes docs/matrix.md, economy.json
	@$(BIN)/python scripts/core_cases.py
	@$(BIN)/clausewise matrix --target $(TARGET) --publish docs
	@set -e; for bank in cautious terse eager; do \
		echo "the bank $$bank"; $(BIN)/clausewise matrix --target $(TARGET) --bank $$bank; done

mutants: $(READY) ## 200 mutants by program (SEED=1): red for a survivor without a reason
	@$(BIN)/clausewise matrix --target $(TARGET) --mutants --sample 200 --seed $(SEED)

matrix-all: matrix ## the same, and all mutants by program, which takes hours; writes docs/mutants.md
	@$(BIN)/clausewise matrix --target $(TARGET) --mutants --publish docs

bench: $(READY) ## every benchmark (BENCH="rate growth" for some); writes docs/benchmarks.md
	@$(BIN)/python benchmarks/bench.py $(BENCH)

fleet-demo: $(READY) ## three contrarian banks and the reference as eight targets, a worker killed; draws fleet-demo/fleet.html
	@$(BIN)/python scripts/fleet_demo.py

forecast: $(READY) ## count anew what each test sends, for the forecasts of runs; nightly takes many minutes
	@$(BIN)/python scripts/forecast.py

pictures: $(READY) ## the pictures of README and docs, from real runs (needs Playwright and Chromium)
	@$(BIN)/python scripts/pictures.py

wheel: $(READY) ## the wheel, in dist: it runs without a checkout (docs/ci.md)
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist .

docs: $(READY) ## the documentation as a site in site/, links checked (MkDocs Material is installed for it)
	@$(PIP) install --no-build-isolation --editable '.[docs]'
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html opens from the disk; to search: $(BIN)/python -m http.server --bind 127.0.0.1 --directory site"

sbom: ## what the wheel needs at run time, as CycloneDX JSON in dist
	@PYTHON=$(PYTHON) sh scripts/sbom.sh

audit: ## known vulnerabilities of the locked packages; exit 2 where the service cannot be asked
	@PYTHON=$(PYTHON) sh scripts/audit.sh

lock: ## write requirements.lock anew from pyproject.toml
	@rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet pip-tools
	@.venv-lock/bin/pip-compile --quiet --strip-extras --extra dev --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --allow-unsafe --output-file requirements.lock pyproject.toml
	@rm -rf .venv-lock

clean: ## remove what the other commands made
	@rm -rf $(VENV) .venv-lock dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* htmlcov mutants

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/'

# The environment is made anew when the lock or the build file changes; a half-made one is not taken for whole.
$(READY): requirements.lock pyproject.toml
	@echo "setting up $(VENV) (once)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(READY)
