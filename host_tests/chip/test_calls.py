"""A host that dials for itself: its own PPP, through the modem, to the net behind the radio."""

import struct
import threading

from chip.on_chip import CHIP, LOCAL, ModemOnChip
from radio.ppp_client import Client

_PATIENCE_S = 120
_BLOCK = 4096


class HostsPpp:
    """A PPP client on the chip's UART0."""

    def __init__(self, line):
        self.client = Client()
        self._line = line
        self._line.settimeout(_PATIENCE_S)

    def until(self, holds):
        while not holds(self.client):
            data = self._line.recv(_BLOCK)
            assert data, "the line has ended"
            self.say(self.client.feed(data))

    def say(self, data):
        self._line.sendall(data)

    def come_up(self):
        self.say(self.client.start())
        self.until(lambda client: client.up)

    def ping(self, payload):
        """Ask the network's end, and return what it says."""
        self.say(self.client.send(_echo_request(payload)))
        self.until(lambda client: client.packets)
        return self.client.packets.pop()


def _echo_request(payload):
    message = _summed(struct.pack(">BBHHH", 8, 0, 0, 1, 1) + payload, 2)
    addresses = _bytes(CHIP) + _bytes(LOCAL)
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(message), 1, 0, 64, 1, 0) + addresses
    return _summed(header, 10) + message


def _bytes(dotted):
    return bytes(map(int, dotted.split(".")))


def _summed(data, at):
    """With the checksum of RFC 1071 at its place."""
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return data[:at] + struct.pack(">H", ~total & 0xFFFF) + data[at + 2 :]


def test_a_host_brings_its_own_ppp(image):
    """PPP from the host to the network, byte for byte through the modem; +++, ATO, ATH; then a
    session of the modem's own. rules: B1 Q40 Q41"""
    with ModemOnChip(image) as modem:
        modem.started().echo_off()
        modem.ask("ATD#777", "CONNECT 115200")
        with modem.uart.socket() as line:
            host = HostsPpp(line)
            host.come_up()
            payload = bytes(range(256)).replace(b"+", b"-") * 2
            assert host.ping(payload)[28:] == payload
        join_carriers()
        modem.escape("OK")
        modem.ask("AT+CSQ", "ERROR")
        modem.ask("ATO", "CONNECT 115200")
        modem.escape("OK")
        modem.ask("ATH", "OK")
        modem.ask("AT+WIPCFG=1", "OK")
        modem.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
        assert modem.radio.modem.calls == ["ATD#777", "ATD#777"]


def join_carriers():
    """The socket of the UART is closed: its thread has put the UART back."""
    for thread in threading.enumerate():
        if thread.name.endswith("(_carry)"):
            thread.join(_PATIENCE_S)
