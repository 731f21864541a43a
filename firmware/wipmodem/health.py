"""Health values: peaks and sums since the start of the modem or the last reset of these values.

AT+WIPXHEALTH reports the health values. The peaks show how near the modem came to losing data. The
counters in counters.py show how much data was lost.
"""

from . import counters
from .compat import const

_MEASURE_S = const(60)  # interval between measurements of the free heap, in seconds


class Health:
    """Health values of the modem: peaks, sums, and the cause of the last start.

    cause: name of the reset cause, bytes. writer: the writer of responses to the host; its
    attribute `peak` is the peak of its output buffer in bytes.
    """

    def __init__(self, cause, writer):
        self.cause = cause
        self.writer = writer
        self.poll_gap_ms = 0  # longest poll gap in ms since the last reset
        self.heap_free = 0  # free heap in bytes at the last measurement
        # Lowest value of heap_free since the last reset; 0 before the first measurement.
        self.heap_min = 0
        self._measured_s = 0  # clock.seconds at the last measurement of the heap
        # Numbers of redials, sent bytes and received bytes at the last reset of the health values.
        self._redials = self._sent = self._received = 0

    def note_gap(self, gap_ms):
        """Record a poll gap in ms. Only the longest gap is kept."""
        self.poll_gap_ms = max(self.poll_gap_ms, gap_ms)

    def measure_heap(self, context):
        """Measure the free heap. The board first runs a garbage collection, which takes about
        10 ms on a microcontroller."""
        self._measured_s = context.clock.seconds
        self.heap_free = context.board.heap_free()
        self.heap_min = min(self.heap_free, self.heap_min or self.heap_free)

    def every_second(self, context):
        """Measure the free heap once a minute."""
        if context.clock.seconds - self._measured_s >= _MEASURE_S:
            self.measure_heap(context)

    def collect_counts(self, context):
        """Update the counters from counts in other modules: lost URCs, overflows of UDP sockets,
        ignored DNS responses, UART errors, and ignored lines from the radio."""
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
        """Reset the health values: set the peaks to the present values, and the sums to 0."""
        self.poll_gap_ms = self.heap_min = 0
        context.table.peak = len(context.table.all)
        context.urcs.peak = context.urcs.count
        self.writer.peak = 0
        self._redials = context.session.redials
        self._sent = context.table.bytes_sent()
        self._received = context.table.bytes_received()
        self.measure_heap(context)

    def redials(self, context):
        """Return the number of redials of a lost session since the last reset."""
        return context.session.redials - self._redials

    def sent(self, context):
        """Return the number of bytes that the IP stack accepted from sockets since the last reset,
        modulo 2^29."""
        return context.table.bytes_sent() - self._sent & counters.WRAP_MASK

    def received(self, context):
        """Return the number of bytes that the IP stack delivered to sockets since the last reset,
        modulo 2^29."""
        return context.table.bytes_received() - self._received & counters.WRAP_MASK
