"""The serial line as an RFC 2217 port: telnet with the settings and lines of a serial port.

The settings are only stored and logged, because the modem's socket has no baud rate. Each request
gets a response with the value in use, whether the requested value was accepted or not.
"""

from .controllines import BREAK, DCD, DSR, DTR, RI, RTS
from .tcpdte import TcpDte
from .telnet import BINARY, DO, ECHO, IAC, SB, SE, SGA, WILL, Telnet

_COM_PORT = 44

# Command codes from the host. The code of a response is 100 plus the code of the command.
_SIGNATURE = 0
_SET_BAUDRATE, _SET_DATASIZE, _SET_PARITY, _SET_STOPSIZE, _SET_CONTROL = 1, 2, 3, 4, 5
_NOTIFY_LINESTATE, _NOTIFY_MODEMSTATE = 6, 7
_SUSPEND, _RESUME = 8, 9
_SET_LINESTATE_MASK, _SET_MODEMSTATE_MASK, _PURGE_DATA = 10, 11, 12
_ANSWER = 100

_OUR_SIGNATURE = b"wipmodem"

# For each setting: its size in bytes, and the values allowed. The value 0 requests the value in
# use.
_SETTINGS = {
    _SET_BAUDRATE: (4, range(1, 1 << 32)),
    _SET_DATASIZE: (1, range(5, 9)),
    _SET_PARITY: (1, range(1, 6)),
    _SET_STOPSIZE: (1, range(1, 4)),
}
_PARITIES = " NOEMS"
_STOPS = ("", "1", "2", "1.5")

# SET-CONTROL has three values for each line: N requests the state, N+1 is on, N+2 is off.
_LINES = {4: BREAK, 7: DTR, 10: RTS}
# SET-CONTROL has four values for the flow control of a direction: request, none, XON/XOFF and
# RTS/CTS. Flow control by DCD, DTR and DSR (17 to 19) is not supported.
_OUTBOUND, _INBOUND = 0, 13
_FLOWS = {_OUTBOUND: range(1, 4), _INBOUND: range(14, 17)}
_DTR_FLOW = 18  # inbound flow control by DTR, one of the values 17 to 19

# Bits of MODEMSTATE. The bit that reports a change is 4 positions lower than the bit of the line;
# for RI the lower bit reports only the end of a ring.
_CD, _RING, _DATA_SET_READY, _CLEAR_TO_SEND = 128, 64, 32, 16
_STATES = ((DCD, _CD), (RI, _RING), (DSR, _DATA_SET_READY))
_ALL = 255

# LINESTATE: both transmit registers are empty. The value is constant, because a socket has no line
# errors.
_EMPTY = 64 | 32

# Bits of PURGE-DATA: discard bytes from the modem, discard bytes to the modem.
_PURGE_INPUT, _PURGE_OUTPUT = 1, 2

# Maximum bytes of responses that are kept while the host has suspended output. The limit protects
# memory from a host that sends requests and never resumes output.
_MAX_HELD = 16 * 1024


class ComPortCodec(Telnet):
    """The RFC 2217 codec of one connection, which starts with DTR and RTS on.

    The codec calls the sink's methods that Telnet calls, and also purge_input(), purge_output()
    and hold(on).
    """

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
        self._lines = DTR | RTS  # state of the host's lines, as a bit mask
        self._modem_state = _CLEAR_TO_SEND  # CTS is always on, because a socket has back-pressure
        self._masks = {_SET_LINESTATE_MASK: 0, _SET_MODEMSTATE_MASK: _ALL}
        self._notifies = False  # True if the host has agreed to the COM-PORT option
        self._held = None  # responses to send after RESUME; None while output is not suspended
        self._lost = 0  # number of responses dropped because _held was full
        self._handlers = {
            _SIGNATURE: self._sign,
            _SET_CONTROL: self._control,
            _NOTIFY_LINESTATE: self._line_state,
            _NOTIFY_MODEMSTATE: self._modem_state_value,
            _SUSPEND: self._suspend,
            _RESUME: self._resume,
            _PURGE_DATA: self._purge,
        }
        super().__init__(sink, journal)

    def lines_changed(self, state):
        """Send a notification if the modem's lines have changed. state: bits DCD, DSR and RI."""
        before = self._modem_state
        now = _CLEAR_TO_SEND | sum(bit for line, bit in _STATES if state & line)
        self._modem_state = now
        changes = (before ^ now) & ~_RING | (before & ~now & _RING)
        if self._notifies and before != now:
            value = (now | changes >> 4) & self._masks[_SET_MODEMSTATE_MASK]
            if value:
                self._send_answer(_NOTIFY_MODEMSTATE, bytes((value,)))

    def send(self, data):
        """Send encoded bytes to the host. While the host has suspended output, keep them."""
        if self._held is None:
            self.sink.answer(data)
        elif len(self._held) + len(data) <= _MAX_HELD:
            self._held += data
        else:
            self._lost += 1

    def enabled(self, option):
        if option == _COM_PORT and not self._notifies:
            self._notifies = True
            self._send_answer(_NOTIFY_MODEMSTATE, self._modem_state_value(b""))

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
            self._send_answer(command, answer)

    def _send_answer(self, command, value):
        head = bytes((IAC, SB, _COM_PORT, command + _ANSWER))
        self.send(head + value.replace(b"\xff", b"\xff\xff") + bytes((IAC, SE)))

    # Each handler below returns the value of its response, or None to send no response.

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
            # The dict keeps the order speed, data size, parity, stop size.
            speed, bits, parity, stops = self._settings.values()
            self.journal.debug(f"speed {speed} {bits}{_PARITIES[parity]}{_STOPS[stops]}")

    def _refuse(self, command, value):
        self.journal.debug(f"rfc2217: value {value[:8]!r} of command {command} refused")

    def _control(self, value):
        number = value[0] if len(value) == 1 else -1
        group = number - (number - 1) % 3  # first value of the three for this line: 4, 7 or 10
        if group in _LINES:
            return bytes((self._set_line(group, number),))
        inbound = number == _DTR_FLOW or number == _INBOUND or number in _FLOWS[_INBOUND]
        kind = _INBOUND if inbound else _OUTBOUND
        if number in _FLOWS[kind]:
            self._flow[kind] = number
            # RFC 2217: an outbound setting applies to both directions until there is an inbound
            # setting.
            if kind == _OUTBOUND:
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

    def _line_state(self, _value):
        """Return the line state. The host's mask is not applied: it is only for notifications."""
        return bytes((_EMPTY,))

    def _modem_state_value(self, _value):
        return bytes((self._modem_state,))

    def _suspend(self, _value):
        """Suspend output. No response is sent, because code 108 is a request by the server."""
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
            self.journal.info(f"rfc2217: {self._lost} answers lost while output was suspended")
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
    """A DTE on an RFC 2217 port. A connection starts with DTR and RTS on."""

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
