// Thumb instructions as JavaScript: `translate` turns the code that begins at an address into one
// function, which V8 compiles. It stops at what has no rule here; the emulator's interpreter, whose
// cycle counts the rules share, does that.
import { C, LR, NZ, PC, SP, V, Writer, ram } from './writer.mjs';

const MOST = 40; // instructions in one function

const low = (op, at) => (op >> at) & 7;
const high = (op) => [(op >> 3) & 15, ((op >> 4) & 8) | (op & 7)]; // Rm, Rd of the high register forms
const listed = (op) => [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => op & (1 << n));

function add(w, a, b, d, carry) {
  const [x, y] = [w.let(a), w.let(b)];
  const sum = w.let(carry ? `${x}+${y}+${w.get(C)}|0` : `${x}+${y}|0`);
  const c = carry ? `(${x}>>>0)+(${y}>>>0)+${w.get(C)}>4294967295?1:0` : `(${sum}>>>0)<(${x}>>>0)?1:0`;
  w.flags({ nz: sum, c, v: `((${x}^${sum})&(${y}^${sum}))>>>31` });
  if (d !== null) w.set(d, sum);
}

function subtract(w, a, b, d) {
  const [x, y] = [w.let(a), w.let(b)];
  const rest = w.let(`${x}-${y}|0`);
  w.flags({ nz: rest, c: `(${x}>>>0)>=(${y}>>>0)?1:0`, v: `((${x}^${y})&(${x}^${rest}))>>>31` }, [x, y]);
  if (d !== null) w.set(d, rest);
}

function logic(w, value, d) {
  const result = w.let(value);
  w.flags({ nz: result });
  if (d !== null) w.set(d, result);
}

// A shift by a constant or a register; `by` is 0..255 then.
function shift(w, a, by, d, { within, beyond, c, cBeyond, cAt32 }) {
  const [x, n] = [w.let(a), w.let(by)];
  const result = w.let(`${n}<32?${within(x, n)}:${beyond(x)}`);
  const bit = `${n}<32?${c(x, n)}:${n}===32?${cAt32(x)}:${cBeyond(x)}`;
  w.flags({ nz: result, c: `${n}===0?${w.get(C)}:${bit}` });
  w.set(d, result);
}

const LEFT = {
  within: (x, n) => `${x}<<${n}`, beyond: () => '0',
  c: (x, n) => `${x}>>>(32-${n})&1`, cAt32: (x) => `${x}&1`, cBeyond: () => '0',
};
const RIGHT = {
  within: (x, n) => `${x}>>>${n}|0`, beyond: () => '0',
  c: (x, n) => `${x}>>>(${n}-1)&1`, cAt32: (x) => `${x}>>>31`, cBeyond: () => '0',
};
const ARITHMETIC = {
  within: (x, n) => `${x}>>${n}`, beyond: (x) => `${x}>>31`,
  c: (x, n) => `${x}>>>(${n}-1)&1`, cAt32: (x) => `${x}>>>31`, cBeyond: (x) => `${x}>>>31`,
};

function rotate(w, op) {
  const [x, n] = [w.let(w.get(low(op, 0))), w.let(`${w.get(low(op, 3))}&255`)];
  const result = w.let(`${x}>>>(${n}&31)|${x}<<(32-(${n}&31)&31)`);
  w.flags({ nz: result, c: `${n}===0?${w.get(C)}:${result}>>>31` });
  w.set(low(op, 0), result);
}

// The 16 operations of the data processing form, by bits 6 to 9.
const PROCESSING = [
  (w, a, b, d) => logic(w, `${a}&${b}`, d),
  (w, a, b, d) => logic(w, `${a}^${b}`, d),
  (w, a, b, d) => shift(w, a, `${b}&255`, d, LEFT),
  (w, a, b, d) => shift(w, a, `${b}&255`, d, RIGHT),
  (w, a, b, d) => shift(w, a, `${b}&255`, d, ARITHMETIC),
  (w, a, b, d) => add(w, a, b, d, true),
  (w, a, b, d) => add(w, a, `~${b}`, d, true),
  (w, a, b, d, op) => rotate(w, op),
  (w, a, b) => logic(w, `${a}&${b}`, null),
  (w, a, b, d) => subtract(w, '0', b, d),
  (w, a, b) => subtract(w, a, b, null),
  (w, a, b) => add(w, a, b, null),
  (w, a, b, d) => logic(w, `${a}|${b}`, d),
  (w, a, b, d) => logic(w, `Math.imul(${a},${b})`, d),
  (w, a, b, d) => logic(w, `${a}&~${b}`, d),
  (w, a, b, d) => logic(w, `~${b}`, d),
];

