"""Move bytes between the net port and the buffers of the sockets (D10-D14, D23).

    host -> span -> [tx buffer] -> net port          net port -> [rx buffer] -> host

The tx buffer holds bytes only while the net port does not accept these bytes. If a read or write
at the net port reports the end of a connection, this module changes the state of the socket.
"""

from .. import errors, urc
from ..clock import ticks_add
from ..compat import const
from ..contract import (
    AGAIN,
    CLOSED,
    ERR,
    HUP,
    IN,
    NO_RESOURCE,
    OUT,
    PORT_IN_USE,
    RESET,
    UNREACHABLE,
)
from ..counters import (
    RX_DROPPED,
    TX_DROPPED,
    UDP_RX_DROPPED,
    UDP_RX_NO_MEMORY,
    UDP_RX_OVERFLOW,
    UDP_RX_TRUNCATED,
    UDP_TX_DROPPED,
    UDP_TX_LOST,
    UDP_TX_REFUSED,
    WRAP_MASK,
)
from .socket import (
    CONNECTED,
    CONNECTING,
    LISTEN,
    NO_DATAGRAM,
    NO_HANDLE,
    PEER_CLOSED,
    READY,
    RESOLVED,
    SERVER,
    TCP,
    UDP,
    WRITE_ENDED,
    WRITE_ENDING,
    error_of,
    is_peer,
)

# Map from result classes of the net port to the error numbers that +WIPCREATE reports in its
# result code. A URC reports all other failures of +WIPCREATE (R1).
_ERROR_OF = {NO_RESOURCE: errors.NO_SOCKET, PORT_IN_USE: errors.BAD_PORT_STATE}

_BACKLOG = const(4)  # highest number of connections in the backlog of a listener
# When a socket is closed, the modem reads the unread data from the IP stack and counts this data.
# The number of reads is limited, because the peer may go on sending.
_MAX_READS = const(512)


