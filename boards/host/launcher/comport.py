"""The serial line as an RFC 2217 port: telnet with the settings and the lines of a serial port.

The settings are kept and shown: the modem's socket has no baud rate of its own. Every request is
answered by the value in use, whether the requested one was taken or not.
"""

from .controllines import BREAK, DCD, DSR, DTR, RI, RTS
from .tcpdte import TcpDte
from .telnet import BINARY, DO, ECHO, IAC, SB, SE, SGA, WILL, Telnet

_COM_PORT = 44

# Commands of the host. The answer to one has its code and 100.
_SIGNATURE = 0
_SET_BAUDRATE, _SET_DATASIZE, _SET_PARITY, _SET_STOPSIZE, _SET_CONTROL = 1, 2, 3, 4, 5
_NOTIFY_LINESTATE, _NOTIFY_MODEMSTATE = 6, 7
_SUSPEND, _RESUME = 8, 9
_SET_LINESTATE_MASK, _SET_MODEMSTATE_MASK, _PURGE_DATA = 10, 11, 12
_ANSWER = 100

_OUR_SIGNATURE = b"wipmodem"

# How many bytes a setting has, and what it may be. 0 asks for the value in use.
_SETTINGS = {
    _SET_BAUDRATE: (4, range(1, 1 << 32)),
    _SET_DATASIZE: (1, range(5, 9)),
    _SET_PARITY: (1, range(1, 6)),
    _SET_STOPSIZE: (1, range(1, 4)),
}
_PARITIES = " NOEMS"
_STOPS = ("", "1", "2", "1.5")

# SET-CONTROL: of a line three values, its state requested, on and off.
_LINES = {4: BREAK, 7: DTR, 10: RTS}
# ... and of flow control, its setting requested, none, XON/XOFF and RTS/CTS. By DCD, DTR and DSR
# (17 to 19) there is none.
_OUTBOUND, _INBOUND = 0, 13
_FLOWS = {_OUTBOUND: range(1, 4), _INBOUND: range(14, 17)}
_DTR_FLOW = 18  # the one that is inbound

# MODEMSTATE. The bits of change are 4 lower; RI has one for its end alone.
_CD, _RING, _DATA_SET_READY, _CLEAR_TO_SEND = 128, 64, 32, 16
_STATES = ((DCD, _CD), (RI, _RING), (DSR, _DATA_SET_READY))
_ALL = 255

# LINESTATE: both transmit registers are empty. It never changes, as no line here has errors.
_EMPTY = 64 | 32

# PURGE-DATA, as bits: what the modem has said, what it has not read.
_PURGE_INPUT, _PURGE_OUTPUT = 1, 2

# What may wait for a host that has suspended us: it asks and never listens.
_MOST_HELD = 16 * 1024


