"""Control of the radio by AT commands: wake-up, set-up, commands of the host, calls.

tick(now_ms) takes the next step and returns the ms until the next tick(). No method waits. While a
call is established, this module only watches DCD. The UART of the radio is then used by PPP if the
call belongs to a session, or by the host through readinto() and write() for a data call.
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

# States of the radio: values of Radio._state.
_WAKING = const(0)  # the modem repeats AT until the radio responds
_SETTING_UP = const(1)  # the modem sends the init strings of the board file
_IDLE = const(2)
_ASKING = const(3)  # a command of the host is in progress
_DIALLING = const(4)
_ABORTING = const(5)  # a call was aborted, and its result code has not arrived
_ONLINE = const(6)
_GUARDING = const(7)  # the guard time before the escape sequence
_ESCAPING = const(8)
_HANGING_UP = const(9)  # ATH was sent, and its result code has not arrived
_DTR_OFF = const(10)
_KEY_PRESSED = const(11)  # the radio's reset or power line is active
_BOOTING = const(12)
_CANCELLING = const(13)  # ESC was sent, in case the radio is waiting for text input
_RESTARTING = const(14)

# Time limits of the states, and the largest number of attempts to wake the radio.
_WAKE_MS = const(500)
_MAX_WAKES = const(6)
_SET_UP_MS = const(5000)
_ASK_MS = const(5000)
_ABORT_MS = const(5000)
_GUARD_MS = const(1200)
_HANG_UP_MS = const(3000)
_DTR_OFF_MS = const(500)
_CANCEL_MS = const(500)
_IDLE_MS = const(1000)  # time until the next tick() while no command is in progress
_LF = const(10)

_AT = const(b"AT\r")
# +CFUN=1 restarts a CDMA radio. Other radios do not restart; +CREG=0 switches off their
# unsolicited +CREG lines, as a restart would.
_RESTART = const(b"AT+CREG=0;+CFUN=1\r")

# Error number of a call, indexed by the result of the dial command. 0 means no error. A result
# that is missing in this table means NO_CARRIER.
_CAUSE_OF_RESULT = {
    RESULT_CONNECT: 0,
    RESULT_BUSY: BUSY,
    RESULT_NO_ANSWER: NO_ANSWER,
    TIMEOUT: NO_ANSWER,
}


class Radio:
    """A modem at the end of a UART.

    uart: a Uart (uart.py). facts: the RADIO table of the board file. lines: a RadioLines (uart.py)
    or an object with the same attributes and methods, which controls DTR, DCD, and the keys that
    reset the radio or switch the radio on."""

    def __init__(self, uart, facts, lines, now_ms):
        self.chat = Chat(uart, self, now_ms)
        self.answer = 0  # result of the last ask(): a result code or TIMEOUT
        self.cause = NO_RADIO  # error number of the guide for the last failed call
        self.code = RESULT_NO_CARRIER  # result code of the last call
        # Values from the radio's URCs (contract.py). The core clears the three attributes.
        self.rang = False
        self.registered = -1
        self.winds = 0
        self.signal = NO_SIGNAL  # signal strength in the last +CSQ line, or NO_SIGNAL
        self.dial_string = facts["dial"]  # AT command that dials for a session, as bytes
        self._uart = uart
        self._facts = facts
        self._lines = lines
        self._state = _BOOTING
        self._first = bytearray(1)
        self._data_begun = False  # True if the first byte after CONNECT and CR has been read
        self._wanted = True  # True if readinto() has been called in this pass
        # Number of AT commands sent to wake the radio; during set-up, number of init strings sent.
        self._tries = 0
        # Next remedy if the radio does not respond: 0 sends the escape sequence, k > 0 presses the
        # key with index k-1.
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
        """Return the state of DCD, or True if the board file has no DCD line."""
        return self._lines.carrier()

    @property
    def speed(self):
        """Speed in the last CONNECT line, in bit/s, or 0 if that line has no speed."""
        return self.chat.speed

    def ask(self, line, start, end):
        """Send AT and line[start:end] to the radio as a command. Return False if the radio is
        busy. Allocates."""
        if self._state != _IDLE:
            return False
        self._go(_ASKING, b"AT" + bytes(line[start:end]) + b"\r", _ASK_MS)
        return True

    def asking(self):
        """Return True while the command of ask() is in progress."""
        return self._state == _ASKING

    def set_dial_string(self, text):
        """Set the AT command that dials for a session, from the next call on. b"" restores the
        command of the board file."""
        self.dial_string = text or self._facts["dial"]

    def dial(self, limit_ms):
        """Dial for a session, with a time limit of limit_ms. Call dial() only while idle() is
        True."""
        self.code = RESULT_NO_CARRIER
        self._go(_DIALLING, self.dial_string + b"\r", limit_ms)

    def call(self, text, limit_ms):
        """Begin a data call of the host by the AT command `text`, with a time limit of limit_ms.
        Return False if the radio is busy."""
        if self._state != _IDLE:
            return False
        self.code = RESULT_NO_CARRIER
        self._go(_DIALLING, text + b"\r", limit_ms)
        return True

    def readinto(self, buf):
        """Read bytes of the host's data call into buf. Return the number of bytes. The core calls
        readinto() in every pass in which it has room for bytes."""
        if self._state != _ONLINE:
            return 0
        self._wanted = True
        self._uart.set_events(IN)
        return self._uart.readinto(buf) if self._data_begun else self._begin_data(buf)

    def write(self, buf, off, n):
        """Send n bytes of buf from offset off in the host's data call. Return the number of bytes
        accepted."""
        return self._uart.write(buf, off, n) if self._state == _ONLINE else 0

    def watch(self):
        """Keep received bytes from waking the main loop if readinto() was not called in this pass.
        The bearer calls watch() in every pass of a data call."""
        self._uart.set_events(IN if self._wanted else 0)
        self._wanted = False
        # On a PC, carrier() reads the changes of the control lines. Unread changes would keep the
        # main loop from sleeping.
        self._lines.carrier()

    def hang_up(self):
        """End an established call, or abort a call that is being set up. Later steps wake the
        radio again."""
        if self._lines.has_dtr:
            self._lines.set_dtr(False)
            self._go(_DTR_OFF, b"", _DTR_OFF_MS)
        elif self._state == _ONLINE:
            self._go(_GUARDING, b"", _GUARD_MS)
        elif self._state == _DIALLING:
            self._go(_ABORTING, b"\r", _ABORT_MS)

    def tick(self, now_ms):
        """Take the next step. Return the ms until the next call of tick()."""
        self.chat.now_ms = now_ms
        if self._state == _ONLINE:
            return _IDLE_MS
        result = self.chat.poll(now_ms)
        if result != AGAIN and self._state != _IDLE:
            _NEXT[self._state](self, result)
            return 0
        return self.chat.wait_ms(now_ms, _IDLE_MS)

    # Each function below handles the end of an AT command that the modem has sent to the radio in
    # one state. result: the radio's result code, or TIMEOUT. tick() calls these functions.

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
        """Apply the next remedy. A radio that does not respond may be in an old call, switched
        off, or stuck."""
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
        """Send the next init string, even if the radio has refused the previous one."""
        strings = self._facts["init"]
        if self._tries == len(strings):
            self._rest(result)
            return
        text = strings[self._tries]
        self._tries += 1
        self._go(_SETTING_UP, text + b"\r", _SET_UP_MS)

    def _restarted(self, result):
        """Wait for the radio to boot. Any result of the restart command counts as a restart."""
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
            # An OK during dialling is the late response to an earlier command.
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
        """Read the first bytes of a data call into buf, without the LF that ends the CONNECT line.
        Return the number of bytes."""
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
