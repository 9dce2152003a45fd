# Nothing but Python >= 3.11 and make is assumed. Paths may hold spaces, so targets are stamps with plain names.
PYTHON ?= python3
BIN := .venv/bin
# Great Expectations and Dagster phone home unless told not to.
export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := yes
# Importing what is installed takes three times as long where Python may not keep its bytecode.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo dev test test-spark check bench mutants format lock clean
.DEFAULT_GOAL := demo

.venv/base.stamp: requirements-setup.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --require-hashes -r requirements-setup.lock
	touch $@

.venv/runtime.stamp: .venv/base.stamp requirements.lock pyproject.toml
	test -e .venv/develop.stamp || $(BIN)/uv pip sync -q --require-hashes requirements.lock
	$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	touch $@

# The development lock holds everything of the runtime lock at the same versions, and the tools.
.venv/develop.stamp: .venv/base.stamp requirements-dev.lock pyproject.toml
	$(BIN)/uv pip sync -q --require-hashes requirements-dev.lock
	$(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	touch $@ .venv/runtime.stamp

# Beside the other: where pyspark is installed, Great Expectations imports it too, and everything starts later.
.venv-spark/develop.stamp: .venv/develop.stamp requirements-spark.lock
	$(PYTHON) -m venv .venv-spark
	$(BIN)/uv pip sync -q -p .venv-spark --require-hashes requirements-dev.lock
	$(BIN)/uv pip install -q -p .venv-spark --require-hashes --no-build-isolation -r requirements-spark.lock
	$(BIN)/uv pip install -q -p .venv-spark --no-deps --no-build-isolation -e .
	touch $@

demo: .venv/runtime.stamp ## make the demo city's hand-ins and load them
	$(BIN)/shiji --home ./shiji-home demo

dev: .venv/runtime.stamp ## open the Dagster UI on the demo city
	$(BIN)/shiji --home ./shiji-home dev

check: .venv/develop.stamp ## format, lint, types, contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/shiji check

test: check ## the whole gate
	$(BIN)/python -m pytest -n 2

test-spark: .venv-spark/develop.stamp ## what a Spark cluster computes, on one of its own (Java; 500 MB)
	SHIJI_TEST_PROGRAM="$(CURDIR)/$(BIN)/shiji" .venv-spark/bin/python -m pytest -n 0 tests/pipelines/test_spark.py

bench: .venv/develop.stamp ## figures for docs/benchmarks.md
	$(BIN)/python -m bench

mutants: .venv/develop.stamp ## which small faults in the central rooms do the tests not notice?
	$(BIN)/python -m bench.mutants

format: .venv/develop.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-header --no-emit-index-url --no-emit-find-links --no-annotate
lock: .venv/base.stamp ## compile the four locks anew
	$(LOCK) pyproject.toml --group build --group dev -o requirements-dev.lock
	$(LOCK) pyproject.toml --group build -c requirements-dev.lock -o requirements.lock
	$(LOCK) pyproject.toml --group build --extra spark -c requirements-dev.lock -o requirements-spark.lock
	$(LOCK) --group setup -o requirements-setup.lock

clean:
	rm -rf .venv .venv-spark build shiji.egg-info
