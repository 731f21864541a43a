"""Peaks and sums since the start or the last reset, as AT+WIPXHEALTH reports them.

What was lost or rejected is in counters.py; these figures tell how near the modem came to that.
"""

from . import counters
from .compat import const
from .counters import WRAP_MASK

_LOOK_S = const(60)  # how often the free heap is measured, which takes a chip some 10 ms


class Health:
    """cause: reason for the start of the modem, bytes. writer: the one that writes to the host."""

    def __init__(self, cause, writer):
        self.cause = cause
        self.writer = writer
        self.poll_gap_ms = 0  # longest poll gap
        self.heap_free = 0  # bytes, when last measured
        self.heap_min = 0  # lowest of them; 0: not measured yet
        self._looked_s = 0  # when the heap was last measured
        self._redials = self._sent = self._received = 0  # at the last reset

    def note_gap(self, gap_ms):
        """Keep the longest poll gap."""
        if gap_ms > self.poll_gap_ms:
            self.poll_gap_ms = gap_ms

    def look(self, context):
        """Measure the free heap. Takes a chip some 10 ms."""
        self._looked_s = context.clock.seconds
        self.heap_free = context.board.heap_free()
        self.heap_min = min(self.heap_free, self.heap_min or self.heap_free)

    def look_at_times(self, context):
        """Measure the free heap once a minute, when called every second."""
        if context.clock.seconds - self._looked_s >= _LOOK_S:
            self.look(context)

    def count_all(self, context):
        """Copy what other parts count into the counters."""
        count, serial = context.counters, context.board.serial
        count.set(counters.URC_LOST, context.urcs.lost)
        context.table.count_overflows()
        count.set(counters.DNS_IGNORED, context.table.resolver.ignored)
        count.set(counters.DTE_OVERRUNS, serial.overruns)
        count.set(counters.DTE_FRAMING, serial.framing)
        count.set(counters.DTE_BREAKS, serial.breaks)
        if context.session.radio is not None:
            count.set(counters.RADIO_IGNORED, context.session.radio.chat.ignored)

    def reset(self, context):
        """Set peaks to the present values and sums to 0."""
        self.poll_gap_ms = self.heap_min = 0
        context.table.peak = len(context.table.all)
        context.urcs.most = context.urcs.count
        self.writer.peak = 0
        self._redials = context.session.redials
        self._sent = context.table.bytes_sent()
        self._received = context.table.bytes_received()
        self.look(context)

    def redials(self, context):
        """Return the number of sessions that were dialled again after a loss."""
        return context.session.redials - self._redials

    def sent(self, context):
        """Return the number of bytes that the IP stack has taken; it wraps."""
        return context.table.bytes_sent() - self._sent & WRAP_MASK

    def received(self, context):
        """Return the number of bytes that the IP stack has given; it wraps."""
        return context.table.bytes_received() - self._received & WRAP_MASK
