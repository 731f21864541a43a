"""The radio at the level of AT commands: waking, set-up, commands, calls. Never waits.

tick(now_ms) takes the next step and returns the ms until the next call. While the radio is online,
its UART is used by PPP, or by the host through readinto() and write(), depending on which of the
two has dialled. This module then only watches DCD.
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

# States of the radio.
_WAKING = const(0)  # AT is sent until the radio answers
_SETTING_UP = const(1)  # the init strings of the board file are sent
_IDLE = const(2)
_ASKING = const(3)  # a command of the host is in progress
_DIALLING = const(4)
_ABORTING = const(5)  # a call has taken too long and was aborted: its result code is due
_ONLINE = const(6)
_GUARDING = const(7)  # the guard time before the escape sequence
_ESCAPING = const(8)
_HANGING_UP = const(9)  # ATH was sent
_DTR_OFF = const(10)
_KEY_PRESSED = const(11)  # the radio's reset or power line is active
_BOOTING = const(12)
_CANCELLING = const(13)  # ESC was sent, in case the radio is waiting for a text
_RESTARTING = const(14)

# Time limits of the states, and numbers of tries.
_WAKE_MS = const(500)
_MAX_WAKES = const(6)
_SET_UP_MS = const(5000)
_ASK_MS = const(5000)
_ABORT_MS = const(5000)
_GUARD_MS = const(1200)
_HANG_UP_MS = const(3000)
_DTR_OFF_MS = const(500)
_CANCEL_MS = const(500)
_IDLE_MS = const(1000)  # time until the next tick() if only received bytes matter
_LF = const(10)

_AT = const(b"AT\r")
# A CDMA radio restarts by CFUN=1. Other radios do not, so CREG=0 switches off their +CREG lines.
_RESTART = const(b"AT+CREG=0;+CFUN=1\r")

# Cause of a failed call by its result. Any other result is NO_CARRIER.
_CAUSE_OF_RESULT = {
    RESULT_CONNECT: 0,
    RESULT_BUSY: BUSY,
    RESULT_NO_ANSWER: NO_ANSWER,
    TIMEOUT: NO_ANSWER,
}


class Radio:
    """A modem at the end of a UART.

    uart: a Uart (uart.py). facts: the RADIO table of the board file. lines: has set_dtr(on),
    carrier() -> DCD, or True without that line, and press(key, on) for the `keys` lines that reset
    the radio or switch it on."""

    def __init__(self, uart, facts, lines, now_ms):
        self.chat = Chat(uart, self, now_ms)
        self.answer = 0  # result of the last ask(): a result code or TIMEOUT
        self.cause = NO_RADIO  # why the last call failed, as an error number of the guide
        self.code = RESULT_NO_CARRIER  # how the last call has ended, as a result code
        # Unsolicited lines (contract.py). The core clears these three attributes.
        self.rang = False
        self.registered = -1
        self.winds = 0
        self.signal = NO_SIGNAL  # signal strength in the last +CSQ line
        self.dial_string = facts["dial"]  # AT command that dials for a session, as bytes
        self._uart = uart
        self._facts = facts
        self._lines = lines
        self._state = _BOOTING
        self._first = bytearray(1)
        self._data_begun = False  # the first byte after CONNECT's CR has been read
        self._wanted = True  # readinto() has been called in this pass
        self._tries = 0  # number of AT commands sent to wake the radio, then of init strings
        # What to try next if the radio does not answer: 0 is the escape sequence, k the key k-1.
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
        """Return True if the radio is ready for a command or a call."""
        return self._state == _IDLE

    def online(self):
        """Return True while a call is established."""
        return self._state == _ONLINE

    def calling(self):
        """Return True while a call is being set up or aborted."""
        return self._state in (_DIALLING, _ABORTING)

    def in_call(self):
        """Return True while a call is being set up, aborted or established."""
        return self._state in (_DIALLING, _ABORTING, _ONLINE)

    def carrier(self):
        """Return DCD, or True if the line is not connected."""
        return self._lines.carrier()

    @property
    def speed(self):
        """The bit/s that the last CONNECT named, or 0."""
        return self.chat.speed

    def ask(self, line, start, end):
        """Send the command line[start:end] with AT before it. Return False if the radio is busy.
        Allocates."""
        if self._state != _IDLE:
            return False
        self._go(_ASKING, b"AT" + bytes(line[start:end]) + b"\r", _ASK_MS)
        return True

    def asking(self):
        """Return True while the command of ask() is in progress."""
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
        """Send bytes of the host's call. Return how many were accepted."""
        return self._uart.write(buf, off, n) if self._state == _ONLINE else 0

    def watch(self):
        """Stop events for bytes that nothing reads. Called in every pass of the host's call."""
        self._uart.set_events(IN if self._wanted else 0)
        self._wanted = False
        # On a PC this call reads changes of the lines, which would keep the loop from sleeping.
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

    # The functions that tick() calls at the end of a state. result: the result of its exchange.

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
            # This OK is the late answer to an earlier command.
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
