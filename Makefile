# The menu of the development environment: `make help`. Needs Python 3.11 and make; everything else comes into .venv and .build.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV ?= .venv
BUILD := .build
TREE := $(BUILD)/tree
COLLECTION := $(TREE)/ansible_collections/ocp_day2/ovn_migration
PACKAGE := ansible_collections.ocp_day2.ovn_migration
REQUIREMENTS := requirements.txt requirements-dev.txt constraints.txt
INSTALLED := $(VENV)/.installed-$(shell cat $(REQUIREMENTS) | cksum | cut -d ' ' -f 1)
RESULTS := $(BUILD)/results
BIN := $(abspath $(VENV))/bin
# Some tools leave logs in the home.
HOME_OF_TOOLS := $(CURDIR)/$(BUILD)/home
# Extra arguments for the tool behind a target: make unit ARGS="-k pools"
ARGS ?=

# Those joined by + keep one core busy each, and run beside each other.
LINT := format ruff yamllint changelog mypy+docs+ansible-lint
TEST := $(LINT) unit sanity+molecule matrix-ends integration

# Nothing here may reach a real cluster by accident, or depend on how somebody's Ansible is set up.
unexport KUBECONFIG OVN_SDN_MIGRATION_TIMEOUT $(filter K8S_AUTH_% ANSIBLE_% MOLECULE_%,$(.VARIABLES))
export PATH := $(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export ANSIBLE_HOME := $(CURDIR)/$(BUILD)/ansible
export ANSIBLE_REMOTE_TMP := $(CURDIR)/$(BUILD)/ansible/tmp
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/$(TREE)
export ANSIBLE_NOCOWS := 1
# Ansible insists on UTF-8.
export LC_ALL := C.UTF-8
# The simulator listens on the loopback address, whatever way out to the world there is.
export NO_PROXY := 127.0.0.1,localhost,$(NO_PROXY)
export no_proxy := $(NO_PROXY)

.PHONY: help
help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))


.PHONY: demo
demo: venv tree ## migrate a simulated cluster and watch (about two minutes)
	@python tools/demo.py $(ARGS)

.PHONY: demo-rollback
demo-rollback: venv tree ## migrate a simulated cluster, roll it back, and compare it with the backup
	@python tools/demo.py --rollback $(ARGS)

.PHONY: test
test: venv tree ## the whole suite, cheap steps first, with a summary
	@python -m tools.steps $(TEST)

.PHONY: test-all
test-all: test ## the suite, then every topology on every version (up to an hour)
	pytest tests/integration -n 3 --dist worksteal -m slow --junitxml $(RESULTS)/slow.xml $(ARGS)

.PHONY: lint
lint: venv tree ## the seven linters
	@python -m tools.steps $(LINT)

.PHONY: format
format: venv ## ruff format, as a check
	ruff format --check $(ARGS) .

.PHONY: ruff
ruff: venv ## ruff check
	ruff check $(ARGS) .

.PHONY: yamllint
yamllint: venv ## yamllint, strict
	yamllint --strict $(ARGS) .

.PHONY: changelog
changelog: venv ## the changelog fragments
	HOME=$(HOME_OF_TOOLS) antsibull-changelog lint $(ARGS)

.PHONY: mypy
mypy: venv tree ## types of the plugins, the simulator, the tools and the tests
	mypy $(ARGS) -p $(PACKAGE).plugins -p tests -p tools

.PHONY: docs
docs: venv tree ## documentation of the plugins and roles
	HOME=$(HOME_OF_TOOLS) antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs all $(ARGS) $(COLLECTION)

.PHONY: ansible-lint
ansible-lint: venv tree ## roles and playbooks, production profile
	ansible-lint --offline --strict --profile production $(ARGS)

.PHONY: unit
unit: venv tree ## unit tests
	pytest tests/unit -n 2 --dist worksteal --junitxml $(RESULTS)/unit.xml $(ARGS)

.PHONY: sanity
sanity: venv tree ## ansible-test sanity, all tests, nothing ignored
	@python -m tools.sanity $(ARGS)

.PHONY: integration
integration: venv tree ## ansible-playbook and other clients against the simulator
	pytest tests/integration -n 3 --dist loadscope -m "not slow" --junitxml $(RESULTS)/integration.xml $(ARGS)

.PHONY: molecule
molecule: venv tree ## the molecule scenarios against the simulator
	molecule test --all $(ARGS)

.PHONY: matrix
matrix: venv ## migrate and roll back with every combination of versions that we support
	@python -m tools.matrix $(ARGS)

.PHONY: matrix-ends
matrix-ends: venv ## migrate with the lowest and with the newest versions
	@python -m tools.matrix --ends $(ARGS)

.PHONY: bench
bench: venv tree ## wall time and API requests of a migration
	@python tools/bench.py $(ARGS)

.PHONY: differential
differential: venv ## the requests of tests/differential against two API servers: A=kubeconfig B=kubeconfig
	@python -m tests.differential $(if $(A),$(A),$(error A is missing: the kubeconfig of an API server)) $(B) $(ARGS)

.PHONY: fix
fix: venv ## let ruff format and mend what it can, and write the results that modules share
	python -m tools.returns
	ruff check --fix-only .
	ruff format .

.PHONY: build
build: venv ## the collection as a tarball, in .build
	ansible-galaxy collection build --force --output-path $(BUILD) $(ARGS)

.PHONY: venv
venv: $(INSTALLED) ## the pinned development environment, in .venv

.PHONY: tree
tree: venv ## ansible_collections with this collection and kubernetes.core, in .build/tree
	@python -m tools.collection_tree link $(TREE)

.PHONY: pins
pins: venv ## write constraints.txt anew from what is installed
	@{ sed -n '/^#/p' constraints.txt; pip freeze --exclude setuptools; } > $(BUILD)/constraints.txt
	@mv $(BUILD)/constraints.txt constraints.txt

.PHONY: clean
clean: ## remove .build; .venv stays
	rm -rf $(BUILD) .ansible

# A changed requirement gives the stamp another name, and the install runs again.
$(INSTALLED):
	@for python in python3.11 python3 python; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "Python 3.11 is needed; none of python3.11, python3, python is one." >&2; exit 1; fi; \
	echo "Installing the pinned requirements into $(VENV) (a minute the first time) ..."; \
	[ -x "$(VENV)/bin/python" ] || "$$found" -m venv "$(VENV)"; \
	"$(VENV)/bin/python" -m pip install --quiet -r requirements-dev.txt
	@mkdir -p $(HOME_OF_TOOLS) $(RESULTS)
	@rm -f $(VENV)/.installed-*
	@touch $@
