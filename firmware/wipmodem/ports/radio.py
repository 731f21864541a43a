"""The radio at the level of AT commands: waking, set-up, commands, calls. Never waits.

tick(now_ms) takes the next step and returns the ms until the next call. While the radio is online,
its UART belongs to the one who dialled: PPP, or the host by readinto() and write(). This module
then only watches DCD.
"""

from ..contract import (
    AGAIN,
    BUSY,
    IN,
    NO_ANSWER,
    NO_CARRIER,
    NO_RADIO,
    NO_SIGNAL,
    RESULT_BUSY,
    RESULT_CONNECT,
    RESULT_NO_ANSWER,
    RESULT_NO_CARRIER,
    RESULT_OK,
    const,
)
from .chat import TIMEOUT, Chat

# States.
_WAKING = const(0)  # AT until the radio answers
_SETTING_UP = const(1)  # the init strings of the board file
_IDLE = const(2)
_ASKING = const(3)  # a command of the host
_DIALLING = const(4)
_ABORTING = const(5)  # the call took too long: wait for its result code
_ONLINE = const(6)
_GUARDING = const(7)  # silence before the escape sequence
_ESCAPING = const(8)
_HANGING_UP = const(9)  # by ATH
_DTR_OFF = const(10)
_KEY_PRESSED = const(11)  # the reset or power line is active
_BOOTING = const(12)
_CANCELLING = const(13)  # a command had no result: the radio may be waiting for a text
_RESTARTING = const(14)

# Time limits.
_WAKE_MS = const(500)
_MAX_WAKES = const(6)
_SET_UP_MS = const(5000)
_ASK_MS = const(5000)
_ABORT_MS = const(5000)
_GUARD_MS = const(1200)
_HANG_UP_MS = const(3000)
_DTR_OFF_MS = const(500)
_CANCEL_MS = const(500)
_IDLE_MS = const(1000)  # nothing to do: received bytes wake the loop
_LF = const(10)

_AT = const(b"AT\r")
# A CDMA radio restarts. A radio for which CFUN=1 is no restart sends no more +CREG lines, as after
# a restart.
_RESTART = const(b"AT+CREG=0;+CFUN=1\r")

# Any other result is NO_CARRIER.
_CAUSE_OF_RESULT = {
    RESULT_CONNECT: 0,
    RESULT_BUSY: BUSY,
    RESULT_NO_ANSWER: NO_ANSWER,
    TIMEOUT: NO_ANSWER,
}


