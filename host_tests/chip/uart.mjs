// A PL011 as MicroPython uses it: FIFOs, interrupts by level and by timeout, RTS and CTS, and a
// transmitter and a receiver that take the time of the line. It stands in for rp2040js's, which
// sends in no time and whose transmit interrupt never goes away.
import { Pl011 } from './emulator.mjs';

const DR = 0x00, RSR = 0x04, FR = 0x18, LCR = 0x2c, CR = 0x30, IFLS = 0x34;
const RX = 1 << 4, TX = 1 << 5, RT = 1 << 6, FE = 1 << 7, BE = 1 << 9, OE = 1 << 10; // interrupts
const FRAMING = 0x100, BREAK = 0x400, OF_BYTE = 7; // of what DR reads, behind the byte; RSR then has them
const OVERRUN = 8; // RSR
const TXFE = 0x80, RXFF = 0x40, TXFF = 0x20, RXFE = 0x10, BUSY = 0x08, CTS = 0x01; // FR
const PEN = 1 << 1, STP2 = 1 << 3; // LCR
const RTS = 1 << 11, RTSEN = 1 << 14, CTSEN = 1 << 15; // CR
const LEVELS = [4, 8, 16, 24, 28]; // of a FIFO of 32
const TIMEOUT_BITS = 32;
// rp2040js's fields.
const AT_RESET = {
  ctrlRegister: 0x300, lineCtrlRegister: 0, interruptMask: 0, interruptStatus: 0, intDivisor: 0, fracDivisor: 0,
};

export class Uart extends Pl011 {
  rx = [];
  tx = [];
  levels = 0x12;
  sending = false;
  heeded = false; // RTS was used since the reset: the far end knows it
  errors = 0; // RSR: that bytes were lost, until it is written

  // `line` is the far end: see line.mjs.
  constructor(mcu, original, line) {
    super(mcu, original.name, original.irq, original.dreq);
    this.line = line;
    this.sent = mcu.clock.createAlarm(() => this.#sent());
    this.quiet = mcu.clock.createAlarm(() => this.#raise(RT));
    line.attach(this, mcu.clock);
  }

  // What the reset controller does to it: MicroPython does so at each change of a setting.
  reset() {
    this.sent.cancel();
    this.quiet.cancel();
    Object.assign(this, { rx: [], tx: [], levels: 0x12, sending: false, errors: 0, heeded: false, ...AT_RESET });
    this.checkInterrupts();
  }

  get bitNanos() { return 1e9 / this.baudRate; }
  get byteNanos() {
    const { lineCtrlRegister: lcr } = this;
    return (2 + this.wordLength + (lcr & PEN ? 1 : 0) + (lcr & STP2 ? 1 : 0)) * this.bitNanos;
  }

  get depth() { return this.fifosEnabled ? 32 : 1; }
  get rxLevel() { return this.fifosEnabled ? (LEVELS[(this.levels >> 3) & 7] ?? 16) : 1; }
  get txLevel() { return this.fifosEnabled ? (LEVELS[this.levels & 7] ?? 16) : 0; }
  get ready() { return this.enabled && this.rxEnabled && this.baudDivider > 0; }
  get rts() {
    return this.ctrlRegister & RTSEN ? this.rx.length < this.rxLevel : !!(this.ctrlRegister & RTS);
  }

  // Which ways flow control holds: what is sent, by CTS; what comes, by RTS.
  get held() { return [CTSEN, RTSEN].map((bit) => (this.ctrlRegister & bit) !== 0); }

  // Whether the far end may send. Unless RTS was ever used nobody speaks of flow control.
  get clear() { return !this.heeded || this.rts; }

  get flags() {
    const { rx, tx, depth } = this;
    return (tx.length ? 0 : TXFE) | (tx.length >= depth ? TXFF : 0) | (rx.length ? 0 : RXFE) |
      (rx.length >= depth ? RXFF : 0) | (this.sending || tx.length ? BUSY : 0) | (this.line.cts ? CTS : 0);
  }

  #send() {
    if (this.sending || !this.tx.length || !this.enabled || !this.txEnabled || !this.baudDivider) return;
    if (this.ctrlRegister & CTSEN && !this.line.cts) return;
    this.sending = true;
    this.shifting = this.tx.shift();
    this.sent.schedule(this.byteNanos);
    if (this.tx.length === this.txLevel) this.#raise(TX);
  }

  #sent() {
    this.sending = false;
    this.line.take(this.shifting, this.byteNanos);
    this.#send();
  }

  ctsChanged() { this.#send(); }

  // A byte has come in, perhaps with its errors; false if there was no room for it.
  receive(byte) {
    const room = this.rx.length < this.depth;
    if (room) this.rx.push(byte);
    else this.#overrun();
    if (byte & FRAMING) this.#raise(FE);
    if (byte & BREAK) this.#raise(BE);
    if (this.rx.length >= this.rxLevel) this.#raise(RX);
    this.#restartQuiet();
    this.line.rtsIs(this.rts);
    return room;
  }

  #overrun() {
    this.errors = OVERRUN;
    this.#raise(OE);
  }

  #restartQuiet() {
    this.quiet.cancel();
    if (this.rx.length) this.quiet.schedule(TIMEOUT_BITS * this.bitNanos);
  }

  #read() {
    const byte = this.rx.shift() ?? 0;
    this.errors = (this.errors & ~OF_BYTE) | ((byte >> 8) & OF_BYTE);
    if (this.rx.length < this.rxLevel) this.#drop(RX);
    if (!this.rx.length) this.#drop(RT);
    this.#restartQuiet();
    this.line.rtsIs(this.rts);
    this.line.next();
    return byte;
  }

  #write(byte) {
    if (this.tx.length < this.depth) this.tx.push(byte);
    if (this.tx.length > this.txLevel) this.#drop(TX);
    this.#send();
  }

  #raise(bits) {
    this.interruptStatus |= bits;
    this.checkInterrupts();
  }

  #drop(bits) {
    this.interruptStatus &= ~bits;
    this.checkInterrupts();
  }

  checkInterrupts() {
    this.rp2040.setInterrupt(this.irq, !!(this.interruptStatus & this.interruptMask));
  }

  readUint32(offset) {
    if (offset === DR) return this.#read();
    if (offset === FR) return this.flags;
    if (offset === RSR) return this.errors;
    if (offset === IFLS) return this.levels;
    return super.readUint32(offset);
  }

  writeUint32(offset, value) {
    if (offset === DR) return this.#write(value & 0xff);
    if (offset === RSR) this.errors = 0;
    else if (offset === IFLS) this.levels = value & 0x3f;
    else super.writeUint32(offset, value);
    if (this.ctrlRegister & RTSEN) this.heeded = true;
    if (offset === CR || offset === LCR) {
      this.line.rtsIs(this.rts);
      this.#send();
      this.line.next();
    }
  }
}