// Conditions by bits 9 to 11, each with its opposite; `ab` as long as the flags are of a - b.
const CONDITIONS = [
  { flags: (w) => `${w.get(NZ)}===0`, ab: (a, b) => `${a}===${b}` },
  { flags: (w) => `${w.get(C)}!==0`, ab: (a, b) => `(${a}>>>0)>=(${b}>>>0)` },
  { flags: (w) => `${w.get(NZ)}<0`, ab: (a, b) => `(${a}-${b}|0)<0` },
  { flags: (w) => `${w.get(V)}!==0` },
  { flags: (w) => `${w.get(C)}!==0&&${w.get(NZ)}!==0`, ab: (a, b) => `(${a}>>>0)>(${b}>>>0)` },
  { flags: (w) => `(${w.get(NZ)}<0)===(${w.get(V)}!==0)`, ab: (a, b) => `${a}>=${b}` },
  { flags: (w) => `${w.get(NZ)}!==0&&(${w.get(NZ)}<0)===(${w.get(V)}!==0)`, ab: (a, b) => `${a}>${b}` },
];

function branchIf(w, op) {
  const { flags, ab } = CONDITIONS[(op >> 9) & 7];
  const holds = w.compared && ab ? ab(...w.compared) : flags(w);
  w.lines.push(`if(${op & 0x100 ? `!(${holds})` : holds}){`);
  w.jump((w.pc + 4 + ((op << 24) >> 23)) | 0, w.cycles + 2);
  w.lines.push('}');
  w.cycles += 1;
}

// To an address of the program's: it may also end an exception.
function branchTo(w, value, cycles) {
  const target = w.let(value);
  w.lines.push(`if(${target}>>>28===15){`);
  w.lines.push({ dirty: new Set(w.dirty), end: `s[15]=${w.pc + 2};s[19]-=${cycles};x.core.BXWritePC(${target});return;` });
  w.lines.push('}');
  w.leave(`${target}&~1`, cycles);
  return null;
}

function goOn(w, target) {
  if (target !== w.start) return target;
  w.jump(target, w.cycles);
  return null;
}

function highRegisters(w, op) {
  const [m, d] = high(op);
  const adds = (op >> 8) === 0x44;
  const value = adds ? `${w.get(d)}+${w.get(m)}|0` : w.get(m);
  if (d !== PC) {
    w.set(d, value);
    w.cycles += 1;
    return undefined;
  }
  w.leave(`(${value})&~1`, w.cycles + 2);
  return null;
}

function branchExchange(w, op) {
  const target = w.let(w.get((op >> 3) & 15));
  if (!(op & 0x80)) return branchTo(w, target, w.cycles + 2);
  w.set(LR, `${(w.pc + 2) | 1}`);
  w.leave(`${target}&~1`, w.cycles + 2);
  return null;
}

function branchLink(w, op, op2) {
  const s = (op >> 10) & 1;
  const i1 = 1 - (s ^ ((op2 >> 13) & 1)), i2 = 1 - (s ^ ((op2 >> 11) & 1));
  const offset = ((s ? 0xff : 0) << 24) | (i1 << 23) | (i2 << 22) | ((op & 0x3ff) << 12) | ((op2 & 0x7ff) << 1);
  w.set(LR, `${(w.pc + 4) | 1}`);
  w.cycles += 3;
  return goOn(w, (w.pc + 4 + offset) | 0);
}

function push(w, op) {
  const saved = [...listed(op), ...(op & 0x100 ? [LR] : [])];
  const at = w.let(`${w.get(SP)}-${4 * saved.length}|0`);
  saved.forEach((n, i) => w.lines.push(`${ram(4, w.let(`${at}+${4 * i}`))}=${w.get(n)};`));
  w.set(SP, at);
  w.cycles += 1 + listed(op).length;
}

function pop(w, op) {
  const saved = listed(op);
  const at = w.let(w.get(SP));
  saved.forEach((n, i) => w.set(n, ram(4, w.let(`${at}+${4 * i}`))));
  w.cycles += 1 + saved.length;
  if (!(op & 0x100)) return void w.set(SP, `${at}+${4 * saved.length}|0`);
  const target = w.let(ram(4, w.let(`${at}+${4 * saved.length}`)));
  w.set(SP, `${at}+${4 * saved.length + 4}|0`);
  return branchTo(w, target, w.cycles + 2);
}

