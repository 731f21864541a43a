// The boot ROM's flash functions, done here: rp2040js has no serial flash behind its SSI. Where they
// begin in the ROM stands a BKPT; `onBreak` does the work and returns to the caller.
const ERASE = 0xe0, PROGRAM = 0xe1;
const CODES = { RE: ERASE, RP: PROGRAM };
const BKPT = 0xbe00;

export function patchRom(rom) {
  const bytes = new DataView(rom.buffer, rom.byteOffset, rom.byteLength);
  for (let at = bytes.getUint16(0x14, true); bytes.getUint16(at, true); at += 4) {
    const name = String.fromCharCode(bytes.getUint8(at), bytes.getUint8(at + 1));
    if (name in CODES) bytes.setUint16(bytes.getUint16(at + 2, true) & ~1, BKPT | CODES[name], true);
  }
}

export function serveFlash(mcu, changed) {
  mcu.onBreak = (code) => {
    const { registers } = mcu.core;
    const [at, source, count] = [registers[0], registers[1], registers[2]];
    if (code === ERASE) {
      mcu.flash.fill(0xff, at, at + source); // (offset, count, block, command)
    } else if (code === PROGRAM) {
      for (let i = 0; i < count; i++) mcu.flash[at + i] &= mcu.readUint8(source + i);
    } else {
      throw new Error(`the chip stopped at a breakpoint ${code}, PC ${mcu.core.PC.toString(16)}`);
    }
    mcu.core.PC = mcu.core.LR & ~1;
    changed();
  };
}
