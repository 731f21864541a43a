"""The bearer of a board with Wi-Fi: no radio, no call; the session is the association.

A try that has failed is repeated after a pause: for 30 s while the session comes, and for ever
once it was up. Drivers sometimes report a wrong key for a right one, when the network is slow to
answer: two such reports end a session that comes.

The network's name and key stand in the board file's WLAN table; user id and password of +WIPBR
take their place, so that a host can set them.
"""

import network

from .. import ticks
from ..contract import (
    AUTH_FAILED,
    BEST_SIGNAL,
    COMING,
    DOWN,
    HOME,
    NO_ANSWER,
    NO_SIGNAL,
    PAUSED,
    SEARCHING,
    UP,
    const,
)
from .net import interface_address, interface_servers

# What status() says of a try that goes on. cyw43 has one number more, which esp32 does not use:
# joined, but without an address.
_TRYING = (
    network.STAT_IDLE,
    network.STAT_CONNECTING,
    network.STAT_CONNECTING + 1,
    network.STAT_GOT_IP,
)
# ESP-IDF reports a wrong key as a time-out, too: WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT and
# WIFI_REASON_HANDSHAKE_TIMEOUT.
_WRONG_KEY = (network.STAT_WRONG_PASSWORD, 15, 204)
_WRONG_KEYS = const(2)

_JOIN_MS = const(30000)
_AGAIN_MS = const(2000)
_WATCH_MS = const(100)
_IDLE_MS = const(1000)
_LEAST_DBM = const(-113)


class Wlan:
    """`link` is a network.WLAN in station mode. A lost network is joined again by itself."""

    radio = None

    def __init__(self, link, facts):
        self.state = DOWN
        self.cause = 0
        self.user = self.password = b""
        self._link = link
        self._facts = facts
        self._looking = False  # for a network, or in one, while no session is wanted
        self._sought = (b"", b"")  # the network looked for: its name and key
        self._due_ms = self._again_ms = self._now_ms = 0
        self._wrong_keys = 0  # reports of it since the session was asked for
        self._failed = False  # a try has; the next one is at _again_ms

    def start(self, limit_ms):
        self.cause = 0
        if self._looking and self._sought == self._credentials() and self._link.isconnected():
            self._looking = False
            self.state = COMING
            return
        if self.state != DOWN or self._looking:
            self.stop()  # while it tries for one network, it hears of no other
        self._join(COMING)

    def stop(self):
        self._looking = False
        self.state = DOWN
        try:
            self._link.disconnect()
            self._link.active(False)
        except OSError:
            return  # it has never been on

    def address(self):
        return interface_address(self._link)

    def lookup(self, name):
        """Return None: a board has no hosts file."""

    def servers(self):
        return interface_servers(self._link)

    def registered(self):
        """HOME in a network, else SEARCHING. Without a session the board begins to look for its
        network when it is asked: hosts wait for HOME before they ask for a session (H22)."""
        if self._link.isconnected():
            return HOME
        if self.state == DOWN and not (self._looking and self._left_ms() > 0):
            self._looking = True
            self._join(DOWN)
        return SEARCHING

    def _left_ms(self):
        return ticks.diff(self._due_ms, self._now_ms)

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
        elif self._left_ms() <= 0:
            self._late()
        elif not self._failed:
            self._look()
        elif ticks.diff(now_ms, self._again_ms) >= 0:
            self._try()
        return _WATCH_MS

    def _look(self):
        """What has become of the try, if the driver knows."""
        status = self._status()
        if status in _TRYING:
            return
        self._failed = True
        self._again_ms = ticks.add(self._now_ms, _AGAIN_MS)
        self._wrong_keys += status in _WRONG_KEY
        if self.state == COMING and self._wrong_keys == _WRONG_KEYS:
            self.stop()
            self.cause = AUTH_FAILED

    def _status(self):
        try:
            return self._link.status()
        except (OSError, ValueError):  # it does not tell
            return network.STAT_CONNECTING

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
        self._wrong_keys = 0
        self._try()

    def _try(self):
        self._failed = False
        self._sought = self._credentials()
        try:
            self._link.active(True)
            self._be_told()
            self._link.connect(*self._sought)
        except OSError:
            return  # already trying, or no memory for it: the deadline decides

    def _be_told(self):
        """esp32's driver repeats a try that has failed and reports nothing, unless told not to."""
        try:
            self._link.config(reconnects=0)
        except (OSError, ValueError):  # cyw43 has no such setting, and repeats nothing
            return

    def _credentials(self):
        if self.user:
            return self.user, self.password
        return self._facts["ssid"], self._facts["key"]
