// The far end of one UART: it sends at the speed that the chip has set, stops when RTS says so,
// and tells what comes from the chip with its times. It outlives a reset of the chip.
export class Line {
  cts = true;
  overruns = 0;
  #queue = []; // bytes, and functions to call when all before them are through
  #arriving = false;
  #came = null; // { from, to, bytes } from the chip, not told yet
  #rts = null;

  // tell({...}): to the client; now(): nanoseconds since the start, over all resets.
  constructor(tell, now) {
    this.tell = tell;
    this.now = now;
  }

  attach(uart, clock) {
    this.uart = uart;
    this.arrived = clock.createAlarm(() => this.#arrived());
    this.#arriving = false;
  }

  write(bytes, done) {
    for (const byte of bytes) this.#queue.push(byte);
    this.#queue.push(done);
    this.next();
  }

  next() {
    if (this.#arriving) return;
    while (typeof this.#queue[0] === 'function') this.#queue.shift()();
    if (!this.#queue.length || !this.uart.ready || !this.uart.clear) return;
    this.#arriving = true;
    this.arrived.schedule(this.uart.byteNanos);
  }

  #arrived() {
    this.#arriving = false;
    if (!this.uart.receive(this.#queue.shift())) this.overruns++;
    this.next();
  }

  setCts(on) {
    this.cts = on;
    this.uart.ctsChanged();
  }

  rtsIs(on) {
    if (on === this.#rts) return;
    this.#rts = on;
    this.tell({ rts: on });
  }

  take(byte, byteNanos) {
    const now = this.now();
    this.#came ??= { from: now - byteNanos, bytes: [] };
    this.#came.bytes.push(byte);
    this.#came.to = now;
  }

  flush() {
    const came = this.#came;
    this.#came = null;
    if (came) this.tell({ from: came.from, to: came.to, data: Buffer.from(came.bytes).toString('hex') });
  }
}
