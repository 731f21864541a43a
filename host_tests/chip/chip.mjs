// An RP2040 that runs a real MicroPython image. node chip.mjs IMAGE.uf2 ROM.bin [FLASH.bin]
//
// Speaks JSON lines on stdin and stdout; bytes are in hex, times in microseconds of the chip's clock,
// which never runs ahead of the wall clock: peers on a real network keep up with it.
//   in   {write: uart, data, id}  {cts: uart, on}  {pin: n, on}  {reset: 1}  {stats: 1}
//   out  {console: port}  {uart, from, to, data}  {done: id, at}  {pin, on, at}  {boot, cause, at}
//        {said: console bytes}  {stats}
import fs from 'node:fs';
import readline from 'node:readline';
import { RP2040, GPIOPinState } from 'rp2040js';
import { Console } from './console.mjs';
import { patchRom, serveFlash } from './flash.mjs';
import { Uart } from './uart.mjs';

const [imagePath, romPath, flashPath] = process.argv.slice(2);
const FLASH_SIZE = 2 * 1024 * 1024;
const CYCLE_NS = 8; // 125 MHz
const SLICE_NS = 1e6;
const GATHER_NS = 2e6; // bytes that follow each other are told together
const FLASH_BASE = 0x10000000;

const rom = new Uint32Array(new Uint8Array(fs.readFileSync(romPath)).buffer);
patchRom(rom);
const flash = new Uint8Array(FLASH_SIZE).fill(0xff);
loadImage();

let mcu, uarts, slept = 0, baseNanos = 0, cause = 0;
const started = process.hrtime.bigint();
const inputs = new Map(); // levels that the client gave to pins, kept over a reset
const gathered = [null, null];

function tell(message) {
  process.stdout.write(JSON.stringify(message) + '\n');
}

function nowNanos() { return baseNanos + mcu.clock.nanos; }
function nowMicros() { return Math.round(nowNanos() / 1000); }

function loadImage() {
  if (flashPath && fs.existsSync(flashPath)) {
    flash.set(fs.readFileSync(flashPath));
    return;
  }
  const uf2 = fs.readFileSync(imagePath);
  for (let at = 0; at < uf2.length; at += 512) {
    const address = uf2.readUInt32LE(at + 12), size = uf2.readUInt32LE(at + 16);
    flash.set(uf2.subarray(at + 32, at + 32 + size), address - FLASH_BASE);
  }
}

function fromChip(index, byte) {
  const now = nowNanos();
  let part = gathered[index];
  if (part && now - part.last > GATHER_NS) part = flush(index);
  part ??= gathered[index] = { first: now - uarts[index].byteNanos, bytes: [] };
  part.bytes.push(byte);
  part.last = now;
}

function flush(index) {
  const part = gathered[index];
  gathered[index] = null;
  if (part) {
    tell({ uart: index, from: Math.round(part.first / 1000), to: Math.round(part.last / 1000),
      data: Buffer.from(part.bytes).toString('hex') });
  }
  return null;
}

function boot() {
  const before = mcu;
  if (before) baseNanos += before.clock.nanos;
  mcu = new RP2040();
  mcu.logger = { debug() {}, info() {}, warn() {}, error() {} };
  mcu.loadBootrom(rom);
  mcu.flash.set(flash);
  serveFlash(mcu, () => { dirty = true; });
  uarts = [0, 1].map((index) => new Uart(mcu, index, mcu.uart[index], fromChip));
  mcu.uart = uarts;
  mcu.peripherals[0x40034] = uarts[0];
  mcu.peripherals[0x40038] = uarts[1];
  const dog = mcu.peripherals[0x40058];
  dog.onWatchdogTrigger = () => { cause = dog.reason || 1; resetting = true; };
  if (before) {
    dog.reason = cause;
    dog.scratchData.set(before.peripherals[0x40058].scratchData);
  }
  for (const pin of mcu.gpio) {
    if (inputs.has(pin.index)) pin.setInputValue(inputs.get(pin.index));
    pin.addListener((state) => {
      if (state <= GPIOPinState.High) tell({ pin: pin.index, on: state === GPIOPinState.High, at: nowMicros() });
    });
  }
  terminal.attach(mcu, (data) => tell({ said: data.toString('hex') }));
  mcu.core.PC = FLASH_BASE;
  tell({ boot: 1, cause, at: nowMicros() });
}

let resetting = false, dirty = false, stopped = false;

function slice() {
  const { core, clock } = mcu;
  const end = clock.nanos + SLICE_NS;
  terminal.pump();
  while (clock.nanos < end && !resetting) {
    if (core.waiting) {
      const left = clock.nextAlarm ? Math.max(clock.nanosToNextAlarm, 0) : SLICE_NS;
      const step = Math.min(left, end - clock.nanos);
      slept += step;
      clock.tick(step || CYCLE_NS);
    } else {
      let cycles = 0;
      const budget = Math.min(end, clock.nextAlarm ? clock.nextAlarm.nanos : end) - clock.nanos;
      const most = Math.max(1, Math.min(budget / CYCLE_NS, 64));
      while (cycles < most && !core.waiting) cycles += core.executeInstruction();
      clock.tick(cycles * CYCLE_NS);
    }
  }
  for (const index of [0, 1]) {
    const part = gathered[index];
    if (part && nowNanos() - part.last > GATHER_NS) flush(index);
  }
  if (resetting) reset();
}

function reset() {
  resetting = false;
  flash.set(mcu.flash.subarray(0, FLASH_SIZE));
  boot();
}

function save() {
  if (flashPath && dirty) {
    fs.writeFileSync(flashPath, mcu.flash.subarray(0, FLASH_SIZE));
    dirty = false;
  }
}

function run() {
  if (stopped) return;
  const until = process.hrtime.bigint() + 5_000_000n;
  let ahead = 0;
  do {
    slice();
    ahead = nowNanos() - Number(process.hrtime.bigint() - started);
  } while (ahead < 0 && process.hrtime.bigint() < until);
  if (ahead > 0) setTimeout(run, Math.ceil(ahead / 1e6));
  else setImmediate(run);
}

const COMMANDS = {
  write({ write, data, id }) {
    uarts[write].feed(Buffer.from(data, 'hex'), () => tell({ done: id, at: nowMicros() }));
  },
  cts({ cts, on }) { uarts[cts].setCts(on); },
  pin({ pin, on }) {
    inputs.set(pin, on);
    mcu.gpio[pin].setInputValue(on);
  },
  reset() {
    cause = 0;
    resetting = true;
  },
  stats() {
    tell({ stats: { at: nowMicros(), slept: Math.round(slept / 1000),
      wall: Number((process.hrtime.bigint() - started) / 1000n),
      overruns: uarts.map((uart) => uart.overruns), baud: uarts.map((uart) => uart.baudDivider ? uart.baudRate : 0) } });
  },
};

const terminal = new Console(0, (port) => {
  tell({ console: port });
  boot();
  run();
});
const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const message = JSON.parse(line);
  for (const name of Object.keys(message)) if (name in COMMANDS) COMMANDS[name](message);
});
lines.on('close', () => {
  stopped = true;
  save();
  process.exit(0);
});
