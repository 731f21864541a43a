"""Online data mode: what the DTE is mapped to (D1-D9, D14-D21, H12, H13).

A channel connects the host with a socket or with a data call. Its methods:
    enter(sock), leave()  begin and end online data mode
    from_host(span)       send host bytes; those that remain in the span have to wait
    to_host() -> bool     write bytes to the host; True if some were written
    has_data() -> bool    True while bytes wait for the host
    peer_gone() -> bool   True after the peer has closed or the connection has failed
    outcome()             MORE, or the outcome (context.py) that online data mode has to end with
    tick(), wait_ms()     periodic work, as of every active object
"""

from .. import lazy
from ..compat import const
from ..settings import DIALECT, WIPSOFT
from ..sockets.socket import TCP, UDP
from .tcp import IDLE_MS, Transparent

# Classes that are loaded at their first use.
_DATAGRAM_BUFFER = const(("online.udp", "DatagramBuffer"))
_CALL = const(("online.call", "Call"))
_CALL_CHANNEL = const(("online.call", "CallChannel"))
_DATAGRAMS = const(("online.udp", "Datagrams"))
_RAW_DATAGRAMS = const(("online.wipsoft", "RawDatagrams"))
_ESCAPED = const(("online.wipsoft", "Escaped"))


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
        # Created at their first use, and kept.
        self._datagram_buffer = self._call_channel = None
        self._transparent = Transparent(table.io, board.serial, writer.out, clock, settings)
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
        channel.enter(sock)
        self._io.enter_online(sock)

    def _channel(self, context, key):
        channel = self._channels[key]
        if isinstance(channel, tuple):
            channel = lazy.need(channel)(context)
            self._channels[key] = channel
        return channel

    def need_datagram_buffer(self):
        """Return the DatagramBuffer, created at the first call. MemoryError changes nothing."""
        if self._datagram_buffer is None:
            self._datagram_buffer = lazy.need(_DATAGRAM_BUFFER)(self._io, self._sizes)
        return self._datagram_buffer

    def need_call_channel(self, context):
        """Return the channel of a data call, created at the first call. MemoryError changes
        nothing."""
        if self._call_channel is None:
            self._call_channel = lazy.need(_CALL_CHANNEL)(context)
        return self._call_channel

    def enter_call(self, context):
        """Map the DTE to the data call."""
        channel = self.need_call_channel(context)
        self.channel = channel
        channel.enter()

    def speed(self):
        """Return the speed of the data call that the DTE is mapped to, bit/s, else 0."""
        return self.call.speed() if self.channel is not None and self.sock is None else 0

    def leave(self):
        """Return to command mode. A datagram that was not complete is sent (D8)."""
        self.channel.leave()
        self.channel = None
        if self.sock is not None:
            self._io.leave_online(self.sock)
            self.sock = None

    def burst(self, span):
        """Move more blocks after a full one was sent. Return True if `span` has bytes to send.

        span: the host's full block, all of it sent. It is filled again from the serial port.
        """
        return self.channel is self._transparent and self._transparent.burst(span)

    def peer_gone(self):
        """Return True if the peer that the DTE is mapped to has gone, False in command mode."""
        return self.channel is not None and self.channel.peer_gone()

    def tick(self):
        """Do the periodic work of the channel. Return True if something was done."""
        return self.channel is not None and self.channel.tick()

    def wait_ms(self):
        """Return the time in ms until tick() or a look at the DTE is needed."""
        if self.channel is None:
            return IDLE_MS
        return min(self.escape.wait_ms(), self.channel.wait_ms())
