// One Raspberry Pi Pico: memory, core, clock and the far ends of its UARTs. A reset makes the chip
// anew and keeps all of these.
import { Clock } from './clock.mjs';
import { Core } from './core.mjs';
import { GPIOPinState, RP2040 } from './emulator.mjs';
import { patchRom, serveFlash } from './flash.mjs';
import { Line } from './line.mjs';
import { Uart } from './uart.mjs';

export const FLASH_SIZE = 2 * 1024 * 1024;
const FLASH_BASE = 0x10000000;
const WATCHDOG = 0x40058, UARTS = [0x40034, 0x40038];
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const HIGH = [GPIOPinState.High, GPIOPinState.InputPullUp];
// The memories, which a chip that is made anew takes over.
const MEMORIES = ['sram', 'sramView', 'flash', 'flash16', 'flashView'];

// There is no second core: what the SDK waits for from it has come (VLD, RDY), and is zero.
const FIFO = { 0x50: 3, 0x58: 0 };
const withoutCore1 = (sio, read = sio.readUint32) => (offset) => FIFO[offset] ?? read.call(sio, offset);

export class Machine {
  #passed = 0; // nanoseconds before the last reset
  #inputs = new Map(); // levels that the client gave to pins
  #resetting = null; // the watchdog's reason, once it has barked
  slept = 0;
  dirty = false; // flash was written

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
    this.mcu = this.#make(old);
    const dog = this.mcu.peripherals[WATCHDOG];
    dog.onWatchdogTrigger = () => {
      this.#resetting = dog.reason;
      this.core.endBy(0);
    };
    if (reason) {
      dog.reason = reason;
      dog.scratchData.set(old.peripherals[WATCHDOG].scratchData);
    }
    this.terminal.attach(this.mcu);
    this.mcu.core.PC = FLASH_BASE;
    this.told({ boot: 1, cause: reason });
  }

  #make(old) {
    const mcu = new RP2040(new Clock(this.core));
    for (const name of MEMORIES) mcu[name] = old[name];
    mcu.bootrom.set(this.rom);
    mcu.core.reset();
    mcu.logger = QUIET;
    this.core.attach(mcu);
    mcu.addClockListener((hertz) => { mcu.clock.cycleNanos = 1e9 / hertz; });
    mcu.sio.readUint32 = withoutCore1(mcu.sio);
    serveFlash(mcu, (at, nanos) => {
      this.dirty = true;
      this.core.forget(at);
      this.core.stall(nanos / mcu.clock.cycleNanos);
    });
    mcu.uart = mcu.uart.map((original, i) => new Uart(mcu, original, this.lines[i]));
    UARTS.forEach((at, i) => { mcu.peripherals[at] = mcu.uart[i]; });
    this.#wire(mcu);
    return mcu;
  }

  #wire(mcu) {
    for (const pin of mcu.gpio) {
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

  // Lets so much of the chip's time pass; returns early at a reset.
  pass(nanos) {
    const { clock, core } = this.mcu;
    const end = clock.nanos + nanos;
    this.terminal.pump();
    while (clock.nanos < end && this.#resetting === null) {
      const left = end - clock.nanos;
      if (core.waiting) this.slept += clock.rest(left);
      else clock.work(left);
    }
    for (const line of this.lines) line.flush();
    if (this.#resetting !== null) this.#restart();
  }

  #restart() {
    const reason = this.#resetting;
    this.#resetting = null;
    this.boot(reason);
  }
}
