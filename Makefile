# Every target makes its environment by itself: nothing has to be installed but Python.
#
# Nothing is ever resolved here: what is installed is what the locks name, by its hashes, on any day. Two
# environments: what a check of a server takes, and everything that working on the harness takes.
PYTHON ?= python3
CHECK := .venv-check
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
LOCKED := -m pip install --quiet --no-deps --require-hashes --requirement
ITSELF := -m pip install --quiet --no-deps --no-build-isolation --editable .
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock"

PUBLISHED := lite@2.4.12 lite@2.5.1 lite@3.0 lite@3.1.1 lite@3.2.2 model milvus@2.2.4 milvus@2.2.16 milvus@2.3.0 milvus@2.3.5

# Clauses for the drivers of a gate: all but those that wait for time-outs, and few cases where an SDK tries again for long.
SDK_CASES := --select 'sdk/[!at]*' --select 'sdk/answer-[!u]*' --select 'sdk/answer-unknown*' \
	--select sdk/answer-undecodable.query --select sdk/answer-undecodable.insert
# The Node SDK takes a second to connect, for each case.
NODE_CASES := --select sdk/lost-answer --select sdk/iterator-page --select 'sdk/error-*.query' --select 'sdk/error-*.insert' \
	--select 'sdk/error-*.has_collection' --select 'sdk/id-is-data.delete-*end' --select 'sdk/sent-*.query'

.PHONY: help check test sdks drivers sensitivity bench lint format proto schemas lock release published wheel clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(CHECK)/.ready: requirements/check.lock pyproject.toml
	$(PYTHON) -m venv $(CHECK)
	$(CHECK)/bin/python $(LOCKED) requirements/check.lock
	$(CHECK)/bin/python $(ITSELF)
	touch $@

$(STAMP): requirements/dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(LOCKED) requirements/dev.lock
	$(BIN)/python $(ITSELF)
	touch $@

check: $(CHECK)/.ready  ## start a real Milvus 2.3.5 and judge it
	$(CHECK)/bin/milvus-tck check milvus@2.3.5

test: $(STAMP)  ## the harness's own tests
	$(BIN)/pytest -n 3 --dist worksteal

drivers: $(STAMP)  ## try the drivers of SDKs that have to be compiled, and judge them over the model, where their toolchains are
	$(BIN)/pytest -m drivers tests/sdk/test_drivers.py
	! command -v go || $(BIN)/milvus-tck sdk $(SDK_CASES) --baseline drivers/known/go.toml --out tck-out/go \
		-- $(BIN)/python drivers/go/run.py v2.6.2
	! command -v mvn || $(BIN)/milvus-tck sdk $(SDK_CASES) --baseline drivers/known/java.toml --out tck-out/java \
		-- $(BIN)/python drivers/java/run.py 2.6.22
	! command -v cargo || $(BIN)/milvus-tck sdk $(SDK_CASES) --baseline drivers/known/rust.toml --out tck-out/rust \
		-- $(BIN)/python drivers/rust/run.py 3.0.3

sdks: $(STAMP)  ## judge pymilvus and the Node SDK over the model: nothing fails but what drivers/known lists
	$(BIN)/milvus-tck sdk $(SDK_CASES) --baseline drivers/known/pymilvus-client.toml --out tck-out/pymilvus-client \
		-- $(BIN)/python drivers/pymilvus/run.py client 3.0.2
	$(BIN)/milvus-tck sdk $(SDK_CASES) --baseline drivers/known/pymilvus-async.toml --out tck-out/pymilvus-async \
		-- $(BIN)/python drivers/pymilvus/run.py async 3.0.2
	$(BIN)/milvus-tck sdk $(NODE_CASES) --baseline drivers/known/node-grpc.toml --out tck-out/node-grpc \
		-- $(BIN)/python drivers/node/run.py grpc 3.0.6

sensitivity: $(STAMP)  ## put every mutant into a good server, and see which check notices
	$(BIN)/milvus-tck mutants
	$(BIN)/milvus-tck mutants milvus@2.3.5 --profile 2.6 --select http-v2/ --out tck-out/mutants-http-v2
	$(BIN)/milvus-tck mutants milvus@2.3.5+authorization --profile 2.6 --select authenticated \
		--out tck-out/mutants-authorization

bench: $(STAMP)  ## our costs beside those of others, in the same run
	$(BIN)/python benchmarks/encoding.py
	$(BIN)/python benchmarks/unary.py
	$(BIN)/python benchmarks/rest.py
	$(BIN)/python benchmarks/load_run.py
	$(BIN)/python benchmarks/proxy_overhead.py
	$(BIN)/python benchmarks/suite_overhead.py
	$(BIN)/python benchmarks/start_up.py

lint: $(STAMP) proto  ## the linter, the formatter and the type checker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	rm -rf .lint && mkdir -p .lint/milvus_tck
	ln -s $(CURDIR)/src/milvus_tck/* $(CURDIR)/suites $(CURDIR)/fixtures $(CURDIR)/loadtests .lint/milvus_tck/
	ln -s $(CURDIR)/tests .lint/tests
	$(BIN)/mypy

format: $(STAMP)  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

proto: $(STAMP)  ## compile the .proto files and make their stubs
	$(BIN)/python -m milvus_tck.wire.compile

schemas: $(STAMP)  ## write the JSON Schemas that are made from types
	$(BIN)/python -m milvus_tck.release.schemas

lock: $(STAMP)  ## choose the newest versions of everything
	$(COMPILE) --upgrade --all-extras --output-file requirements/dev.lock pyproject.toml
	$(COMPILE) --upgrade --constraint requirements/dev.lock --extra build \
		--output-file requirements/check.lock pyproject.toml
	for extra in gateway load allure datasets; do $(COMPILE) --upgrade --constraint requirements/dev.lock \
		--extra build --extra $$extra --output-file requirements/$$extra.lock pyproject.toml || exit 1; done
	$(COMPILE) --upgrade --output-file requirements/pip-newest.lock requirements/pip-newest.in
	$(COMPILE) --output-file requirements/pip-oldest.lock requirements/pip-oldest.in

release: $(STAMP)  ## freeze what every profile requires (docs/releasing.md)
	$(BIN)/python -m milvus_tck.release.freeze

published: $(STAMP)  ## judge released servers and the model anew, for reports/published
	$(BIN)/milvus-tck matrix $(PUBLISHED) --publish reports/published

wheel: $(STAMP)  ## the wheel in dist/, with the index of the suites in it
	$(BIN)/python -m milvus_tck.release.suite_index suites/index.json
	$(BIN)/uv build --wheel --no-build-isolation --python $(BIN)/python --out-dir dist . ; code=$$?; \
		rm -f suites/index.json; exit $$code

clean:  ## remove what the targets made
	rm -rf $(VENV) $(CHECK) .lint build dist *.egg-info src/*.egg-info
