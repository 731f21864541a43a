// Runs the chip's core: code that is met often is translated (thumb.mjs), all else, exceptions
// included, is left to the emulator's interpreter. Both work on the same registers and memory.
//
// Time is exact between translated functions: alarms come due and interrupts are taken there.
import { translate } from './thumb.mjs';

const OFTEN = 16;
// One slot for each half word of ROM, flash (2 MB) and RAM, which differ in the top four bits.
const FLASH = 1, RAM = 2, SLOTS = 3 << 20;
const slotOf = (address) => ((address >>> 8) & 0x300000) | ((address >>> 1) & 0xfffff);
const NZ = 16, C = 17, V = 18, LEFT = 19;

export class Core {
  #s = new Int32Array(32);
  #span = 0; // cycles of the run under way
  #functions = [];
  #met = new Uint8Array(SLOTS);
  #flashTop = 0;
  #due = false; // interrupts have to be looked at
  #step = () => {
    const cycles = this.core.executeInstruction(); // which may end the run
    this.#s[LEFT] -= cycles;
    if (this.core.waiting) this.pause();
  };

  #meet = () => {
    const address = this.#s[15] & ~1, slot = slotOf(address);
    if (this.#met[slot]++ < OFTEN) this.#step();
    else this.#translate(address, slot);
  };

  translated = 0;
  profile = null; // a Profile, if cycles are to be told apart

  constructor(sram, flash, rom) {
    this.memory = { m8: sram, m16: new Uint16Array(sram.buffer), m32: new Int32Array(sram.buffer) };
    this.flash = { 1: flash, 2: new Uint16Array(flash.buffer), 4: new Int32Array(flash.buffer) };
    this.rom = rom;
    for (let i = 0; i < SLOTS; i++) this.#functions.push(this.#meet);
  }

  // Takes over the core of a chip that has just been made, as after a reset.
  attach(mcu) {
    this.mcu = mcu;
    this.core = mcu.core;
    const s = this.#s;
    const old = this.core.registers;
    this.core.registers = new Uint32Array(s.buffer, 0, 16);
    this.core.registers.set(old);
    const flag = (get, set) => ({ get, set });
    this.#due = true;
    Object.defineProperties(this.core, {
      interruptsUpdated: flag(() => this.#due, (on) => {
        this.#due = on;
        if (on) this.pause();
      }),
      N: flag(() => s[NZ] < 0, (on) => { s[NZ] = on ? -1 : s[NZ] < 0 ? 1 : s[NZ]; }),
      Z: flag(() => s[NZ] === 0, (on) => { s[NZ] = on ? 0 : s[NZ] || 1; }),
      C: flag(() => s[C] !== 0, (on) => { s[C] = on ? 1 : 0; }),
      V: flag(() => s[V] !== 0, (on) => { s[V] = on ? 1 : 0; }),
    });
    this.#functions.fill(this.#meet, RAM << 20);
    this.#met.fill(0, RAM << 20);
  }

  get spent() { return this.#span - this.#s[LEFT]; }

  // The run under way has to end when `cycles` of it are spent: an alarm was set.
  endBy(cycles) {
    const excess = this.#span - cycles;
    if (excess <= 0) return;
    this.#span -= excess;
    this.#s[LEFT] -= excess;
  }

  // The core stands still for so long.
  stall(cycles) {
    this.#s[LEFT] -= Math.round(cycles);
  }

  // The run under way ends here, to look at what has come up.
  pause() { this.endBy(this.spent); }

  // As pause, and what was spent is counted by the caller.
  split() {
    const { spent } = this;
    this.#span = this.#s[LEFT] = 0;
    return spent;
  }

  // Works for about so many cycles, less if there is something to look at; how many it was.
  run(cycles) {
    const s = this.#s, functions = this.#functions;
    while (this.#due) if (this.core.checkForInterrupts()) this.core.waiting = false;
    this.#span = s[LEFT] = cycles;
    if (this.profile) while (s[LEFT] > 0) this.profile.run(this, s, functions[slotOf(s[15])]);
    else while (s[LEFT] > 0) functions[slotOf(s[15])]();
    return this.split();
  }

  // The one instruction at an address as a function that gives its cycles: for a check.
  only(address) {
    const act = this.#compile(address, translate(address, this.#fetch, this.#fixed, 1));
    return () => {
      this.#span = this.#s[LEFT] = 1;
      act();
      return this.spent;
    };
  }

  #translate(address, slot) {
    const made = translate(address, this.#fetch, this.#fixed);
    this.#functions[slot] = made ? this.#compile(address, made) : this.#step;
    if (address >>> 28 === FLASH) this.#flashTop = Math.max(this.#flashTop, ...made?.addresses ?? []);
    this.translated++;
  }

  #compile(address, { writer, addresses }) {
    const { m8, m16, m32 } = this.memory;
    const make = new Function('x', 's', 'm8', 'm16', 'm32', writer.text(this.#check(addresses)));
    return make(this, this.#s, m8, m16, m32);
  }

  // Code in RAM may be replaced: it is compared with what was translated each time.
  #check(addresses) {
    const inRam = [...new Set(addresses.filter((at) => at >>> 28 === RAM).map((at) => (at & 0xffffff) >>> 2))];
    if (!inRam.length) return '';
    const { m32 } = this.memory;
    return `if(${inRam.map((i) => `m32[${i}]!==${m32[i]}`).join('||')})return x.renew();`;
  }

  renew() {
    const slot = slotOf(this.#s[15] & ~1);
    this.#functions[slot] = this.#meet;
    this.#met[slot] = 0;
    this.#step();
  }

  // Flash from `at` on has changed.
  forget(at) {
    if (at > (this.#flashTop & 0xffffff)) return;
    this.#functions.fill(this.#meet);
    this.#met.fill(0);
    this.#flashTop = 0;
  }

  #fetch = (address) => this.mcu.readUint16(address);

  #fixed = (address) =>
    address >>> 28 === FLASH ? this.flash[4][(address & 0xffffff) >>> 2] : address >>> 28 === 0 ? this.rom[address >>> 2] | 0 : null;

  // What translated code does not find in RAM.

  load4(at) { return at >>> 26 === 4 ? this.flash[4][(at & 0xffffff) >>> 2] : this.mcu.readUint32(this.#slow(at, 2)) | 0; }
  load2(at) { return at >>> 26 === 4 ? this.flash[2][(at & 0xffffff) >>> 1] : this.mcu.readUint16(this.#slow(at, 2)); }
  load1(at) { return at >>> 26 === 4 ? this.flash[1][at & 0xffffff] : this.mcu.readUint8(this.#slow(at, 2)); }
  store4(at, value) { this.mcu.writeUint32(this.#slow(at, 3), value); }
  store2(at, value) { this.mcu.writeUint16(this.#slow(at, 3), value & 0xffff); }
  store1(at, value) { this.mcu.writeUint8(this.#slow(at, 3), value & 0xff); }

  // The cycles that a peripheral takes beyond those of RAM.
  #slow(at, more) {
    if (at >>> 28 === 4) this.#s[LEFT] -= more;
    else if (at >>> 28 === 0xd) this.#s[LEFT] += 1;
    return at >>> 0;
  }
}
