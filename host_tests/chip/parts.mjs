// An RP2040 of rp2040js with what that lacks put in: UARTs that take their time, a reset controller
// that resets them, flash functions in the boot ROM, an answer from the second core, and chance.
import { RP2040 } from './emulator.mjs';
import { serveFlash } from './flash.mjs';
import { Uart } from './uart.mjs';

const RESETS = 0x4000c, WATCHDOG = 0x40058, ROSC = 0x40060, UARTS = [0x40034, 0x40038];
const UART_RESETS = [1 << 22, 1 << 23];
// There is no second core: what the SDK waits for from it has come (VLD, RDY), and is zero.
const FIFO_ST = 0x50, FIFO_RD = 0x58;
const FIFO = { [FIFO_ST]: 3, [FIFO_RD]: 0 };
// The ring oscillator's RANDOMBIT, of which os.urandom is made.
const RANDOMBIT = 0x1c;
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
const MEMORIES = ['sram', 'sramView', 'flash', 'flash16', 'flashView'];

function fitUarts(mcu, lines) {
  mcu.uart = mcu.uart.map((original, i) => new Uart(mcu, original, lines[i]));
  UARTS.forEach((at, i) => { mcu.peripherals[at] = mcu.uart[i]; });
  const resets = mcu.peripherals[RESETS], write = resets.writeUint32;
  resets.writeUint32 = (offset, value) => {
    if (offset === 0) mcu.uart.filter((_, i) => value & UART_RESETS[i]).forEach((uart) => uart.reset());
    write.call(resets, offset, value);
  };
}

function fitSecondCore({ sio }) {
  const read = sio.readUint32;
  sio.readUint32 = (offset) => FIFO[offset] ?? read.call(sio, offset);
}

function fitChance({ peripherals }) {
  const rosc = peripherals[ROSC], read = rosc.readUint32;
  rosc.readUint32 = (offset) => (offset === RANDOMBIT ? Number(Math.random() < 0.5) : read.call(rosc, offset));
}

// `old`: the chip whose memories it takes over. flash: {changed, part} as in flash.mjs.
export function makeChip(clock, rom, old, lines, flash) {
  const mcu = new RP2040(clock);
  for (const name of MEMORIES) mcu[name] = old[name];
  mcu.bootrom.set(rom);
  mcu.core.reset();
  mcu.logger = QUIET;
  mcu.addClockListener((hertz) => clock.retune(hertz));
  fitUarts(mcu, lines);
  fitSecondCore(mcu);
  fitChance(mcu);
  serveFlash(mcu, flash.changed, flash.part);
  return mcu;
}

export const watchdogOf = (mcu) => mcu.peripherals[WATCHDOG];
