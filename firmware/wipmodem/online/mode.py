"""Online data mode: what the DTE is mapped to (D1-D9, D14-D21, H12, H13).

A channel connects the host with a socket or a data call:
    begin(sock), end()  online data mode begins and ends
    take(span)          host bytes, as many as the channel can take; to leave some is back-pressure
    give() -> bool      bytes for the host; True if some moved
    waits() -> bool     True while bytes wait for the host
    peer_gone() -> bool True once the peer has ended
    outcome()           MORE, or the outcome (context.py) that online data mode has to end with
    tick(), wait_ms()   periodic work
"""

from .. import lazy
from ..compat import const
from ..settings import DIALECT, WIPSOFT
from ..sockets.socket import TCP, UDP
from .tcp import Transparent

# Classes that are loaded at their first use.
_GATHER = const(("online.udp", "Gather"))
_CALL = const(("online.call", "Call"))
_LINE_CALL = const(("online.call", "LineCall"))
_DATAGRAMS = const(("online.udp", "Datagrams"))
_RAW_DATAGRAMS = const(("online.wipsoft", "RawDatagrams"))
_ESCAPED = const(("online.wipsoft", "Escaped"))
_IDLE_MS = const(1000)


def _key(protocol, mode):
    """Return both numbers in one: a tuple would be allocated."""
    return protocol << 16 | mode


class Online:
    """The channel in use, and the channels that exist."""

    def __init__(self, escape, table, board, clock, settings, writer):
        self.channel = None  # in use; None in command mode
        self.sock = None  # the mapped socket; None in command mode and in a data call
        self.call = None  # data call of the host; None without a radio
        self.transfer = None  # Transfer of +WIPXSEND and +WIPXRECV, once a host has used it
        self.escape = escape
        self._io = table.io
        self._sizes = board.sizes
        self._settings = settings
        self._gather = None
        self._line_call = None
        self._transparent = Transparent(self._io, board.serial, writer.out, clock, settings)
        # A channel, or where its class is, for each protocol and mode (D2, H12).
        self._channels: dict = {
            _key(UDP, 1): _DATAGRAMS,
            _key(TCP, 2): self._transparent,
            _key(UDP, 2): _RAW_DATAGRAMS,
            _key(TCP, 1): _ESCAPED,
        }

    def add_call(self, context):
        """Create the data call of a modem whose bearer has a radio."""
        if context.session.radio is not None:
            self.call = lazy.need(_CALL)(context)
            context.active.append(self.call)

    def has(self, protocol, mode):
        """Return True if +WIPDATA has this mode for this protocol (D2, D3)."""
        of_all = mode == (2 if protocol == TCP else 1)
        wipsoft = self._settings[DIALECT] == WIPSOFT
        return of_all or (wipsoft and _key(protocol, mode) in self._channels)

    def enter(self, context, sock, mode):
        """Map the DTE to a socket. MemoryError changes nothing."""
        channel = self._channel(context, _key(sock.protocol, mode))
        self.sock = sock
        self.channel = channel
        channel.begin(sock)
        self._io.enter_online(sock)

    def _channel(self, context, key):
        channel = self._channels[key]
        if isinstance(channel, tuple):
            channel = lazy.need(channel)(context)
            self._channels[key] = channel
        return channel

    def need_gather(self):
        """Return the buffer of datagrams, created at the first call. MemoryError changes
        nothing."""
        if self._gather is None:
            self._gather = lazy.need(_GATHER)(self._io, self._sizes)
        return self._gather

    def need_line_call(self, context):
        """Return the channel of a data call, created at the first call. MemoryError changes
        nothing."""
        if self._line_call is None:
            self._line_call = lazy.need(_LINE_CALL)(context)
        return self._line_call

    def enter_call(self, context):
        """Map the DTE to the data call."""
        channel = self.need_line_call(context)
        self.channel = channel
        channel.begin()

    def speed(self):
        """Return the speed of the data call that the DTE is mapped to, bit/s, else 0."""
        return self.call.speed() if self.channel is not None and self.sock is None else 0

    def leave(self):
        """Return to command mode. A datagram that was being gathered is sent (D8)."""
        self.channel.end()
        self.channel = None
        if self.sock is not None:
            self._io.leave_online(self.sock)
            self.sock = None

    def stream(self, span):
        """Move more blocks after a full one. Return True if `span` has bytes left to send."""
        if span.start < len(span.buf) or self.channel is not self._transparent:
            return False
        return self._transparent.stream(span)

    def peer_gone(self):
        """Return True if the peer that the DTE is mapped to has ended."""
        return self.channel is not None and self.channel.peer_gone()

    def tick(self):
        """Do the periodic work of the channel. Return True if something was done."""
        return self.channel is not None and self.channel.tick()

    def wait_ms(self):
        """Return the time in ms until tick() or a look at the DTE is needed."""
        if self.channel is None:
            return _IDLE_MS
        return min(self.escape.wait_ms(), self.channel.wait_ms())
