# Everything that one does with a checkout; `make help` lists it.

PORT ?= 8000
SOURCE ?= sim:
DATA ?= data
WHEELHOUSE ?= dist/wheelhouse
IMAGES := ../shared/data
# the shell is Chromium without what only a window needs
TOOLS := 'chromium-headless-shell|chromium' fonts-dejavu-core qemu-user shellcheck systemd
export PYTHON

RUN := .venv/.ready
TEST := .venv-test/.ready
BIN := .venv-test/bin
PIP := -m pip --disable-pip-version-check

.DEFAULT_GOAL := help

.PHONY: run
run: $(RUN) ## Show the local page. SOURCE=sim: PORT=8000 DATA=data (where records go) PYTHON=python3
	@exec .venv/bin/marrowkit serve --source "$(SOURCE)" --port "$(PORT)" --data "$(DATA)"

# Modules in the order of their names: left to itself, loadscope begins those of few and long tests (browser) last.
.PHONY: test
test: $(TEST) tools check ## Everything that CI does: set-up, checks, all tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --no-header --numprocesses 2 --dist loadscope --no-loadscope-reorder -rs \
	  --rerun-show-tracebacks --max-suite-reruns 3

.PHONY: check
check: $(TEST) ## The fast checks: ruff, mypy, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: bench
bench: $(RUN) ## Speed on this machine
	.venv/bin/marrowkit bench

.PHONY: train-default
train-default: images $(TEST) ## Rebuild the shipped bundle from the images in ../shared/data
	$(BIN)/marrowkit-export train-default

.PHONY: wheelhouse
wheelhouse: $(RUN) ## Gather what deploy/install.sh needs without internet. WHEELHOUSE=dist/wheelhouse
	rm -rf build "$(WHEELHOUSE)"
	.venv/bin/python $(PIP) wheel --constraint constraints.txt --wheel-dir "$(WHEELHOUSE)" '.[openvino,uvc]'
	cp constraints.txt "$(WHEELHOUSE)"

.PHONY: clean
clean: ## Remove environments and all that is made again; records in data/ stay
	rm -rf .venv .venv-test build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

# Without them some tests are skipped, each saying so; in CI that is an error.
.PHONY: tools
tools:
	@deploy/packages.sh $(TOOLS) || test -z "$$CI"

.PHONY: images
images:
	@test -d "$(IMAGES)" || { \
	  echo "error: there is no $(IMAGES); the shipped bundle is trained on its sets cnmc, pbc, bccd, smear_boxes." >&2; \
	  echo "Put them there, or use the bundle that came with this checkout: models/bundles." >&2; \
	  exit 1; }

$(RUN): pyproject.toml constraints.txt deploy/venv.sh
	deploy/venv.sh .venv
	.venv/bin/python $(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(TEST): pyproject.toml constraints.txt deploy/venv.sh
	deploy/venv.sh .venv-test
	.venv-test/bin/python $(PIP) install --constraint constraints.txt --editable '.[test]' setuptools
	@touch $@
