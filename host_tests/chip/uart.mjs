// A PL011 as MicroPython sees it: FIFOs, a line that takes its time, interrupts by level and by
// timeout, RTS and CTS. It stands in for rp2040js's, which sends in no time and whose transmit
// interrupt never goes away.
import { RP2040 } from 'rp2040js';

// The package does not export the class itself.
const RPUART = new RP2040().uart[0].constructor;

const DR = 0x00, FR = 0x18, IFLS = 0x34, CR = 0x30, IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44;
const RX = 1 << 4, TX = 1 << 5, RT = 1 << 6, OE = 1 << 10;
const RTSEN = 1 << 14, CTSEN = 1 << 15;
const DEPTH = 32;
const LEVELS = [4, 8, 16, 24, 28]; // 1/8 .. 7/8 of the FIFO
const BITS = 10; // 8N1
const TIMEOUT_BITS = 32;

export class Uart extends RPUART {
  constructor(mcu, index, original, tell) {
    super(mcu, original.name, original.irq, original.dreq);
    this.index = index;
    this.tell = tell; // (index, byte): one has left the chip
    this.rx = []; // in the chip's FIFO
    this.tx = [];
    this.line = []; // on their way to the chip: bytes, or functions to call when it is their turn
    this.sending = this.arriving = false;
    this.cts = true;
    this.overruns = 0;
    this.levels = 0x12;
    const { clock } = mcu;
    this.sent = clock.createAlarm(() => this.#sent());
    this.arrived = clock.createAlarm(() => this.#arrived());
    this.quiet = clock.createAlarm(() => this.#raise(RT));
  }

  get byteNanos() { return (BITS * 1e9) / this.baudRate; }
  get rxLevel() { return LEVELS[(this.levels >> 3) & 7] ?? 16; }
  get txLevel() { return LEVELS[this.levels & 7] ?? 16; }
  get rts() { return !(this.ctrlRegister & RTSEN) || this.rx.length < this.rxLevel; }
  get flags() {
    return (this.tx.length === 0 ? 0x80 : 0) | (this.rx.length >= DEPTH ? 0x40 : 0) |
      (this.tx.length >= DEPTH ? 0x20 : 0) | (this.rx.length === 0 ? 0x10 : 0) |
      (this.sending ? 0x08 : 0) | (this.cts ? 1 : 0);
  }

  // From the chip

  #send() {
    if (this.sending || !this.tx.length || !this.baudDivider) return;
    if (this.ctrlRegister & CTSEN && !this.cts) return;
    this.sending = true;
    this.shifting = this.tx.shift();
    this.sent.schedule(this.byteNanos);
    if (this.tx.length === this.txLevel) this.#raise(TX);
  }

  #sent() {
    this.sending = false;
    this.tell(this.index, this.shifting);
    this.#send();
  }

  setCts(on) {
    this.cts = on;
    this.#send();
  }

  // To the chip

  feed(bytes, done) {
    for (const byte of bytes) this.line.push(byte);
    if (done) this.line.push(done);
    this.#next();
  }

  #next() {
    while (typeof this.line[0] === 'function') this.line.shift()();
    if (this.arriving || !this.line.length || !this.rts || !this.enabled) return;
    this.arriving = true;
    this.incoming = this.line.shift();
    this.arrived.schedule(this.byteNanos);
  }

  #arrived() {
    this.arriving = false;
    if (this.rx.length >= DEPTH) {
      this.overruns++;
      this.#raise(OE);
    } else {
      this.rx.push(this.incoming);
    }
    if (this.rx.length >= this.rxLevel) this.#raise(RX);
    this.#restartQuiet();
    this.#next();
  }

  #restartQuiet() {
    if (this.quiet.scheduled) this.quiet.cancel();
    if (this.rx.length) this.quiet.schedule((TIMEOUT_BITS * 1e9) / this.baudRate);
  }

  // Registers

  #raise(bits) {
    this.interruptStatus |= bits;
    this.checkInterrupts();
  }

  checkInterrupts() {
    this.rp2040.setInterrupt(this.irq, !!(this.interruptStatus & this.interruptMask));
  }

  readUint32(offset) {
    if (offset === DR) {
      const byte = this.rx.shift() ?? 0;
      if (this.rx.length < this.rxLevel) this.interruptStatus &= ~RX;
      if (!this.rx.length) this.interruptStatus &= ~RT;
      this.#restartQuiet();
      this.checkInterrupts();
      this.#next();
      return byte;
    }
    if (offset === FR) return this.flags;
    if (offset === IFLS) return this.levels;
    return super.readUint32(offset);
  }

  writeUint32(offset, value) {
    if (offset === DR) {
      if (this.tx.length < DEPTH) this.tx.push(value & 0xff);
      if (this.tx.length > this.txLevel) this.interruptStatus &= ~TX;
      this.checkInterrupts();
      this.#send();
    } else if (offset === IFLS) {
      this.levels = value & 0x3f;
    } else {
      super.writeUint32(offset, value);
      if (offset === CR) {
        this.#send();
        this.#next();
      }
    }
  }
}
