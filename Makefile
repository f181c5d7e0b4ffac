# A short front for Meson and Ninja. `make help` lists the targets.

BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=
SECONDS  ?= 60
BROKERS  ?= 1
SOAK_S   ?= 1760
ARGS     ?=

PROGRAM   = $(BUILD)/src/app/ghostmarket
VOCABULARY = $(addprefix --vocabulary ,$(wildcard ../shared/data/wordpiece/bert-base-uncased.vocab.txt))
RECORDED  = ../shared/data/replay/gme-2021-01
# Ends what a sanitizer finds at once; its builds are slower, so their tests may take longer.
SANITIZE  = -Dc_args=-fno-sanitize-recover=all -Dcpp_args=-fno-sanitize-recover=all
PATIENCE  = --timeout-multiplier 5

.PHONY: build help demo test bench bench-peers bench-vibe torture soak fuzz sanitize lint format docs deps deps-dev install clean \
    kafka kafka-stop

build: deps $(BUILD)/build.ninja ## build the program
	ninja -C $(BUILD)

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## show the program doing its job on a recorded session (ARGS=--exit to end with it)
	$(PROGRAM) demo $(ARGS)

test: DEPS = test
test: build ## run every test
	meson test -C $(BUILD) --print-errorlogs

bench-peers: ## install what bench measures against, in Python, beside the build
	python3 -m venv $(BUILD)/peers
	$(BUILD)/peers/bin/pip install --quiet -r bench/peers/requirements.txt

bench-vibe: build ## measure the encoder against ONNX Runtime, PyTorch and transformers
	ninja -C $(BUILD) bench/model_probe
	test -x $(BUILD)/peers-vibe/bin/python || python3 -m venv $(BUILD)/peers-vibe
	$(BUILD)/peers-vibe/bin/pip install --quiet -r bench/peers/vibe/requirements.txt
	test -e $(BUILD)/bench-vibe/int8-channel.onnx || $(BUILD)/peers-vibe/bin/python -W ignore \
	    bench/peers/vibe/make_model.py $(BUILD)/bench-vibe $(VOCABULARY)
	node bench/vibe.mjs $(ARGS)

bench: build ## measure; prints figures (with the Python peer after make bench-peers)
	meson test -C $(BUILD) --benchmark --verbose

soak: build ## run the feeds for 30 minutes against sources that break at random, SOAK_S=1760
	GHOSTMARKET_BIN=$(PROGRAM) GHOSTMARKET_SOAK_S=$(SOAK_S) node --test tests/e2e/soak.test.mjs

torture: build ## kill the program 50 times on the way and compare what comes out
	GHOSTMARKET_BIN=$(PROGRAM) GHOSTMARKET_KILLS=50 GHOSTMARKET_KILL_EVENTS=200000 \
	    GHOSTMARKET_KILL_REPLAY=$(wildcard $(RECORDED)) node --test tests/e2e/kill.test.mjs

kafka: DEPS = kafka
kafka: deps ## start a real Kafka on loopback, for development (BROKERS=1 or 3)
	BUILD=$(BUILD) node tools/kafka.mjs start $(BROKERS)

kafka-stop: ## end it and remove its data
	BUILD=$(BUILD) node tools/kafka.mjs stop

fuzz: deps-dev ## search for inputs that break a parser, SECONDS=60 for each
	@test -e build-fuzz/build.ninja || CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true \
	    -Db_sanitize=address,undefined -Db_lundef=false \
	    -Dc_args=-fsanitize=fuzzer-no-link -Dcpp_args=-fsanitize=fuzzer-no-link
	ninja -C build-fuzz
	tools/fuzz.sh build-fuzz $(SECONDS)

sanitize: deps-dev ## build and test with ASan+UBSan (by clang) and with TSan (by gcc)
	@test -e build-asan/build.ninja || CC=clang CXX=clang++ meson setup build-asan \
	    -Db_sanitize=address,undefined -Db_lundef=false $(SANITIZE)
	@test -e build-tsan/build.ninja || meson setup build-tsan -Db_sanitize=thread $(SANITIZE)
	ninja -C build-asan
	meson test -C build-asan --print-errorlogs $(PATIENCE)
	ninja -C build-tsan
	meson test -C build-tsan --print-errorlogs $(PATIENCE)

lint: deps-dev $(BUILD)/build.ninja ## check format, C, scripts and TypeScript
	ninja -C $(BUILD)
	tools/lint.sh $(BUILD)

format: deps-dev ## put all C in its format
	git ls-files '*.c' '*.h' '*.cc' | xargs clang-format -i

docs: build ## write anew what the tables of options make
	$(PROGRAM) config --docs > docs/configuration.md
	$(PROGRAM) config --example > packaging/ghostmarket.example.yaml

deps: ## install what the build needs (the tests: DEPS=test)
	@tools/install-deps.sh $(or $(DEPS),build)

deps-dev: ## install what fuzz, lint and format need as well
	@tools/install-deps.sh dev

install: build ## install to PREFIX=/usr/local, below DESTDIR=
	meson configure $(BUILD) -Dprefix=$(PREFIX)
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --quiet

clean: ## remove what was built
	rm -rf build build-*

$(BUILD)/build.ninja: | deps
	meson setup $(BUILD)
