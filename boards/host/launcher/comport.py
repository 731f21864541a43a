"""The serial line as an RFC 2217 port: telnet with the settings and the lines of a serial port.

pyserial's PortManager speaks the protocol. It is given an object that looks like a serial port:
its lines are the modem's lines, its settings are kept and shown, since the modem's socket has no
baud rate of its own.
"""

import logging
import struct
from typing import Any, cast

from serial.rfc2217 import (
    IAC,
    IAC_DOUBLED,
    M_NORMAL,
    RFC2217_PARITY_MAP,
    RFC2217_STOPBIT_MAP,
    PortManager,
)

from .controllines import BREAK, DTR, RTS
from .pump import PlainCodec
from .tcpdte import TcpDte

# The longest request of RFC 2217 has a dozen bytes; only a signature may be longer.
_LONGEST_REQUEST = 256

_STOPS = {1: "1", 1.5: "1.5", 2: "2"}


class ComPort:
    """What PortManager needs of a serial port. A setter raises ValueError on what cannot be."""

    # A socket is always ready to send: back-pressure stands in for the handshake lines.
    cts = True

    def __init__(self, speed, lines, sink, journal):
        self._lines = lines
        self._sink = sink
        self._host = DTR | RTS  # the host's lines as it has set them
        self._journal = journal
        self._settings = {"baudrate": speed, "bytesize": 8, "parity": "N", "stopbits": 1}
        # Asked for by hosts and harmless: kept so that they read back what they set.
        self.xonxoff = False
        self.rtscts = False
        # Bytes for the modem, decoded and not yet passed on.
        self._received = bytearray()

    @property
    def baudrate(self):
        return self._settings["baudrate"]

    @baudrate.setter
    def baudrate(self, value):
        self._change("baudrate", value)

    @property
    def bytesize(self):
        return self._settings["bytesize"]

    @bytesize.setter
    def bytesize(self, value):
        if not 5 <= value <= 8:
            raise ValueError(f"{value} data bits")
        self._change("bytesize", value)

    @property
    def parity(self):
        return self._settings["parity"]

    @parity.setter
    def parity(self, value):
        if value not in RFC2217_PARITY_MAP:
            raise ValueError(f"parity {value}")
        self._change("parity", value)

    @property
    def stopbits(self):
        return self._settings["stopbits"]

    @stopbits.setter
    def stopbits(self, value):
        if value not in RFC2217_STOPBIT_MAP:
            raise ValueError(f"{value} stop bits")
        self._change("stopbits", value)

    @property
    def dtr(self):
        return bool(self._host & DTR)

    @dtr.setter
    def dtr(self, on):
        self._set_line(DTR, on)

    @property
    def rts(self):
        return bool(self._host & RTS)

    @rts.setter
    def rts(self, on):
        self._set_line(RTS, on)

    @property
    def dsr(self):
        return self._lines.dsr

    @property
    def ri(self):
        return self._lines.ri

    @property
    def cd(self):
        return self._lines.dcd

    @property
    def break_condition(self):
        return bool(self._host & BREAK)

    @break_condition.setter
    def break_condition(self, on):
        self._set_line(BREAK, on)

    def reset_input_buffer(self):
        """The host wants nothing of what the modem has written so far."""
        self._sink.purge_input()

    def reset_output_buffer(self):
        """The host takes back what has not been passed to the modem."""
        self._received.clear()
        self._sink.purge_output()

    def receive(self, byte):
        """A byte of the host's for the modem."""
        self._received += byte

    def pass_on(self):
        """Give the sink the bytes received so far."""
        if self._received:
            self._sink.data(bytes(self._received))
            self._received.clear()

    def _set_line(self, mask, on):
        self.pass_on()
        self._host = self._host | mask if on else self._host & ~mask
        self._sink.lines(mask, on)

    def _change(self, name, value):
        if self._settings[name] != value:
            self._settings[name] = value
            frame = f"{self.bytesize}{self.parity}{_STOPS[self.stopbits]}"
            self._journal.detail(f"speed {self.baudrate} {frame}")


class TelnetCodec(PlainCodec):
    """PortManager between the pump and a ComPort, one for each connection."""

    def __init__(self, port, sink, logger):
        super().__init__(sink)
        self._port = port
        self._manager = PortManager(cast(Any, port), cast(Any, self), logger)

    def decode(self, block):
        """Pass on the modem's share of a block; requests are answered on the way."""
        manager = self._manager
        if IAC not in block and manager.mode == M_NORMAL and manager.suboption is None:
            self._sink.data(block)
            return
        try:
            self._filter(block)
        finally:
            self._port.pass_on()
        if len(manager.suboption or b"") > _LONGEST_REQUEST:
            raise ValueError("an RFC 2217 request without end")

    def encode(self, block):
        return block.replace(IAC, IAC_DOUBLED)

    def write(self, data):
        """PortManager's way out: its own words, escaped already."""
        self._sink.answer(data)

    def lines_changed(self):
        self._manager.check_modem_lines()

    def _filter(self, block):
        try:
            for byte in self._manager.filter(block):
                self._port.receive(byte)
        except (KeyError, TypeError, struct.error) as error:
            # PortManager trusts the host to send well-formed requests.
            raise ValueError(f"a malformed RFC 2217 request ({error})") from error


class ComPortDte(TcpDte):
    """A TCP port with telnet on it; DTR and RTS are on until the host says otherwise."""

    kind = "rfc2217"

    def __init__(self, where, speed, loop, lines, journal):
        super().__init__(where, speed, loop, lines, journal)
        self._codec = None
        self._logger = _manager_log(journal)

    @property
    def place(self):
        return f"{super().place} {self.speed} 8N1"

    def make_codec(self):
        port = ComPort(self.speed, self.lines, self.pump, self.journal)
        self._codec = TelnetCodec(port, self.pump, self._logger)
        return self._codec

    def lines_changed(self):
        if self._codec:
            self._codec.lines_changed()


class _JournalHandler(logging.Handler):
    def __init__(self, journal):
        super().__init__()
        self._journal = journal

    def emit(self, record):
        self._journal.detail(f"rfc2217: {record.getMessage()}")


def _manager_log(journal):
    """PortManager's complaints for the verbose; its chatter about good requests for nobody."""
    logger = logging.getLogger("wipmodem.rfc2217")
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    logger.addHandler(_JournalHandler(journal))
    return logger
