"""Online data mode: what the DTE is mapped to (D1-D9, D14-D21, H12, H13).

A channel is one way to do that: `take(span)` host bytes, as many as it can, to leave some is
back-pressure; `give()` what came, True if some moved; `waits()`, is there more to give; `end()`;
`gone()`, has the far end ended; `over()`, must data mode end for that, and in which result;
`tick()` and `wait_ms()` for what is due.
"""

from . import settings as at
from .datagrams import Datagrams, Gather, RawDatagrams
from .line_call import LineCall
from .sock import TCP, UDP
from .stream import Escaped, Transparent


def _key(protocol, mode):
    """A tuple would be allocated."""
    return protocol << 16 | mode


class DataMode:
    def __init__(self, traffic, modem, sizes):
        self.channel = None  # what the DTE is mapped to; None in command mode
        self.sock = None  # the mapped socket, if it is one
        self._traffic = traffic
        self._settings = modem.settings
        self.gather = gather = Gather(traffic, sizes)
        self._call = LineCall(modem)
        self._transparent = Transparent(traffic, modem)
        # D2, and H12: by protocol and mode.
        c1 = {
            _key(UDP, 1): Datagrams(gather, modem),
            _key(TCP, 2): self._transparent,
        }
        wipsoft = dict(c1)
        wipsoft[_key(UDP, 2)] = RawDatagrams(gather, modem)
        wipsoft[_key(TCP, 1)] = Escaped(traffic, modem)
        self._channels = (c1, wipsoft)  # by dialect

    def has(self, protocol, mode):
        """Is there such a mode (D2, D3)?"""
        return _key(protocol, mode) in self._channels[self._settings[at.DIALECT]]

    def begin(self, sock, mode):
        self.sock = sock
        self.channel = self._channels[self._settings[at.DIALECT]][_key(sock.protocol, mode)]
        self.channel.begin(sock)
        self._traffic.map(sock)

    def begin_call(self):
        self.channel = self._call
        self._call.begin()

    def is_call(self):
        return self.channel is self._call

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
