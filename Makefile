# The one door for people. `make` lists what there is.

PYTHON ?= python3
DTE ?= pty:/tmp/modem
PY ?= micropython
SPEED ?= 115200

BIN := .venv/bin
# The system's pip installs into .venv: Debian's venv brings none without the package python3-venv.
# So python3 must not be that of .venv, where a person has activated it.
export PATH := $(subst $(CURDIR)/$(BIN):,,$(PATH))
PIP = $(PYTHON) -m pip --python $(BIN)/python install -qq --disable-pip-version-check
RUN_READY := .venv/run.stamp
TOOLS_READY := .venv/tools.stamp
TEST_READY := .venv/test.stamp
CHIP_READY := .venv/chip.stamp
FUZZ_READY := .venv/fuzz.stamp
BENCH_READY := .venv/bench.stamp
MUTATE_READY := .venv/mutate.stamp

MODEM_OPTIONS = --py $(PY) --speed $(SPEED) $(if $(V),--verbose) $(if $(TRACE),--trace) \
	$(if $(DNS),--dns $(DNS)) $(if $(HOSTS),--hosts $(HOSTS)) \
	$(if $(RESOLV),--resolv $(RESOLV)) $(if $(LOG),--log $(LOG)) \
	$(if $(PROFILE),--profile $(PROFILE)) $(if $(DIALECT),--dialect $(DIALECT)) \
	$(if $(BIND),--bind $(BIND)) \
	$(if $(RADIO),--radio $(RADIO)) $(if $(CONSOLE),--console $(CONSOLE))

.DEFAULT_GOAL := help
.PHONY: help run serve radio deploy image recorder monitor size test test-chip coverage soak search torture load load-chip mutate fuzz fuzz-keep memory memory-least bench bench-chip check manual rules lock clean

help:
	@echo "make run      talk to the modem from this terminal (Ctrl-] leaves)"
	@echo "make serve    run the modem for other programs, on the line DTE"
	@echo "make radio    say something to the simulated radio  make radio CMD=help"
	@echo "make deploy   put the firmware onto a board         make deploy BOARD=pico PORT=auto"
	@echo "make image    build an image with the firmware      make image BOARD=pico"
	@echo "make monitor  watch a modem on this PC, or a board  make monitor PORT=auto"
	@echo "make recorder show the flight recorder of either    make recorder PORT=auto"
	@echo "make size     show the size of the firmware         make size BOARD=pico"
	@echo
	@echo "make test     run the tests                         make test ARGS='-k serve -x'"
	@echo "make test-chip   run the firmware on an emulated RP2040, and measure it (needs root)"
	@echo "make coverage show which branch of the firmware no test takes"
	@echo "make soak     a million steps of modem and model    make soak STEPS=100000 SEED=7"
	@echo "make search   draw 10000 new examples for each property that make test holds"
	@echo "make torture  every call of every port fails once, on both interpreters"
	@echo "make load     many connections, many bytes, stuck ends    make load GB=1 CYCLES=10000 PY=cpython"
	@echo "make load-chip   an hour of the emulated RP2040's time    make load-chip MINUTES=60 (needs root)"
	@echo "make mutate   change the core in each small way: a test must fail  make mutate ARGS=escape"
	@echo "make fuzz     throw bytes at the modem for a while  make fuzz MINUTES=10"
	@echo "make fuzz-keep   keep the smallest corpus of what fuzzing has found so far"
	@echo "make bench    the modem beside a bare loop, socat, ser2net, pyatcommand (installs them)"
	@echo "              ARGS=--fleet: 1 to 1000 modems in one process, nothing else"
	@echo "make bench-chip  shares of the line, turnaround, start of the emulated RP2040 (needs root)"
	@echo "make memory   what the firmware takes: modules, heap     make memory ARGS=--chip (needs root)"
	@echo "make memory-least   the smallest heap on which the tests pass"
	@echo "make check    check the format, the style, the types and the manual"
	@echo "make manual   write firmware/MANUAL.md anew"
	@echo "make rules    show which test proves which rule"
	@echo "make lock     write the pinned versions and hashes anew (needs uv)"
	@echo "make clean    remove everything that was made here"
	@echo
	@echo "For deploy, image and size:"
	@echo "  BOARD=NAME                               a folder of boards/ (boards/README.md)"
	@echo "  PORT=PATH | auto                         the board's console; auto: the first USB port"
	@echo "  DTE=PATH                                 the modem's own line, to ask it there as well"
	@echo "  PATIENCE=S                               s to wait for the board"
	@echo "  MPY_DIR=FOLDER                           a MicroPython checkout, not Debian's sources"
	@echo "For run and serve:"
	@echo "  DTE=pty:PATH | tcp:PORT | rfc2217:PORT   the line (serve only)  make serve DTE=tcp:7000"
	@echo "  COUNT=N                                  so many modems: /tmp/modem-1 ... (serve only)"
	@echo "  PY=micropython | cpython                 who runs the modem     make run PY=cpython"
	@echo "  SPEED=N                                  line speed at start    make serve SPEED=9600"
	@echo "  DNS=IP[:PORT],...                        the DNS servers        make run DNS=127.0.0.1:5353"
	@echo "  BIND=IP                                  where its servers listen, if not on 127.0.0.1"
	@echo "  HOSTS=FILE RESOLV=FILE                   instead of the system's files in /etc"
	@echo "  PROFILE=FILE                             what outlives power loss  make run PROFILE=modem.profile"
	@echo "  DIALECT=c1 | wipsoft                     what it speaks at first make serve DIALECT=wipsoft"
	@echo "  CONSOLE=PATH                             what make monitor opens, if not PATH.console"
	@echo "  RADIO=sim[:PATH]                         dial a simulated radio  make run RADIO=sim"
	@echo "  V=1                                      tell of connections, lines and speeds"
	@echo "  TRACE=1                                  show every byte, with direction and time"
	@echo "  LOG=FILE                                 write all that to FILE make serve TRACE=1 LOG=trace.log"