function multiple(w, op) {
  const n = low(op, 8), regs = listed(op);
  const at = w.let(w.get(n));
  regs.forEach((reg, i) => {
    const address = `${at}+${4 * i}|0`;
    if (op & 0x800) w.set(reg, w.load(4, address));
    else w.store(4, address, w.get(reg));
  });
  if (!regs.includes(n)) w.set(n, `${at}+${4 * regs.length}|0`);
  w.cycles += 1 + regs.length;
}

function literal(w, op) {
  const address = ((w.pc + 4) & ~3) + 4 * (op & 255);
  const word = w.fixed(address);
  w.set(low(op, 8), word === null ? w.load(4, `${address | 0}`) : `${word}`);
  w.cycles += 2;
}

// [size, sign-extending shift] of the register forms of load and store, by bits 9 to 11.
const ACCESS = [[4], [2], [1], [1, 24], [4], [2], [1], [2, 16]];
const STORES = [true, true, true, false, false, false, false, false];

function access(w, size, stores, address, t, sign) {
  if (stores) w.store(size, address, w.get(t));
  else w.set(t, sign ? `${w.load(size, address)}<<${sign}>>${sign}` : w.load(size, address));
  w.cycles += 2;
}

function byRegister(w, op) {
  const kind = (op >> 9) & 7;
  const [size, sign] = ACCESS[kind];
  access(w, size, STORES[kind], `${w.get(low(op, 3))}+${w.get(low(op, 6))}|0`, low(op, 0), sign);
}

function byOffset(w, op, size) {
  const address = `${w.get(low(op, 3))}+${((op >> 6) & 31) * size}|0`;
  access(w, size, !(op & 0x800), address, low(op, 0));
}

function byStack(w, op) {
  const at = ram(4, w.let(`${w.get(SP)}+${4 * (op & 255)}|0`));
  if (op & 0x800) w.set(low(op, 8), at);
  else w.lines.push(`${at}=${w.get(low(op, 8))};`);
  w.cycles += 2;
}

const EXTEND = ['<<16>>16', '<<24>>24', '&65535', '&255'];
const REVERSE = [ // REV, REV16, none, REVSH
  (x) => `${x}<<24|(${x}&65280)<<8|${x}>>>8&65280|${x}>>>24`,
  (x) => `(${x}&16711935)<<8|${x}>>>8&16711935`,
  null,
  (x) => `(${x}<<24|(${x}&65280)<<8)>>16`,
];

// Ends the function: an interrupt may be due now.
function mask(w, value) {
  w.lines.push(`x.core.PM=${value};x.core.interruptsUpdated=true;`);
}

const one = (act) => (w, op) => {
  act(w, op);
  w.cycles += 1;
};

