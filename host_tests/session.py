"""A modem between fake ports with a clock of its own: what transcripts and cases drive.

Runs on both interpreters. `settle` makes passes until the modem has nothing to do at this moment;
`wait` moves the clock as the real loop would, from one deadline of the modem's to the next.
"""

import gc

from wipmodem.compat import collect_often, collect_when_full

collect_often()

from fake_radio import FakeBearer
from fakes import FakeConsole, FakeCrash, FakeNet, FakeSerial, FakeStore
from wipmodem.clock import ticks_add
from wipmodem.contract import C1, Sizes
from wipmodem.modem import Modem, restarted

collect_when_full()

_MOST_PASSES = 20000

# So that the clock wraps within the first seconds of every session.
_START_MS = (1 << 30) - 2500


class Session:
    """The board, too: its ports are fakes."""

    name = b"test"
    reset_cause = b"power_on"
    serial_number = b"123456789012345"

    def __init__(self, radio=None, dialect=C1, kept=None, flow=True, **sizes):
        """`kept`: what the store holds at power on; `flow`: are RTS and CTS wired?"""
        self.sizes = Sizes()
        self.dialect = dialect
        for name, value in sizes.items():
            setattr(self.sizes, name, value)
        self.serial = FakeSerial(flow=flow)
        self.net = self.make_net()
        self.crash = FakeCrash()
        self.console = FakeConsole()
        self.store = FakeStore()
        self.store.values.update(kept or {})
        self.bearer = FakeBearer()
        self.bearer.radio = radio
        self.recorder = bytearray(self.sizes.recorder)  # outlives a power cycle, as on an RP2040
        self.heap = 100000  # bytes that are free
        self._entropy = 0x1234
        self._typed = None  # host bytes of a modem that restarts
        self.on_restart = lambda: None  # told when there is another modem
        self.now_ms = _START_MS
        self.modem = Modem(self)
        self.settle()

    def make_net(self):
        return FakeNet(self.sizes.handles)

    def heap_free(self):
        return self.heap

    def power_cycle(self):
        """Off and on: what is left is what the store has kept."""
        self.serial = FakeSerial(flow=self.serial.flow)
        self.net = self.make_net()
        self.bearer.stop()
        self.modem = None
        gc.collect()  # two modems are more than the heap holds
        self.modem = Modem(self)
        self.settle()

    def _restart(self, typed):
        """The modem has ended in RESTART."""
        self.modem = None
        gc.collect()  # as in power_cycle
        self.modem = restarted(self, typed)
        self.on_restart()

    def entropy(self):
        self._entropy = (self._entropy * 25173 + 13849) & 0xFFFF
        return self._entropy

    def settle(self):
        """Passes at this moment, until there is nothing more to do: how long that will last."""
        wait_ms = self._serve()
        while wait_ms < 0:
            self._restart(self._typed)
            wait_ms = self._serve()
        return wait_ms

    def _serve(self):
        """In a frame of its own, as in main.py."""
        for _ in range(_MOST_PASSES):
            self.net.poll(0)
            wait_ms = self.modem.service(self.now_ms)
            if wait_ms < 0:
                self._typed = self.modem.input
                return wait_ms
            if wait_ms and not self.net.poll(0) and not self.serial.wakes():
                return wait_ms
        raise AssertionError("the modem does not come to rest")

    def wait(self, ms):
        while ms:
            step = min(self.settle(), ms)
            self.now_ms = ticks_add(self.now_ms, step)
            ms -= step
        self.settle()

    def send(self, data):
        """Host bytes, all at once."""
        self.serial.incoming += data
        self.settle()

    def take(self):
        """What the modem has said since last asked."""
        said = bytes(self.serial.output)
        self.serial.output = bytearray()
        return said

    def ask(self, line):
        """A command line; what the modem said to it."""
        self.send(line + b"\r")
        return self.take()

    def online(self):
        """Echo off, stack started, bearer up."""
        self.ask(b"ATE0")
        self.ask(b"AT+WIPCFG=1")
        self.ask(b"AT+WIPBR=4,6")
        return self

    def sock(self, protocol, index):
        return self.modem.context.table.find(protocol, index)

    def counter(self, name):
        """What AT+WIPXSTAT? would tell, by name; None if there is no such counter."""
        self.modem.context.health.collect_counts(self.modem.context)
        counters = self.modem.context.counters
        for i in range(counters.count):
            if counters.name(i) == name:
                return counters.value(i)
        return None

    def peer(self, protocol, index):
        """The fake socket behind an index."""
        return self.net.socket(self.sock(protocol, index).handle)
