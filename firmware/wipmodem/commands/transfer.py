"""+WIPXSEND and +WIPXRECV: length-counted transfers in command mode.

To send, the host gives the command, waits for the prompt, sends exactly the announced number of
bytes, and receives a final result code. The modem sends either all of these bytes or none of them.
To receive, the host gives the command. The modem sends a line with the number of bytes, then the
bytes, then a final result code. In both directions, a CRC-32 can protect the bytes.
"""

from .. import errors
from ..clock import ticks_add, ticks_diff
from ..compat import const, crc32
from ..context import DONE, HOLD, MORE
from ..pipe import Span
from ..sockets.socket import FAILED, PEER_CLOSED, SERVER, UDP
from .sockets import append_name

_SECOND_MS = const(1000)
_TIMEOUT_S = const(10)  # default time limit in seconds for the next byte from the host
_HEX = const(16)
_CRC_DIGITS = const(8)
_QUOTE = const(0x22)

# Positions of the arguments that both +WIPXSEND and +WIPXRECV have, counted from 0.
_LENGTH = const(2)
_TIMEOUT = const(3)
_CRC = const(4)

# Values of context.step during a transfer.
_START = const(0)  # the transfer has not begun
_FROM_HOST = const(1)  # the modem waits for bytes from the host
_TO_HOST = const(2)  # the modem sends bytes to the host
_TO_PEER = const(3)  # the modem sends bytes to the peer


class Transfer:
    """State of the transfer in progress. One object serves all transfers, one after another.

    Bytes from the host are collected in the datagram buffer of online data mode. Online data mode
    does not use this buffer during a transfer.
    """

    def __init__(self, context):
        self.sock = None
        self.remaining = 0  # number of bytes still to be read from the host or sent to the host
        # True if the host receives bytes from a TCP socket, or a datagram, which may be empty.
        self.has_data = False
        self.crc = 0  # CRC-32 of the bytes transferred so far
        self.expected_crc = 0  # CRC-32 from the host, or 0 if the host gave no CRC-32
        buffer = context.online.need_datagram_buffer()
        # Bytes for the peer. The span is filled after all bytes have arrived from the host.
        self.span = Span(buffer.datagram)
        # Ring that collects the bytes from the host until all bytes have arrived.
        self._ring = buffer.ring
        self._context = context
        self._deadline_ms = 0  # value of clock.now_ms when the transfer times out

    def restart_timeout(self):
        """Restart the time limit for the next byte from the host."""
        seconds = self._context.arguments.value_or(_TIMEOUT, _TIMEOUT_S)
        self._deadline_ms = ticks_add(self._context.clock.now_ms, seconds * _SECOND_MS)

    def has_timed_out(self):
        """Return True if the time limit of the transfer has passed."""
        return ticks_diff(self._context.clock.now_ms, self._deadline_ms) >= 0

    def stop(self):
        """Discard the bytes received from the host so far. Return the number of these bytes."""
        dropped = self._ring.any()
        while self._ring.any():
            self._ring.readinto(self.span.buf, len(self.span.buf))
        return dropped

    # Transfer of bytes from the host to the peer

    def begin_send(self, sock, n, expected_crc):
        """Begin a transfer of n bytes from the host to the peer of a socket.

        expected_crc: CRC-32 from the host, or 0 if the host gave no CRC-32.
        """
        self.sock = sock
        self.remaining = n
        self.expected_crc = expected_crc
        self.restart_timeout()

    def read_host(self, span):
        """Collect the bytes from the host, in a span, that belong to the transfer.

        Return True if any byte was collected.
        """
        n = self._ring.write(span.buf, span.start, min(span.remaining(), self.remaining))
        span.consume(n)
        self.remaining -= n
        return n > 0

    def complete(self):
        """Move the collected bytes into the attribute `span`, and compute their CRC-32.

        Allocates a memoryview.
        """
        span = self.span
        span.fill(self._ring.readinto(span.buf, len(span.buf)))
        self.crc = crc32(memoryview(span.buf)[: span.end])

    # Transfer of bytes from the peer to the host

    def begin_receive(self, sock, limit):
        """Begin a transfer to the host of at most `limit` bytes received on a socket."""
        self.sock = sock
        self.has_data = sock.has_data()
        self.crc = 0
        self.remaining = min(sock.readable(), limit)

    def write_host(self):
        """Send as many bytes of the transfer to the host as the output has room for.

        Return True if any byte was sent. Allocates a memoryview if the host requested a CRC-32.
        """
        rx = self.sock.rx
        out = self._context.writer.out
        rx.peek()
        n = out.write(rx.buf, rx.start, min(rx.remaining(), self.remaining))
        if n and self.has_crc():
            self.crc = crc32(memoryview(rx.buf)[rx.start : rx.start + n], self.crc)
        rx.consume(n)
        self.remaining -= n
        if self.sock.protocol == UDP:
            self.sock.datagram -= n
        return n > 0

    def has_crc(self):
        """Return a true value if the host requested a CRC-32 of the received bytes."""
        return self._context.arguments.value_or(_CRC, 0)


def _need_transfer(context):
    """Return the Transfer object. The first call of this function creates the object.

    A MemoryError leaves all state unchanged.
    """
    if context.online.transfer is None:
        context.online.transfer = Transfer(context)
    return context.online.transfer


