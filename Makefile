# Set-up, the pipeline, its page and its tests. `make help` lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup scm git repro ui demo sync compare promote experiments grid sweep serve server study ablation bench readme test test-cluster coverage lint format lock audit

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

# A folder or page of ready-made torch-scatter and torch-sparse wheels (optional).
WHEELS ?= $(firstword $(wildcard wheels ../shared/wheels))
FIND_LINKS := $(if $(WHEELS),--find-links $(WHEELS))
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCKED := --no-deps --require-hashes --requirement
# Each is an extension in C++ of torch, which has to be there before.
EXTENSIONS := $$(grep -E '^torch-(scatter|sparse)==' requirements.txt)
JOBS ?= 2

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.ready ## make .venv and install requirements.lock

# All from a lock file, by their hashes, but torch and its extensions: torch's wheel depends on the index
# (CPU or CUDA), and those of the extensions on who compiled them.
$(VENV)/.ready: requirements.lock requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and "expected Python 3.11 or newer, got %d.%d: call make PYTHON=python3.11" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install $(LOCKED) requirements.lock
	$(PIP) install $$(grep '^torch==' requirements.txt)
	@$(PIP) install --quiet --no-deps --only-binary=:all: $(FIND_LINKS) $(EXTENSIONS) 2>$(VENV)/wheels.log || { \
	  echo "No ready-made torch-scatter and torch-sparse for this Python and torch: they are compiled now, which takes about 15 minutes on 2 cores (JOBS=4: four files at a time, 2 GB each) and needs a C++ compiler. To skip it, stop and call make WHEELS=<folder or page with wheels> (see README)."; \
	  printf '[build_ext]\nparallel = $(JOBS)\n' >$(VENV)/build.cfg; \
	  MAX_JOBS=1 CXXFLAGS="-DNDEBUG -g0" DIST_EXTRA_CONFIG=$(CURDIR)/$(VENV)/build.cfg $(PIP) install --no-deps --no-build-isolation $(EXTENSIONS); }
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(PIP) check
	@touch $@

$(VENV)/.ready-%: requirements-%.lock $(VENV)/.ready
	$(PIP) install $(LOCKED) $<
	@touch $@

# DVC has to be told that there is no git, as in a project that came as a zip, and told again once there is.
scm: $(VENV)/.ready
	@if git rev-parse --git-dir >/dev/null 2>&1; then \
	  ! grep -qs no_scm .dvc/config.local || dvc config --local --unset core.no_scm; \
	else \
	  echo "No git repository here: all works but experiments, which need one (git init && git add --all && git commit -m start)."; \
	  grep -qs no_scm .dvc/config.local || dvc config --local core.no_scm true; \
	fi

git: scm
	@git rev-parse --verify --quiet HEAD >/dev/null 2>&1 || { echo "expected a git repository with a commit, got none: experiments are kept in git."; exit 1; }

repro: scm ## run the pipeline: download, preprocess, explore, train, evaluate, report
	dvc repro
	-@python -m stages.sync

PORT ?= 5000
ui: sync ## open MLflow's page on http://127.0.0.1:PORT, 5000 if you name none
	@python -W ignore -m graphrec.tracking.page $(PORT)

demo: PORT = 8000
demo: $(VENV)/.ready ## a page to try the trained models on http://127.0.0.1:PORT, 8000 if you name none
	@python -m graphrec.answers.page --port $(PORT)

sync: scm ## bring MLflow in line with the workspace and DVC's experiments
	@python -m stages.sync

compare: $(VENV)/.ready ## all runs of all experiments, best on validation first; BY=mse sorts by that
	@python -m stages.compare $(BY)

promote: $(VENV)/.ready ## register the best run of each data set; champion if it beats the baselines
	@python -m stages.promote

serve: PORT = 8080
serve: $(VENV)/.ready ## answer over HTTP from the trained run RUN on http://127.0.0.1:PORT, 8080 if you name none
	@python -m graphrec.answers.service $(or $(RUN),$(error expected a trained run, got none: call make serve RUN=<run>)) --port $(PORT)

# Columns that widen the table: hashes of dependencies, and what reports/metrics.json has besides.
HIDDEN := (models|reports|data|graphrec|stages).*|.*\.(mlflow_run|mse|log_error|recall_at_10|valid\.(loss|rmse|auc))
experiments: git ## DVC's experiments side by side, what differs alone
	dvc exp show --only-changed --drop '$(HIDDEN)'

grid: git ## queue and train the full grid of 24, JOBS at a time
	for dataset in movielens imdb; do \
	  dvc exp run --queue --name grid-$$dataset --set-param "runs.$$dataset-base.layers=2,3,4" \
	    --set-param "runs.$$dataset-base.soft_sampling=true,false" \
	    --set-param "runs.$$dataset-base.risk=total,mse" || exit; \
	done
	dvc queue start --jobs $(JOBS)

