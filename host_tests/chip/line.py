"""Joins a simulated radio to a UART of the chip: a thread carries the bytes in the chip's time."""

import queue
import threading

_WAITING_MOST = 3000  # bytes on their way to the chip; more stay with the network
_LOOK_S = 0.002


class Line:
    """`with Line(chip, radio):`. `dcd`, `dtr`: numbers of the chip's pins, active low."""

    def __init__(self, chip, radio, uart=1, dcd=None, dtr=None, reset=None, power=None):
        self._chip, self._radio = chip, radio
        self._uart = chip.uart[uart]
        self._pins = {}
        if dtr is not None:
            self._pins[dtr] = lambda on, now_ms: radio.modem.set_dtr(not on)
        for key in {reset, power} - {None}:
            self._pins[key] = lambda on, now_ms: None if on else radio.modem.press_power(now_ms)
        self._dcd = dcd
        self._came = queue.Queue()
        self._tickets = []
        self._stopped = False
        self.to_chip = self.from_chip = 0  # bytes
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._set_dcd(False)
        self._radio.on_dcd = self._set_dcd
        self._uart.listener = lambda data, to_us: self._later(to_us, self._feed, data)
        self._chip.on_pin = lambda pin, on, at: self._later(at, self._pins.get(pin, _ignore), on)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped = True
        self._thread.join(10)
        self._uart.listener = None

    def call(self, act):
        """Have `act(radio.modem, now_ms)` done by the thread, in its turn."""
        self._later(None, act, self._radio.modem)

    def _later(self, at_us, act, what):
        self._came.put((at_us, act, what))

    def _set_dcd(self, on):
        if self._dcd is not None:
            self._chip.set_pin(self._dcd, not on)

    def _run(self):
        while not self._stopped:
            try:
                at_us, act, what = self._came.get(timeout=_LOOK_S)
            except queue.Empty:
                at_us, act, what = None, _ignore, None
            now_ms = (at_us or self._chip.now_us()) / 1000
            act(what, now_ms)
            self._send(self._radio.poll(now_ms, self._room()))

    def _feed(self, data, now_ms):
        self.from_chip += len(data)
        self._send(self._radio.feed(data, now_ms))

    def _room(self):
        self._tickets = [(ticket, n) for ticket, n in self._tickets if not ticket.done]
        return 1 if sum(n for _, n in self._tickets) < _WAITING_MOST else 0

    def _send(self, data):
        if data:
            self.to_chip += len(data)
            self._tickets.append((self._uart.write(data), len(data)))


def _ignore(what, now_ms):
    """Nothing came, or nothing that matters."""
