"""The radio at the command level: woken, set up, asked, dialled, hung up. Never waits.

`service(now_ms)` takes one step and returns how long nothing needs to be done. While `online` the
line belongs to whoever dialled: PPP, or the host by `readinto` and `write`. The radio is then only
watched by its carrier line.
"""

from ..contract import AGAIN, BUSY, IN, NO_ANSWER, NO_CARRIER, NO_RADIO, NO_SIGNAL, const
from . import chat as said
from .chat import Chat

_WAKING = const(0)  # is somebody there?
_SETTING_UP = const(1)  # the board's init strings, one after the other
_IDLE = const(2)
_ASKING = const(3)  # a command of the host's, passed on
_DIALLING = const(4)
_ABORTING = const(5)  # the call took too long; the radio still owes a result
_ONLINE = const(6)
_GUARDING = const(7)  # silence before the escape
_ESCAPING = const(8)
_HANGING_UP = const(9)
_DROPPING = const(10)  # DTR is off
_PRESSING = const(11)  # the reset or power line is active
_BOOTING = const(12)
_CANCELLING = const(13)  # a command went unanswered: it may be a text that is waited for
_RESTARTING = const(14)

_WAKE_MS = const(500)
_WAKE_TRIES = const(6)
_SETUP_MS = const(5000)
_ASK_MS = const(5000)
_ABORT_MS = const(5000)
_GUARD_MS = const(1200)
_HANG_UP_MS = const(3000)
_DROP_MS = const(500)
_CANCEL_MS = const(500)
_WATCH_MS = const(1000)  # nothing is due: its bytes wake us
_LF = const(10)

# A CDMA radio restarts; any other keeps running, without +CREG lines.
_RESTART = const(b"AT+CREG=0;+CFUN=1\r")

_CAUSES = {
    said.BUSY: BUSY,
    said.NO_ANSWER: NO_ANSWER,
    said.SILENCE: NO_ANSWER,
    said.CONNECT: 0,
}


