"""The bearer of a board with Wi-Fi: a session is the membership of a network. There is no radio
and no call.

Name and key of the network are user id and password of +WIPBR if the host has set them, else those
of the board file's WLAN table. A failed try to join is repeated after a pause: for 30 s while a
session starts, and without end after it was up. A driver may report a wrong key for a right one if
the network answers slowly, so only the second such report ends a session that starts.
"""

import network

from ..clock import ticks_add, ticks_diff
from ..contract import (
    AUTH_FAILED,
    BEST_SIGNAL,
    DOWN,
    HOME,
    NO_ANSWER,
    NO_SIGNAL,
    RETRYING,
    SEARCHING,
    STARTING,
    UP,
    const,
)
from .net import interface_address, interface_servers

# Results of status() while a try goes on. cyw43 has one number more, which esp32 does not use: the
# network is joined, but there is no address yet.
_TRYING = (
    network.STAT_IDLE,
    network.STAT_CONNECTING,
    network.STAT_CONNECTING + 1,
    network.STAT_GOT_IP,
)
# ESP-IDF reports a wrong key also as one of two timeouts: WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT and
# WIFI_REASON_HANDSHAKE_TIMEOUT.
_WRONG_KEY = (network.STAT_WRONG_PASSWORD, 15, 204)
_MAX_WRONG_KEYS = const(2)

_JOIN_MS = const(30000)
_RETRY_MS = const(2000)
_POLL_MS = const(100)
_IDLE_MS = const(1000)
_MIN_DBM = const(-113)  # signal strength 0 of +CSQ, whose steps are 2 dB


def make_bearer(board):
    """Return the bearer of a board with Wi-Fi; board.WLAN is the table with name and key."""
    return Wlan(network.WLAN(network.STA_IF), board.WLAN)


class Wlan:
    """A session over Wi-Fi.

    link: a network.WLAN in station mode. facts: the WLAN table of the board file."""

    radio = None

    def __init__(self, link, facts):
        self.state = DOWN
        self.cause = 0  # why the last session failed, 0 while it has not
        # Name and key of the network, if the host has set them, as bytes.
        self.user = self.password = b""
        self._link = link
        self._facts = facts
        # True while the board joins its network, or has joined it, without a session.
        self._registering = False
        self._target = (b"", b"")  # name and key of the last try
        self._due_ms = 0  # deadline for joining the network
        self._retry_ms = 0  # time of the next try, if the last one has failed
        self._now_ms = 0
        self._wrong_keys = 0  # number of reports of a wrong key since the first try
        self._failed = False  # the last try to join has failed

    def start(self, limit_ms):
        """Ask for a session. limit_ms is the time for a call, and not used."""
        self.cause = 0
        if self._registering and self._target == self._credentials() and self._link.isconnected():
            self._registering = False
            self.state = STARTING
            return
        if self.state != DOWN or self._registering:
            # stop() comes first, because a driver that tries to join one network ignores another.
            self.stop()
        self._join(STARTING)

    def stop(self):
        """End the session and leave the network."""
        self._registering = False
        self.state = DOWN
        try:
            self._link.disconnect()
            self._link.active(False)
        except OSError:
            # The interface has never been active, and need not be switched off.
            return

    def address(self):
        """Return the own address, four bytes. Allocates."""
        return interface_address(self._link)

    def lookup(self, name):
        """Return None: a board has no hosts file."""

    def servers(self):
        """Return [(address, port)] of the DNS server, or []. Allocates."""
        return interface_servers(self._link)

    def registered(self):
        """Return HOME in a network, else SEARCHING. Without a session the board begins to join its
        network then: hosts wait for HOME before they ask for a session (H22)."""
        if self._link.isconnected():
            return HOME
        if self.state == DOWN and not (self._registering and self._left_ms() > 0):
            self._registering = True
            self._join(DOWN)
        return SEARCHING

    def _left_ms(self):
        return ticks_diff(self._due_ms, self._now_ms)

    def signal(self):
        """Return the signal strength as in +CSQ, or NO_SIGNAL."""
        try:
            dbm = self._link.status("rssi")
        except (OSError, ValueError):
            # No network is joined, or the driver does not measure.
            return NO_SIGNAL
        return max(0, min((dbm - _MIN_DBM) // 2, BEST_SIGNAL))

    def poll(self):
        """Return False: the driver moves the bytes."""
        return False

    def tick(self, now_ms):
        """Follow the driver's state. Return the ms until the next call."""
        self._now_ms = now_ms
        if self.state == DOWN:
            return _IDLE_MS
        joined = self._link.isconnected()
        if joined:
            self.state = UP
        elif self.state == UP:
            self._join(RETRYING)
        elif self._left_ms() <= 0:
            self._give_up()
        elif not self._failed:
            self._check()
        elif ticks_diff(now_ms, self._retry_ms) >= 0:
            self._try()
        return _POLL_MS

    def _check(self):
        """Look whether the try has failed, if the driver reports that."""
        status = self._status()
        if status in _TRYING:
            return
        self._failed = True
        self._retry_ms = ticks_add(self._now_ms, _RETRY_MS)
        self._wrong_keys += status in _WRONG_KEY
        if self.state == STARTING and self._wrong_keys == _MAX_WRONG_KEYS:
            self.stop()
            self.cause = AUTH_FAILED

    def _status(self):
        try:
            return self._link.status()
        except (OSError, ValueError):
            # The driver cannot tell how far the try is: it counts as going on.
            return network.STAT_CONNECTING

    def _give_up(self):
        """End a session that has never been up; join again for one that was lost."""
        if self.state == STARTING:
            self.stop()
            self.cause = NO_ANSWER
        else:
            self._join(RETRYING)

    def _join(self, state):
        self.state = state
        self._due_ms = ticks_add(self._now_ms, _JOIN_MS)
        self._wrong_keys = 0
        self._try()

    def _try(self):
        self._failed = False
        self._target = self._credentials()
        try:
            self._link.active(True)
            self._disable_reconnects()
            self._link.connect(*self._target)
        except OSError:
            # A try goes on already, or there is no memory for one. The deadline ends it.
            return

    def _disable_reconnects(self):
        """Make esp32's driver report a failed try; by default it repeats the try silently."""
        try:
            self._link.config(reconnects=0)
        except (OSError, ValueError):
            # cyw43 has no such setting, and does not repeat a try.
            return

    def _credentials(self):
        if self.user:
            return self.user, self.password
        return self._facts["ssid"], self._facts["key"]
