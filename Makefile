# Every target makes its environment by itself: nothing has to be installed but Python.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help check test sensitivity bench lint format proto lock clean

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

check: $(STAMP)  ## start a real Milvus 2.3.5 and judge it
	$(BIN)/milvus-tck check milvus@2.3.5 --baseline reports/baselines/milvus-2.3.5.toml

test: $(STAMP)  ## the harness's own tests
	$(BIN)/pytest -n 2 --dist worksteal

sensitivity: $(STAMP)  ## put every mutant into a good server, and see which check notices
	$(BIN)/milvus-tck mutants

bench: $(STAMP)  ## our costs beside those of others, in the same run
	$(BIN)/python benchmarks/encoding.py
	$(BIN)/python benchmarks/unary.py
	$(BIN)/python benchmarks/rest.py
	$(BIN)/python benchmarks/load_run.py
	$(BIN)/python benchmarks/proxy_overhead.py
	$(BIN)/python benchmarks/suite_overhead.py

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

lock: $(STAMP)  ## choose the newest versions of everything
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-emit-index-url --no-annotate --custom-compile-command "make lock" \
		--output-file requirements.lock pyproject.toml

clean:  ## remove what the targets made
	rm -rf $(VENV) .lint build dist *.egg-info src/*.egg-info
