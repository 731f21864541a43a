"""+WIPPING: ICMP echo requests, sent one at a time; a URC reports the outcome of each (H18).

AT+WIPPING="host"[,times[,interval[,limit]]]   start; interval and limit are in ms
+WIPPING: 0,<number>,<ms>                      URC: a reply arrived after <ms>
+WIPPING: 1,<number>,0                         URC: no reply arrived within the limit
"""

from .. import errors, urc
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..sockets.dns_message import parse_address
from ..sockets.socket import is_peer

_INTERVAL_MS = const(2000)  # default time between two requests
_LIMIT_MS = const(2000)  # default time limit for a reply
_MAX_TIMES = const(255)  # highest number of requests that one command can send
_IDLE_MS = const(1000)
_SIZE = const(16)  # length of an echo request in bytes
_MAX_REPLY = const(64)  # largest number of bytes read from a received ICMP message
# Types of ICMP messages.
_REQUEST = const(8)
_REPLY = const(0)
# Values of the first field of the +WIPPING URC.
_REPLIED = const(0)
_TIMEOUT = const(1)
_ANY_PORT = const(1)  # placeholder for the port argument of is_peer(), as ICMP has no ports
_NO_ADDRESS = const(b"\0\0\0\0")

# States of a ping, a sequence of ICMP echo requests.
_IDLE = const(0)
_RESOLVING = const(1)
_WAITING = const(2)  # waiting for a reply
_PAUSING = const(3)  # waiting for the time of the next request


class Ping:
    """Sequence of echo requests for one +WIPPING command. An active sequence owns a net handle."""

    def __init__(self, context):
        self.active = False  # True from start() until the last request is answered or timed out
        self._net = context.board.net
        self._session = context.session
        self._clock = context.clock
        self._owners = context.table.owners
        self._resolver = context.table.resolver
        self._entropy = context.board.entropy
        self._urcs = context.urcs
        self._state = _IDLE
        self._addr = bytearray(4)  # IP address of the peer, 0.0.0.0 if its name is unknown
        self._message = bytearray(_SIZE)  # echo request that was sent last
        self._reply = context.table.scratch
        self._handle = -1
        self._number = 0  # number of the request in progress; the first request is 0
        self._times = 0  # number of requests in the sequence
        self._interval_ms = self._limit_ms = 0
        self._sent_ms = 0  # clock.now_ms when the last request was sent
        self._due_ms = 0  # clock.now_ms when the wait for a reply or the pause ends

    def start(self, name, times, interval_ms, limit_ms):
        """Start a sequence of echo requests. Return 0 or an error number.

        name: IP address or host name of the peer, bytes. times: number of requests.
        """
        if self.active:
            return errors.BAD_STATE
        self._handle = self._net.open_echo()
        if self._handle < 0:
            return errors.NOT_IMPLEMENTED
        self._owners[self._handle] = self
        self.active = True
        self._number = 0
        self._times = times
        self._interval_ms = interval_ms
        self._limit_ms = limit_ms
        self._resolve(name)
        return 0

    def _resolve(self, name):
        addr = parse_address(name)
        if addr:
            self.on_resolved(addr)
        else:
            self._state = _RESOLVING
            self._resolver.start(self, name)

    def on_resolved(self, addr):
        """Set the peer's IP address. addr: four bytes, or None if the name cannot be resolved."""
        self._addr[:] = addr or _NO_ADDRESS
        self._state = _PAUSING
        self._due_ms = self._clock.now_ms

    def stop(self):
        """End the ping, and close its net handle."""
        if self._state == _RESOLVING:
            self._resolver.cancel(self)
        self._state = _IDLE
        self.active = False
        if self._handle >= 0:
            self._net.close(self._handle)
            self._owners[self._handle] = None
            self._handle = -1

    def on_event(self, flags):
        """Receive an ICMP message. Ignore any message except the reply to the last request."""
        n = self._net.receive_echo(self._handle, self._reply, _MAX_REPLY)
        if self._state == _WAITING and self._is_reply(n):
            self._report(_REPLIED, ticks_diff(self._clock.now_ms, self._sent_ms))
            self._next()

    def tick(self):
        """Send a request, or end the wait for a reply. Return True if either was due.

        The sequence of requests ends when the session ends.
        """
        if not self.active:
            return False
        if not self._session.ready():
            self.stop()
        if self.wait_ms():
            return False
        if self._state == _PAUSING:
            self._send()
        else:
            self._report(_TIMEOUT, 0)
            self._next()
        return True

    def wait_ms(self):
        """Return the time in ms until tick() is needed.

        The next request is sent only after the URC for the last request has been sent.
        """
        if self._state < _WAITING or self._urcs.find(urc.PING) >= 0:
            return _IDLE_MS
        return max(ticks_diff(self._due_ms, self._clock.now_ms), 0)

    def _send(self):
        # Without a valid address, a timeout is reported and the sequence ends. A request that the
        # IP stack fails to send needs no special handling, because it times out.
        if not is_peer(self._addr, _ANY_PORT, False):
            self._report(_TIMEOUT, 0)
            self.stop()
            return
        self._state = _WAITING
        self._sent_ms = self._clock.now_ms
        self._due_ms = ticks_add(self._sent_ms, self._limit_ms)
        self._fill()
        self._net.send_echo(self._handle, self._message, _SIZE, self._addr)

    def _report(self, result, ms):
        self._urcs.put(urc.PING, result, self._number << 20 | ms)

    def _next(self):
        self._number += 1
        if self._number == self._times:
            self.stop()
            return
        self._state = _PAUSING
        now_ms = self._clock.now_ms
        next_ms = ticks_add(self._sent_ms, self._interval_ms)
        self._due_ms = next_ms if ticks_diff(next_ms, now_ms) > 0 else now_ms

    def _fill(self):
        """Build a request: type, sequence number, random bytes, and the checksum of RFC 1071."""
        message = self._message
        message[:8] = b"\0\0\0\0\0\0\0\0"
        message[0] = _REQUEST
        message[7] = self._number
        for i in range(8, _SIZE):
            message[i] = self._entropy() & 0xFF
        total = 0
        for i in range(0, _SIZE, 2):
            total += message[i] << 8 | message[i + 1]
        total = (total & 0xFFFF) + (total >> 16)
        total = ~(total + (total >> 16)) & 0xFFFF
        message[2] = total >> 8
        message[3] = total & 0xFF

    def _is_reply(self, n):
        # The ICMP identifier is not compared, because an operating system may replace the
        # identifier of a request.
        reply = self._reply
        if n != _SIZE or reply[0] != _REPLY or reply[7] != self._number:
            return False
        return reply.find(self._message[8:], 8, n) == 8


def wipping_set(context):
    """Handle AT+WIPPING="host"[,times[,interval[,limit]]]: start a sequence of echo requests."""
    arguments = context.arguments
    if not context.session.ready():
        return context.fail(errors.BAD_STACK_STATE)
    times = arguments.value_or(1, 1)
    if not 1 <= times <= _MAX_TIMES:
        return context.fail(errors.BAD_VALUE)
    interval_ms = arguments.value_or(2, _INTERVAL_MS)
    limit_ms = arguments.value_or(3, _LIMIT_MS)
    ping = _need_ping(context)
    return context.outcome(ping.start(arguments.text(0), times, interval_ms, limit_ms))


def _need_ping(context):
    """Return the Ping object, which the first call creates. A MemoryError changes nothing."""
    ping = context.session.ping
    if ping is None:
        ping = Ping(context)
        context.active.append(ping)
        context.session.ping = ping
    return ping
