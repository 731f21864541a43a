"""Teensy 4.1, stock MicroPython: PPP over a radio. Its UARTs have fixed pins."""

from wipmodem.contract import Sizes
from wipmodem.ports.lock_mimxrt import StackLock
from wipmodem.ports.mcu import Mcu
from wipmodem.ports.net_lwip import Net
from wipmodem.ports.ppp import make_bearer

PLATFORM = "mimxrt"
FIRMWARE = (1, 27)
BEARER = "ppp"
CONSOLE = "usb"
# Number of sockets in the stock IP stack. The stack's own DNS client uses one UDP socket.
POOLS = {"tcp": 5, "listen": 8, "udp": 4}

DTE = {
    "id": 1,
    "baudrate": 115200,
    "tx": "D1",
    "rx": "D0",
    "fixed": True,
    "flow": False,  # MicroPython defines no RTS and CTS pins for this board
    "dtr": "D2",
    "dcd": "D3",
    "dsr": "D4",
    "ri": "D5",
    "active": 0,
    "txbuf": 1024,
    "rxbuf": 4096,
    "whole": True,
}
RADIO = {
    "id": 2,
    "baudrate": 115200,
    "tx": "D8",
    "rx": "D7",
    "fixed": True,
    "flow": False,
    "dtr": "D9",
    "dcd": "D10",
    "reset": "D12",
    "power": "D11",
    "active": 0,
    # Both buffers have room for two TCP windows of 6400 bytes: a PPP frame that does not fit is
    # lost.
    "txbuf": 8192,
    "rxbuf": 16384,
    "whole": True,
    "boot_ms": 500,
    "press_ms": 1000,
    "init": (b"ATE0V1", b"AT&C1&D2"),
    "dial": b"ATD#777",
    "probe_s": 60,
    "redial_s": 5,
}


class Board(Mcu):
    name = b"teensy41"
    sizes = Sizes()
    Net = Net
    stack_lock = StackLock()
    DTE = DTE
    RADIO = RADIO
    make_bearer = make_bearer
