// One Raspberry Pi Pico: a chip, its clock, what its pins see and the far ends of its UARTs. A reset
// makes the chip anew and keeps memory, pins and lines.
import { Clock } from './clock.mjs';
import { Core } from './core.mjs';
import { GPIOPinState, RP2040 } from './emulator.mjs';
import { patchRom } from './flash.mjs';
import { Line } from './line.mjs';
import { makeChip, watchdogOf } from './parts.mjs';

const FLASH_BASE = 0x10000000, FLASH_SIZE = 2 * 1024 * 1024;
const HIGH = [GPIOPinState.High, GPIOPinState.InputPullUp];

export class Machine {
  #passed = 0; // nanoseconds before the last reset
  #inputs = new Map(); // levels that the client gave to pins
  #barked = null; // the reason for the reset that is due: the watchdog's, or 0
  slept = 0;
  dirty = false; // flash was written
  writes = Infinity; // acts of the flash until power fails, in the midst of the last

  // told(message): pins, bytes and boots, as chip.mjs describes them.
  constructor(rom, terminal, told) {
    patchRom(rom);
    this.rom = rom;
    this.terminal = terminal;
    this.told = told;
    this.lines = [0, 1].map((uart) => new Line((news) => told({ uart, ...news }), () => this.nanos));
    this.mcu = new RP2040();
    this.core = new Core(this.mcu.sram, this.mcu.flash, rom);
  }

  get nanos() { return this.#passed + this.mcu.clock.nanos; }
  get flash() { return this.mcu.flash.subarray(0, FLASH_SIZE); }

  // As the RUN pin does, or with the watchdog's reason as it does.
  boot(reason = 0) {
    const old = this.mcu;
    this.#passed += old.clock.nanos;
    const flash = { changed: (at, nanos) => this.#written(at, nanos), part: () => this.#lasting() };
    this.mcu = makeChip(new Clock(this.core), this.rom, old, this.lines, flash);
    this.core.attach(this.mcu);
    this.#wireWatchdog(reason, watchdogOf(old));
    this.#wirePins();
    this.terminal.attach(this.mcu);
    this.mcu.core.PC = FLASH_BASE;
    this.told({ boot: 1, cause: reason });
  }

  #written(at, nanos) {
    this.dirty = true;
    this.core.forget(at);
    this.core.stall(nanos / this.mcu.clock.cycleNanos);
  }

  // How much of the next act of the flash is done before power fails.
  #lasting() {
    if (--this.writes > 0) return 1;
    this.writes = Infinity;
    this.#barked = 0;
    this.core.pause();
    return 0.5;
  }

  #wireWatchdog(reason, old) {
    const dog = watchdogOf(this.mcu);
    if (reason) dog.scratchData.set(old.scratchData);
    dog.reason = reason;
    dog.onWatchdogTrigger = () => {
      this.#barked = dog.reason;
      dog.timer.enable = false; // it would bark for ever
      this.core.pause();
    };
  }

  #wirePins() {
    for (const pin of this.mcu.gpio) {
      this.#settle(pin);
      pin.addListener((state) => {
        this.#settle(pin);
        if (state <= GPIOPinState.High) this.told({ pin: pin.index, on: state === GPIOPinState.High });
      });
    }
  }

  // What a pin reads: the client's level, or what the chip itself drives or pulls it to.
  #settle(pin) {
    const level = this.#inputs.get(pin.index) ?? HIGH.includes(pin.value);
    if (level !== pin.rawInputValue) pin.setInputValue(level);
  }

  setPin(pin, on) {
    this.#inputs.set(pin, on);
    this.#settle(this.mcu.gpio[pin]);
  }

  // Lets so much of the chip's time pass, less if it is reset.
  pass(nanos) {
    const { clock, core } = this.mcu;
    const end = clock.nanos + nanos;
    this.terminal.pump();
    while (clock.nanos < end && this.#barked === null) {
      const left = end - clock.nanos;
      if (core.waiting) this.slept += clock.rest(left);
      else clock.work(left);
    }
    for (const line of this.lines) line.flush();
    if (this.#barked !== null) this.#restart();
  }

  #restart() {
    const reason = this.#barked;
    this.#barked = null;
    this.boot(reason);
  }
}