RATES ?= 0.003,0.01,0.03
sweep: git ## queue and train all runs at each of RATES, learning rates
	for settings in explicit attributes; do \
	  dvc exp run --queue --name rate-$$settings \
	    --set-param "hyperparameters.$$settings.learning_rate=$(RATES)" || exit; \
	done
	dvc queue start --jobs $(JOBS)

STORE ?= postgresql:///graphrec
HOST ?= 127.0.0.1
server: $(VENV)/.ready-server ## serve MLflow for a team: runs in STORE, a database; artifacts in server/
	MLFLOW_DISABLE_TELEMETRY=true MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false mlflow server --backend-store-uri "$(STORE)" --artifacts-destination server/artifacts \
	  --host $(HOST) --port 5000 --workers 2

# A Ray cluster that runs the fits: its address, or local for Ray on this machine (docs/cluster.md).
CLUSTER ?=
READY := $(VENV)/.ready$(if $(CLUSTER),-cluster)
ON_CLUSTER := $(if $(CLUSTER),--cluster $(CLUSTER))

study: $(READY) ## five seeds and five folds of chosen runs beside graph baselines; says how long first
	python -m benchmarks.study $(ON_CLUSTER)

SEEDS ?= 3
ablation: $(READY) ## what each part of the model is worth on validation, over SEEDS; says how long first
	python -m benchmarks.ablation --seeds $(SEEDS) $(ON_CLUSTER)

bench: $(VENV)/.ready ## an epoch beside the machine's limit and other libraries; growth; the pipeline
	python -m benchmarks.epoch
	python -m benchmarks.device
	python -m benchmarks.scale
	python -m benchmarks.pipeline

readme: $(VENV)/.ready ## bring README's tables up to date with reports/
	python -m benchmarks.readme

test: $(VENV)/.ready-dev ## run the tests, JOBS files at a time (no network needed; real data where DATA_MIRROR is set)
	OMP_NUM_THREADS=1 python -m pytest -n $(JOBS) --dist loadfile

# Ray's processes want the cores for themselves, and two clusters a test process each.
test-cluster: $(VENV)/.ready-dev ## run the tests that start Ray, which `make test` leaves out
	RAY_TESTS=1 OMP_NUM_THREADS=1 python -m pytest tests/test_cluster.py
	RAY_TESTS=1 OMP_NUM_THREADS=1 python -m pytest tests/training/test_ray_workers.py

coverage: export COVERAGE_FILE := $(CURDIR)/.coverage
coverage: $(VENV)/.ready-dev ## the tests, and which lines and branches they leave out; twice as long
	coverage erase
	OMP_NUM_THREADS=1 coverage run -m pytest -n $(JOBS) --dist loadfile
	coverage combine --quiet
	coverage report --include='$(CURDIR)/graphrec/*'  # and no copy that tests made

lint: $(VENV)/.ready-dev ## ruff and mypy
	ruff check .
	ruff format --check .
	mypy

format: $(VENV)/.ready-dev ## let ruff mend what it can
	ruff check --fix .
	ruff format .

# For every system and Python that the project runs on; UPGRADE=--upgrade takes newer releases, too.
UPGRADE ?=
RESOLVE = grep -oE '^torch(-scatter|-sparse)?' requirements.txt | uv pip compile --quiet --universal --python-version 3.11 \
	  --generate-hashes --strip-extras --no-annotate --no-emit-index-url --custom-compile-command 'make lock' $(UPGRADE) --excludes -
lock: $(VENV)/.ready-dev ## renew the lock files from requirements*.txt; UPGRADE=--upgrade takes newer releases
	$(RESOLVE) requirements-dev.txt requirements-build.txt --output-file requirements-dev.lock
	$(RESOLVE) --constraints requirements-dev.lock requirements.txt requirements-build.txt --output-file requirements.lock
	$(RESOLVE) --constraints requirements-dev.lock requirements-server.txt --output-file requirements-server.lock
	$(RESOLVE) --constraints requirements-dev.lock requirements-cluster.txt --output-file requirements-cluster.lock

audit: $(VENV)/.ready-dev ## look the locked packages up among the published advisories
	@grep -E '^torch(-scatter|-sparse)?==' requirements.txt | \
	  pip-audit --strict --no-deps --disable-pip -r requirements-dev.lock -r /dev/stdin >$(VENV)/audit.log 2>&1; code=$$?; \
	cat $(VENV)/audit.log; \
	if grep -qE 'ConnectionError|could not be audited' $(VENV)/audit.log; then \
	  echo "The advisory service was not reached, or knows nothing of a package: no answer, good or bad, was had."; fi; \
	exit $$code