# exec: Ctrl-C then ends one process, and make has nothing to complain about.
run: $(RUN_READY)
	@exec $(BIN)/python boards/host/console.py $(MODEM_OPTIONS)

serve: $(RUN_READY)
	@exec $(BIN)/python boards/host/serve.py --dte $(DTE) $(if $(COUNT),--count $(COUNT)) \
		$(MODEM_OPTIONS)

radio: $(RUN_READY)
	@PYTHONPATH=boards/host $(BIN)/python -m launcher.steer $(if $(RADIO),--radio $(RADIO)) \
		"$(or $(CMD),help)"

deploy: $(TOOLS_READY)
	@$(BIN)/python -m boards.tools.deploy --board "$(BOARD)" --port "$(PORT)" \
		$(if $(filter command line,$(origin DTE)),--dte $(DTE)) \
		$(if $(PATIENCE),--patience $(PATIENCE))

image: $(RUN_READY)
	@$(BIN)/python -m boards.tools.image --board "$(BOARD)" $(if $(MPY_DIR),--mpy-dir $(MPY_DIR))

monitor: $(TOOLS_READY)
	@exec $(BIN)/python -m boards.tools.monitor --port "$(PORT)" --speed $(SPEED) $(ARGS)

recorder: $(TOOLS_READY)
	@$(BIN)/python -m boards.tools.recorder --port "$(PORT)" --speed $(SPEED)

size: $(TOOLS_READY)
	@$(BIN)/python -m boards.tools.size --board "$(BOARD)"

test: $(TEST_READY)
	@$(BIN)/python -m pytest -q host_tests --ignore host_tests/chip $(ARGS)

test-chip: $(CHIP_READY)
	@$(BIN)/python -m boards.tools.image --board pico
	@$(BIN)/python -m boards.tools.image --board pico --plain
	@$(BIN)/python -m pytest -v host_tests/chip $(ARGS)

# What runs in this process or in one of its own alone: pytest and coverage tell how far they are.
coverage: $(TEST_READY)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -k "not micropython" \
		host_tests/test_cases.py host_tests/test_transcripts.py host_tests/test_net_mimxrt.py
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report

soak: $(TEST_READY)
	@$(BIN)/python host_tests/model/soak.py $(if $(STEPS),--steps $(STEPS)) $(if $(SEED),--seed $(SEED))

search: $(TEST_READY)
	@$(BIN)/python -m pytest -v host_tests -m hypothesis --hypothesis-profile search $(ARGS)

torture: $(TEST_READY)
	@PYTHONPATH=host_tests $(BIN)/python -m torture $(ARGS)

load: $(TEST_READY)
	@PYTHONPATH=host_tests $(BIN)/python -m load $(if $(filter command line,$(origin PY)),--py $(PY)) \
		$(if $(GB),--gb $(GB)) $(if $(CYCLES),--cycles $(CYCLES)) $(ARGS)

load-chip: $(CHIP_READY)
	@$(BIN)/python -m boards.tools.image --board pico
	@PYTHONPATH=.:host_tests $(BIN)/python -m load.on_chip $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

mutate: $(MUTATE_READY)
	@PYTHONPATH=firmware:boards/host:host_tests $(BIN)/python -m mutation $(ARGS)

fuzz: $(FUZZ_READY)
	@$(BIN)/python host_tests/fuzz/run.py "$(or $(MINUTES),10)"

