"""The bearer for a board with Wi-Fi. A session is a connection to a Wi-Fi network, without radio
and call.

The name and key of the network are the user id and password of +WIPBR if the host has set them,
else the values of the WLAN table in the board file. A failed attempt to join the network is
repeated after a pause: for 30 s while a session starts, without end after the session was up.
If the network responds slowly, a driver may report a wrong key although the key is right.
Therefore only the second such report ends a session that is starting.
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

# Values of status() during an attempt to join. STAT_CONNECTING + 1 is used by cyw43 only: the
# network is joined, but the board has no address yet.
_TRYING = (
    network.STAT_IDLE,
    network.STAT_CONNECTING,
    network.STAT_CONNECTING + 1,
    network.STAT_GOT_IP,
)
# Values of status() for a wrong key. ESP-IDF may also report a wrong key as one of two timeouts:
# WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT (15) and WIFI_REASON_HANDSHAKE_TIMEOUT (204).
_WRONG_KEY = (network.STAT_WRONG_PASSWORD, 15, 204)
_MAX_WRONG_KEYS = const(2)

_JOIN_MS = const(30000)
_RETRY_MS = const(2000)
_POLL_MS = const(100)
_IDLE_MS = const(1000)
_MIN_DBM = const(-113)  # signal strength that is 0 in +CSQ; the steps of +CSQ are 2 dB


def make_bearer(board):
    """Return the bearer for a board with Wi-Fi. board.WLAN is the table with the network's name
    and key."""
    return Wlan(network.WLAN(network.STA_IF), board.WLAN)


class Wlan:
    """A session over Wi-Fi.

    link: a network.WLAN object in station mode. facts: the WLAN table of the board file."""

    radio = None

    def __init__(self, link, facts):
        self.state = DOWN
        self.cause = 0  # error number of the last failed session; start() sets 0
        # Name and key of the network as bytes; empty if the host has not set them.
        self.user = self.password = b""
        self._link = link
        self._facts = facts
        # True while the board is joining its network, or has joined its network, without a
        # session.
        self._registering = False
        self._target = (b"", b"")  # SSID and key of the last attempt to join a network
        self._due_ms = 0  # timestamp of the deadline for joining the network
        self._retry_ms = 0  # timestamp of the next attempt, if the last attempt has failed
        self._now_ms = 0
        self._wrong_keys = 0  # number of reports of a wrong key since the first attempt
        self._failed = False  # True if the last attempt to join has failed

    def start(self, limit_ms):
        """Request a session. limit_ms, the time limit of a call, is not used."""
        self.cause = 0
        if self._registering and self._target == self._credentials() and self._link.isconnected():
            self._registering = False
            self.state = STARTING
            return
        if self.state != DOWN or self._registering:
            # stop() is called first, because a driver that is joining one network ignores a
            # request to join another.
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
            # The interface has never been active, and does not need to be switched off.
            return

    def address(self):
        """Return the modem's own IP address as four bytes. Allocates."""
        return interface_address(self._link)

    def lookup(self, name):
        """Return None: a board has no hosts file."""

    def servers(self):
        """Return [(address, port)] of the DNS server, or []. Allocates."""
        return interface_servers(self._link)

    def registered(self):
        """Return HOME if a network is joined, else SEARCHING. Without a session, this call makes
        the board join its network, because hosts wait for HOME before they request a session
        (H22)."""
        if self._link.isconnected():
            return HOME
        if self.state == DOWN and not (self._registering and self._left_ms() > 0):
            self._registering = True
            self._join(DOWN)
        return SEARCHING

    def _left_ms(self):
        return ticks_diff(self._due_ms, self._now_ms)

    def signal(self):
        """Return the signal strength in the unit of +CSQ, or NO_SIGNAL."""
        try:
            dbm = self._link.status("rssi")
        except (OSError, ValueError):
            # No network is joined, or the driver does not measure the signal strength.
            return NO_SIGNAL
        return max(0, min((dbm - _MIN_DBM) // 2, BEST_SIGNAL))

    def poll(self):
        """Return False: the Wi-Fi driver moves the bytes, so a pass has nothing to do."""
        return False

    def tick(self, now_ms):
        """Update `state` from the state of the Wi-Fi driver. Return the ms until the next
        tick()."""
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
        """Check if the driver reports that the attempt to join has failed."""
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
            # The driver cannot report the progress. The attempt to join counts as still in
            # progress.
            return network.STAT_CONNECTING

    def _give_up(self):
        """End a session that has never been up, or join the network of a lost session again."""
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
            # An attempt to join is in progress already, or there is no memory for an attempt. The
            # deadline of the attempt limits both cases.
            return

    def _disable_reconnects(self):
        """Make esp32's driver report a failed attempt to join. By default, the driver repeats a
        failed attempt without a report."""
        try:
            self._link.config(reconnects=0)
        except (OSError, ValueError):
            # cyw43 has no setting `reconnects`, and does not repeat a failed attempt to join.
            return

    def _credentials(self):
        if self.user:
            return self.user, self.password
        return self._facts["ssid"], self._facts["key"]
