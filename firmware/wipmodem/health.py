"""Peaks and sums since the start or the last reset, as AT+WIPXHEALTH reports them.

They tell how near the modem came to losing data. Losses themselves are counted in counters.py.
"""

from . import counters
from .compat import const

_MEASURE_S = const(60)  # how often the free heap is measured


class Health:
    """Peaks, sums and the reason for the start of one modem.

    cause: the reason, bytes. writer: writes to the host, and keeps the peak of its output.
    """

    def __init__(self, cause, writer):
        self.cause = cause
        self.writer = writer
        self.poll_gap_ms = 0  # longest poll gap since the last reset
        self.heap_free = 0  # bytes, when last measured
        self.heap_min = 0  # lowest heap_free since the last reset, 0: not measured yet
        self._measured_s = 0  # clock.seconds when the heap was last measured
        # Sums of sessions and bytes at the last reset.
        self._redials = self._sent = self._received = 0

    def note_gap(self, gap_ms):
        """Keep the longest poll gap."""
        self.poll_gap_ms = max(self.poll_gap_ms, gap_ms)

    def measure_heap(self, context):
        """Measure the free heap. A collection comes before it, some 10 ms on a chip."""
        self._measured_s = context.clock.seconds
        self.heap_free = context.board.heap_free()
        self.heap_min = min(self.heap_free, self.heap_min or self.heap_free)

    def every_second(self, context):
        """Measure the free heap once a minute."""
        if context.clock.seconds - self._measured_s >= _MEASURE_S:
            self.measure_heap(context)

    def collect_counts(self, context):
        """Copy what other parts of the modem count into the counters."""
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
        context.urcs.peak = context.urcs.count
        self.writer.peak = 0
        self._redials = context.session.redials
        self._sent = context.table.bytes_sent()
        self._received = context.table.bytes_received()
        self.measure_heap(context)

    def redials(self, context):
        """Return how often a lost session was dialled again since the last reset."""
        return context.session.redials - self._redials

    def sent(self, context):
        """Return the bytes that the IP stack accepted since the last reset, modulo 2^29."""
        return context.table.bytes_sent() - self._sent & counters.WRAP_MASK

    def received(self, context):
        """Return the bytes that the IP stack delivered since the last reset, modulo 2^29."""
        return context.table.bytes_received() - self._received & counters.WRAP_MASK
