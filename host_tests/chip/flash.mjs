// The boot ROM's flash functions, done here: rp2040js has no serial flash behind its SSI. Where they
// begin in the ROM stands a BKPT; `onBreak` does the work, lets its time pass and returns.
const ERASE = 0xe0, PROGRAM = 0xe1;
const CODES = { RE: ERASE, RP: PROGRAM };
const BKPT = 0xbe00;
const SECTOR = 4096, PAGE = 256;
const ERASE_NANOS = 45e6, PROGRAM_NANOS = 0.4e6; // a sector, a page: typical of the Pico's W25Q16JV

export function patchRom(rom) {
  const bytes = new DataView(rom.buffer, rom.byteOffset, rom.byteLength);
  for (let at = bytes.getUint16(0x14, true); bytes.getUint16(at, true); at += 4) {
    const name = String.fromCharCode(bytes.getUint8(at), bytes.getUint8(at + 1));
    if (name in CODES) bytes.setUint16(bytes.getUint16(at + 2, true) & ~1, BKPT | CODES[name], true);
  }
}

// `part`: how much of it is done when power goes, 1 for all.
function erase(mcu, part, at, count) {
  mcu.flash.fill(0xff, at, at + count * part);
  return (count / SECTOR) * ERASE_NANOS;
}

function program(mcu, part, at, source, count) {
  for (let i = 0; i < count * part; i++) mcu.flash[at + i] &= mcu.readUint8(source + i);
  return (count / PAGE) * PROGRAM_NANOS;
}

const ACTS = { [ERASE]: erase, [PROGRAM]: program };

// changed(at, nanos): flash from `at` on is other now, which took so long. part(): of the next act.
export function serveFlash(mcu, changed, part) {
  mcu.onBreak = (code) => {
    const { core } = mcu;
    const act = ACTS[code];
    if (!act) throw new Error(`breakpoint ${code} at ${core.PC.toString(16)}`);
    changed(core.registers[0], act(mcu, part(), ...core.registers.subarray(0, 3)));
    core.PC = core.LR & ~1;
  };
}

export function loadUf2(flash, uf2) {
  for (let at = 0; at < uf2.length; at += 512) {
    const address = uf2.readUInt32LE(at + 12), size = uf2.readUInt32LE(at + 16);
    flash.set(uf2.subarray(at + 32, at + 32 + size), address & 0xffffff);
  }
}
