# The one way in: people and CI call the same targets. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

TYPESCRIPT := node --import tsx
MOCHA := npx --no-install mocha
STACK := node --enable-source-maps build/dist/tools/stack/main.js
SERVICE := node --enable-source-maps build/dist/src/main.js

# Named here and not in .mocharc.json, where they would be added to whatever one file a person names.
ALL_TESTS := 'src/**/*.test.ts' 'test/**/*.test.ts'
TIDY_TESTS := 'test/tidy/**/*.test.ts'
TEST_TOOLS := $(TYPESCRIPT) tools/setup/main.ts --only oasdiff,schemathesis
UNIT_TESTS := 'src/**/*.test.ts' $(TIDY_TESTS) 'test/setup/**/*.test.ts' 'test/support/**/*.test.ts' \
	'test/api/**/*.test.ts'

# More arguments for the target that is called, e.g. `make setup ARGS=--offline`.
ARGS ?=
# One benchmark of test/bench, e.g. `make bench NAME=first-answer`; all when empty.
NAME ?=
# Arguments are for the target that a person named, not for a setup that it begins with.
SETUP_ARGS := $(if $(filter setup,$(MAKECMDGOALS)),$(ARGS))

.PHONY: help packages setup built up down status logs demo test check fmt fmt-check lint types tidy \
	unit config-schema openapi openapi-diff openapi-release test-tools bench nightly migrate hcl screenshots clean

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

packages: ## installs ClawDeploy's own packages, if package-lock.json asks for others
	@bash tools/setup/front.sh

setup: packages ## finds, fetches or builds the servers and OpenClaw, then builds ClawDeploy
	@$(TYPESCRIPT) tools/setup/main.ts $(SETUP_ARGS)

built: ## says so when setup has not run yet
	@bash tools/setup/front.sh node
	@test -f build/dist/tools/stack/main.js || { echo 'Run `make setup` first.' >&2; exit 1; }

up: setup ## starts the stack with two warm gateways and shows a tenant's first answer
	@$(STACK) up $(ARGS)

down: built ## stops the stack; `make up` finds the same instances again
	@$(STACK) down $(ARGS)

status: built ## says what of the stack runs, and where
	@$(STACK) status $(ARGS)

logs: built ## shows the logs of the stack, e.g. `make logs ARGS="nomad --follow"`
	@$(STACK) logs $(ARGS)

demo: setup ## claims an instance, sets a key and asks a question through the edge
	@$(STACK) up --no-demo
	@node --enable-source-maps build/dist/tools/demo/main.js $(ARGS)

# What is missing fails the tests that need it, each with a sentence, and no other.
test: setup ## runs every suite, against real servers
	-@$(TEST_TOOLS)
	@$(MOCHA) $(ARGS) $(ALL_TESTS)

test-tools: packages ## gets what only tests run: oasdiff and Schemathesis
	@$(TEST_TOOLS)

check: packages fmt-check lint types unit ## format, lint, types, house rules and unit tests; needs no server

fmt: packages ## formats every file
	@npm run --silent fmt

fmt-check: packages ## fails where a file is not formatted
	@npm run --silent fmt-check

lint: packages ## lints, with the rule who may import whom
	@npm run --silent lint

types: packages ## checks the types
	@npm run --silent types

tidy: packages ## checks the house rules
	@$(MOCHA) $(TIDY_TESTS)

unit: packages ## runs the house rules and the tests that need no server
	@$(MOCHA) $(ARGS) $(UNIT_TESTS)

openapi: packages ## writes docs/openapi.json and what of the client follows from it
	@$(TYPESCRIPT) tools/openapi/main.ts

config-schema: setup ## writes what the installed OpenClaw lets tenants set into jobs/instance/config-schema
	@$(TYPESCRIPT) tools/config-schema/main.ts

openapi-diff: test-tools ## fails when the API breaks callers of the last release without saying so
	@$(TYPESCRIPT) tools/openapi/compare.ts

openapi-release: openapi-diff ## keeps the document as that of a release, for later ones to be held to
	@cp docs/openapi.json docs/openapi-released.json

bench: setup ## measures, e.g. `make bench NAME=first-answer`; writes build/bench
	@$(TYPESCRIPT) test/bench/run.ts $(NAME)

nightly: ## runs what takes its time: every suite at full length, every benchmark
	@CLAWDEPLOY_NIGHTLY=1 $(MAKE) test
	@CLAWDEPLOY_NIGHTLY=1 $(MAKE) bench

migrate: setup ## brings the database of the running stack to the newest schema
	@CLAWDEPLOY_DATABASE_URL_FILE="$${CLAWDEPLOY_DATABASE_URL_FILE:-.clawdeploy/secrets/database.url}" $(SERVICE) migrate

hcl: setup ## formats jobs and policies
	@"$$(node -p 'JSON.parse(fs.readFileSync(".clawdeploy/toolchain.json", "utf8")).nomad.path')" \
		fmt -recursive $(wildcard jobs nomad/acl consul/acl vault/policies)

screenshots: setup ## photographs the pages that people see into build/screenshots
	@$(TYPESCRIPT) test/browser/screenshots.ts $(ARGS)

clean: ## removes what was built; state, cache and packages stay
	@rm -rf build
