// The text of one function that stands for a stretch of Thumb code.
//
// The function works on `s`: s[0..15] the registers, s[16] a value with N and Z, s[17] C, s[18] V,
// s[19] the cycles left to work. They are locals r0..r18 inside and go back to `s` where it leaves.
// RAM is m8, m16 and m32; for all other addresses it asks `x` (core.mjs).
export const NZ = 16, C = 17, V = 18;
export const SP = 13, LR = 14, PC = 15;
const RAM = 0x20000000, RAM_SIZE = 0x42000;

export class Writer {
  lines = [];
  used = new Set();
  dirty = new Set();
  cycles = 0;
  names = 0;
  compared = null; // the operands behind the flags, if they are those of a subtraction
  loops = false;

  constructor(start, fixed) {
    this.start = this.pc = start;
    this.fixed = fixed; // (address): a word that never changes, or null
  }

  get(n) {
    if (n === PC) return `${(this.pc + 4) | 0}`;
    this.used.add(n);
    return `r${n}`;
  }

  set(n, value) {
    this.used.add(n);
    this.dirty.add(n);
    this.lines.push(`r${n}=${n === SP ? `(${value})&~3` : value};`);
  }

  let(value) {
    const name = `t${this.names++}`;
    this.lines.push(`const ${name}=${value};`);
    return name;
  }

  flags({ nz, c, v }, compared = null) {
    if (nz !== undefined) this.set(NZ, nz);
    if (c !== undefined) this.set(C, c);
    if (v !== undefined) this.set(V, v);
    this.compared = compared;
  }

  // Leaves for `target`, an expression. What is dirty is known only at the end if the code loops.
  leave(target, cycles) {
    this.lines.push({ dirty: new Set(this.dirty), end: `s[15]=${target};s[19]-=${cycles};return;` });
  }

  jump(target, cycles) {
    if (target !== this.start) return this.leave(target, cycles);
    this.loops = true;
    this.lines.push(`s[19]-=${cycles};if(s[19]>0)continue;`);
    this.leave(target, 0);
  }

  load(size, address) {
    const at = this.let(address);
    return this.let(`((${at}^${RAM})>>>0)<${RAM_SIZE}?${ram(size, at)}:x.load${size}(${at})`);
  }

  store(size, address, value) {
    const at = this.let(address);
    this.lines.push(`if(((${at}^${RAM})>>>0)<${RAM_SIZE})${ram(size, at)}=${value};`);
    this.lines.push(`else x.store${size}(${at},${value});`);
  }

  text(check) {
    const put = (dirty) => [...dirty].map((n) => `s[${n}]=r${n};`).join('');
    const body = this.lines.map((line) => line.end ? put(this.loops ? this.dirty : line.dirty) + line.end : line);
    const first = [...this.used].map((n) => `r${n}=s[${n}]`).join(',');
    return `return()=>{${check}${first && `let ${first};`}for(;;){${body.join('\n')}}}`;
  }
}

// RAM at the address that the local `at` holds.
export function ram(size, at) {
  return size === 4 ? `m32[(${at}^${RAM})>>>2]` : size === 2 ? `m16[(${at}^${RAM})>>>1]` : `m8[${at}^${RAM}]`;
}
