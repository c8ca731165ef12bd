# Bare `make` prints what there is. Every target sets up what it needs and may be interrupted and repeated.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
WORKERS ?= 2
SOURCES := contracts producer processing exports architecture runtime cli features benchmarks scripts examples

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Install what the command needs into .venv (and a Java runtime if there is none)
	@sh scripts/setup.sh run

.PHONY: setup-dev
setup-dev: ## The same, with what tests and checks need
	@sh scripts/setup.sh dev

.PHONY: fast
fast: setup ## Build the decoder's kernel into .venv (optional; needs Rust's cargo; without it the same is done in Python)
	@sh scripts/build_kernel.sh

.PHONY: demo
demo: setup ## The whole way once on 20,000 events: produce, process, export, audit
	@$(BIN)/tickets demo

.PHONY: check
check: setup-dev fresh-record ## Format, lint, types, import rules, contracts, decisions, unit tests without Java (four minutes on two cores)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tickets contracts lint
	$(BIN)/tickets architecture check
	$(BIN)/tickets architecture render --check
	$(BIN)/tickets adr check
	$(BIN)/pytest -q -n $(WORKERS) -m "not slow and not jvm and not stack and not nightly" --ignore features

.PHONY: fresh-record
fresh-record:
	@rm -rf build/touched build/outcomes

.PHONY: test
test: check ## Everything that runs on one machine without containers, features included (half an hour on two cores)
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup -m "slow and not jvm and not stack and not nightly"
	$(BIN)/tickets prepare
	$(BIN)/pytest -q -n $(WORKERS) --dist loadfile -m "jvm and not stack and not nightly"
	$(BIN)/tickets contracts coverage --untouched
	$(BIN)/tickets adr check --ran

.PHONY: agreement
agreement: setup-dev ## Hold every enforcer against the reference on drawn contracts, and write docs/agreement.md
	$(BIN)/python -m cli.agreement --contracts 600 --write

.PHONY: features
features: setup-dev ## The Gherkin features alone; BROKER=redpanda runs them on a Redpanda container
	$(BIN)/pytest -q features

.PHONY: faults
faults: setup-dev ## Kill, pause and cut off all there is, and check what is promised (FAULTS_PROFILE, FAULTS_SEED)
	$(BIN)/python -m features.faults --profile $(or $(FAULTS_PROFILE),full) --seed $(or $(FAULTS_SEED),1)

.PHONY: test-stack
test-stack: cluster-test compose-test ## What needs a cluster or containers, and the features on a Redpanda container
	BROKER=redpanda $(BIN)/pytest -q -m "stack or jvm" --ignore features/test_cluster.py --ignore features/test_stack.py features runtime
	$(BIN)/pytest -q -m stack cli

.PHONY: cluster-test
cluster-test: setup-dev ## The job on a Spark cluster of processes: a master, two workers, one of them killed in a batch
	$(BIN)/pytest -q -m stack features/test_cluster.py

.PHONY: compose-test
compose-test: setup-dev ## The stack of compose.yml: started, tried from outside, taken down (STACK_ENV=deploy/stack/here.env)
	sh scripts/stack_test.sh

.PHONY: audit
audit: setup-dev ## Known weaknesses of what is locked, licences, bill of materials (AUDIT_FLAGS=--strict in CI)
	$(BIN)/python -m scripts.audit $(AUDIT_FLAGS)

.PHONY: nightly
nightly: test ## The long profile: more drawn contracts, and drawn contracts in Spark
	$(BIN)/python -m cli.agreement --contracts 600
	$(BIN)/pytest -q -m "nightly and not stack"

.PHONY: docs
docs: setup-dev ## The documentation as one site, build/docs/index.html (DATA=data adds what a workspace says; DOCS_FLAGS=--open)
	$(BIN)/python -m cli.docs $(if $(DATA),--data $(DATA)) $(DOCS_FLAGS)

.PHONY: bench
bench: setup-dev ## Every target of speed, measured: 90 minutes on two idle cores, may be interrupted (BENCH_FLAGS=--write keeps it)
	-@sh scripts/build_kernel.sh
	-@$(BIN)/python -m benchmarks.peers install
	$(BIN)/python -m benchmarks $(BENCH_FLAGS)

.PHONY: bench-quick
bench-quick: setup-dev ## Two ratios of them, in three minutes
	-@sh scripts/build_kernel.sh
	$(BIN)/python -m benchmarks --quick $(BENCH_FLAGS)

.PHONY: render
render: setup-dev ## Make anew what follows from the model, the benchmark's results and the decisions (needs Chromium), and check it
	$(BIN)/python -m benchmarks figures
	$(BIN)/python -m architecture.reading
	$(BIN)/python -m architecture.rules.listing
	$(BIN)/tickets architecture render
	$(BIN)/python scripts/render_svg.py
	$(BIN)/tickets adr index
	$(BIN)/tickets architecture check
	$(BIN)/tickets architecture render --check
	$(BIN)/tickets adr check

.PHONY: format
format: setup-dev ## Rewrite the code in the project's format
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

.PHONY: lock
lock: setup-dev ## Resolve requirements anew (needs uv on the PATH)
	sh scripts/lock_requirements.sh

.PHONY: clean
clean: ## Remove what runs wrote (data/) and caches; .venv stays
	rm -rf data build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