class SocketIO:
    """I/O functions for all sockets of the index table, and the objects that these sockets share.

    owners: list of the objects that own the net handles, indexed by net handle. scratch: buffer
    for bytes that the modem copies from the net port to an rx buffer. The scratch buffer is at
    least one byte longer than the longest datagram.
    """

    def __init__(self, board, clock, urcs, counters, owners, scratch):
        self.net = board.net
        self.clock = clock
        self.urcs = urcs
        self.counters = counters
        self.scratch = scratch
        self.pending = 0  # number of sockets whose +WIPCREATE has no outcome yet
        # Socket whose bytes wait in the tx buffer, so that they are coalesced (Q3), or None.
        self.corked = None
        # Handlers for net port events, indexed by the state of the socket. The server module adds
        # the handler for the state LISTENING.
        self.on_event = {
            CONNECTING: self._on_connecting,
            READY: self._on_ready,
            PEER_CLOSED: self._on_peer_closed,
        }
        self._owners = owners
        self._max_datagram = board.sizes.datagram
        self._max_blocks = board.sizes.burst_blocks  # highest number of blocks in one burst
        self._connect_ms = board.sizes.connect_ms
        self._blocks = 0  # number of further blocks that the present burst may move

    # Open and close net handles

    def open(self, sock):
        """Start to connect a TCP client, or open a UDP socket. Return 0 or an error number.

        If the peer cannot be reached, return 0 and queue a URC (R1).
        """
        sock.move(RESOLVED)
        handle = self._open(sock)
        if handle in _ERROR_OF:
            return _ERROR_OF[handle]
        if handle < 0:
            sock.end(handle)
            return 0
        sock.deadline_ms = ticks_add(self.clock.now_ms, self._connect_ms)
        self.attach(sock, handle)
        if sock.protocol == UDP:
            sock.move(CONNECTED)
        return 0

    def _open(self, sock):
        """Open a socket of the net port. Return its net handle, or a result class (negative)."""
        if sock.has_peer and not is_peer(sock.addr, sock.peer_port, sock.protocol == TCP):
            return UNREACHABLE  # no peer can have this address or port (H26)
        if sock.protocol == TCP:
            return self.net.connect(sock.addr, sock.peer_port)
        if sock.has_peer:
            return self.net.open_udp(sock.local_port, sock.addr, sock.peer_port)
        return self.net.open_udp(sock.local_port)

    def listen(self, sock, local_port):
        """Open a listener at a local port. Return 0 or an error number."""
        handle = self.net.listen(local_port, _BACKLOG)
        if handle < 0:
            return _ERROR_OF.get(handle, errors.BAD_PORT_STATE)
        self.attach(sock, handle)
        sock.move(LISTEN)
        return 0

    def attach(self, sock, handle):
        """Make a socket the owner of an open net handle."""
        sock.handle = handle
        sock.local_port = self.net.local_port[handle]
        self._owners[handle] = sock

    def detach(self, sock):
        """Close the net handle of a socket, if one is open. Drop and count the socket's unread
        bytes in the IP stack and its unsent bytes in the tx buffer. The rx buffer stays readable.
        """
        if sock.handle >= 0:
            self._drop_unread(sock)
            self.net.close(sock.handle)
            self._owners[sock.handle] = None
            sock.handle = NO_HANDLE
        self._drop_unsent(sock)

    def _drop_unsent(self, sock):
        lost = sock.tx.clear()
        sock.bytes_lost += lost
        self.counters.add(TX_DROPPED, lost)

    def _drop_unread(self, sock):
        """Drop and count the bytes or datagrams that the IP stack has received for a socket and
        that the modem has not read."""
        reads = _MAX_READS
        while reads and sock.protocol != SERVER and self._drop(sock):
            reads -= 1
        self.count_overflow(sock)

    def _drop(self, sock):
        """Read received data of a socket from the IP stack once, and count this data as dropped.
        Return False if the IP stack had no more data."""
        if sock.protocol == TCP:
            n = self.net.readinto(sock.handle, self.scratch, len(self.scratch))
            self.counters.add(RX_DROPPED, max(n, 0))
            return n > 0
        # Only one byte of each datagram is read, because recvfrom() allocates memory for the bytes
        # that it returns.
        n = self.net.recvfrom(sock.handle, self.scratch, 1)
        self.counters.add(UDP_RX_DROPPED, n >= 0)
        # On UDP, RESET reports an ICMP error. The IP stack may have more datagrams after it.
        self.counters.add(UDP_TX_REFUSED, n == RESET)
        return n >= 0 or n == RESET

    def count_overflow(self, sock):
        """Count the datagrams for a socket that the IP stack dropped because its receive buffer
        was full. Some IP stacks cannot report such datagrams."""
        if sock.protocol == UDP and sock.handle >= 0:
            self.counters.add(UDP_RX_OVERFLOW, self.net.overflow(sock.handle))

    def _update_events(self, sock, rx_room):
        """Set the poll mask of a socket: IN while the rx buffer has room, OUT while the tx buffer
        has bytes to send. rx_room: number of free bytes in the rx buffer."""
        mask = IN if rx_room and sock.state == READY and sock.datagram < 0 else 0
        if sock.tx.count() and sock is not self.corked:
            mask |= OUT
        self.net.set_events(sock.handle, mask)

    # Handlers for net port events, one for each state of a socket

    def _on_connecting(self, sock, flags):
        result = self.net.connected(sock.handle)
        if result > 0:
            sock.move(CONNECTED)
            self._update_events(sock, sock.rx.free())
        elif result != AGAIN:
            sock.end(result)

    def _on_ready(self, sock, flags):
        if sock.protocol == UDP:
            self._receive(sock)
            return
        if flags & ~OUT:
            result = self._read(sock)
            if result < AGAIN:
                self._apply(sock, result)
        if flags & OUT:
            self.flush(sock)

    def _on_peer_closed(self, sock, flags):
        if flags & (ERR | HUP):
            self.detach(sock)
        else:
            self._apply(sock, self._write_buffer(sock))

    def _apply(self, sock, result):
        """Apply the result of a read or a write at the net port to the state of the socket."""
        if result < AGAIN:
            sock.end(result)
            if result != CLOSED:
                self.detach(sock)
        if sock.handle >= 0:
            self._update_events(sock, sock.rx.free())

    # Receive TCP bytes

    def _read(self, sock):
        """Read TCP bytes from the net port into the rx buffer, and announce these bytes to the
        host. Return the number of bytes in the last read, or a result class (negative)."""
        rx = sock.rx
        if rx.count():
            n = self._read_ring(sock)
        else:
            # If the rx buffer is empty, the net port can fill its block directly, without a copy.
            n = self.net.readinto(sock.handle, rx.buf, len(rx.buf))
            if n > 0:
                rx.fill(n)
                sock.bytes_received = sock.bytes_received + n & WRAP_MASK
            if n == len(rx.buf):
                n = self._read_ring(sock)
        if not sock.data_announced:
            self._announce(sock)
        return n

    def _read_ring(self, sock):
        """Read from the net port into the ring of the rx buffer, and update the poll mask. Return
        the number of bytes read, or a result class (negative)."""
        room = min(sock.rx.free(), len(self.scratch))
        n = self.net.readinto(sock.handle, self.scratch, room) if room else AGAIN
        if n > 0:
            sock.rx.write(self.scratch, 0, n)
            sock.bytes_received = sock.bytes_received + n & WRAP_MASK
        self._update_events(sock, sock.rx.free())
        return n

    def receive_burst(self, sock, sink):
        """Move bytes from the rx buffer, and then from the net port, to a serial port, while the
        serial port accepts whole blocks. sink: the serial port.

        For speed, the loop that reads from the net port calls only methods of the ports. On a PC,
        two more function calls for each block would take as long as moving the block.
        """
        if sock.state != READY:
            return
        rx = sock.rx
        n = self._blocks = self._max_blocks
        while self._blocks and rx.peek():
            self._blocks -= 1
            if not rx.write_to(sink):
                return
        while n > 0 and self._blocks and rx.start == rx.end:
            self._blocks -= 1
            n = self.net.readinto(sock.handle, rx.buf, len(rx.buf))
            if n > 0:
                rx.end = n
                sock.bytes_received = sock.bytes_received + n & WRAP_MASK
                rx.start = sink.write(rx.buf, 0, n)
        if n < AGAIN:
            self._apply(sock, n)

    def resume(self, sock):
        """Let a socket receive again, after the host has read at least one byte or a whole
        datagram."""
        if sock.handle >= 0:
            self._update_events(sock, 1)

    # Send TCP bytes

    def send(self, sock, span):
        """Send the bytes of a span to the TCP peer. Consume the bytes that the net port or the tx
        buffer accepts. If the connection is closed, drop and count all bytes of the span."""
        if sock.handle >= 0 and not sock.write_state:
            sent = 0
            if not sock.tx.count() and sock is not self.corked:
                sent = self._write(sock, span)
                if span.start == span.end:
                    return
            if sent >= AGAIN:
                sock.tx.write_span(span)
            self._apply_write(sock, sent)
        if sock.handle < 0 or sock.write_state:
            self.counters.add(TX_DROPPED, span.remaining())
            span.consume(span.remaining())

    def send_burst(self, sock, source, span):
        """Move blocks from a serial port to the net port, while the serial port has whole blocks
        and the net port accepts whole blocks.

        source: the serial port. span: buffer for one block. The bytes that the net port does not
        accept stay in the span.
        """
        if sock.state != READY or sock.write_state or sock.tx.count():
            return
        sent = self._blocks = self._max_blocks
        while self._blocks and span.start == len(span.buf):
            self._blocks -= 1
            span.start = 0
            span.end = source.readinto(span.buf)
            if span.end < len(span.buf):
                return
            sent = self.net.write(sock.handle, span.buf, 0, span.end)
            if sent > 0:
                span.start = sent
                sock.bytes_sent = sock.bytes_sent + sent & WRAP_MASK
        if sent < AGAIN:
            self._apply_write(sock, sent)

    def flush(self, sock):
        """Send as many bytes of the socket's tx buffer as the net port accepts."""
        if sock.handle >= 0:
            self._apply_write(sock, self._write_buffer(sock))

    def shutdown_write(self, sock):
        """Close the sending half of a TCP connection after sending the tx buffer (H12)."""
        if not sock.write_state:
            sock.write_state = WRITE_ENDING
            self.flush(sock)

    def _write_buffer(self, sock):
        """Write the tx buffer to the net port. Return 0 if all bytes were accepted, else the last
        result of the net port (0 or a result class)."""
        while sock.tx.peek():
            sent = self._write(sock, sock.tx)
            if sent <= 0:
                return sent
        if sock.write_state == WRITE_ENDING:
            sock.write_state = WRITE_ENDED
            self.net.shutdown_write(sock.handle)
        return 0

    def _write(self, sock, span):
        """Write a span to the net port, and consume the bytes that the port accepts. Return the
        number of these bytes, or a result class (negative)."""
        sent = self.net.write(sock.handle, span.buf, span.start, span.end - span.start)
        if sent > 0:
            span.start += sent
            sock.bytes_sent = sock.bytes_sent + sent & WRAP_MASK
        return sent

    def _apply_write(self, sock, result):
        """Apply the result of a write at the net port to the state of the socket.

        After a write error, the modem first reads the bytes that the peer sent before the error
        (D23). When a read finds no more bytes, the modem reports the write error to the host.
        """
        if result < CLOSED and sock.state == READY:
            self._drop_unsent(sock)
            sock.write_state = WRITE_ENDED
            sock.error = error_of(result)
            result = self._read(sock)
        self._apply(sock, result)

    # Send and receive UDP datagrams

    def _receive(self, sock):
        """Receive one UDP datagram, if the host has read the previous datagram."""
        if sock.datagram < 0:
            n = self.net.recvfrom(sock.handle, self.scratch, self._max_datagram + 1)
            if n >= 0:
                self._store(sock, n)
            elif n == NO_RESOURCE:
                self.counters.add(UDP_RX_NO_MEMORY)
            elif n < AGAIN:
                # The net port reports an ICMP error for a datagram that the modem has sent.
                self.counters.add(UDP_TX_REFUSED)
        self._update_events(sock, 1)

    def _store(self, sock, n):
        """Copy a datagram of n bytes from the scratch buffer to the rx buffer, and announce the
        datagram. A datagram that is longer than the buffer is truncated and counted."""
        sock.truncated = int(n > self._max_datagram)
        if sock.truncated:
            self.counters.add(UDP_RX_TRUNCATED)
            n = self._max_datagram
        sock.rx.write(self.scratch, 0, n)
        sock.datagram = n
        sock.bytes_received = sock.bytes_received + n & WRAP_MASK
        sock.from_addr[:] = self.net.from_addr
        sock.from_port = self.net.from_port
        self._announce(sock)

    def end_datagram(self, sock):
        """Handle the end of a datagram that the host has read completely: make its sender the
        destination of replies, and let the socket receive the next datagram."""
        sock.reply_addr[:] = sock.from_addr
        sock.reply_port = sock.from_port
        sock.datagram = NO_DATAGRAM
        self.resume(sock)

    def send_datagram(self, sock, buf, n):
        """Send the first n bytes of buf as one UDP datagram.

        Return False if the net port cannot accept the datagram now. Return True if the datagram
        was sent, or if the IP stack refused to send it. A refused datagram is dropped and counted.
        """
        sent = self._send_datagram(sock, buf, n)
        if sent == RESET:
            # RESET reports an ICMP error for an earlier datagram, so the present datagram has not
            # been sent.
            self.counters.add(UDP_TX_REFUSED)
            sent = self._send_datagram(sock, buf, n)
        if sent == AGAIN:
            return False
        if sent < n:  # the IP stack never sends a part of a datagram
            self.counters.add(UDP_TX_LOST)
        else:
            sock.bytes_sent = sock.bytes_sent + n & WRAP_MASK
        return True

    def _send_datagram(self, sock, buf, n):
        """Send a datagram to the peer of the socket. If the socket has no peer, send the datagram
        to the sender of the datagram that the host read last. Return the number of bytes sent, or
        a result class (negative)."""
        if sock.has_peer:
            return self.net.write(sock.handle, buf, 0, n)
        return self.net.send_to(sock.handle, buf, n, sock.reply_addr, sock.reply_port)

    def send_to_peer(self, sock, buf, n):
        """Send a UDP datagram in online data mode. Return the same values as send_datagram().

        If the socket has no peer or no open net handle, drop and count the bytes, and return True
        (R5, Q27).
        """
        if sock.has_peer and sock.handle >= 0:
            return self.send_datagram(sock, buf, n)
        self.counters.add(UDP_TX_DROPPED, n)
        return True

    # Online data mode and length-counted transfers

    def enter_online(self, sock):
        """Suppress +WIPDATA at the start of online data mode, in which the host receives all data
        without an announcement (Q22)."""
        sock.data_announced = True
        self.urcs.discard(sock.key, urc.DATA)

    def leave_online(self, sock):
        """Announce the unread data of a socket at the end of online data mode (Q22)."""
        sock.data_announced = False
        self._announce(sock)

    def end_transfer(self, sock):
        """Announce the data of a socket that is still unread at the end of a length-counted
        transfer to the host (+WIPXRECV)."""
        if sock.datagram == 0:
            self.end_datagram(sock)
        else:
            self.resume(sock)
        self.urcs.discard(sock.key, urc.DATA)
        self.leave_online(sock)

    def count_unsent(self, sock, n):
        """Count n bytes from the host (on UDP, one datagram) that could not be sent in time."""
        if sock.protocol == UDP:
            self.counters.add(UDP_TX_LOST)
        else:
            self.counters.add(TX_DROPPED, n)

    def _announce(self, sock):
        """Queue +WIPDATA, but only once for all data that arrives before the host reads (Q22)."""
        if not sock.data_announced and sock.has_data():
            sock.data_announced = True
            self.urcs.put(urc.DATA, sock.key)