# +WIPXSEND: transfer from the host to the peer


def send_set(context):
    """Handle AT+WIPXSEND=<protocol>,<index>,<bytes>[,<timeout>[,<crc>]]: send bytes to the peer.

    OK means that the tx buffer or the IP stack has accepted all bytes. If the command ends in any
    error other than 842 or 843, no byte was sent.
    """
    return _SEND[context.step](context)


def _start_send(context):
    arguments = context.arguments
    if arguments.value(0) == SERVER:
        return context.fail(errors.BAD_PROTOCOL)
    sock = context.table.find(arguments.value(0), arguments.value(1))
    expected_crc = _given_crc(arguments)
    if expected_crc < 0:
        return context.fail(errors.ERROR)
    error = _send_error(sock)
    n = arguments.value(_LENGTH)
    if error or not 0 < n <= context.board.sizes.datagram:
        return context.fail(error or errors.BAD_VALUE)
    _need_transfer(context).begin_send(sock, n, expected_crc)
    context.command.line.expect_data()
    context.writer.prompt()
    context.step = _FROM_HOST
    return HOLD


def _send_error(sock):
    """Return 0 if a socket can send bytes to its peer, otherwise an error number.

    sock: the socket, or None if no such socket is open.
    """
    if sock is None:
        return errors.BAD_STATE
    if sock.error:
        return sock.error
    if sock.handle < 0 or sock.is_pending():
        return errors.BAD_STATE
    # A UDP socket without a peer can send only to the sender of the last read datagram (R5).
    return 0 if sock.has_peer or sock.reply_port else errors.BAD_STATE


def _given_crc(arguments):
    """Return the CRC-32 argument as a number, or -1 if it is not 8 hexadecimal digits.

    Return 0 if the argument is omitted.
    """
    if not arguments.given(_CRC):
        return 0
    try:
        text = arguments.text(_CRC)
        return int(text, _HEX) if len(text) == _CRC_DIGITS else -1
    except ValueError:
        return -1


def _read_host(context):
    transfer = context.online.transfer
    if transfer.read_host(context.command.line.input):
        transfer.restart_timeout()
    if transfer.remaining:
        if not transfer.has_timed_out():
            return HOLD
        transfer.stop()
        return context.fail(errors.NOT_IN_TIME)
    transfer.complete()
    if context.arguments.given(_CRC) and transfer.expected_crc != transfer.crc:
        return context.fail(errors.BAD_VALUE)
    context.step = _TO_PEER
    return _send(context)


def _send(context):
    transfer = context.online.transfer
    sock = transfer.sock
    error = _send_error(sock)  # the socket may have failed after the command began
    if error:
        return context.fail(error)
    if _is_accepted(context.table.io, sock, transfer.span):
        return context.outcome(_send_error(sock))
    if not transfer.has_timed_out():
        return HOLD
    context.table.io.count_unsent(sock, transfer.span.remaining())
    return context.fail(errors.UNREACHABLE)


def _is_accepted(io, sock, span):
    """Send as many bytes of a span to the peer as possible.

    Return True if the tx buffer or the IP stack has accepted all bytes.
    """
    if sock.protocol == UDP:
        return io.send_datagram(sock, span.buf, span.end)
    io.send(sock, span)
    return not span.remaining()


_SEND = {_START: _start_send, _FROM_HOST: _read_host, _TO_PEER: _send}


# +WIPXRECV: transfer from the peer to the host


def receive_set(context):
    """Handle AT+WIPXRECV=<protocol>,<index>,<limit>[,<timeout>[,<crc>]]: receive bytes.

    On a UDP socket, one command receives at most one datagram. The next command can receive the
    bytes beyond the limit.
    """
    return _RECEIVE[context.step](context)


def _start_receive(context):
    arguments = context.arguments
    if arguments.value(0) == SERVER:
        return context.fail(errors.BAD_PROTOCOL)
    sock = context.table.find(arguments.value(0), arguments.value(1))
    if sock is None:
        return context.fail(errors.BAD_STATE)
    if not sock.has_data() and sock.state != PEER_CLOSED:
        if sock.state == FAILED:
            return context.fail(sock.error)
        if context.command.age_ms() < arguments.value_or(_TIMEOUT, 0) * _SECOND_MS:
            return HOLD
    transfer = _need_transfer(context)
    transfer.begin_receive(sock, arguments.value(_LENGTH))
    _write_head(context.writer, sock, transfer.remaining)
    context.step = _TO_HOST
    return MORE


def _write_head(writer, sock, n):
    append_name(writer.begin(b"+WIPXRECV: "), sock).comma(n)
    if sock.datagram >= 0:
        writer.peer(sock.from_addr, sock.from_port).comma(sock.datagram - n).comma(sock.truncated)
    writer.end()


def _write_host(context):
    transfer = context.online.transfer
    if transfer.remaining:
        return MORE if transfer.write_host() else HOLD
    if transfer.has_data:
        context.table.io.end_transfer(transfer.sock)
    if transfer.has_crc():
        writer = context.writer.begin(b'+WIPXCRC: "').text(b"%08X" % transfer.crc)
        writer.char(_QUOTE).end()
    return DONE


_RECEIVE = {_START: _start_receive, _TO_HOST: _write_host}
