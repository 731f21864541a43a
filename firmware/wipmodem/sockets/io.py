"""What passes over a socket while it lives: events of the net, bytes of the host (D10-D14, D23).

flow.py moves the bytes; what a move met leads to the next state here.
"""

from .. import urc
from ..contract import AGAIN, CLOSED, ERR, HUP, OUT
from ..counters import TX_DROPPED, UDP_TX_DROPPED, UDP_TX_LOST
from .flow import FINISHED, FINISHING, NO_DATAGRAM, Flow
from .machine import GONE, UP, error_of, event_of
from .socket import CONNECTING, PEER_CLOSED, READY, UDP


class Traffic:
    def __init__(self, machine, net, urcs, counters, scratch, sizes):
        self._machine = machine
        self._net = net
        self._urcs = urcs
        self._counters = counters
        self._flow = Flow(net, counters, scratch, sizes)
        self._mapped = None  # the socket in data mode
        self._on = {
            CONNECTING: self._on_connecting,
            READY: self._on_ready,
            PEER_CLOSED: self._on_peer_closed,
        }

    # Events

    def on_event(self, sock):
        """Something is ready on the socket's handle: a UDP or TCP client socket."""
        self._on[sock.state](sock)

    def _on_connecting(self, sock):
        outcome = self._net.connected(sock.handle)
        if outcome > 0:
            self._machine.move(sock, UP)
            self._flow.watch(sock, True)
        elif outcome != AGAIN:
            self._machine.move(sock, event_of(outcome))

    def _on_ready(self, sock):
        if sock.protocol == UDP:
            self._receive(sock)
            return
        flags = self._net.flags[sock.handle]
        if flags & ~OUT:
            self._fill(sock)
        if flags & OUT:
            self.push(sock)

    def _on_peer_closed(self, sock):
        if self._net.flags[sock.handle] & (ERR | HUP):
            self._machine.detach(sock)
        else:
            self._dealt(sock, self._flow.drain(sock))

    # Data mode

    def map(self, sock):
        """Data mode begins: what there is to read is read now (Q22)."""
        self._mapped = sock
        self._urcs.forget(sock.who, urc.DATA)

    def unmap(self):
        """Data mode has ended; what was left unread is owed a +WIPDATA."""
        sock = self._mapped
        self._mapped = None
        sock.told = False
        self._announce(sock)

    def send(self, sock, span):
        """TCP bytes from the host, as many as can be taken; a dead peer takes all, counted."""
        if sock.handle >= 0 and not sock.finished:
            self._wrote(sock, self._flow.send(sock, span))
        if sock.handle < 0 or sock.finished:
            self._counters.add(TX_DROPPED, span.left())
            span.take(span.left())

    def stream(self, sock, source, span):
        """Whole blocks from a port straight to the net; what is left in the span is to be sent."""
        if sock.state == READY and not sock.finished and not sock.unsent():
            result = self._flow.stream(sock, source, span)
            if result < AGAIN:
                self._wrote(sock, result)

    def pour(self, sock, sink):
        """Whole blocks from the net straight to a port; what the pipe has left is to be given."""
        if sock.state == READY:
            result = self._flow.pour(sock, sink)
            if result < AGAIN:
                self._dealt(sock, result)

    def push(self, sock):
        """What has been held back goes now."""
        if sock.handle >= 0:
            self._wrote(sock, self._flow.drain(sock))

    def finish(self, sock):
        """H12: our half ends behind what waits."""
        if not sock.finished:
            sock.finished = FINISHING
            self.push(sock)

    def send_datagram(self, sock, buf, n):
        """True once it is dealt with: sent, or counted since the socket cannot (R5, Q27)."""
        if sock.bound and sock.handle >= 0:
            return self._flow.send_datagram(sock, buf, n)
        self._counters.add(UDP_TX_DROPPED, n)
        return True

    def lose(self, sock, span):
        """What nobody has taken in time."""
        if sock.protocol == UDP:
            self.lose_datagram()
        else:
            self._counters.add(TX_DROPPED, span.left())

    def lose_datagram(self):
        """Data mode ended before the stack would take the last one."""
        self._counters.add(UDP_TX_LOST)

    def was_read(self, sock):
        """The host took bytes, or a whole datagram: there is room for more."""
        if sock.handle >= 0:
            self._flow.watch(sock, sock.state == READY and sock.datagram < 0)

    def answer(self, sock, buf, n):
        """As send_datagram; of a socket without peer to whom the host has heard last."""
        return self._flow.send_datagram(sock, buf, n)

    def was_given(self, sock):
        """The host has the whole datagram: the next may come, and may be answered."""
        sock.reply_addr[:] = sock.from_addr
        sock.reply_port = sock.from_port
        sock.datagram = NO_DATAGRAM
        self.was_read(sock)

    def was_taken(self, sock):
        """In command mode: of what is left the host is told anew."""
        if sock.datagram == 0:
            self.was_given(sock)
        else:
            self.was_read(sock)
        self._urcs.forget(sock.who, urc.DATA)
        sock.told = False
        self._announce(sock)

    # Inside

    def _fill(self, sock):
        got = self._flow.fill(sock)
        self._announce(sock)
        self._dealt(sock, got)

    def _receive(self, sock):
        if sock.datagram < 0 and self._flow.receive(sock) >= 0:
            self._announce(sock)
        self.was_read(sock)

    def _announce(self, sock):
        if sock.told or sock is self._mapped or not sock.has_data():
            return
        sock.told = True
        self._urcs.put(urc.DATA, sock.who)

    def _wrote(self, sock, result):
        """Apply the result of a write. After an error the peer takes nothing more, and what it has
        sent before is read first (D23): the read that ends it tells the error."""
        if result < CLOSED and sock.state == READY:
            self._machine.discard(sock)
            sock.finished = FINISHED
            sock.error = error_of(event_of(result))
            result = self._flow.fill(sock)
            self._announce(sock)
        self._dealt(sock, result)

    def _dealt(self, sock, result):
        """Draw the consequence of what a flow met."""
        if result < AGAIN:
            self._machine.move(sock, GONE if sock.error else event_of(result), sock.error)
            if result != CLOSED:
                self._machine.detach(sock)
        if sock.handle >= 0:
            self._flow.watch(sock, sock.state == READY)
