"""Online data mode: the DTE exchanges bytes with a socket or a data call.

The rules of this mode are D1-D9, D14-D21, H12 and H13.

A channel moves bytes between the DTE and a socket or a data call. A channel has these methods:
    enter(sock)           begin online data mode with a socket; enter() begins it with a data call
    leave()               end online data mode
    from_host(span)       send host bytes to the peer; unsent bytes remain in the span
    to_host() -> bool     write bytes to the host; return True if any byte was written
    has_data() -> bool    return True while bytes wait to be written to the host
    peer_gone() -> bool   return True after the peer has closed or the connection has failed
    outcome()             return MORE, or the outcome (context.py) that ends online data mode
    tick() -> bool        do periodic work; return True if any work was done
    wait_ms()             return the time in ms until the next tick() is needed
"""

from .. import lazy
from ..compat import const
from ..settings import DIALECT, WIPSOFT
from ..sockets.socket import TCP, UDP
from .tcp import IDLE_MS, Transparent

# Places (module name, class name) of the classes that are loaded on first use (lazy.py).
_DATAGRAM_BUFFER = const(("online.udp", "DatagramBuffer"))
_CALL = const(("online.call", "Call"))
_CALL_CHANNEL = const(("online.call", "CallChannel"))
_DATAGRAMS = const(("online.udp", "Datagrams"))
_RAW_DATAGRAMS = const(("online.wipsoft", "RawDatagrams"))
_ESCAPED = const(("online.wipsoft", "Escaped"))


def _key(protocol, mode):
    """Return a protocol and a +WIPDATA mode packed into one integer, which needs no allocation."""
    return protocol << 16 | mode


class Online:
    """Online data mode of the modem: the channel in use, and all channels created so far."""

    def __init__(self, escape, table, board, clock, settings, writer):
        self.channel = None  # channel in use; None in command mode
        self.sock = None  # socket in online data mode; None in command mode and in a data call
        self.call = None  # data call of the host; None if the bearer has no radio
        # Transfer, the length-counted transfer of +WIPXSEND and +WIPXRECV; None before first use.
        self.transfer = None
        self.escape = escape
        self._io = table.io
        self._sizes = board.sizes
        self._settings = settings
        # The DatagramBuffer and the CallChannel, which are created on first use; None before.
        self._datagram_buffer = self._call_channel = None
        self._transparent = Transparent(table.io, board.serial, writer.out, clock, settings)
        # Dict from _key(protocol, +WIPDATA mode) to the channel (D2, H12). Before the first use of
        # a channel, the dict has the place (lazy.py) of the channel's class instead.
        self._channels: dict = {
            _key(UDP, 1): _DATAGRAMS,
            _key(TCP, 2): self._transparent,
            _key(UDP, 2): _RAW_DATAGRAMS,
            _key(TCP, 1): _ESCAPED,
        }

    def add_call(self, context):
        """Create the Call object if the bearer has a radio. May raise MemoryError."""
        if context.session.radio is not None:
            self.call = lazy.need(_CALL)(context)
            context.active.append(self.call)

    def has(self, protocol, mode):
        """Return True if +WIPDATA has this mode for this protocol in this dialect (D2, D3)."""
        of_all = mode == (2 if protocol == TCP else 1)
        wipsoft = self._settings[DIALECT] == WIPSOFT
        return of_all or (wipsoft and _key(protocol, mode) in self._channels)

    def enter(self, context, sock, mode):
        """Begin online data mode with a socket. mode: the mode of +WIPDATA, 1 or 2.

        May raise MemoryError, which leaves all state unchanged.
        """
        channel = self._channel(context, _key(sock.protocol, mode))
        self.sock = sock
        self.channel = channel
        channel.enter(sock)
        self._io.enter_online(sock)

    def _channel(self, context, key):
        channel = self._channels[key]
        if isinstance(channel, tuple):
            channel = lazy.need(channel)(context)
            self._channels[key] = channel
        return channel

    def need_datagram_buffer(self):
        """Return the DatagramBuffer. Create it on first use.

        May raise MemoryError, which leaves all state unchanged.
        """
        if self._datagram_buffer is None:
            self._datagram_buffer = lazy.need(_DATAGRAM_BUFFER)(self._io, self._sizes)
        return self._datagram_buffer

    def need_call_channel(self, context):
        """Return the CallChannel. Create it on first use.

        May raise MemoryError, which leaves all state unchanged.
        """
        if self._call_channel is None:
            self._call_channel = lazy.need(_CALL_CHANNEL)(context)
        return self._call_channel

    def enter_call(self, context):
        """Begin online data mode with the data call. May raise MemoryError."""
        channel = self.need_call_channel(context)
        self.channel = channel
        channel.enter()

    def speed(self):
        """Return the speed in bit/s of the data call in online data mode, or 0 without a call."""
        return self.call.speed() if self.channel is not None and self.sock is None else 0

    def leave(self):
        """Return to command mode. The channel first sends an incomplete datagram (D8)."""
        self.channel.leave()
        self.channel = None
        if self.sock is not None:
            self._io.leave_online(self.sock)
            self.sock = None

    def burst(self, span):
        """Move further host bytes to the peer after a full block of host bytes has been sent.

        span: the block that has been sent. burst() refills the span from the serial port. Return
        True if `span` has unsent bytes.
        """
        return self.channel is self._transparent and self._transparent.burst(span)

    def peer_gone(self):
        """Return True if the peer of the channel in use has closed or the connection has failed.

        Return False in command mode.
        """
        return self.channel is not None and self.channel.peer_gone()

    def tick(self):
        """Do the periodic work of the channel in use. Return True if any work was done."""
        return self.channel is not None and self.channel.tick()

    def wait_ms(self):
        """Return the time in ms until tick() or a poll of the serial port is needed."""
        if self.channel is None:
            return IDLE_MS
        return min(self.escape.wait_ms(), self.channel.wait_ms())
