# Shiftline. `make` lists what there is.
PORT ?= 8000
REQUESTS ?= 20000
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
COMPILE = $(BIN)/python -m piptools compile --generate-hashes --allow-unsafe --quiet --strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate
# Nothing is installed whose file is not one that was pinned. What is built of its source is built by what was pinned, too.
INSTALL = install --quiet --disable-pip-version-check --no-build-isolation --use-pep517 --require-hashes

.DEFAULT_GOAL := help
.PHONY: help install traces demo test check audit format messages schema scripts assets pins bench bench-phone fuzz drill gallery

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/.installed ## what serving needs, and no tools
	@# Whoever serves cannot write here: what is not compiled now, each command would compile again.
	@$(BIN)/python -m compileall -q surveyapp migrations wsgi.py
	@$(BIN)/python scripts/compile_templates.py

traces: .venv/.traces ## what sends traces to a collector (SURVEYAPP_TRACES), beside what serves

demo: .venv/.installed ## serve the demonstration on this machine until Ctrl-C [PORT=8000]
	@exec $(BIN)/surveyapp demo serve --port $(PORT)

test: .venv/.tools ## everything, on SQLite and PostgreSQL, browser included
	@scripts/provision.sh
	@$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

check: .venv/.tools ## ruff, types, layer contracts, questionnaires
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/surveyapp questionnaires check

audit: .venv/.audit ## what is known against the program and what it stands on; secrets; an inventory, into build/audit
	@scripts/audit.sh .venv/audit/bin

format: .venv/.tools ## let ruff set the code
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

messages: .venv/.installed ## collect all words for translation, and say how far each language is
	$(BIN)/surveyapp messages update

schema: .venv/.tools ## write the questionnaire format's JSON Schema for editors
	@mkdir -p questionnaires/schema
	$(BIN)/surveyapp questionnaires schema study > questionnaires/schema/study.json
	$(BIN)/surveyapp questionnaires schema questionnaire > questionnaires/schema/questionnaire.json

scripts: ## write the scripts of participants' and interviewers' pages shorter, after one was changed
	scripts/small_scripts.sh

assets: ## fetch Plotly's browser bundle again
	scripts/refresh_plotly.sh

pins: .venv/.tools ## pin what pyproject.toml asks for, anew, with the hash of every file of it
	$(COMPILE) --all-build-deps --only-build-deps --output-file requirements-build.txt pyproject.toml
	$(COMPILE) --constraint requirements-build.txt --output-file requirements.txt pyproject.toml
	@# An extra's own: what it adds to what serves.
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["traces"], sep="\n")' \
	  | $(COMPILE) --constraint requirements-build.txt --constraint requirements.txt --output-file requirements-traces.txt -
	$(COMPILE) --constraint requirements-build.txt --constraint requirements.txt --constraint requirements-traces.txt --extra dev --extra traces --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --extra cluster --output-file requirements-cluster.txt pyproject.toml
	$(COMPILE) --output-file requirements-audit.txt scripts/audit_tools.in

bench: .venv/.tools ## benchmarks that print
	$(BIN)/python -m tests.benchmarks

bench-phone: .venv/.tools ## what a participant's phone waits for, and what goes over the air
	$(BIN)/python -m tests.benchmarks phone

fuzz: .venv/.tools ## 20,000 hostile requests at every page, on both databases [REQUESTS=20000 SEED=any]
	@scripts/provision.sh
	$(BIN)/python -m tests.fuzz --requests $(REQUESTS) $(if $(SEED),--seed $(SEED))

drill: .venv/.tools ## what must not happen, tried and counted: machines that die, guesses, people erased [NAMES="backup …"]
	@scripts/provision.sh
	$(BIN)/python -m tests.drills $(NAMES)

gallery: .venv/.tools ## pictures of every page and state that participants meet, into build/gallery [ONLY=consent]
	@scripts/provision.sh
	$(BIN)/python -m tests.gallery $(if $(ONLY),--only $(ONLY))

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found. Install it, or run make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.installed: requirements-build.txt requirements.txt pyproject.toml | .venv/bin/python
	@echo "Installing, once…"
	@$(BIN)/pip $(INSTALL) --requirement requirements-build.txt
	@$(BIN)/pip $(INSTALL) --requirement requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.traces: requirements-traces.txt .venv/.installed
	@$(BIN)/pip $(INSTALL) --requirement requirements-traces.txt
	@touch $@

.venv/.tools: requirements-dev.txt .venv/.installed
	@echo "Installing the tools, once…"
	@$(BIN)/pip $(INSTALL) --requirement requirements-dev.txt
	@touch $@

.venv/.audit: requirements-build.txt requirements-audit.txt | .venv/bin/python
	@echo "Installing what audits, once, apart from what serves…"
	@$(BIN)/python -m venv .venv/audit
	@.venv/audit/bin/pip $(INSTALL) --requirement requirements-build.txt
	@.venv/audit/bin/pip $(INSTALL) --requirement requirements-audit.txt
	@touch $@
