"""Online data mode: maps the DTE to a socket or to a data call (D1-D9, D14-D21, H12, H13).

A channel moves bytes between the host and a socket or a data call. A channel has these methods:
    enter(sock), leave()  begin and end online data mode
    from_host(span)       send host bytes; unsent bytes remain in the span
    to_host() -> bool     write bytes to the host; True if any were written
    has_data() -> bool    True while bytes wait to be written to the host
    peer_gone() -> bool   True after the peer has closed or the connection has failed
    outcome()             MORE, or the outcome (context.py) that ends online data mode
    tick(), wait_ms()     periodic work, with the signatures of every active object
"""

from .. import lazy
from ..compat import const
from ..settings import DIALECT, WIPSOFT
from ..sockets.socket import TCP, UDP
from .tcp import IDLE_MS, Transparent

# Places (module, class) of the classes that are loaded when first used (lazy.py).
_DATAGRAM_BUFFER = const(("online.udp", "DatagramBuffer"))
_CALL = const(("online.call", "Call"))
_CALL_CHANNEL = const(("online.call", "CallChannel"))
_DATAGRAMS = const(("online.udp", "Datagrams"))
_RAW_DATAGRAMS = const(("online.wipsoft", "RawDatagrams"))
_ESCAPED = const(("online.wipsoft", "Escaped"))


def _key(protocol, mode):
    """Return protocol and mode packed into one integer, because a tuple would be allocated."""
    return protocol << 16 | mode


class Online:
    """Online data mode: the channel in use, and all channels that have been created."""

    def __init__(self, escape, table, board, clock, settings, writer):
        self.channel = None  # channel in use; None in command mode
        self.sock = None  # mapped socket; None in command mode and in a data call
        self.call = None  # data call of the host; None if the bearer has no radio
        self.transfer = None  # Transfer of +WIPXSEND and +WIPXRECV; None before first use
        self.escape = escape
        self._io = table.io
        self._sizes = board.sizes
        self._settings = settings
        # DatagramBuffer and CallChannel are created on first use and then kept.
        self._datagram_buffer = self._call_channel = None
        self._transparent = Transparent(table.io, board.serial, writer.out, clock, settings)
        # Channel for each protocol and mode (D2, H12), or before first use the place of its class.
        self._channels: dict = {
            _key(UDP, 1): _DATAGRAMS,
            _key(TCP, 2): self._transparent,
            _key(UDP, 2): _RAW_DATAGRAMS,
            _key(TCP, 1): _ESCAPED,
        }

    def add_call(self, context):
        """Create the data call if the bearer has a radio. May raise MemoryError."""
        if context.session.radio is not None:
            self.call = lazy.need(_CALL)(context)
            context.active.append(self.call)

    def has(self, protocol, mode):
        """Return True if +WIPDATA has this mode for this protocol and dialect (D2, D3)."""
        of_all = mode == (2 if protocol == TCP else 1)
        wipsoft = self._settings[DIALECT] == WIPSOFT
        return of_all or (wipsoft and _key(protocol, mode) in self._channels)

    def enter(self, context, sock, mode):
        """Map the DTE to a socket in a +WIPDATA mode. A MemoryError leaves all state unchanged."""
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
        """Return the DatagramBuffer, which the first call creates.

        A MemoryError leaves all state unchanged.
        """
        if self._datagram_buffer is None:
            self._datagram_buffer = lazy.need(_DATAGRAM_BUFFER)(self._io, self._sizes)
        return self._datagram_buffer

    def need_call_channel(self, context):
        """Return the channel of a data call, which the first call creates.

        A MemoryError leaves all state unchanged.
        """
        if self._call_channel is None:
            self._call_channel = lazy.need(_CALL_CHANNEL)(context)
        return self._call_channel

    def enter_call(self, context):
        """Map the DTE to the data call."""
        channel = self.need_call_channel(context)
        self.channel = channel
        channel.enter()

    def speed(self):
        """Return the speed in bit/s of the data call that the DTE is mapped to, else 0."""
        return self.call.speed() if self.channel is not None and self.sock is None else 0

    def leave(self):
        """Return to command mode. The channel first sends an incomplete datagram (D8)."""
        self.channel.leave()
        self.channel = None
        if self.sock is not None:
            self._io.leave_online(self.sock)
            self.sock = None

    def burst(self, span):
        """Move more host bytes after a full block. Return True if `span` has bytes left to send.

        span: a full block from the host that has been sent. The serial port refills the span.
        """
        return self.channel is self._transparent and self._transparent.burst(span)

    def peer_gone(self):
        """Return True if the mapped peer has closed or failed. Return False in command mode."""
        return self.channel is not None and self.channel.peer_gone()

    def tick(self):
        """Do the periodic work of the channel in use. Return True if something was done."""
        return self.channel is not None and self.channel.tick()

    def wait_ms(self):
        """Return the time in ms until tick() or a poll of the serial port is needed."""
        if self.channel is None:
            return IDLE_MS
        return min(self.escape.wait_ms(), self.channel.wait_ms())
