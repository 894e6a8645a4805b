# `make demo` and `make test` are all a newcomer needs. Everything else is a part of them or a longer form.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CARGO   ?= cargo
LISTEN  ?= 127.0.0.1:7117
DATA    ?= data/demo
ENTRIES ?= 1000000
SIM_SEEDS ?= 0..100000
SIM_MINUTES ?= 30
BENCH_DIR ?= target/bench-100m
URL     ?= http://$(LISTEN)
VENV    := .venv
PYTHON  := $(VENV)/bin/python
BIN     := target/release/indelible
CHROMIUM ?= /usr/bin/chromium
# Files of end-to-end tests that run at once: most of their time they wait for servers and disks.
WORKERS ?= 3
# What a run of `make test` left out, with the reason: shown at its end, so that nothing is left out in silence.
LEFT_OUT := target/left-out.txt
also-json = --reporter=default --reporter=json --outputFile.json=$(abspath target/console-$(1).json)
FUZZ_TARGETS := $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: release ## build, import real samples, serve, print the address
	$(BIN) demo --data $(DATA) --listen $(LISTEN)

release: need-cargo need-node ## the optimised binary
	$(CARGO) build --release --bin indelible

test: left-out-nothing need-cargo need-node lint deny unit end-to-end console fuzz-short ## everything CI runs
	@if test -s $(LEFT_OUT); then echo "make test: passed. Left out:"; sort $(LEFT_OUT) | uniq -c | sed -E 's/^ *1 /  /'; \
	else echo "make test: passed, and nothing was left out"; fi

left-out-nothing:
	@mkdir -p $(dir $(LEFT_OUT)) && : > $(LEFT_OUT)

lint: need-cargo need-node ## formatting and clippy
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings

unit: need-cargo need-node ## the crates' own tests
	@if $(CARGO) nextest --version >/dev/null 2>&1; then $(CARGO) nextest run --workspace; \
	else echo "cargo-nextest is not installed; using cargo test"; $(CARGO) test --workspace --quiet; fi
	@mkdir -p $(dir $(LEFT_OUT)); grep -rnoE '#\[ignore = ".*"\]' crates libs --include='*.rs' \
	| sed -E 's/^([^:]*):[0-9]*:#\[ignore = "(.*)"\]/crate test in \1: \2/' >> $(LEFT_OUT) || true

end-to-end: need-cargo need-node need-strace $(VENV)/ready tests/oidc/node_modules/.package-lock.json ## the real binary, over HTTP and on disk, checked from outside
	$(CARGO) build --bin indelible
	INDELIBLE_BIN=$(abspath target/debug/indelible) INDELIBLE_LEFT_OUT=$(abspath $(LEFT_OUT)) $(PYTHON) -m pytest -q -rs -n $(WORKERS) --dist loadfile -o tmp_path_retention_policy=failed tests

console: need-console ## the console's own tests, then in a real browser against the real binary
	$(CARGO) build --bin indelible
	cd console && npm ci --no-audit --no-fund && npm run --silent types && npm run --silent check && npm test -- $(call also-json,unit)
	cd console && INDELIBLE_BIN=$(abspath target/debug/indelible) CHROMIUM=$(CHROMIUM) npm run e2e -- $(call also-json,e2e)
	@node console/tests/left-out.mjs target/console-unit.json target/console-e2e.json >> $(LEFT_OUT)

screenshots: need-console ## every page of the console, light, dark and narrow, into target/screenshots
	$(CARGO) build --bin indelible
	cd console && npm ci --no-audit --no-fund && INDELIBLE_BIN=$(abspath target/debug/indelible) CHROMIUM=$(CHROMIUM) INDELIBLE_SCREENSHOTS=$(abspath target/screenshots) npm run screenshots

console-million: release need-console ## the console over a million generated entries
	$(BIN) bench query --entries 1000000 --only Q9 --dir target/million
	cd console && npm ci --no-audit --no-fund && INDELIBLE_BIN=$(abspath $(BIN)) INDELIBLE_MILLION=$(abspath target/million) CHROMIUM=$(CHROMIUM) npm run million

