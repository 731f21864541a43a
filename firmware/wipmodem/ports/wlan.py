"""The bearer for a board with Wi-Fi. A session is a connection to a Wi-Fi network, and needs no
radio and no call.

If the host has set a user id and password of +WIPBR, these are the SSID and key of the Wi-Fi
network. Otherwise the WLAN table in the board file contains the SSID and key. The bearer repeats a
failed attempt to join the network after a pause. For a session that has not been up, the bearer
repeats attempts for 30 s. For a session that was up and lost, the bearer repeats attempts until
the session is up again.

If the network responds slowly, a Wi-Fi driver may report a wrong key although the key is right.
Therefore only the second report of a wrong key ends a session that is starting.
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

# Values of network.WLAN.status() during an attempt to join a network. Only the driver cyw43 uses
# the value STAT_CONNECTING + 1, after the board has joined and before the board has an IP address.
_TRYING = (
    network.STAT_IDLE,
    network.STAT_CONNECTING,
    network.STAT_CONNECTING + 1,
    network.STAT_GOT_IP,
)
# Values of network.WLAN.status() after an attempt to join a network with a wrong key. ESP-IDF may
# also report a wrong key as one of two timeouts: WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT (15) and
# WIFI_REASON_HANDSHAKE_TIMEOUT (204).
_WRONG_KEY = (network.STAT_WRONG_PASSWORD, 15, 204)
_MAX_WRONG_KEYS = const(2)

_JOIN_MS = const(30000)
_RETRY_MS = const(2000)
_POLL_MS = const(100)
_IDLE_MS = const(1000)
# Signal strength in dBm that +CSQ reports as 0. Each further step of +CSQ is 2 dB.
_MIN_DBM = const(-113)


def make_bearer(board):
    """Return the bearer for a board with Wi-Fi. board.WLAN is the table of the board file with the
    SSID and key of the Wi-Fi network."""
    return Wlan(network.WLAN(network.STA_IF), board.WLAN)


class Wlan:
    """The bearer (contract.py) for sessions over Wi-Fi.

    link: a network.WLAN object in station mode. facts: the WLAN table of the board file."""

    radio = None

    def __init__(self, link, facts):
        self.state = DOWN
        # Error number of the last failed session. 0 after start(), until a session fails.
        self.cause = 0
        # SSID and key of the Wi-Fi network as bytes. Both are empty if the host has set neither.
        self.user = self.password = b""
        self._link = link
        self._facts = facts
        # True if the board has joined or is joining a Wi-Fi network although the host has not
        # requested a session.
        self._registering = False
        self._target = (b"", b"")  # SSID and key of the last attempt to join a Wi-Fi network
        self._due_ms = 0  # timestamp of the deadline for joining the Wi-Fi network
        # Timestamp at which the next attempt to join is due after a failed attempt.
        self._retry_ms = 0
        self._now_ms = 0
        # Number of attempts to join that failed with a report of a wrong key.
        self._wrong_keys = 0
        self._failed = False  # True if the last attempt to join the Wi-Fi network has failed

    def start(self, limit_ms):
        """Request a session. limit_ms: time limit of a call, which Wi-Fi does not use."""
        self.cause = 0
        if self._registering and self._target == self._credentials() and self._link.isconnected():
            self._registering = False
            self.state = STARTING
            return
        if self.state != DOWN or self._registering:
            # stop() is called first, because a Wi-Fi driver that is joining a network ignores a
            # request to join another network.
            self.stop()
        self._join(STARTING)

    def stop(self):
        """End the session, leave the Wi-Fi network, and switch off the Wi-Fi interface."""
        self._registering = False
        self.state = DOWN
        try:
            self._link.disconnect()
            self._link.active(False)
        except OSError:
            # The Wi-Fi interface has never been active, so the interface is off already.
            return

    def address(self):
        """Return the modem's own IP address as four bytes. Allocates."""
        return interface_address(self._link)

    def lookup(self, name):
        """Return None, because a board has no hosts file that contains the address of `name`."""

    def servers(self):
        """Return [(address, port)] of the DNS server of the session, or [] if the session has no
        DNS server. The address is four bytes. Allocates."""
        return interface_servers(self._link)

    def registered(self):
        """Return HOME if the board has joined a Wi-Fi network, else SEARCHING. If the host has not
        requested a session, this call also makes the board join its network, because hosts wait
        for HOME before they request a session (H22)."""
        if self._link.isconnected():
            return HOME
        if self.state == DOWN and not (self._registering and self._left_ms() > 0):
            self._registering = True
            self._join(DOWN)
        return SEARCHING

    def _left_ms(self):
        return ticks_diff(self._due_ms, self._now_ms)

    def signal(self):
        """Return the signal strength of the Wi-Fi network in the unit of +CSQ, or NO_SIGNAL."""
        try:
            dbm = self._link.status("rssi")
        except (OSError, ValueError):
            # The board has not joined a Wi-Fi network, or the Wi-Fi driver does not measure the
            # signal strength.
            return NO_SIGNAL
        return max(0, min((dbm - _MIN_DBM) // 2, BEST_SIGNAL))

    def poll(self):
        """Return False. The bearer has nothing to do in a pass of the main loop, because the Wi-Fi
        driver moves the bytes itself."""
        return False

    def tick(self, now_ms):
        """Update the attribute `state` from the state of the Wi-Fi driver. now_ms: timestamp of
        the call. Return the number of ms until tick() must be called again."""
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
        """Handle a failed attempt to join the Wi-Fi network, if the Wi-Fi driver reports a
        failure."""
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
            # The Wi-Fi driver cannot report its status, so the bearer assumes that the attempt to
            # join the network is still in progress.
            return network.STAT_CONNECTING

    def _give_up(self):
        """Handle the end of the time for joining: end a session that has never been up, or join
        the Wi-Fi network of a lost session again."""
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
            # The Wi-Fi driver is already joining a network, or the driver has no memory to join a
            # network. In both cases, the bearer gives up at the deadline _due_ms.
            return

    def _disable_reconnects(self):
        """Make the Wi-Fi driver of esp32 report a failed attempt to join a network. By default,
        the driver repeats a failed attempt without a report."""
        try:
            self._link.config(reconnects=0)
        except (OSError, ValueError):
            # The Wi-Fi driver cyw43 has no setting `reconnects`, and does not repeat a failed
            # attempt to join a network.
            return

    def _credentials(self):
        if self.user:
            return self.user, self.password
        return self._facts["ssid"], self._facts["key"]
