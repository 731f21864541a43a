"""+WIPXSEND and +WIPXRECV: length-counted transfers in command mode.

To send, the host gives the command and waits for the prompt, then it sends exactly the announced
number of bytes and gets a final result code. All bytes are sent, or none. To receive, the host
gets a line with the number of bytes, the bytes, and a final result code. Both can have a CRC-32.
"""

from .. import errors
from ..clock import ticks_add, ticks_diff
from ..compat import const, crc32
from ..context import DONE, HOLD, MORE
from ..pipe import Span
from ..sockets.socket import FAILED, PEER_CLOSED, SERVER, UDP
from .sockets import append_name

_SECOND_MS = const(1000)
_TIMEOUT_S = const(10)  # time limit for the next byte from the host, unless the host gives one
_HEX = const(16)
_CRC_DIGITS = const(8)
_QUOTE = const(0x22)

# Places of arguments of both commands.
_LENGTH = const(2)
_TIMEOUT = const(3)
_CRC = const(4)

# Steps of a command, in context.step.
_START = const(0)
_FROM_HOST = const(1)  # bytes from the host are awaited
_TO_HOST = const(2)  # bytes are on their way to the host
_TO_PEER = const(3)  # bytes are on their way to the peer


class Transfer:
    """The transfer in progress. One object serves all transfers, one after the other.

    The host's bytes collect in the datagram buffer of online data mode, which is empty meanwhile.
    """

    def __init__(self, context):
        self.sock = None
        self.remaining = 0  # bytes that are still to come from the host, or to go to the host
        self.has_data = False  # bytes or a datagram go to the host; a datagram may be empty
        self.crc = 0  # of the bytes of this transfer so far
        self.expected_crc = 0  # as the host announced it
        buffer = context.online.need_datagram_buffer()
        self.span = Span(buffer.datagram)  # the bytes for the peer, once they are complete
        self._ring = buffer.ring  # bytes from the host until then
        self._context = context
        self._deadline_ms = 0

    def restart_timeout(self):
        """Start the time limit for the next byte from the host."""
        seconds = self._context.arguments.value_or(_TIMEOUT, _TIMEOUT_S)
        self._deadline_ms = ticks_add(self._context.clock.now_ms, seconds * _SECOND_MS)

    def has_timed_out(self):
        """Return True if the time limit has passed."""
        return ticks_diff(self._context.clock.now_ms, self._deadline_ms) >= 0

    def stop(self):
        """Discard the bytes from the host. Return their number."""
        dropped = self._ring.any()
        while self._ring.any():
            self._ring.readinto(self.span.buf, len(self.span.buf))
        return dropped

    # From the host

    def begin_send(self, sock, n, expected_crc):
        """Begin a transfer of n bytes from the host to the peer of a socket."""
        self.sock = sock
        self.remaining = n
        self.expected_crc = expected_crc
        self.restart_timeout()

    def read_host(self, span):
        """Take the bytes of a span that belong to the transfer. Return True if there were any."""
        n = self._ring.write(span.buf, span.start, min(span.remaining(), self.remaining))
        span.consume(n)
        self.remaining -= n
        return n > 0

    def complete(self):
        """Move the complete bytes into `span`, and compute their CRC. Allocates a memoryview."""
        span = self.span
        span.fill(self._ring.readinto(span.buf, len(span.buf)))
        self.crc = crc32(memoryview(span.buf)[: span.end])

    # To the host

    def begin_receive(self, sock, limit):
        """Begin a transfer to the host of what a socket has received, at most `limit` bytes."""
        self.sock = sock
        self.has_data = sock.has_data()
        self.crc = 0
        self.remaining = min(sock.readable(), limit)

    def write_host(self):
        """Send as many bytes as the output has room for. Return True if there were any.

        Allocates a memoryview if the host asked for a CRC.
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
        """Return True if the host asked for the CRC of received bytes."""
        return self._context.arguments.value_or(_CRC, 0)


def _need_transfer(context):
    """Return the Transfer, created at the first call. MemoryError changes nothing."""
    if context.online.transfer is None:
        context.online.transfer = Transfer(context)
    return context.online.transfer


# +WIPXSEND


def send_set(context):
    """Send bytes: AT+WIPXSEND=<protocol>,<index>,<bytes>[,<timeout>[,<crc>]].

    OK means that the tx buffer or the IP stack has accepted all bytes. After any error but 842
    and 843 no byte was sent.
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
    """Return 0, or the error number why a socket cannot send. sock: None if it is not open."""
    if sock is None:
        return errors.BAD_STATE
    if sock.error:
        return sock.error
    if sock.handle < 0 or sock.is_pending():
        return errors.BAD_STATE
    # A UDP socket without a peer can only answer the sender of a datagram (R5).
    return 0 if sock.has_peer or sock.reply_port else errors.BAD_STATE


def _given_crc(arguments):
    """Return the CRC of the host as a number, 0 without one, -1 if it is not 8 hex digits."""
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
    error = _send_error(sock)  # the socket may have failed since the command
    if error:
        return context.fail(error)
    if _is_accepted(context.table.io, sock, transfer.span):
        return context.outcome(_send_error(sock))
    if not transfer.has_timed_out():
        return HOLD
    context.table.io.count_unsent(sock, transfer.span.remaining())
    return context.fail(errors.UNREACHABLE)


def _is_accepted(io, sock, span):
    """Send what can be sent. Return True if the tx buffer or the IP stack has accepted it all."""
    if sock.protocol == UDP:
        return io.send_datagram(sock, span.buf, span.end)
    io.send(sock, span)
    return not span.remaining()


_SEND = {_START: _start_send, _FROM_HOST: _read_host, _TO_PEER: _send}


# +WIPXRECV


def receive_set(context):
    """Receive bytes: AT+WIPXRECV=<protocol>,<index>,<limit>[,<timeout>[,<crc>]].

    A transfer has at most one datagram. Bytes beyond the limit stay for the next command.
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
