"""Handler of +WIPPING, which sends ICMP echo requests. A URC reports each outcome (H18).

AT+WIPPING="host"[,times[,interval[,limit]]]   start a ping; times in ms
+WIPPING: 0,<number>,<ms>                      URC: a reply arrived after <ms>
+WIPPING: 1,<number>,0                         URC: no reply arrived within the limit
"""

from .. import errors, urc
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..sockets.dns_message import parse_address
from ..sockets.socket import is_peer

_INTERVAL_MS = const(2000)  # default time in ms between two echo requests
_LIMIT_MS = const(2000)  # default time limit for a reply, in ms
_MAX_TIMES = const(255)  # highest number of echo requests that one command can send
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
_WAITING = const(2)  # the ping waits for a reply
_PAUSING = const(3)  # the ping waits until the next echo request is due


class Ping:
    """State of a ping: the echo requests that one +WIPPING command sends, one after another.

    An active ping owns a handle of the network interface.
    """

    def __init__(self, context):
        # True from start() until the last echo request has been answered or has timed out.
        self.active = False
        self._net = context.board.net
        self._session = context.session
        self._clock = context.clock
        self._owners = context.table.owners
        self._resolver = context.table.resolver
        self._entropy = context.board.entropy
        self._urcs = context.urcs
        self._state = _IDLE
        # IP address of the peer, or 0.0.0.0 if DNS could not resolve the name of the peer.
        self._addr = bytearray(4)
        self._message = bytearray(_SIZE)  # echo request that was sent last
        self._reply = context.table.scratch
        self._handle = -1
        self._number = 0  # number of the present echo request, counted from 0
        self._times = 0  # number of echo requests in this ping
        self._interval_ms = self._limit_ms = 0
        self._sent_ms = 0  # value of clock.now_ms when the last echo request was sent
        # Value of clock.now_ms at which the time limit of a reply ends, or at which the next echo
        # request is due.
        self._due_ms = 0

    def start(self, name, times, interval_ms, limit_ms):
        """Start a ping. Return 0 or an error number.

        name: IP address or host name of the peer, bytes. times: number of echo requests.
        interval_ms: time between two echo requests. limit_ms: time limit for a reply.
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
        """End the ping, and close the handle of its ICMP socket."""
        if self._state == _RESOLVING:
            self._resolver.cancel(self)
        self._state = _IDLE
        self.active = False
        if self._handle >= 0:
            self._net.close(self._handle)
            self._owners[self._handle] = None
            self._handle = -1

    def on_event(self, flags):
        """Receive an ICMP message. Ignore all messages except the reply to the last request."""
        n = self._net.receive_echo(self._handle, self._reply, _MAX_REPLY)
        if self._state == _WAITING and self._is_reply(n):
            self._report(_REPLIED, ticks_diff(self._clock.now_ms, self._sent_ms))
            self._next()

    def tick(self):
        """Send the next echo request or report a timeout. Return True if one of them was due.

        The ping ends when the session ends.
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
        """Return the time in ms until the next call of tick() is needed.

        An echo request is sent only after the URC for the previous echo request has been sent.
        """
        if self._state < _WAITING or self._urcs.find(urc.PING) >= 0:
            return _IDLE_MS
        return max(ticks_diff(self._due_ms, self._clock.now_ms), 0)

    def _send(self):
        # If the peer has no valid address, report one timeout and end the ping. If the IP stack
        # fails to send an echo request, the modem also reports a timeout, after the time limit.
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
        """Build an echo request: type, sequence number, random bytes and checksum (RFC 1071)."""
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
        # identifier of an echo request.
        reply = self._reply
        if n != _SIZE or reply[0] != _REPLY or reply[7] != self._number:
            return False
        return reply.find(self._message[8:], 8, n) == 8


def wipping_set(context):
    """Handle AT+WIPPING="host"[,times[,interval[,limit]]]: start a ping of a host."""
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
    """Return the Ping object. The first call of this function creates the object.

    A MemoryError leaves all state unchanged.
    """
    ping = context.session.ping
    if ping is None:
        ping = Ping(context)
        context.active.append(ping)
        context.session.ping = ping
    return ping