fuzz-keep: $(FUZZ_READY)
	@$(BIN)/python host_tests/fuzz/run.py keep

memory: $(TEST_READY) $(if $(findstring --chip,$(ARGS)),$(CHIP_READY))
	@$(if $(findstring --chip,$(ARGS)),$(BIN)/python -m boards.tools.image --board pico)
	@PYTHONPATH=.:host_tests $(BIN)/python -m memory $(ARGS)

memory-least: $(TEST_READY) $(if $(findstring --chip,$(ARGS)),$(CHIP_READY))
	@$(if $(findstring --chip,$(ARGS)),$(BIN)/python -m boards.tools.image --board pico)
	@PYTHONPATH=.:host_tests $(BIN)/python -m memory.least $(ARGS)

bench: $(BENCH_READY)
	@PYTHONPATH=host_tests $(BIN)/python -m bench $(ARGS)

bench-chip: $(CHIP_READY)
	@$(BIN)/python -m boards.tools.image --board pico
	@PYTHONPATH=.:host_tests $(BIN)/python -m bench.on_chip $(ARGS)

check: $(TEST_READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/pyright --project pyrightconfig.firmware.json
	@$(BIN)/pyright --project pyrightconfig.chip.json
	@PYTHONPATH=firmware $(BIN)/python -m boards.tools.manual --check

manual: $(RUN_READY)
	@PYTHONPATH=firmware $(BIN)/python -m boards.tools.manual

rules: $(TEST_READY)
	@$(BIN)/python host_tests/rules.py

# uv is fetched by hand: pip install uv. UPGRADE=1 takes newer versions of what groups depend on.
LOCK = uv pip compile -q --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) --group
lock:
	@$(LOCK) host -o boards/host/requirements.txt
	@$(LOCK) tools -c boards/host/requirements.txt -o boards/tools/requirements.txt
	@$(LOCK) tests -c boards/tools/requirements.txt -o host_tests/requirements.txt
	@$(LOCK) fuzz -c host_tests/requirements.txt -o host_tests/fuzz/requirements.txt
	@$(LOCK) mutation -c host_tests/requirements.txt -o host_tests/mutation/requirements.txt
	@$(LOCK) stubs --no-deps -o host_tests/stubs.txt
	@$(LOCK) stubs-chip --no-deps -o host_tests/stubs-chip.txt
	@npm install --silent --package-lock-only --prefix host_tests/chip

clean:
	@rm -rf .venv build .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The run-time part alone is quick to fetch: the first `make run` waits for nothing else.
$(RUN_READY): boards/host/requirements.txt
	@echo "Preparing .venv to run the modem (this once)"
	@$(PYTHON) -m venv --without-pip .venv
	@$(PYTHON) -m pip --python $(BIN)/python --version >/dev/null || \
		{ echo "make needs pip 22.3 or later: apt install python3-pip, or PYTHON=..." >&2; false; }
	@$(PIP) --require-hashes -r $<
	@touch $@

$(TOOLS_READY): boards/tools/requirements.txt $(RUN_READY)
	@echo "Preparing .venv to deploy (this once)"
	@$(PIP) --require-hashes -r $<
	@touch $@

$(CHIP_READY): host_tests/chip/package-lock.json $(TEST_READY)
	@echo "Preparing the emulated chip (this once)"
	@npm ci --silent --no-audit --no-fund --prefix host_tests/chip
	@touch $@

$(BENCH_READY): $(TEST_READY)
	@echo "Preparing the benchmark (this once)"
	@command -v socat ser2net valgrind >/dev/null && test $$(command -v socat ser2net valgrind | wc -l) = 3 || \
		apt-get install -qq -y socat ser2net valgrind >/dev/null || \
		{ echo "make bench needs socat, ser2net and valgrind: apt install them, as root"; false; }
	@touch $@

$(MUTATE_READY): host_tests/mutation/requirements.txt $(TEST_READY)
	@echo "Preparing the mutants (this once)"
	@$(PIP) --require-hashes -r $<
	@touch $@

$(FUZZ_READY): host_tests/fuzz/requirements.txt $(TEST_READY)
	@echo "Preparing the fuzzer (this once)"
	@$(PIP) --require-hashes -r $<
	@touch $@

$(TEST_READY): host_tests/requirements.txt $(wildcard host_tests/stubs*.txt) $(TOOLS_READY)
	@echo "Preparing .venv to test and check (this once)"
	@$(PIP) --require-hashes -r host_tests/requirements.txt
	@$(PIP) --no-deps --upgrade --target .venv/typings --require-hashes -r host_tests/stubs.txt
	@$(PIP) --no-deps --upgrade --target .venv/typings-chip --require-hashes -r host_tests/stubs-chip.txt
	@touch $@
