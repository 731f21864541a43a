"""Control of the radio by AT commands: wake-up, set-up, commands from the host, and calls.

tick(now_ms) takes the next step, and returns the number of ms until tick() must be called again.
No method waits. While a call is established, the modem sends no AT commands to the radio. In the
call of a session, PPP uses the UART of the radio. In a data call of the host, the core reads and
writes the bytes of the call by readinto() and write().
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

# States of the radio: values of the attribute Radio._state.
# _WAKING: the modem sends AT again and again until the radio responds.
_WAKING = const(0)
_SETTING_UP = const(1)  # the modem sends the init strings of the board file to the radio
_IDLE = const(2)
_ASKING = const(3)  # the radio executes an AT command from the host
_DIALLING = const(4)
# State of the radio: the modem has aborted a call, and the result code has not arrived.
_ABORTING = const(5)
_ONLINE = const(6)
_GUARDING = const(7)  # the modem waits for the guard time before the escape sequence
_ESCAPING = const(8)
_HANGING_UP = const(9)  # the modem has sent ATH, and the result code has not arrived
_DTR_OFF = const(10)
_KEY_PRESSED = const(11)  # the modem drives the radio's reset or power line
_BOOTING = const(12)
# State of the radio: the modem has sent ESC, in case the radio was waiting for text input.
_CANCELLING = const(13)
_RESTARTING = const(14)

# Time limits of the radio's states, in ms, and the largest number of attempts to wake the radio.
_WAKE_MS = const(500)
_MAX_WAKES = const(6)
_SET_UP_MS = const(5000)
_ASK_MS = const(5000)
_ABORT_MS = const(5000)
_GUARD_MS = const(1200)
_HANG_UP_MS = const(3000)
_DTR_OFF_MS = const(500)
_CANCEL_MS = const(500)
# Longest time between two calls of Radio.tick(), in ms.
_IDLE_MS = const(1000)
_LF = const(10)

_AT = const(b"AT\r")
# Command that restarts the radio. +CFUN=1 restarts a CDMA radio only. In any other radio, +CREG=0
# disables the URC +CREG, as a restart would.
_RESTART = const(b"AT+CREG=0;+CFUN=1\r")

# Error number of a call, by the result of the AT command that dials. 0 means that the call is
# established. A result that is not in this table means the error number NO_CARRIER.
_CAUSE_OF_RESULT = {
    RESULT_CONNECT: 0,
    RESULT_BUSY: BUSY,
    RESULT_NO_ANSWER: NO_ANSWER,
    TIMEOUT: NO_ANSWER,
}


class Radio:
    """The radio (contract.py): a modem that is connected to a UART of the board.

    uart: a Uart (uart.py). facts: the RADIO table of the board file. lines: a RadioLines
    (uart.py), or an object with the same attributes and methods, which reads DCD, and drives DTR
    and the lines that reset the radio or switch the radio on. now_ms: timestamp of the call."""

    def __init__(self, uart, facts, lines, now_ms):
        self.chat = Chat(uart, self, now_ms)
        self.answer = 0  # result of the last AT command from the host: a result code or TIMEOUT
        # Error number of the guide for the last call, or 0 if the call was established.
        self.cause = NO_RADIO
        self.code = RESULT_NO_CARRIER  # result code of the AT command that dialled last
        # Values from the radio's URCs (contract.py). The core clears these three attributes.
        self.rang = False
        self.registered = -1
        self.winds = 0
        # Signal strength in the last +CSQ line from the radio, or NO_SIGNAL.
        self.signal = NO_SIGNAL
        self.dial_string = facts["dial"]  # AT command that dials for a session, as bytes
        self._uart = uart
        self._facts = facts
        self._lines = lines
        self._state = _BOOTING
        self._first = bytearray(1)
        # True if the first byte after the CR of the CONNECT line has been read.
        self._data_begun = False
        # True if the core has called readinto() in the pass of the main loop in progress.
        self._wanted = True
        # Number of AT commands sent to wake the radio. During set-up, number of init strings sent.
        self._tries = 0
        # Action that the modem takes next if the radio does not respond. 0: send the escape
        # sequence. k > 0: pulse the reset or power line that has index k-1 in RadioLines.
        self._remedy = 0
        self._restart_pending = False
        self.chat.begin(b"", facts["boot_ms"])
        lines.set_dtr(True)

    def restart(self):
        """Restart the radio, at once or after the call in progress has ended (H20)."""
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
        """Speed in the last CONNECT line from the radio, in bit/s, or 0 if the line has no
        speed."""
        return self.chat.speed

    def ask(self, line, start, end):
        """Send the command "AT" + line[start:end] to the radio. Return True, or False if the radio
        is busy. Allocates."""
        if self._state != _IDLE:
            return False
        self._go(_ASKING, b"AT" + bytes(line[start:end]) + b"\r", _ASK_MS)
        return True

    def asking(self):
        """Return True while the command of ask() is in progress."""
        return self._state == _ASKING

    def set_dial_string(self, text):
        """Set the AT command that dials for a session, from the next session on. text: the command
        as bytes; b"" restores the command of the board file."""
        self.dial_string = text or self._facts["dial"]

    def dial(self, limit_ms):
        """Make a call for a session. limit_ms: time limit for setting up the call, in ms. Call
        dial() only while idle() returns True."""
        self.code = RESULT_NO_CARRIER
        self._go(_DIALLING, self.dial_string + b"\r", limit_ms)

    def call(self, text, limit_ms):
        """Begin a data call of the host. text: AT command that dials, as bytes. limit_ms: time
        limit for setting up the call, in ms. Return True, or False if the radio is busy."""
        if self._state != _IDLE:
            return False
        self.code = RESULT_NO_CARRIER
        self._go(_DIALLING, text + b"\r", limit_ms)
        return True

    def readinto(self, buf):
        """Read received bytes of the host's data call into buf. Return the number of bytes read.
        The core calls readinto() in every pass of the main loop in which buf has room."""
        if self._state != _ONLINE:
            return 0
        self._wanted = True
        self._uart.set_events(IN)
        return self._uart.readinto(buf) if self._data_begun else self._begin_data(buf)

    def write(self, buf, off, n):
        """Send n bytes of buf, from offset off, in the host's data call. Return the number of
        bytes that the UART has accepted."""
        return self._uart.write(buf, off, n) if self._state == _ONLINE else 0

    def watch(self):
        """Let received bytes wake the main loop only if readinto() was called since the last call
        of watch(). The bearer calls watch() in every pass of the main loop during a data call."""
        self._uart.set_events(IN if self._wanted else 0)
        self._wanted = False
        # On a PC, carrier() reads the reported changes of the control lines. Changes that are not
        # read would keep the main loop from sleeping.
        self._lines.carrier()

    def hang_up(self):
        """End an established call, or abort a call that is being set up. hang_up() returns at
        once; calls of tick() end the call, and then wake and set up the radio again."""
        if self._lines.has_dtr:
            self._lines.set_dtr(False)
            self._go(_DTR_OFF, b"", _DTR_OFF_MS)
        elif self._state == _ONLINE:
            self._go(_GUARDING, b"", _GUARD_MS)
        elif self._state == _DIALLING:
            self._go(_ABORTING, b"\r", _ABORT_MS)

    def tick(self, now_ms):
        """Take the next step in the control of the radio. now_ms: timestamp of the call. Return
        the number of ms until tick() must be called again."""
        self.chat.now_ms = now_ms
        if self._state == _ONLINE:
            return _IDLE_MS
        result = self.chat.poll(now_ms)
        if result != AGAIN and self._state != _IDLE:
            _NEXT[self._state](self, result)
            return 0
        return self.chat.wait_ms(now_ms, _IDLE_MS)

    # The table _NEXT has one function for each state of the radio. tick() calls the function when
    # the state has ended. result: a result code from the radio, or TIMEOUT.

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
        """Take the next action for a radio that does not respond. Such a radio may be in an old
        call, switched off, or stuck."""
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
        """Send the next init string of the board file to the radio, even if the radio has rejected
        the previous init string."""
        strings = self._facts["init"]
        if self._tries == len(strings):
            self._rest(result)
            return
        text = strings[self._tries]
        self._tries += 1
        self._go(_SETTING_UP, text + b"\r", _SET_UP_MS)

    def _restarted(self, result):
        """Wait for the radio to boot after the command that restarts the radio, whatever the
        result of this command is."""
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
            # An OK from the radio during dialling is the late response to an earlier command.
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
        Return the number of bytes in buf."""
        if self._uart.readinto(self._first) <= 0:
            return 0
        self._data_begun = True
        if self._first[0] == _LF:
            return self._uart.readinto(buf)
        buf[0] = self._first[0]
        return 1

    def _aborted(self, result):
        if result == RESULT_CONNECT:
            # The call was established before the radio read the byte that aborts the call.
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
