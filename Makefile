# make demo · make run · make setup · make test · make lint · make check · make bench
# Needs Python 3.11 to 3.13; PYTHON= chooses one. Everything is installed into .venv, from hashed pins.

SHELL := /bin/sh
BIN := .venv/bin
PLUGINS := $(sort $(dir $(wildcard plugins/*/pyproject.toml)))
NAMES := $(notdir $(PLUGINS:/=))
EDITABLE := -e . $(addprefix -e ./,$(PLUGINS:/=))
CATALOGS := $(wildcard shopadmin/translations/*/LC_MESSAGES/*.po plugins/*/*/translations/*/LC_MESSAGES/*.po)
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input install

.DEFAULT_GOAL := help
.PHONY: help demo run setup test race test-without-plugins mutants contract lint check bench pictures clean

help:
	@echo "make demo    a demo shop on http://127.0.0.1:8000 (PORT= for another port)"
	@echo "make run     your own shop: prints a link that sets the owner's password"
	@echo "make setup   only build the environment"
	@echo "make test    every test that this machine can run; PYTEST= names a part"
	@echo "make race    the claim rush and the books of red envelopes at full length, both databases: see plugins/red_envelope/docs/races.md; SEEDS= (20)"
	@echo "make test-without-plugins  the rest of the suite without each plugin in turn, and without all"
	@echo "make mutants   do the tests notice when a money rule is changed: see plugins/red_envelope/docs/mutation.md"
	@echo "make contract  1,500 requests made from the API's own document to each endpoint; EXAMPLES= for another number"
	@echo "make lint    style, types and the direction of imports"
	@echo "make check   look over the shop's data: shopadmin check"
	@echo "make bench   measure, beside others, on throw-away databases; ONLY=lists, plugins, import, wording, claims, triage, labels or linkage"
	@echo "make pictures  take the README's pictures anew"

# exec: Ctrl-C and SIGTERM reach the server itself, not a shell in front of it.
demo: .venv/texts
	@exec $(BIN)/shopadmin demo

run: .venv/texts
	@exec $(BIN)/shopadmin run

setup: .venv/texts

test: .venv/texts .venv/ready-to-test
	@exec $(BIN)/pytest --database both --numprocesses 2 --dist worksteal $(PYTEST)

race: export SHOPADMIN_RACE_SEEDS = $(or $(SEEDS),20)
race: .venv/texts .venv/ready-to-test
	@exec $(BIN)/pytest --database both plugins/red_envelope/tests/test_races.py plugins/red_envelope/tests/test_machine.py $(PYTEST)

# Each in an environment of its own in which the plugin is really not installed, and all-plugins: none of them.
test-without-plugins: $(NAMES:%=test-without-%) test-without-all-plugins

test-without-%: .venv/texts .venv/ready-to-test
	@$(BIN)/python tests/support/environment_without.py $(WITHOUT) $(LEAVE:%=shopadmin-%)
	$(WITHOUT)/bin/python -m pytest --numprocesses 2 --dist worksteal $(LEAVE:%=--without-plugin %) $(PYTEST)

test-without-%: WITHOUT = .venv/without/$*
test-without-%: LEAVE = $(if $(filter all-plugins,$*),$(NAMES),$*)

# In a copy of the plugin, as mutmut writes its own changed one beside it.
mutants: .venv/ready-to-mutate
	@rm -rf .mutants && cp -R plugins/red_envelope .mutants
	cd .mutants && ../$(BIN)/mutmut run --max-children 2
	cd .mutants && ../$(BIN)/mutmut results

contract: .venv/texts .venv/ready-to-test
	@API_EXAMPLES=$(or $(EXAMPLES),1500) exec $(BIN)/pytest tests/web/test_api_contract.py plugins/*/tests/test_storefront_contract.py -k document_says $(PYTEST)

lint: .venv/texts .venv/ready-to-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: .venv/texts
	@exec $(BIN)/shopadmin check

# Splink needs an older pandas than may be wanted elsewhere, so it lives in an environment of its own.
bench: .venv/texts .venv/ready-to-test $(if $(filter linkage,$(or $(ONLY),linkage)),.venv/linkage/ready)
	@exec $(BIN)/python -m bench $(ONLY)

pictures: .venv/texts .venv/ready-to-test
	@exec $(BIN)/python -m docs.take_pictures

clean:
	rm -rf .venv .mutants

.venv/made:
	@found=""; lacking=""; \
	for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
	    $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue; \
	    found="$$python"; \
	    $$python -c 'import ensurepip, venv' 2>/dev/null && break; \
	    found=""; \
	    lacking="$${lacking:-$$($$python -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')}"; \
	done; \
	if [ -z "$$found" ] && [ -n "$$lacking" ]; then \
	    echo "This Python cannot make virtual environments. Install the package $$lacking and try again:" >&2; \
	    echo "    sudo apt-get install $$lacking" >&2; \
	    exit 1; \
	elif [ -z "$$found" ]; then \
	    echo "Python 3.11, 3.12 or 3.13 is needed$(if $(PYTHON), and $(PYTHON) is none of them); PYTHON=/path/to/python3 names one." >&2; \
	    exit 1; \
	fi; \
	echo "Making .venv with $$($$found --version)"; \
	$$found -m venv --clear .venv
	@touch $@

# The build back end comes first and from a lock of its own, so that building ours fetches nothing unpinned.
.venv/ready: .venv/made requirements-build.lock requirements.lock pyproject.toml $(wildcard plugins/*/pyproject.toml)
	@echo "Installing what the shop needs; the first time this takes about a minute"
	@$(PIP) --require-hashes -r requirements-build.lock
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-build-isolation --no-deps $(EDITABLE)
	@touch $@

.venv/ready-to-test: .venv/ready requirements-dev.lock
	@echo "Installing what the tests need"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

.venv/ready-to-mutate: .venv/ready-to-test requirements-mutants.lock
	@$(PIP) --require-hashes -r requirements-mutants.lock
	@touch $@

.venv/linkage/ready: .venv/made requirements-linkage.lock
	@echo "Installing what matching is compared with"
	@$(BIN)/python -m venv --clear .venv/linkage
	@$(subst $(BIN),.venv/linkage/bin,$(PIP)) --require-hashes -r requirements-linkage.lock
	@touch $@

# Texts in other languages: machine-readable catalogs from the .po files, made again when one changes.
.venv/texts: .venv/ready $(CATALOGS)
	@set -e; for po in $(CATALOGS); do $(BIN)/pybabel --quiet compile -i "$$po" -o "$${po%.po}.mo"; done
	@touch $@
