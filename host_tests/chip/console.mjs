// The chip's USB console on a TCP port of the loopback, for mpremote. One client at a time; a reset
// of the chip ends its connection, as unplugging would.
import net from 'node:net';
import { USBCDC } from './emulator.mjs';

export class Console {
  #waiting = []; // bytes for the chip
  #asked = 0; // how many the chip's endpoint has room for

  // seen(bytes): all that the chip says, whether a client listens or not.
  constructor(seen) {
    this.seen = seen;
    this.server = net.createServer((client) => this.#accept(client));
  }

  listen() {
    return new Promise((listening) => {
      this.server.listen(0, '127.0.0.1', () => listening(this.server.address().port));
    });
  }

  #accept(client) {
    this.client?.destroy();
    this.client = client;
    client.setNoDelay(true);
    client.on('data', (data) => this.#waiting.push(...data));
    client.on('error', () => client.destroy());
    client.on('close', () => { if (this.client === client) this.client = null; });
  }

  // Plugs a chip in that has just been made.
  attach({ usbCtrl }) {
    this.client?.end();
    this.#waiting = [];
    this.#asked = 0;
    this.usb = usbCtrl;
    this.cdc = new USBCDC(usbCtrl);
    this.cdc.onSerialData = (data) => this.#said(Buffer.from(data));
    // USBCDC answers at once, with nothing if need be, and the chip asks again: it would never rest.
    usbCtrl.onEndpointRead = (endpoint, size) => {
      if (endpoint === this.cdc.outEndpoint) this.#asked = size;
      this.pump();
    };
  }

  #said(data) {
    this.client?.write(data);
    this.seen(data);
  }

  // Gives the chip what waits for it, if it has asked; called between slices of its time.
  pump() {
    if (!this.#asked || !this.#waiting.length) return;
    const data = Uint8Array.from(this.#waiting.splice(0, this.#asked));
    this.#asked = 0;
    this.usb.endpointReadDone(this.cdc.outEndpoint, data);
  }
}
