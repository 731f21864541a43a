// An RP2040 that runs a real MicroPython image: node chip.mjs IMAGE.uf2 ROM.bin [FLASH.bin]
//
// Speaks JSON lines on stdin and stdout; bytes are in hex, times in microseconds of the chip's clock,
// which never runs faster than the wall clock: peers on a real network keep up with it.
//   in   {write: uart, data, id}  {cts: uart, on}  {pin: n, on}  {reset: 1}  {cut: n}  {wipe: 1}  {save: 1, id}  {stats: 1}
//        {spoilt: uart, byte}: with the error bits of DR behind it
//        {profile: [address of a function to watch]}, which {profile: 0} ends
//   out  {console: port}  {boot, cause}  {uart, from, to, data}  {uart, rts}  {pin, on}  {done: id}
//        {said: console bytes}  {stats}  {profile}  {now}, and `at` in all but the first
import fs from 'node:fs';
import readline from 'node:readline';
import { Console } from './console.mjs';
import { loadUf2 } from './flash.mjs';
import { Machine } from './machine.mjs';
import { Profile } from './profile.mjs';

const SLICE_NANOS = 1e6;
const TURN_NANOS = 5e6; // of wall time between looks at what the client says
const BEAT_NANOS = 5e6;
const [imagePath, romPath, flashPath] = process.argv.slice(2);


const started = process.hrtime.bigint();
const micros = (nanos) => Math.round(nanos / 1000);
const wallNanos = () => Number(process.hrtime.bigint() - started);

function tell(message) {
  for (const name of ['from', 'to']) if (name in message) message[name] = micros(message[name]);
  process.stdout.write(JSON.stringify({ ...message, at: micros(machine.nanos) }) + '\n');
}

const image = fs.readFileSync(imagePath);
const rom = new Uint32Array(new Uint8Array(fs.readFileSync(romPath)).buffer);
const terminal = new Console((data) => tell({ said: data.toString('hex') }));
const machine = new Machine(rom, terminal, tell);

function save() {
  if (flashPath && machine.dirty) fs.writeFileSync(flashPath, machine.flash);
  machine.dirty = false;
}

function stats() {
  const { lines, mcu, core, slept, nanos } = machine;
  return {
    at: micros(nanos), wall: micros(wallNanos()), slept: micros(slept), translated: core.translated,
    overruns: lines.map((line) => line.overruns),
    baud: mcu.uart.map((uart) => (uart.baudDivider ? uart.baudRate : 0)),
    held: mcu.uart.map((uart) => uart.held),
  };
}

function profile(watched) {
  const ended = machine.core.profile;
  machine.core.profile = watched ? new Profile(watched) : null;
  if (watched) return;
  tell({ profile: { cycles: Object.fromEntries(ended.cycles), within: Object.fromEntries(ended.within) } });
}

const COMMANDS = {
  write: ({ write, data, id }) => machine.lines[write].write(Buffer.from(data, 'hex'), () => tell({ done: id })),
  spoilt: ({ spoilt, byte }) => machine.lines[spoilt].write([byte], () => {}),
  cts: ({ cts, on }) => machine.lines[cts].setCts(on),
  pin: ({ pin, on }) => machine.setPin(pin, on),
  reset: () => machine.boot(),
  cut: ({ cut }) => { machine.writes = cut || Infinity; },
  wipe: () => {
    machine.flash.fill(0xff);
    loadUf2(machine.flash, image);
    machine.boot();
  },
  save: ({ id }) => {
    save();
    tell({ done: id });
  },
  stats: () => tell({ stats: stats() }),
  profile: ({ profile: watched }) => profile(watched),
};

// A flash that was kept is the chip's, with the image written over it.
function fill() {
  if (flashPath && fs.existsSync(flashPath)) machine.flash.set(fs.readFileSync(flashPath));
  loadUf2(machine.flash, image);
}

// How far the chip's clock is behind the wall's; it never makes up for it.
let behind = 0, beat = 0;

function turn() {
  const until = wallNanos() + TURN_NANOS;
  let early;
  do {
    machine.pass(SLICE_NANOS);
    early = machine.nanos + behind - wallNanos();
  } while (early < 0 && wallNanos() < until);
  if (early < 0) behind -= early;
  if (machine.nanos - beat >= BEAT_NANOS) tell({ now: micros(beat = machine.nanos) });
  if (early > SLICE_NANOS) setTimeout(turn, Math.floor(early / 1e6));
  else setImmediate(turn);
}

fill();
tell({ console: await terminal.listen() });
behind = wallNanos();
machine.boot();
const commands = readline.createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const message = JSON.parse(line);
  COMMANDS[Object.keys(message)[0]](message);
});
commands.on('close', () => {
  save();
  process.exit(0);
});
turn();
