"""How the modem has fared: figures since its start, or since they were reset.

What was lost or refused is in counters.py; these tell how near it came to that.
"""

from .compat import const
from .counters import DNS_IGNORED, DTE_BREAKS, DTE_FRAMING, DTE_OVERRUNS, RADIO_IGNORED, URC_LOST
from .sockets.flow import COUNTED

_LOOK_S = const(60)  # how often the heap is looked at, which takes a chip some 10 ms


class Health:
    """`cause`: why the modem has started, in a word."""

    def __init__(self, modem, cause):
        self.cause = cause
        self.stall_ms = 0  # the longest that nobody looked at the ports
        self.heap_free = 0
        self.heap_least = 0
        self.writer = modem.writer
        self._modem = modem
        self._looked_s = 0
        self._redials = self._sent = self._received = 0  # at the last reset

    def look(self):
        """At the heap."""
        self._looked_s = self._modem.clock.seconds
        self.heap_free = self._modem.board.heap_free()
        self.heap_least = min(self.heap_free, self.heap_least or self.heap_free)

    def second(self, idle):
        """One has gone by. `idle`: nobody would notice a pause."""
        if idle and self._modem.clock.seconds - self._looked_s >= _LOOK_S:
            self.look()

    def count_all(self):
        """Gather what is counted elsewhere."""
        modem = self._modem
        counters = modem.counters
        serial = modem.board.serial
        counters.set(URC_LOST, modem.urcs.lost)
        modem.table.count_overflows()
        counters.set(DNS_IGNORED, modem.table.resolver.ignored)
        counters.set(DTE_OVERRUNS, serial.overruns)
        counters.set(DTE_FRAMING, serial.framing)
        counters.set(DTE_BREAKS, serial.breaks)
        if modem.stack.radio is not None:
            counters.set(RADIO_IGNORED, modem.stack.radio.chat.ignored)

    def reset(self):
        """Marks begin with what is."""
        modem = self._modem
        self.stall_ms = self.heap_least = 0
        modem.table.most = len(modem.table.all)
        modem.urcs.most = modem.urcs.count
        self.writer.most = 0
        self._redials = modem.stack.redials
        self._sent = modem.table.sent()
        self._received = modem.table.received()
        self.look()

    def redials(self):
        return self._modem.stack.redials - self._redials

    def sent(self):
        return self._modem.table.sent() - self._sent & COUNTED

    def received(self):
        return self._modem.table.received() - self._received & COUNTED
