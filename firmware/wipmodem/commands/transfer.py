"""+WIPXSEND and +WIPXRECV: so many bytes, from command mode. The host need not enter data mode.

To send: the line, a prompt, exactly the bytes announced, a result; all of them or none. To
receive: a line with their number, the bytes, a result. Both may be guarded by CRC-32.
"""

from .. import errors
from ..clock import ticks_add, ticks_diff
from ..compat import const, crc32
from ..context import DONE, HOLD, MORE
from ..pipe import Span
from ..sockets.socket import FAILED, PEER_CLOSED, SERVER, UDP
from .sockets import name

_SECOND_MS = const(1000)
_TIMEOUT_S = const(10)  # how long the host's next byte is waited for, unless it says
_HEX = const(16)
_QUOTE = const(0x22)

# Steps of a command, in context.step.
_ASKED = const(0)
_TAKING = const(1)  # the host's bytes
_GIVING = const(2)  # ours
_SENDING = const(3)


class Counted:
    """The bytes of the command under way; there is never more than one."""

    def __init__(self, context):
        self.sock = None
        self.left = 0  # bytes that are still to come from the host, or to go to it
        self.some = False  # there is something to go to it, if only an empty datagram
        self.crc = 0
        self.wanted_crc = 0  # the host's, of what it sends
        self._context = context
        # What data mode gathers in is empty in command mode.
        gather = context.online.need_datagram_buffer()
        self._ring = gather.ring
        self._span = Span(gather.datagram)
        self._due_ms = 0

    def wait(self, argument):
        """Begin to wait for as many seconds as an argument says."""
        arguments = self._context.arguments
        seconds = arguments.value_or(argument, _TIMEOUT_S)
        self._due_ms = ticks_add(self._context.clock.now_ms, seconds * _SECOND_MS)

    def late(self):
        return ticks_diff(self._context.clock.now_ms, self._due_ms) >= 0

    def stop(self):
        """Drop the host's bytes that are there. Return their number."""
        dropped = self._ring.any()
        while self._ring.any():
            self._ring.readinto(self._span.buf, len(self._span.buf))
        return dropped

    # From the host

    def await_host(self, sock, n):
        """Of n bytes none is there."""
        self.sock = sock
        self.left = n

    def take(self, host):
        """As many of the host's bytes as are missing; True if some came."""
        n = self._ring.write(host.buf, host.start, min(host.left(), self.left))
        host.take(n)
        self.left -= n
        return n > 0

    def all(self):
        """They are complete: into the span, with their CRC. It allocates a view of them."""
        span = self._span
        span.load(self._ring.readinto(span.buf, len(span.buf)))
        self.crc = crc32(memoryview(span.buf)[: span.end])

    def span(self):
        return self._span

    # To the host

    def offer(self, sock, most):
        self.sock = sock
        self.some = sock.has_data()
        self.crc = 0
        self.left = min(sock.readable(), most)

    def give(self):
        """As many bytes of the socket's as there is room for; True if some went."""
        rx = self.sock.rx
        out = self._context.writer.out
        rx.block()
        n = out.put(rx.buf, rx.start, min(rx.left(), self.left))
        if n and self.guarded():
            self.crc = crc32(memoryview(rx.buf)[rx.start : rx.start + n], self.crc)
        rx.take(n)
        self.left -= n
        if self.sock.protocol == UDP:
            self.sock.datagram -= n
        return n > 0

    def guarded(self):
        return self._context.arguments.value_or(4, 0)


def _counted(context):
    """The modem's, which is made at the first use."""
    if context.online.transfer is None:
        context.online.transfer = Counted(context)
    return context.online.transfer


# AT+WIPXSEND=<protocol>,<index>,<bytes>[,<timeout>[,<crc>]]


def send_set(context):
    """OK once the modem or the stack has all of them. Any error but 842, 843 means that none was
    sent."""
    return _SEND[context.step](context)


