# Entry point for people: `make` lists the targets and options.

PYTHON ?= python3
DTE ?= pty:/tmp/modem
PY ?= micropython
SPEED ?= 115200

BIN := .venv/bin
# The system's pip installs into .venv, because Debian's venv has no pip without the package
# python3-venv. PATH must not lead to the python3 of an activated .venv, which has no pip.
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
	@echo "make run       talk to the modem in this terminal (Ctrl-] leaves)"
	@echo "make serve     run the modem for other programs; DTE= selects its line"
	@echo "make radio     control the simulated radio    make radio CMD=help"
	@echo "make deploy    copy the firmware to a board   make deploy BOARD=pico PORT=auto"
	@echo "make image     build an image with the modem  make image BOARD=pico"
	@echo "make monitor   show a running modem, live     make monitor PORT=auto"
	@echo "make recorder  show its flight recorder       make recorder PORT=auto"
	@echo "make size      show the size of the firmware  make size BOARD=pico"
	@echo
	@echo "make test          run the tests              make test ARGS='-k serve -x'"
	@echo "make test-chip     run the firmware on an emulated RP2040 and measure it (root)"
	@echo "make coverage      show the branches of the firmware that no test takes"
	@echo "make soak          run random steps of modem and model; STEPS=100000 SEED=7"
	@echo "make search        draw 10000 new examples for each property in make test"
	@echo "make torture       let each call of each port fail once, on both interpreters"
	@echo "make load          many connections and bytes, stalled peers; GB=1 CYCLES=10000"
	@echo "make load-chip     load the emulated RP2040 for MINUTES=60 of its time (root)"
	@echo "make mutate        change the core in small ways; ARGS=online.escape: one module"
	@echo "make fuzz          send random bytes to the modem for MINUTES=10"
	@echo "make fuzz-keep     keep the smallest set of inputs that cover what was found"
	@echo "make bench         compare the modem with a bare loop, socat, ser2net and"
	@echo "                   pyatcommand (installs them); ARGS=--fleet: only measure 1 to"
	@echo "                   1000 modems in one process"
	@echo "make bench-chip    throughput, turnaround, start of the emulated RP2040 (root)"
	@echo "make memory        show modules and heap of the firmware; ARGS=--chip (root)"
	@echo "make memory-least  find the smallest heap with which the tests pass"
	@echo "make check         check the format, the style, the types and the manual"
	@echo "make manual        generate firmware/MANUAL.md"
	@echo "make rules         list the tests that prove each rule"
	@echo "make lock          update the pinned versions and hashes (needs uv)"
	@echo "make clean         remove all generated files"
	@echo "(root): needs root"
	@echo
	@echo "For deploy, image and size:"
	@echo "  BOARD=NAME                   a folder of boards/ (see boards/README.md)"
	@echo "  PORT=PATH | auto             the board's console; auto: first USB serial port"
	@echo "  DTE=PATH                     the modem's host line; deploy sends ATI there too"
	@echo "  PATIENCE=S                   longest wait for the board, in seconds"
	@echo "  MPY_DIR=FOLDER               a MicroPython checkout; default Debian's sources"
	@echo "For run and serve:"
	@echo "  DTE=pty:PATH                 the host's line: a pty (serve only)"
	@echo "  DTE=tcp:PORT | rfc2217:PORT  the host's line: a TCP port (serve only)"
	@echo "  COUNT=N                      run N modems: /tmp/modem-1 ... (serve only)"
	@echo "  PY=micropython | cpython     the interpreter that runs the modem"
	@echo "  SPEED=N                      line speed at start, bit/s"
	@echo "  DNS=IP[:PORT],...            the DNS servers"
	@echo "  BIND=IP                      address of listening sockets; default 127.0.0.1"
	@echo "  HOSTS=FILE RESOLV=FILE       replace /etc/hosts and /etc/resolv.conf"
	@echo "  PROFILE=FILE                 file that keeps settings across restarts"
	@echo "  DIALECT=c1 | wipsoft         dialect to start with"
	@echo "  CONSOLE=PATH                 port for make monitor; default: DTE + .console"
	@echo "  RADIO=sim[:PATH]             use a simulated radio"
	@echo "  V=1                          log connections, control lines and speeds"
	@echo "  TRACE=1                      show every byte, with direction and time"
	@echo "  LOG=FILE                     write all this output to FILE"

# With exec, Ctrl-C ends only one process, and make prints no error.
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

# Coverage sees only firmware that runs in pytest's process or in a Python process that pytest starts,
# so the tests that run MicroPython are left out.
coverage: $(TEST_READY)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -k "not micropython" \
		host_tests/test_cases.py host_tests/test_transcripts.py host_tests/test_lock_mimxrt.py
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

# Install uv first: pip install uv. UPGRADE=1 takes the newest versions that pyproject.toml allows.
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

# The packages for run and serve are few, so the first `make run` only waits for a short download.
$(RUN_READY): boards/host/requirements.txt
	@echo "Preparing .venv to run the modem (first use only)"
	@$(PYTHON) -m venv --without-pip .venv
	@$(PYTHON) -m pip --python $(BIN)/python --version >/dev/null || \
		{ echo "make needs pip 22.3 or later: apt install python3-pip, or set PYTHON=" >&2; false; }
	@$(PIP) --require-hashes -r $<
	@touch $@

$(TOOLS_READY): boards/tools/requirements.txt $(RUN_READY)
	@echo "Preparing .venv to deploy (first use only)"
	@$(PIP) --require-hashes -r $<
	@touch $@

$(CHIP_READY): host_tests/chip/package-lock.json $(TEST_READY)
	@echo "Preparing the emulated chip (first use only)"
	@npm ci --silent --no-audit --no-fund --prefix host_tests/chip
	@touch $@

$(BENCH_READY): $(TEST_READY)
	@echo "Preparing the benchmark (first use only)"
	@command -v socat ser2net valgrind >/dev/null && test $$(command -v socat ser2net valgrind | wc -l) = 3 || \
		apt-get install -qq -y socat ser2net valgrind >/dev/null || \
		{ echo "make bench needs socat, ser2net and valgrind: install them with apt, as root"; false; }
	@touch $@

$(MUTATE_READY): host_tests/mutation/requirements.txt $(TEST_READY)
	@echo "Preparing the mutation tests (first use only)"
	@$(PIP) --require-hashes -r $<
	@touch $@

$(FUZZ_READY): host_tests/fuzz/requirements.txt $(TEST_READY)
	@echo "Preparing the fuzzer (first use only)"
	@$(PIP) --require-hashes -r $<
	@touch $@

$(TEST_READY): host_tests/requirements.txt $(wildcard host_tests/stubs*.txt) $(TOOLS_READY)
	@echo "Preparing .venv to test and check (first use only)"
	@$(PIP) --require-hashes -r host_tests/requirements.txt
	@$(PIP) --no-deps --upgrade --target .venv/typings --require-hashes -r host_tests/stubs.txt
	@$(PIP) --no-deps --upgrade --target .venv/typings-chip --require-hashes -r host_tests/stubs-chip.txt
	@touch $@