class Radio:
    """uart: a Uart (uart.py). facts: the RADIO table of the board file. lines: has set_dtr(on),
    carrier() -> DCD, or True without that line, and press(key, on) for the `keys` lines that reset
    the radio or switch it on."""

    def __init__(self, uart, facts, lines, now_ms):
        self.chat = Chat(uart, self, now_ms)
        self.answer = 0  # result of the last ask(): a result code or TIMEOUT
        self.cause = NO_RADIO  # why the last call failed, as an error number of the guide
        self.code = RESULT_NO_CARRIER  # result code of the last call
        # The core clears the next three.
        self.rang = False
        self.registered = -1
        self.winds = 0
        self.signal = NO_SIGNAL  # of the last +CSQ
        self.dial_string = facts["dial"]  # bytes
        self._uart = uart
        self._facts = facts
        self._lines = lines
        self._state = _BOOTING
        self._first = bytearray(1)
        self._data_begun = False  # the first byte of the call, perhaps an LF, has been read
        self._wanted = True  # readinto() was called in this pass
        self._tries = 0  # to wake the radio; then the number of init strings sent
        # What to try next with a radio that does not answer: 0: escape; k: key k - 1.
        self._remedy = 0
        self._restart_pending = False
        self.chat.begin(b"", facts["boot_ms"])
        lines.set_dtr(True)

    def restart(self):
        """Restart the radio after the call in progress has ended (H20)."""
        self.rang = False
        self.registered = -1
        self.winds = self.chat.ignored = 0
        self.signal = NO_SIGNAL
        self._restart_pending = True
        if self._state == _IDLE:
            self._wake()

    def idle(self):
        return self._state == _IDLE

    def online(self):
        return self._state == _ONLINE

    def calling(self):
        return self._state in (_DIALLING, _ABORTING)

    def in_call(self):
        return self._state in (_DIALLING, _ABORTING, _ONLINE)

    def carrier(self):
        return self._lines.carrier()

    @property
    def speed(self):
        return self.chat.speed

    def ask(self, line, start, end):
        """Send the command line[start:end] with AT before it. Return False if the radio is busy.
        Allocates."""
        if self._state != _IDLE:
            return False
        self._go(_ASKING, b"AT" + bytes(line[start:end]) + b"\r", _ASK_MS)
        return True

    def asking(self):
        return self._state == _ASKING

    def set_dial_string(self, text):
        """Set the command that dials from the next call on; b"" sets the board file's."""
        self.dial_string = text or self._facts["dial"]

    def dial(self, limit_ms):
        """Dial for a session; only while idle()."""
        self.code = RESULT_NO_CARRIER
        self._go(_DIALLING, self.dial_string + b"\r", limit_ms)

    def call(self, text, limit_ms):
        """Begin a data call of the host by an AT command. Return False if the radio is busy."""
        if self._state != _IDLE:
            return False
        self.code = RESULT_NO_CARRIER
        self._go(_DIALLING, text + b"\r", limit_ms)
        return True

    def readinto(self, buf):
        """Read bytes of the host's call. For use in every pass that has room for some."""
        if self._state != _ONLINE:
            return 0
        self._wanted = True
        self._uart.set_events(IN)
        return self._uart.readinto(buf) if self._data_begun else self._begin_data(buf)

    def write(self, buf, off, n):
        return self._uart.write(buf, off, n) if self._state == _ONLINE else 0

    def watch(self):
        """Once in every pass of the host's call: stop events for bytes that nothing reads."""
        self._uart.set_events(IN if self._wanted else 0)
        self._wanted = False
        # A PC's port has events for changes of its lines, which this call reads.
        self._lines.carrier()

    def hang_up(self):
        """End the call or the attempt to make one. The radio is then woken again."""
        if self._lines.has_dtr:
            self._lines.set_dtr(False)
            self._go(_DTR_OFF, b"", _DTR_OFF_MS)
        elif self._state == _ONLINE:
            self._go(_GUARDING, b"", _GUARD_MS)
        elif self._state == _DIALLING:
            self._go(_ABORTING, b"\r", _ABORT_MS)

    def tick(self, now_ms):
        """Take the next step. Return the ms until the next call."""
        self.chat.now_ms = now_ms
        if self._state == _ONLINE:
            return _IDLE_MS
        result = self.chat.poll(now_ms)
        if result != AGAIN and self._state != _IDLE:
            _NEXT[self._state](self, result)
            return 0
        return self.chat.wait_ms(now_ms, _IDLE_MS)

    # One function for the end of each state. result: of the state's exchange.

    def _go(self, state, text, limit_ms):
        self._state = state
        self._uart.set_events(IN)
        self.chat.begin(text, limit_ms)

    def _wake(self, result=0):
        self._tries = 0
        self._lines.set_dtr(True)
        self._go(_WAKING, _AT, _WAKE_MS)

    def _woken(self, result):
        self._tries += 1
        if result == RESULT_OK:
            self._remedy = self._tries = 0
            if self._restart_pending:
                self._restart_pending = False
                self._go(_RESTARTING, _RESTART, _SET_UP_MS)
            else:
                self._set_up(result)
        elif self._tries < _MAX_WAKES:
            self._go(_WAKING, _AT, _WAKE_MS)
        else:
            self._revive()

    def _revive(self):
        """Try the next remedy. The radio may be in an old call, switched off, or stuck."""
        if self._remedy:
            self._lines.press(self._remedy - 1, True)
            self._go(_KEY_PRESSED, b"", self._facts["press_ms"])
        else:
            self._go(_GUARDING, b"", _GUARD_MS)
            self._next_remedy()

    def _next_remedy(self):
        self._remedy = (self._remedy + 1) % (self._lines.keys + 1)

    def _key_released(self, result):
        self._lines.press(self._remedy - 1, False)
        self._next_remedy()
        self._go(_BOOTING, b"", self._facts["boot_ms"])

    def _set_up(self, result):
        """Send the next init string, also if the radio has refused the last one."""
        strings = self._facts["init"]
        if self._tries == len(strings):
            self._rest(result)
            return
        text = strings[self._tries]
        self._tries += 1
        self._go(_SETTING_UP, text + b"\r", _SET_UP_MS)

    def _restarted(self, result):
        """Any result counts as a restart."""
        self._go(_BOOTING, b"", self._facts["boot_ms"])

    def _rest(self, result):
        if self._restart_pending:
            self._wake()
            return
        self._state = _IDLE
        self.chat.stop()

    def _answered(self, result):
        self.answer = result
        if result == TIMEOUT:
            self._go(_CANCELLING, b"\x1b", _CANCEL_MS)
        else:
            self._rest(result)

    def _dialled(self, result):
        if result == RESULT_OK:
            # Late, for an earlier command.
            return
        self.cause = _CAUSE_OF_RESULT.get(result, NO_CARRIER)
        self.code = RESULT_NO_ANSWER if result == TIMEOUT else result
        if result == RESULT_CONNECT:
            self._state = _ONLINE
            self._data_begun = not self.chat.lf_pending()
            self._wanted = True
        elif result == TIMEOUT:
            self._go(_ABORTING, b"\r", _ABORT_MS)
        else:
            self._rest(result)

    def _begin_data(self, buf):
        """Read the first bytes of a call, without the LF that belongs to CONNECT."""
        if self._uart.readinto(self._first) <= 0:
            return 0
        self._data_begun = True
        if self._first[0] == _LF:
            return self._uart.readinto(buf)
        buf[0] = self._first[0]
        return 1

    def _aborted(self, result):
        if result == RESULT_CONNECT:
            # The call was established before the radio read the command to abort it.
            self._state = _ONLINE
            self.hang_up()
        else:
            self._wake()

    def _guarded(self, result):
        self._go(_ESCAPING, b"+++", _GUARD_MS)

    def _escaped(self, result):
        self._go(_HANGING_UP, b"ATH\r", _HANG_UP_MS)


_NEXT = {
    _WAKING: Radio._woken,
    _SETTING_UP: Radio._set_up,
    _ASKING: Radio._answered,
    _DIALLING: Radio._dialled,
    _ABORTING: Radio._aborted,
    _GUARDING: Radio._guarded,
    _ESCAPING: Radio._escaped,
    _HANGING_UP: Radio._wake,
    _DTR_OFF: Radio._wake,
    _KEY_PRESSED: Radio._key_released,
    _BOOTING: Radio._wake,
    _CANCELLING: Radio._wake,
    _RESTARTING: Radio._restarted,
}