campaign: release need-strace $(VENV)/ready tests/oidc/node_modules/.package-lock.json ## the long forms: 200 kills, every bit flipped, SIM_SEEDS simulated within SIM_MINUTES, minutes of each
	$(CARGO) run --release -p indelible-sim -- --seeds $(SIM_SEEDS) --minutes $(SIM_MINUTES)
	$(CARGO) test --release -p indelible-engine --test it -- --ignored
	INDELIBLE_BIN=$(abspath $(BIN)) INDELIBLE_CAMPAIGN=1 $(PYTHON) -m pytest -q -x tests

bench: release ## generates, measures, prints a table (ENTRIES=1000000)
	$(BIN) bench all --entries $(ENTRIES)

bench-100m: release ## the same at 100 million: an hour, and 45 GB in BENCH_DIR
	$(BIN) bench all --entries 100000000 --dir $(BENCH_DIR)

bench-console: need-console ## what the console costs its reader, at a server that runs (URL=http://127.0.0.1:7117)
	cd console && npm ci --no-audit --no-fund && CHROMIUM=$(CHROMIUM) node bench/paint.mjs $(URL)

fuzz: need-fuzz ## ten minutes of each target
	@for target in $(FUZZ_TARGETS); do echo "fuzz $$target"; \
	  $(CARGO) +nightly fuzz run $$target -- -max_total_time=$${SECONDS_EACH:-600} -rss_limit_mb=2048 -timeout=20; done

fuzz-short: ## a few seconds of each target, where a nightly compiler is installed
	@if $(CARGO) +nightly --version >/dev/null 2>&1; then $(MAKE) --no-print-directory fuzz SECONDS_EACH=5; \
	else mkdir -p $(dir $(LEFT_OUT)); \
	  echo "fuzzing: no nightly compiler is installed (rustup toolchain install nightly)" | tee -a $(LEFT_OUT); fi

modules: ## which module imports which (CRATE=engine)
	@python3 tests/modules.py $(CRATE)

deny: need-cargo ## licences, sources and bans of what goes into the binary
	@$(CARGO) deny --version >/dev/null 2>&1 || $(CARGO) install cargo-deny --locked --debug
	$(CARGO) deny check licenses bans sources

need-cargo:
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: install rustup, then a stable toolchain of at least 1.95"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is missing (zstd and SQLite are C): install gcc or clang"; exit 1; }

need-node:
	@test -n "$${INDELIBLE_CONSOLE_DIST:-}" || { command -v npm && node -e 'const [a, b] = process.versions.node.split("."); process.exit(+a > 20 || (+a == 20 && +b >= 19) ? 0 : 1)'; } >/dev/null 2>&1 || { echo "the console is built with Node.js 20.19 or newer and npm: install them (https://nodejs.org), or name a console that is built already with INDELIBLE_CONSOLE_DIST"; exit 1; }

need-console: need-cargo need-node
	@command -v npm >/dev/null || { echo "the console is tested with Node.js 20.19 or newer and npm: install them (https://nodejs.org)"; exit 1; }
	@test -x $(CHROMIUM) || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } \
	|| { echo "the console is tested in Chromium, and there is none at $(CHROMIUM): install Debian's package chromium, or name another by its absolute path with CHROMIUM"; exit 1; }

need-strace:
	@command -v strace >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y --no-install-recommends strace; } \
	|| { echo "failing disks are tested with strace, and there is none: install Debian's package strace"; exit 1; }

need-fuzz: need-cargo
	@$(CARGO) +nightly --version >/dev/null 2>&1 || { echo "fuzzing needs a nightly compiler: rustup toolchain install nightly"; exit 1; }
	@$(CARGO) fuzz --version >/dev/null 2>&1 || $(CARGO) install cargo-fuzz --locked --debug

tests/oidc/node_modules/.package-lock.json: tests/oidc/package-lock.json
	cd tests/oidc && npm ci --ignore-scripts --no-audit --no-fund

$(VENV)/ready: tests/requirements.txt
	@command -v python3 >/dev/null || { echo "Python 3 is missing"; exit 1; }
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@

.PHONY: modules help demo release test lint unit end-to-end console console-million screenshots campaign bench bench-100m bench-console fuzz fuzz-short deny need-cargo need-node need-console need-strace need-fuzz left-out-nothing
