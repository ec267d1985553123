# One command each: `make help` lists them. The first one that runs makes .venv from the hashed locks; it needs
# Python 3.11 or newer, make and a package index.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
# A minute's worth: the rooms whose tests start no server, no Airflow and no dbt, and the documents.
FAST_TESTS := $(addprefix tests/unit/,core registry mapping night/test_verdict.py cli/test_doors.py cli/test_printed.py)
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

# Certificates that this machine trusts, such as a company proxy's, are good enough for uv as well.
export UV_SYSTEM_CERTS ?= 1

# Nobody is told that, or how, this runs.
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false

# All state is in one folder. Airflow listens on this machine only, and makes its own admin password.
export WARD_WAREHOUSE_HOME ?= .local
override WARD_WAREHOUSE_HOME := $(abspath $(WARD_WAREHOUSE_HOME))
export AIRFLOW_HOME := $(WARD_WAREHOUSE_HOME)/airflow
# SQLite lets one service write at a time: left to itself another one gives up after five seconds, and a page says 500.
export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN ?= sqlite:///$(AIRFLOW_HOME)/airflow.db?timeout=30
export AIRFLOW__CORE__DAGS_FOLDER := $(CURDIR)/dags
export AIRFLOW__CORE__PLUGINS_FOLDER := $(CURDIR)/plugins
export AIRFLOW__CORE__LOAD_EXAMPLES := False
# Airflow gives its logs modes of its own, whatever the umask.
export AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS := 0o700
export AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS := 0o600
# A DAG that nobody paused runs: what must not start by itself has no schedule.
export AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION := False
export AIRFLOW__CORE__PARALLELISM := 4
export AIRFLOW__API__HOST := 127.0.0.1
export AIRFLOW__API__PORT ?= 8080
# Airflow would look for itself on port 8080 otherwise, whatever the line above says.
export AIRFLOW__API__BASE_URL := http://$(AIRFLOW__API__HOST):$(AIRFLOW__API__PORT)
export AIRFLOW__CORE__EXECUTION_API_SERVER_URL := $(AIRFLOW__API__BASE_URL)/execution/
export AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST := 127.0.0.1
export AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME := 0.1

.PHONY: help demo up real golden test test-fast lint faults mutation bench spark compose-test printed hooks lock clean

help: ## This list
	@awk -F ':.*## ' '/^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-13s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ See it work
demo: .venv/.runtime ## The main job: two nights of the demonstration districts, on this machine alone
	@$(BIN)/python scripts/play_demo.py

up: .venv/.runtime ## Airflow with its web pages on http://127.0.0.1:8080, on the same data
	@scripts/up.sh

golden: .venv/.runtime ## Every demonstration district in one warehouse, compared figure by figure with its source
	@$(BIN)/python scripts/golden.py

real: .venv/.runtime ## The real input: 311 requests of the folder BOSTON311_DIR, compared with the city's own flags
	@$(BIN)/python examples/boston311/play.py

##@ Prove a change
lint: .venv/.dev ## Every static check
	@scripts/lint.sh

test-fast: .venv/.dev ## Tests that need no server and no dbt build, in about a minute
	@$(BIN)/pytest $(FAST_TESTS) $(PYTEST_ARGS)

test: .venv/.dev ## All tests, in two processes; PYTEST_ARGS picks some
	@$(BIN)/pytest --numprocesses 2 $(PYTEST_ARGS)

faults: .venv/.dev ## The long fault suite, in two processes, an hour or two; the seed is printed, FAULTS_SEED=<seed> plays it again
	@FAULTS=long FAULTS_SEED=$${FAULTS_SEED:-$$RANDOM} $(BIN)/pytest --numprocesses 2 -o faulthandler_timeout=0 tests/faults $(PYTEST_ARGS)

mutation: .venv/.dev ## Mutation score and branch coverage of mapping, cursor, quarantine, privacy and publish; an hour
	@$(BIN)/python scripts/mutation.py $(MODULES)

bench: .venv/.dev ## Speed and memory beside other tools; writes bench/results.json, BENCH="land quarantine" picks parts
	@$(BIN)/python -m bench $(BENCH)

spark: .venv/.dev .venv-spark/lock.txt ## Whole builds on Sail, an engine of Spark's protocol, beside DuckDB's, row by row; some minutes
	@$(BIN)/pytest tests/integration/test_spark.py $(PYTEST_ARGS)

compose-test: ## The nights through Celery's workers in containers, one killed in mid-night; needs a Docker engine
	@scripts/compose_test.sh

##@ Keep the tree
printed: .venv/.dev ## Write anew the files that a command prints: settings, checks, indicators, schemas
	@$(BIN)/python scripts/printed.py

hooks: .venv/.dev ## Have git run the checks of `make lint` before a commit and before a push
	@$(BIN)/pre-commit install

lock: .venv/.tools ## Renew the locks after a change of the dependencies (UPGRADE=--upgrade takes newer versions)
	$(BIN)/$(COMPILE) $(UPGRADE) --group bootstrap --output-file requirements/bootstrap.txt
	$(BIN)/$(COMPILE) $(UPGRADE) pyproject.toml --extra server --extra demo --output-file requirements/runtime.txt
	$(BIN)/$(COMPILE) $(UPGRADE) pyproject.toml --extra server --extra demo --extra cluster --extra lineage \
		--constraints requirements/runtime.txt --output-file requirements/image.txt
	$(BIN)/$(COMPILE) $(UPGRADE) pyproject.toml --extra server --extra demo --extra cluster --extra lineage \
		--group test --group lint --group analysts --group bench \
		--constraints requirements/runtime.txt --output-file requirements/dev.txt
	$(BIN)/$(COMPILE) $(UPGRADE) --group spark --constraints requirements/runtime.txt --constraints requirements/dev.txt \
		--output-file requirements/spark.txt
	$(BIN)/$(COMPILE) $(UPGRADE) --group dbt-bouncer --output-file requirements/dbt-bouncer.txt
	$(BIN)/$(COMPILE) $(UPGRADE) --group dbt-score --constraints requirements/runtime.txt --output-file requirements/dbt-score.txt

clean: ## Remove .venv and everything that is made again; the data in .local stays
	rm -rf .venv .venv-spark .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build plugins/*.egg-info
	rm -rf dbt_project/target dbt_project/logs "$(WARD_WAREHOUSE_HOME)/lint"
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

# The stamps make a second run start at once.
.venv/.tools: requirements/bootstrap.txt
	@scripts/bootstrap.sh "$(PYTHON)"
	@touch $@

.venv/.runtime: .venv/.tools requirements/runtime.txt pyproject.toml
	@scripts/install.sh requirements/runtime.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	@scripts/install.sh requirements/dev.txt
	@touch $@

# The copy comes last: an installation that was broken off is made again.
.venv-spark/lock.txt: .venv/.tools requirements/spark.txt
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-spark
	@scripts/install.sh requirements/spark.txt .venv-spark
	@cp requirements/spark.txt $@
