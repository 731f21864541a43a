// What rp2040js has and does not export.
import { RP2040 } from 'rp2040js';

export { BasePeripheral, GPIOPinState, RP2040, USBCDC } from 'rp2040js';

const sample = new RP2040();
export const SimulationClock = sample.clock.constructor;
export const Pl011 = sample.uart[0].constructor;
