"""How bytes cross a socket: between the net port and the socket's two pipes, blocks at a time.

Nothing here changes a socket's state: each call returns a count or the result class it met, and
traffic.py draws the consequence.
"""

from ..compat import const
from ..contract import AGAIN, IN, NO_RESOURCE, OUT, RESET
from ..counters import UDP_RX_CUT, UDP_RX_NO_MEMORY, UDP_TX_LOST, UDP_TX_REFUSED

NO_DATAGRAM = const(-1)

# Our half of a TCP connection (sock.finished).
OPEN = const(0)
FINISHING = const(1)  # no more bytes are taken for it; it ends after those that wait
FINISHED = const(2)  # the stack has been told

COUNTED = const(0x1FFFFFFF)  # what a socket carried begins anew there: it stays a small integer


class Flow:
    """`scratch`: between net and ring; it holds one byte more than a datagram may have."""

    def __init__(self, net, counters, scratch, sizes):
        self._net = net
        self._counters = counters
        self._scratch = scratch
        self._datagram = sizes.datagram
        self._run = sizes.run
        self._blocks = 0  # of a run, still allowed

    def watch(self, sock, reading):
        """Ask the net port for the events that something can be done about."""
        rx, tx = sock.pipes
        mask = IN if reading and rx.room() else 0
        if tx.count() and not sock.corked:
            mask |= OUT
        self._net.want(sock.handle, mask)

    # TCP

    def fill(self, sock):
        """Straight into the empty pipe's block, and what that does not hold into its ring."""
        rx = sock.pipes[0]
        if rx.count():
            return self._fill_ring(sock, rx)
        n = self._net.readinto(sock.handle, rx.buf, len(rx.buf))
        rx.load(max(n, 0))
        sock.received = sock.received + rx.end & COUNTED
        if n == len(rx.buf):
            more = self._fill_ring(sock, rx)
            return more if more < AGAIN else n
        return n

    def _fill_ring(self, sock, rx):
        room = min(rx.room(), len(self._scratch))
        if not room:
            return AGAIN
        n = self._net.readinto(sock.handle, self._scratch, room)
        if n > 0:
            rx.put(self._scratch, 0, n)
            sock.received = sock.received + n & COUNTED
        return n

    def send(self, sock, span):
        """Host bytes: to the net while nothing waits, what fits of the rest into the tx pipe."""
        tx = sock.pipes[1]
        if not tx.count() and not sock.corked:
            sent = self._push(sock, span)
            if sent < AGAIN:
                return sent
        tx.put_span(span)
        return 0

    # Runs. What is done for each block is written out here: on a PC two calls cost as much as
    # the system takes to move it.

    def stream(self, sock, source, span):
        """Blocks from a port to the net as long as they come whole and are taken whole."""
        sent = self._blocks = self._run
        while self._blocks and span.start == len(span.buf):
            self._blocks -= 1
            span.start = 0
            span.end = source.readinto(span.buf)
            if span.end < len(span.buf):
                return 0
            sent = self._net.write(sock.handle, span.buf, 0, span.end)
            if sent > 0:
                span.start = sent
                sock.sent = sock.sent + sent & COUNTED
        return sent

    def pour(self, sock, sink):
        """What the pipe has left, and then the net, to a port as long as it takes whole blocks."""
        rx = sock.pipes[0]
        got = self._blocks = self._run
        while self._blocks and rx.block():
            self._blocks -= 1
            if not rx.give(sink):
                return 0
        while got > 0 and self._blocks and rx.start == rx.end:
            self._blocks -= 1
            got = self._net.readinto(sock.handle, rx.buf, len(rx.buf))
            if got > 0:
                rx.end = got
                sock.received = sock.received + got & COUNTED
                rx.start = sink.write(rx.buf, 0, got)
        return got

    def drain(self, sock):
        """The tx pipe to the net, as much as it takes: 0, or why it takes no more."""
        tx = sock.pipes[1]
        while tx.block():
            sent = self._push(sock, tx)
            if sent <= 0:
                return sent
        if sock.finished == FINISHING:
            sock.finished = FINISHED
            self._net.finish(sock.handle)
        return 0

    def _push(self, sock, span):
        """As much of a span as the net takes now: count, or class."""
        sent = self._net.write(sock.handle, span.buf, span.start, span.end - span.start)
        if sent > 0:
            span.take(sent)
            sock.sent = sock.sent + sent & COUNTED
        return sent

    # UDP

    def receive(self, sock):
        """One datagram into the empty rx pipe: its size, or class."""
        n = self._net.recvfrom(sock.handle, self._scratch, self._datagram + 1)
        if n == NO_RESOURCE:
            self._counters.add(UDP_RX_NO_MEMORY)
        elif n < AGAIN:  # ICMP, about a datagram that we sent
            self._counters.add(UDP_TX_REFUSED)
        if n < 0:
            return n
        sock.cut = int(n > self._datagram)
        if sock.cut:
            self._counters.add(UDP_RX_CUT)
            n = self._datagram
        sock.pipes[0].put(self._scratch, 0, n)
        sock.datagram = n
        sock.received = sock.received + n & COUNTED
        sock.from_addr[:] = self._net.from_addr
        sock.from_port = self._net.from_port
        return n

    def send_datagram(self, sock, buf, n):
        """True once the datagram is dealt with; False to try again later."""
        sent = self._send(sock, buf, n)
        if sent == RESET:  # the echo of an earlier one: this one has not been tried yet
            self._counters.add(UDP_TX_REFUSED)
            sent = self._send(sock, buf, n)
        if sent == AGAIN:
            return False
        if sent < n:  # a datagram goes whole or not at all
            self._counters.add(UDP_TX_LOST)
        else:
            sock.sent = sock.sent + n & COUNTED
        return True

    def _send(self, sock, buf, n):
        """To its peer; without one to whom the host has heard last."""
        if sock.bound:
            return self._net.write(sock.handle, buf, 0, n)
        return self._net.send_to(sock.handle, buf, n, sock.reply_addr, sock.reply_port)
