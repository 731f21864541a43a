// The chip's clock. Time passes while the core works (`core.spent` cycles of this span) and in
// `pass`, which also calls the alarms that have come due, each at exactly its moment.
import { SimulationClock } from './emulator.mjs';

export class Clock extends SimulationClock {
  cycleNanos = 8; // 125 MHz

  constructor(core) {
    super();
    this.core = core;
  }

  get nanos() {
    return this.nanosCounter + this.core.spent * this.cycleNanos;
  }

  linkAlarm(nanos, alarm) {
    super.linkAlarm(nanos, alarm);
    this.core.endBy(Math.ceil((alarm.nanos - this.nanosCounter) / this.cycleNanos));
    return alarm;
  }

  // The core's frequency is another from now on.
  retune(hertz) {
    this.nanosCounter += this.core.split() * this.cycleNanos;
    this.cycleNanos = 1e9 / hertz;
  }

  // How much may pass before somebody has to be called.
  room(nanos) {
    return this.nextAlarm ? Math.max(0, Math.min(nanos, this.nextAlarm.nanos - this.nanosCounter)) : nanos;
  }

  work(nanos) {
    const cycles = Math.ceil(this.room(nanos) / this.cycleNanos);
    this.tick(this.core.run(Math.max(cycles, 1)) * this.cycleNanos);
  }

  rest(nanos) {
    const room = this.room(nanos);
    this.tick(room);
    return room;
  }
}