class Radio:
    """`facts`: the RADIO table of the board file. `lines` drives DTR and the `keys` that reset the
    radio or switch it on; `carrier()` reads DCD, and is true where there is no such line."""

    def __init__(self, uart, facts, lines, now_ms):
        self.chat = Chat(uart, self, now_ms)
        self.answer = 0  # how the command passed on has ended
        self.cause = NO_RADIO  # of the last call that failed
        self.code = said.NO_CARRIER  # how the last call ended: V.250's number
        self.rang = False  # ... and the next are for the core to clear
        self.registered = -1  # the stat of the last unsolicited +CREG
        self.winds = 0  # its +WIND events: bit n for +WIND: n
        self.signal = NO_SIGNAL  # as it has told last
        self.dial_string = facts["dial"]
        self._uart = uart
        self._facts = facts
        self._lines = lines
        self._state = _BOOTING
        self._first = bytearray(1)
        self._begun = False  # the call's first byte has come
        self._attended = True  # somebody wanted the call's bytes in this pass
        self._tries = 0
        self._remedy = 0  # for a radio that is silent: the escape, or one more than a key
        self._restart = False  # it is to restart as soon as it is free
        self.chat.begin(b"", facts["boot_ms"])
        lines.set_dtr(True)

    def restart(self):
        """H20: have the radio as after power-up, once the call under way has ended."""
        self.rang = False
        self.registered = -1
        self.winds = self.chat.ignored = 0
        self.signal = NO_SIGNAL
        self._restart = True
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
        """Pass on the command line[start:end]; False if the radio is not free for it."""
        if self._state != _IDLE:
            return False
        self._go(_ASKING, b"AT" + bytes(line[start:end]) + b"\r", _ASK_MS)
        return True

    def asking(self):
        return self._state == _ASKING

    def set_dial_string(self, text):
        """From the next call on; the board's own if it is empty."""
        self.dial_string = text or self._facts["dial"]

    def dial(self, limit_ms):
        self.code = said.NO_CARRIER
        self._go(_DIALLING, self.dial_string + b"\r", limit_ms)

    def call(self, text, limit_ms):
        """A data call of the host's by this AT command; False if the radio is not free for it."""
        if self._state != _IDLE:
            return False
        self.code = said.NO_CARRIER
        self._go(_DIALLING, text + b"\r", limit_ms)
        return True

    def readinto(self, buf):
        """The bytes of the host's call. To be asked in every pass that has room for some."""
        if self._state != _ONLINE:
            return 0
        self._attended = True
        self._uart.set_events(IN)
        return self._uart.readinto(buf) if self._begun else self._begin(buf)

    def write(self, buf, off, n):
        return self._uart.write(buf, off, n) if self._state == _ONLINE else 0

    def watch(self):
        """Once a pass of the host's call: what nobody reads does not wake the loop again."""
        self._uart.set_events(IN if self._attended else 0)
        self._attended = False
        self._lines.carrier()  # the PC's: news of the lines, unread, would wake it too

    def hang_up(self):
        """Whatever is under way ends, and the radio is woken again."""
        if self._lines.has_dtr:
            self._lines.set_dtr(False)
            self._go(_DROPPING, b"", _DROP_MS)
        elif self._state == _ONLINE:
            self._go(_GUARDING, b"", _GUARD_MS)
        elif self._state == _DIALLING:
            self._go(_ABORTING, b"\r", _ABORT_MS)

    def tick(self, now_ms):
        self.chat.now_ms = now_ms
        if self._state == _ONLINE:
            return _WATCH_MS
        result = self.chat.poll(now_ms)
        if result != AGAIN and self._state != _IDLE:
            _STEP[self._state](self, result)
            return 0
        return self.chat.wait_ms(now_ms, _WATCH_MS)

    # What follows when the exchange of a state has ended in a result

    def _go(self, state, text, limit_ms):
        self._state = state
        self._uart.set_events(IN)
        self.chat.begin(text, limit_ms)

    def _wake(self, result=0):
        self._tries = 0
        self._lines.set_dtr(True)
        self._go(_WAKING, b"AT\r", _WAKE_MS)

    def _woken(self, result):
        self._tries += 1
        if result == said.OK:
            self._remedy = self._tries = 0
            if self._restart:
                self._restart = False
                self._go(_RESTARTING, _RESTART, _SETUP_MS)
            else:
                self._set_up(result)
        elif self._tries < _WAKE_TRIES:
            self._go(_WAKING, b"AT\r", _WAKE_MS)
        else:
            self._revive()

    def _revive(self):
        """It may be in a call that it has from before, or be off, or stuck: by turns."""
        if self._remedy:
            self._lines.press(self._remedy - 1, True)
            self._go(_PRESSING, b"", self._facts["press_ms"])
        else:
            self._go(_GUARDING, b"", _GUARD_MS)
            self._next_remedy()

    def _next_remedy(self):
        self._remedy = (self._remedy + 1) % (self._lines.keys + 1)

    def _released(self, result):
        self._lines.press(self._remedy - 1, False)
        self._next_remedy()
        self._go(_BOOTING, b"", self._facts["boot_ms"])

    def _set_up(self, result):
        """A string that the radio refuses is no reason not to go on."""
        strings = self._facts["init"]
        if self._tries == len(strings):
            self._rest(result)
            return
        text = strings[self._tries]
        self._tries += 1
        self._go(_SETTING_UP, text + b"\r", _SETUP_MS)

    def _restarted(self, result):
        """Whatever it has answered."""
        self._go(_BOOTING, b"", self._facts["boot_ms"])

    def _rest(self, result):
        if self._restart:
            self._wake()
            return
        self._state = _IDLE
        self.chat.stop()

    def _answered(self, result):
        self.answer = result
        if result == said.SILENCE:
            self._go(_CANCELLING, b"\x1b", _CANCEL_MS)
        else:
            self._rest(result)

    def _dialled(self, result):
        if result == said.OK:  # late, to something before
            return
        self.cause = _CAUSES.get(result, NO_CARRIER)
        self.code = said.NO_ANSWER if result == said.SILENCE else result
        if result == said.CONNECT:
            self._state = _ONLINE
            self._begun = not self.chat.lf_comes()
            self._attended = True
        elif result == said.SILENCE:
            self._go(_ABORTING, b"\r", _ABORT_MS)
        else:
            self._rest(result)

    def _begin(self, buf):
        """The LF of CONNECT's own line is no data."""
        if self._uart.readinto(self._first) <= 0:
            return 0
        self._begun = True
        if self._first[0] == _LF:
            return self._uart.readinto(buf)
        buf[0] = self._first[0]
        return 1

    def _aborted(self, result):
        if result == said.CONNECT:  # it came through at the last moment
            self._state = _ONLINE
            self.hang_up()
        else:
            self._wake()

    def _guarded(self, result):
        self._go(_ESCAPING, b"+++", _GUARD_MS)

    def _escaped(self, result):
        self._go(_HANGING_UP, b"ATH\r", _HANG_UP_MS)


_STEP = {
    _WAKING: Radio._woken,
    _SETTING_UP: Radio._set_up,
    _ASKING: Radio._answered,
    _DIALLING: Radio._dialled,
    _ABORTING: Radio._aborted,
    _GUARDING: Radio._guarded,
    _ESCAPING: Radio._escaped,
    _HANGING_UP: Radio._wake,
    _DROPPING: Radio._wake,
    _PRESSING: Radio._released,
    _BOOTING: Radio._wake,
    _CANCELLING: Radio._wake,
    _RESTARTING: Radio._restarted,
}