def _send_asked(context):
    arguments = context.arguments
    if arguments.value(0) == SERVER:
        return context.fail(errors.BAD_PROTOCOL)
    sock = context.table.find(arguments.value(0), arguments.value(1))
    wanted_crc = _crc_given(arguments)
    if wanted_crc < 0:
        return context.fail(errors.ERROR)
    failure = _cannot_send(sock)
    if failure or not 0 < arguments.value(2) <= context.board.sizes.datagram:
        return context.fail(failure or errors.BAD_VALUE)
    counted = _counted(context)
    counted.wait(3)
    counted.await_host(sock, arguments.value(2))
    counted.wanted_crc = wanted_crc
    context.command.line.expect_data()
    context.writer.prompt()
    context.step = _TAKING
    return HOLD


def _cannot_send(sock):
    if sock is None:
        return errors.BAD_STATE
    if sock.error:
        return sock.error
    if sock.handle < 0 or sock.is_pending():
        return errors.BAD_STATE
    return 0 if sock.has_peer or sock.reply_port else errors.BAD_STATE  # R5: to nobody


def _crc_given(arguments):
    """As a number, 0 if there is none, -1 if it is no hexadecimal number of eight digits."""
    if not arguments.given(4):
        return 0
    try:
        text = arguments.text(4)
        return int(text, _HEX) if len(text) == 8 else -1
    except ValueError:
        return -1


def _send_taking(context):
    counted = context.online.transfer
    if counted.take(context.command.line.input):
        counted.wait(3)
    if counted.left:
        if not counted.late():
            return HOLD
        counted.stop()
        return context.fail(errors.NOT_IN_TIME)
    counted.all()
    if context.arguments.given(4) and counted.wanted_crc != counted.crc:
        return context.fail(errors.BAD_VALUE)
    context.step = _SENDING
    return _send_sending(context)


def _send_sending(context):
    sock = context.online.transfer.sock
    failure = _cannot_send(sock)  # it may have ended meanwhile
    if failure:
        return context.fail(failure)
    if _sent(context.table.io, sock, context.online.transfer.span()):
        return context.outcome(_cannot_send(sock))
    if not context.online.transfer.late():
        return HOLD
    context.table.io.count_unsent(sock, context.online.transfer.span().left())
    return context.fail(errors.UNREACHABLE)


def _sent(io, sock, span):
    """Has the modem or the stack all of it now?"""
    if sock.protocol == UDP:
        return io.send_datagram(sock, span.buf, span.end)
    io.send(sock, span)
    return not span.left()


_SEND = {_ASKED: _send_asked, _TAKING: _send_taking, _SENDING: _send_sending}


# AT+WIPXRECV=<protocol>,<index>,<most>[,<timeout>[,<crc>]]


def receive_set(context):
    """At most one datagram; what of it the host does not take now is there for the next time."""
    return _RECEIVE[context.step](context)


def _receive_asked(context):
    arguments = context.arguments
    if arguments.value(0) == SERVER:
        return context.fail(errors.BAD_PROTOCOL)
    sock = context.table.find(arguments.value(0), arguments.value(1))
    if sock is None:
        return context.fail(errors.BAD_STATE)
    if not sock.has_data() and sock.state != PEER_CLOSED:
        if sock.state == FAILED:
            return context.fail(sock.error)
        if context.command.age_ms() < arguments.value_or(3, 0) * _SECOND_MS:
            return HOLD
    counted = _counted(context)
    counted.offer(sock, arguments.value(2))
    _say_head(context.writer, sock, counted.left)
    context.step = _GIVING
    return MORE


def _say_head(writer, sock, n):
    name(writer.begin(b"+WIPXRECV: "), sock).comma(n)
    if sock.datagram >= 0:
        writer.peer(sock.from_addr, sock.from_port).comma(sock.datagram - n).comma(sock.truncated)
    writer.end()


def _receive_giving(context):
    counted = context.online.transfer
    if counted.left:
        return MORE if counted.give() else HOLD
    if counted.some:
        context.table.io.end_transfer(counted.sock)
    if counted.guarded():
        writer = context.writer.begin(b'+WIPXCRC: "').text(b"%08X" % counted.crc)
        writer.char(_QUOTE).end()
    return DONE


_RECEIVE = {_ASKED: _receive_asked, _GIVING: _receive_giving}
