"""The bearer of a board with Wi-Fi: no radio, no call; the session is the association.

The network's name and key stand in the board file's WLAN table; user id and password of +WIPBR
take their place, so that a host can set them.
"""

from .. import ticks
from ..contract import BEST_SIGNAL, COMING, DOWN, NO_ANSWER, NO_SIGNAL, PAUSED, UP, const
from .link import address_of, servers_of

_JOIN_MS = const(30000)
_WATCH_MS = const(100)
_IDLE_MS = const(1000)
_LEAST_DBM = const(-113)


class Wlan:
    """`link` is a network.WLAN in station mode. A lost network is joined again by itself."""

    radio = None

    def __init__(self, link, facts):
        self.state = DOWN
        self.cause = 0
        self.user = self.password = ""
        self._link = link
        self._facts = facts
        self._due_ms = self._now_ms = 0

    def start(self, limit_ms):
        if self.state != DOWN:
            self.stop()  # while it tries for one network, it hears of no other
        self.cause = 0
        self._join(COMING)

    def stop(self):
        self.state = DOWN
        try:
            self._link.disconnect()
            self._link.active(False)
        except OSError:
            return  # it has never been on

    def address(self):
        return address_of(self._link)

    def lookup(self, name):
        """Return None: a board has no hosts file."""

    def servers(self):
        return servers_of(self._link)

    def signal(self):
        try:
            dbm = self._link.status("rssi")
        except (OSError, ValueError):  # it has joined no network, or does not measure
            return NO_SIGNAL
        return max(0, min((dbm - _LEAST_DBM) // 2, BEST_SIGNAL))

    def pump(self):
        return False

    def service(self, now_ms):
        self._now_ms = now_ms
        if self.state == DOWN:
            return _IDLE_MS
        joined = self._link.isconnected()
        if joined:
            self.state = UP
        elif self.state == UP:
            self._join(PAUSED)
        elif ticks.diff(now_ms, self._due_ms) >= 0:
            self._late()
        return _WATCH_MS

    def _late(self):
        """What never was is given up; what was lost is tried for ever."""
        if self.state == COMING:
            self.stop()
            self.cause = NO_ANSWER
        else:
            self._join(PAUSED)

    def _join(self, state):
        self.state = state
        self._due_ms = ticks.add(self._now_ms, _JOIN_MS)
        try:
            self._link.active(True)
            self._link.connect(*self._credentials())
        except OSError:
            return  # already trying, or no memory for it: the deadline decides

    def _credentials(self):
        if self.user:
            return self.user, self.password
        return self._facts["ssid"], self._facts["key"]
