"""Online data mode: what the DTE is mapped to (D1-D9, D14-D21, H12, H13).

A channel is one way to do that: `take(span)` host bytes, as many as it can, to leave some is
back-pressure; `give()` what came, True if some moved; `waits()`, is there more to give; `end()`;
`gone()`, has the far end ended; `over()`, must data mode end for that, and in which result;
`tick()` and `wait_ms()` for what is due.
"""

from .. import lazy
from ..compat import const
from ..settings import DIALECT, WIPSOFT
from ..sockets.socket import TCP, UDP
from .tcp import Transparent

# What is made at the first use, for lazy.py.
_GATHER = const(("online.udp", "Gather"))
_LINE_CALL = const(("online.call", "LineCall"))
_DATAGRAMS = const(("online.udp", "Datagrams"))
_RAW_DATAGRAMS = const(("online.wipsoft", "RawDatagrams"))
_ESCAPED = const(("online.wipsoft", "Escaped"))


def _key(protocol, mode):
    """A tuple would be allocated."""
    return protocol << 16 | mode


class DataMode:
    def __init__(self, traffic, modem, sizes):
        self.channel = None  # what the DTE is mapped to; None in command mode
        self.sock = None  # the mapped socket, if it is one
        self._traffic = traffic
        self._modem = modem
        self._sizes = sizes
        self._gather = None
        self._call = None
        self._transparent = Transparent(modem)
        # D2, and H12: by protocol and mode, a channel or where to find its class.
        self._channels: dict = {
            _key(UDP, 1): _DATAGRAMS,
            _key(TCP, 2): self._transparent,
            _key(UDP, 2): _RAW_DATAGRAMS,
            _key(TCP, 1): _ESCAPED,
        }

    def has(self, protocol, mode):
        """Is there such a mode (D2, D3)?"""
        of_all = mode == (2 if protocol == TCP else 1)
        wipsoft = self._modem.settings[DIALECT] == WIPSOFT
        return of_all or (wipsoft and _key(protocol, mode) in self._channels)

    def begin(self, sock, mode):
        """MemoryError changes nothing."""
        channel = self._channel(_key(sock.protocol, mode))
        self.sock = sock
        self.channel = channel
        channel.begin(sock)
        self._traffic.map(sock)

    def _channel(self, key):
        channel = self._channels[key]
        if isinstance(channel, tuple):
            channel = lazy.need(channel)(self._modem)
            self._channels[key] = channel
        return channel

    def need_gather(self):
        """What bytes are gathered in, made at the first call. MemoryError changes nothing."""
        if self._gather is None:
            self._gather = lazy.need(_GATHER)(self._traffic, self._sizes)
        return self._gather

    def need_call(self):
        """The channel of a call, made at the first one. MemoryError changes nothing."""
        if self._call is None:
            self._call = lazy.need(_LINE_CALL)(self._modem)
        return self._call

    def begin_call(self):
        self.channel = self.need_call()
        self.channel.begin()

    def is_call(self):
        return self.channel is not None and self.sock is None

    def end(self):
        """Back to command mode; what was gathered goes out (D8)."""
        self.channel.end()
        self.channel = None
        if self.sock is not None:
            self.sock = None
            self._traffic.unmap()

    def stream(self, span):
        """Behind a whole block there may be more; True if the span has bytes still to be sent."""
        if span.start < len(span.buf) or self.channel is not self._transparent:
            return False
        return self._transparent.stream(span)

    def gone(self):
        return self.channel is not None and self.channel.gone()

    def wait_ms(self):
        """Until `tick` of the channel is needed."""
        return self.channel.wait_ms()