class ComPortCodec(Telnet):
    """One connection, DTR and RTS on at its beginning. Of the sink it also calls purge_input(),
    purge_output() and hold(on)."""

    options = {DO: {BINARY, ECHO, SGA, _COM_PORT}, WILL: {BINARY, SGA, _COM_PORT}}
    offers = (*Telnet.offers, (DO, _COM_PORT))

    def __init__(self, sink, speed, journal):
        self._settings = {
            _SET_BAUDRATE: speed,
            _SET_DATASIZE: 8,
            _SET_PARITY: 1,
            _SET_STOPSIZE: 1,
        }
        self._flow = {_OUTBOUND: 1, _INBOUND: 14}
        self._lines = DTR | RTS  # as the host has set them
        self._modem_state = _CLEAR_TO_SEND  # a socket holds back by itself
        self._masks = {_SET_LINESTATE_MASK: 0, _SET_MODEMSTATE_MASK: _ALL}
        self._notifies = False
        # Answers that wait while the host has suspended us, and how many found no place.
        self._held = None
        self._lost = 0
        self._handlers = {
            _SIGNATURE: self._sign,
            _SET_CONTROL: self._control,
            _NOTIFY_LINESTATE: self._tell_line,
            _NOTIFY_MODEMSTATE: self._tell_modem,
            _SUSPEND: self._suspend,
            _RESUME: self._resume,
            _PURGE_DATA: self._purge,
        }
        super().__init__(sink, journal)

    def lines_changed(self, state):
        """The modem's lines: bits of DCD, DSR and RI."""
        before = self._modem_state
        now = _CLEAR_TO_SEND | sum(bit for line, bit in _STATES if state & line)
        self._modem_state = now
        changes = (before ^ now) & ~_RING | (before & ~now & _RING)
        if self._notifies and before != now:
            value = (now | changes >> 4) & self._masks[_SET_MODEMSTATE_MASK]
            if value:
                self._send(_NOTIFY_MODEMSTATE, bytes((value,)))

    def say(self, data):
        """A host that has suspended us wants neither data nor answers until it resumes."""
        if self._held is None:
            self.sink.answer(data)
        elif len(self._held) + len(data) <= _MOST_HELD:
            self._held += data
        else:
            self._lost += 1

    def enabled(self, option):
        if option == _COM_PORT and not self._notifies:
            self._notifies = True
            self._send(_NOTIFY_MODEMSTATE, self._tell_modem(b""))

    def subnegotiation(self, option, text):
        if option != _COM_PORT or not text:
            super().subnegotiation(option, text)
            return
        command, value = text[0], text[1:]
        if command in _SETTINGS:
            answer = self._set(command, value)
        elif command in self._masks:
            answer = self._mask(command, value)
        elif command in self._handlers:
            answer = self._handlers[command](value)
        else:
            self.journal.debug(f"rfc2217: command {command} ignored")
            return
        if answer is not None:
            self._send(command, answer)

    def _send(self, command, value):
        head = bytes((IAC, SB, _COM_PORT, command + _ANSWER))
        self.say(head + value.replace(b"\xff", b"\xff\xff") + bytes((IAC, SE)))

    # Each returns the value for the answer; None for no answer.

    def _sign(self, value):
        if value:
            self.journal.debug(f"rfc2217: the host is {value!r}")
        return _OUR_SIGNATURE

    def _set(self, command, value):
        size, allowed = _SETTINGS[command]
        number = int.from_bytes(value, "big")
        if len(value) == size and number in allowed:
            self._change(command, number)
        elif len(value) != size or number:
            self._refuse(command, value)
        return self._settings[command].to_bytes(size, "big")

    def _change(self, command, number):
        if self._settings[command] != number:
            self._settings[command] = number
            speed, bits, parity, stops = self._settings.values()
            self.journal.debug(f"speed {speed} {bits}{_PARITIES[parity]}{_STOPS[stops]}")

    def _refuse(self, command, value):
        self.journal.debug(f"rfc2217: value {value[:8]!r} of command {command} refused")

    def _control(self, value):
        number = value[0] if len(value) == 1 else -1
        group = number - (number - 1) % 3  # 4, 7 or 10 of the lines
        if group in _LINES:
            return bytes((self._set_line(group, number),))
        inbound = number == _DTR_FLOW or number == _INBOUND or number in _FLOWS[_INBOUND]
        kind = _INBOUND if inbound else _OUTBOUND
        if number in _FLOWS[kind]:
            self._flow[kind] = number
            if kind == _OUTBOUND:  # it is for both directions, until inbound is set by itself
                self._flow[_INBOUND] = number + _INBOUND
        elif number != kind:
            self._refuse(_SET_CONTROL, value)
        return bytes((self._flow[kind],))

    def _set_line(self, group, number):
        mask = _LINES[group]
        if number != group:
            on = number == group + 1
            self._lines = self._lines | mask if on else self._lines & ~mask
            self.sink.lines(mask, on)
        return group + (1 if self._lines & mask else 2)

    def _mask(self, command, value):
        if len(value) == 1:
            self._masks[command] = value[0]
        else:
            self._refuse(command, value)
        return bytes((self._masks[command],))

    def _tell_line(self, _value):
        """All of it: the masks are for what is sent without a request."""
        return bytes((_EMPTY,))

    def _tell_modem(self, _value):
        return bytes((self._modem_state,))

    def _suspend(self, _value):
        """No answer: 108 would be the same request of ours."""
        if self._held is None:
            self._held = bytearray()
            self.sink.hold(True)

    def _resume(self, _value):
        if self._held is None:
            return
        waiting, self._held = bytes(self._held), None
        self.sink.hold(False)
        if waiting:
            self.sink.answer(waiting)
        if self._lost:
            self.journal.info(f"rfc2217: {self._lost} answers lost while the host had suspended us")
            self._lost = 0

    def _purge(self, value):
        number = value[0] if len(value) == 1 else 0
        if not 1 <= number <= (_PURGE_INPUT | _PURGE_OUTPUT):
            self._refuse(_PURGE_DATA, value)
            return b"\0"
        if number & _PURGE_INPUT:
            self.sink.purge_input()
        if number & _PURGE_OUTPUT:
            self.sink.purge_output()
        return value


class ComPortDte(TcpDte):
    """A TCP port with telnet on it; DTR and RTS are on until the host says otherwise."""

    kind = "rfc2217"

    def __init__(self, where, speed, loop, lines, journal):
        super().__init__(where, speed, loop, lines, journal)
        self._codec = None

    @property
    def place(self):
        return f"{super().place} {self.speed} 8N1"

    def make_codec(self, sink):
        self._codec = ComPortCodec(sink, self.speed, self.journal)
        self.lines_changed()
        return self._codec

    def lines_changed(self):
        if self._codec:
            lines = self.lines
            on = zip((DCD, DSR, RI), (lines.dcd, lines.dsr, lines.ri), strict=True)
            self._codec.lines_changed(sum(bit for bit, is_on in on if is_on))
