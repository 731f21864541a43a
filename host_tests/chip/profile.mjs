// Where the core's cycles go: by the address at which each piece of code begins, and within watched
// functions with all that these call. What an interrupt takes counts for what it interrupts.
import { LR, SP } from './writer.mjs';

export class Profile {
  cycles = new Map();
  #calls = []; // of watched functions: {at, back, sp}

  // `watched`: addresses of functions that are called by pointer; others a translated piece may run into.
  constructor(watched) {
    this.within = new Map(watched.map((at) => [at, 0]));
  }

  // Has the core run the piece of code that is next.
  run(core, s, piece) {
    const at = s[15] & ~1, before = core.spent;
    this.#follow(at, s);
    piece();
    const spent = Math.max(core.spent - before, 0); // 0: the core's clock was exchanged
    add(this.cycles, at, spent);
    for (const call of this.#calls) add(this.within, call.at, spent);
  }

  // A function has ended where its caller goes on, or by an exception below the caller's frame.
  #follow(at, s) {
    const ended = ({ back, sp }) => s[SP] > sp || (s[SP] === sp && at === back);
    while (this.#calls.length && ended(this.#calls.at(-1))) this.#calls.pop();
    if (this.within.has(at)) this.#calls.push({ at, back: s[LR] & ~1, sp: s[SP] });
  }
}

function add(counts, key, n) {
  counts.set(key, (counts.get(key) ?? 0) + n);
}
