// The chip's USB console on a TCP port of the loopback, for mpremote. One client at a time; a reset
// of the chip ends its connection, as unplugging would.
import net from 'node:net';
import { USBCDC } from 'rp2040js';

export class Console {
  constructor(port, listening) {
    this.pending = []; // bytes for the chip
    this.server = net.createServer((client) => {
      this.client?.destroy();
      this.client = client;
      client.setNoDelay(true);
      client.on('data', (data) => this.pending.push(...data));
      client.on('error', () => client.destroy());
      client.on('close', () => { if (this.client === client) this.client = null; });
    });
    this.server.listen(port, '127.0.0.1', () => listening(this.server.address().port));
  }

  attach(mcu, seen) {
    this.client?.destroy();
    this.pending = [];
    this.ready = false;
    this.cdc = new USBCDC(mcu.usbCtrl);
    this.cdc.onDeviceConnected = () => { this.ready = true; };
    this.cdc.onSerialData = (data) => {
      this.client?.write(Buffer.from(data));
      seen(Buffer.from(data));
    };
  }

  // As many as the chip's endpoint takes; called between slices.
  pump() {
    const fifo = this.cdc.txFIFO;
    while (this.ready && this.pending.length && fifo.itemCount < fifo.size) {
      this.cdc.sendSerialByte(this.pending.shift());
    }
  }
}