// [mask, value, rule]: what the instruction does, and where the code goes on: at an address, nowhere
// (null), behind it (undefined).
const RULES = [
  [0xf800, 0x0000, one((w, op) => {
    const by = (op >> 6) & 31;
    if (by) shift(w, w.get(low(op, 3)), `${by}`, low(op, 0), LEFT);
    else logic(w, w.get(low(op, 3)), low(op, 0));
  })],
  [0xf800, 0x0800, one((w, op) => shift(w, w.get(low(op, 3)), `${(op >> 6) & 31 || 32}`, low(op, 0), RIGHT))],
  [0xf800, 0x1000, one((w, op) => shift(w, w.get(low(op, 3)), `${(op >> 6) & 31 || 32}`, low(op, 0), ARITHMETIC))],
  [0xfe00, 0x1800, one((w, op) => add(w, w.get(low(op, 3)), w.get(low(op, 6)), low(op, 0)))],
  [0xfe00, 0x1a00, one((w, op) => subtract(w, w.get(low(op, 3)), w.get(low(op, 6)), low(op, 0)))],
  [0xfe00, 0x1c00, one((w, op) => add(w, w.get(low(op, 3)), `${low(op, 6)}`, low(op, 0)))],
  [0xfe00, 0x1e00, one((w, op) => subtract(w, w.get(low(op, 3)), `${low(op, 6)}`, low(op, 0)))],
  [0xf800, 0x2000, one((w, op) => logic(w, `${op & 255}`, low(op, 8)))],
  [0xf800, 0x2800, one((w, op) => subtract(w, w.get(low(op, 8)), `${op & 255}`, null))],
  [0xf800, 0x3000, one((w, op) => add(w, w.get(low(op, 8)), `${op & 255}`, low(op, 8)))],
  [0xf800, 0x3800, one((w, op) => subtract(w, w.get(low(op, 8)), `${op & 255}`, low(op, 8)))],
  [0xfc00, 0x4000, one((w, op) => {
    const d = low(op, 0);
    PROCESSING[(op >> 6) & 15](w, w.get(d), w.get(low(op, 3)), d, op);
  })],
  [0xff00, 0x4400, highRegisters],
  [0xff00, 0x4500, one((w, op) => {
    const [m, n] = high(op);
    subtract(w, w.get(n), w.get(m), null);
  })],
  [0xff00, 0x4600, highRegisters],
  [0xff07, 0x4700, branchExchange],
  [0xf800, 0x4800, literal],
  [0xf000, 0x5000, byRegister],
  [0xf000, 0x6000, (w, op) => byOffset(w, op, 4)],
  [0xf000, 0x7000, (w, op) => byOffset(w, op, 1)],
  [0xf000, 0x8000, (w, op) => byOffset(w, op, 2)],
  [0xf000, 0x9000, byStack],
  [0xf800, 0xa000, one((w, op) => w.set(low(op, 8), `${(((w.pc + 4) & ~3) + 4 * (op & 255)) | 0}`))],
  [0xf800, 0xa800, one((w, op) => w.set(low(op, 8), `${w.get(SP)}+${4 * (op & 255)}|0`))],
  [0xff80, 0xb000, one((w, op) => w.set(SP, `${w.get(SP)}+${4 * (op & 127)}|0`))],
  [0xff80, 0xb080, one((w, op) => w.set(SP, `${w.get(SP)}-${4 * (op & 127)}|0`))],
  [0xff00, 0xb200, one((w, op) => w.set(low(op, 0), `${w.get(low(op, 3))}${EXTEND[(op >> 6) & 3]}`))],
  [0xfe00, 0xb400, push],
  [0xffff, 0xb672, one((w) => w.lines.push('x.core.PM=true;'))],
  [0xffff, 0xb662, (w) => {
    mask(w, 'false');
    w.leave(`${w.pc + 2}`, w.cycles + 1);
    return null;
  }],
  [0xffc0, 0xba80, null],
  [0xff00, 0xba00, one((w, op) => w.set(low(op, 0), REVERSE[(op >> 6) & 3](w.get(low(op, 3)))))],
  [0xfe00, 0xbc00, pop],
  [0xffff, 0xbf00, one(() => {})],
  [0xffff, 0xbf10, one(() => {})],
  [0xffff, 0xbf40, one((w) => w.lines.push('x.core.eventRegistered=true;'))],
  [0xf000, 0xc000, multiple],
  // 0xde and 0xdf, undefined and SVC, are none.
  [0xfe00, 0xde00, null],
  [0xf000, 0xd000, branchIf],
  [0xf800, 0xe000, (w, op) => {
    w.cycles += 2;
    return goOn(w, (w.pc + 4 + ((op << 21) >> 20)) | 0);
  }],
];

// [mask, value, mask, value, rule] of the two halves.
const WIDE_RULES = [
  [0xf800, 0xf000, 0xd000, 0xd000, branchLink],
  [0xffff, 0xf3bf, 0xff80, 0x8f00, (w) => { w.cycles += 3; }], // barriers
  [0xffff, 0xf3ef, 0xf0ff, 0x8010, (w, op, op2) => { // MRS Rd, PRIMASK
    w.set((op2 >> 8) & 15, 'x.core.PM?1:0');
    w.cycles += 3;
  }],
  [0xfff0, 0xf380, 0xffff, 0x8810, (w, op) => { // MSR PRIMASK, Rn
    mask(w, `!!(${w.get(op & 15)}&1)`);
    w.leave(`${w.pc + 4}`, w.cycles + 3);
    return null;
  }],
];

const isWide = (op) => op >= 0xe800;

export function ruleFor(op, op2) {
  const found = isWide(op)
    ? WIDE_RULES.find(([mask, value, mask2, value2]) => (op & mask) === value && (op2 & mask2) === value2)
    : RULES.find(([mask, value]) => (op & mask) === value);
  return found?.at(-1);
}

// The written function, and the addresses of the half words in it; null if the first instruction has
// no rule. `fetch(address)` gives half a word.
export function translate(start, fetch, fixed, most = MOST) {
  const w = new Writer(start, fixed);
  const addresses = [];
  while (w.pc !== null && addresses.length < most) {
    const op = fetch(w.pc), op2 = isWide(op) ? fetch(w.pc + 2) : 0;
    const rule = ruleFor(op, op2);
    if (!rule) break;
    addresses.push(w.pc);
    if (isWide(op)) addresses.push(w.pc + 2);
    const next = rule(w, op, op2);
    w.pc = next === undefined ? w.pc + (isWide(op) ? 4 : 2) : next;
  }
  if (!addresses.length) return null;
  if (w.pc !== null) w.leave(`${w.pc}`, w.cycles);
  return { writer: w, addresses };
}
