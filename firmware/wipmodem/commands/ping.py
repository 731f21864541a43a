"""+WIPPING (H18): ICMP echo requests, one at a time, each with a line for its answer.

AT+WIPPING="host"[,times[,interval[,limit]]]      interval and limit in ms
+WIPPING: 0,<which>,<ms>                           an answer; 1,<which>,0: none in time
"""

from .. import errors, urc
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..sockets.dns_message import parse_address
from ..sockets.socket import is_peer

_INTERVAL_MS = const(2000)
_LIMIT_MS = const(2000)
_MOST = const(255)
_IDLE_MS = const(1000)
_SIZE = const(16)
_LARGEST = const(64)
_REQUEST = const(8)
_REPLY = const(0)
_LATE = const(1)
_ANY_PORT = const(1)  # ICMP has none
_NOBODY = const(b"\0\0\0\0")

_REST = const(0)
_NAMING = const(1)
_WAITING = const(2)  # for an answer
_PAUSE = const(3)


class Ping:
    """One at a time. owners: by net handle."""

    def __init__(self, context):
        self._net = context.board.net
        self._session = context.session
        self._clock = context.clock
        self._owners = context.table.owners
        self._resolver = context.table.resolver
        self._entropy = context.board.entropy
        self._urcs = context.urcs
        self.under_way = False
        self._state = _REST
        self._addr = bytearray(4)
        self._message = bytearray(_SIZE)
        self._answer = context.table.scratch
        self._handle = -1
        self._which = self._times = 0
        self._interval_ms = self._limit_ms = 0
        self._sent_ms = self._due_ms = 0

    def start(self, name, times, interval_ms, limit_ms):
        """0, or why not. There is one at a time."""
        if self.under_way:
            return errors.BAD_STATE
        self._handle = self._net.open_echo()
        if self._handle < 0:
            return errors.NOT_IMPLEMENTED
        self._owners[self._handle] = self
        self.under_way = True
        self._which = 0
        self._times = times
        self._interval_ms = interval_ms
        self._limit_ms = limit_ms
        addr = parse_address(name)
        if addr:
            self.on_resolved(addr)
        else:
            self._state = _NAMING
            self._resolver.start(self, name)
        return 0

    def on_resolved(self, addr):
        """The peer's address, or None."""
        self._addr[:] = addr or _NOBODY
        self._state = _PAUSE
        self._due_ms = self._clock.now_ms

    def stop(self):
        if self._state == _NAMING:
            self._resolver.cancel(self)
        self._state = _REST
        self.under_way = False
        if self._handle >= 0:
            self._net.close(self._handle)
            self._owners[self._handle] = None
            self._handle = -1

    def on_event(self, flags):
        """An answer is the last request's, or none."""
        n = self._net.receive_echo(self._handle, self._answer, _LARGEST)
        if self._state == _WAITING and self._fits(n):
            self._report(0, ticks_diff(self._clock.now_ms, self._sent_ms))
            self._next()

    def tick(self):
        """True if something fell due. Without a session there is nobody to ask any more."""
        if not self.under_way:
            return False
        if not self._session.ready():
            self.stop()
        if self.wait_ms():
            return False
        if self._state == _PAUSE:
            self._ask()
        else:
            self._report(_LATE, 0)
            self._next()
        return True

    def wait_ms(self):
        """Until `tick` is needed. The next request waits until the host has heard of the last."""
        if self._state < _WAITING or self._urcs.find(urc.PING) >= 0:
            return _IDLE_MS
        return max(ticks_diff(self._due_ms, self._clock.now_ms), 0)

    def _ask(self):
        """What cannot be sent is not answered either, and nobody is asked without an address."""
        if not is_peer(self._addr, _ANY_PORT, False):
            self._report(_LATE, 0)
            self.stop()
            return
        self._state = _WAITING
        self._sent_ms = self._clock.now_ms
        self._due_ms = ticks_add(self._sent_ms, self._limit_ms)
        self._fill()
        self._net.send_echo(self._handle, self._message, _SIZE, self._addr)

    def _report(self, late, ms):
        self._urcs.put(urc.PING, late, self._which << 20 | ms)

    def _next(self):
        self._which += 1
        if self._which == self._times:
            self.stop()
            return
        self._state = _PAUSE
        now_ms = self._clock.now_ms
        later_ms = ticks_add(self._sent_ms, self._interval_ms)
        self._due_ms = later_ms if ticks_diff(later_ms, now_ms) > 0 else now_ms

    def _fill(self):
        """Type, sequence number and an unpredictable rest, under the checksum of RFC 1071."""
        message = self._message
        message[:8] = b"\0\0\0\0\0\0\0\0"
        message[0] = _REQUEST
        message[7] = self._which
        for i in range(8, _SIZE):
            message[i] = self._entropy() & 0xFF
        total = 0
        for i in range(0, _SIZE, 2):
            total += message[i] << 8 | message[i + 1]
        total = (total & 0xFFFF) + (total >> 16)
        total = ~(total + (total >> 16)) & 0xFFFF
        message[2] = total >> 8
        message[3] = total & 0xFF

    def _fits(self, n):
        """The system may have put an identifier of its own into the header."""
        answer = self._answer
        if n != _SIZE or answer[0] != _REPLY or answer[7] != self._which:
            return False
        return answer.find(self._message[8:], 8, n) == 8


def wipping_set(context):
    arguments = context.arguments
    if not context.session.ready():
        return context.fail(errors.BAD_STACK_STATE)
    times = arguments.value_or(1, 1)
    if not 1 <= times <= _MOST:
        return context.fail(errors.BAD_VALUE)
    interval_ms = arguments.value_or(2, _INTERVAL_MS)
    limit_ms = arguments.value_or(3, _LIMIT_MS)
    ping = _ping(context)
    return context.outcome(ping.start(arguments.text(0), times, interval_ms, limit_ms))


def _ping(context):
    """Return the Ping, created at the first call. MemoryError changes nothing."""
    ping = context.session.ping
    if ping is None:
        ping = Ping(context)
        context.active.append(ping)
        context.session.ping = ping
    return ping
