"""Is the far end of a silent link still there? The stack sends no LCP echo, so we ask for a name.

After `quiet_ms` without a byte the DNS server is asked something that every server answers. What
it answers does not matter: that bytes come at all is the answer.
"""

from .. import ticks
from ..contract import ANY_PORT, const

# Who serves the root? Any answer will do, a refusal too.
_QUESTION = const(b"wp\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1")
_DNS_PORT = const(53)
_EACH_MS = const(10000)
_TRIES = const(3)


class Probe:
    """`quiet_ms` 0: never asks."""

    def __init__(self, net, quiet_ms):
        self._net = net
        self._quiet_ms = quiet_ms
        self._server = None
        self._handle = -1
        self._tries = 0
        self._due_ms = 0

    def begin(self, now_ms, server):
        """`server`: four bytes, or None: then there is nobody to ask."""
        self._server = server if self._quiet_ms else None
        self._rest(now_ms)

    def end(self):
        self._server = None
        if self._handle >= 0:
            self._net.close(self._handle)
            self._handle = -1

    def service(self, now_ms, heard):
        """True when the link is dead."""
        if self._server is None:
            return False
        if heard:
            self._rest(now_ms)
        elif ticks.diff(now_ms, self._due_ms) >= 0:
            if self._tries == _TRIES:
                return True
            self._ask(now_ms)
        return False

    def _rest(self, now_ms):
        self._tries = 0
        self._due_ms = ticks.add(now_ms, self._quiet_ms)
        if self._handle >= 0:
            self._net.close(self._handle)
            self._handle = -1

    def _ask(self, now_ms):
        """Without a socket for it nothing is asked, and nothing is known."""
        self._due_ms = ticks.add(now_ms, _EACH_MS)
        if self._handle < 0:
            self._handle = self._net.open_udp(ANY_PORT, self._server, _DNS_PORT)
        if self._handle >= 0:
            self._tries += 1
            self._net.want(self._handle, 0)
            self._net.write(self._handle, _QUESTION, 0, len(_QUESTION))
