"""The modem's control lines: DTR as &D says, DCD as &C says (base.md section 3, B10, Q28)."""

from .. import ticks
from ..compat import const
from ..settings import DCD_MODE, DSR_MODE, DTR_MODE

_DROP_MS = const(1000)  # &C2: how long DCD is off when a call has ended
_DROP_WAIT_MS = const(1000)  # how long bytes before a drop of DTR wait for a peer that takes none

DTR_IGNORED = const(0)
DTR_ESCAPES = const(1)
DTR_HANGS_UP = const(2)

DCD_ON = const(0)
DCD_CALL = const(1)


class Drop:
    """A drop of DTR until it takes effect: the host's bytes before it come first."""

    def __init__(self, serial, settings):
        self.asks = DTR_IGNORED  # what &D says, once the bytes before it are read
        self.waits = False
        self.discards = False  # nothing takes the bytes before it
        self._serial = serial
        self._settings = settings
        self._dtr = False
        self._left = 0
        self._moved_ms = 0  # when `left` last changed, or was 0

    def look(self, now_ms, left, blocked):
        """left: what has been read and is not dealt with; blocked: it waits behind a command that
        waits itself, and that a drop ends."""
        if not self.asks:
            was = self._dtr
            self._dtr = self._serial.dtr()
            if was and not self._dtr:
                self.asks = self._settings[DTR_MODE]
        self.waits = self.asks > 0 or self.comes()
        if not self.waits or not left or left != self._left:
            self._moved_ms = now_ms
        self._left = left
        late = ticks.diff(now_ms, self._moved_ms) >= _DROP_WAIT_MS
        self.discards = self.waits and (self.discards or blocked or late)

    def comes(self):
        """True if DTR is off after bytes that are still to be read, and &D heeds it."""
        return self._serial.dropping() and self._settings[DTR_MODE] != DTR_IGNORED

    def end(self):
        """It takes effect: what &D says."""
        asks = self.asks
        self.asks = DTR_IGNORED
        self.waits = self.discards = False
        return asks


class ControlLines:
    def __init__(self, serial, settings):
        self._serial = serial
        self._settings = settings
        self._dcd = False
        self._was_up = False
        self._drop_until_ms = -1  # no drop under way
        self._dsr = self._ri = False

    def service(self, now_ms, up, peer_gone, ringing):
        """Set DCD for a call that is up or not, and a mapped peer that is gone or not."""
        self._set_dsr(self._settings[DSR_MODE] == 0)
        if ringing != self._ri:
            self._ri = ringing
            self._serial.set_ri(ringing)
        if self._was_up and not up:
            self._drop_until_ms = ticks.add(now_ms, _DROP_MS)
        self._was_up = up
        if self._drop_until_ms >= 0 and ticks.diff(now_ms, self._drop_until_ms) >= 0:
            self._drop_until_ms = -1
        dcd = self._wanted(up, peer_gone)
        if dcd != self._dcd:
            self._dcd = dcd
            self._serial.set_dcd(dcd)

    def _set_dsr(self, on):
        if on != self._dsr:
            self._dsr = on
            self._serial.set_dsr(on)

    def wait_ms(self, now_ms):
        """Until `service` is needed."""
        if self._drop_until_ms < 0:
            return _DROP_MS
        return max(ticks.diff(self._drop_until_ms, now_ms), 0)

    def _wanted(self, up, peer_gone):
        mode = self._settings[DCD_MODE]
        if mode == DCD_CALL:
            return up and not peer_gone  # Q28
        return mode == DCD_ON or self._drop_until_ms < 0
