"""Raspberry Pi Pico with an image of our own, whose IP stack has PPP: `make image BOARD=pico`."""

from wipmodem.contract import Sizes
from wipmodem.ports.lock_rp2 import StackLock
from wipmodem.ports.mcu import Mcu
from wipmodem.ports.net_lwip import Net
from wipmodem.ports.ppp import make_bearer

PLATFORM = "rp2"
FIRMWARE = (1, 26)
BEARER = "ppp"
CONSOLE = "usb"
# Number of sockets in the IP stack of the image that `make image` builds.
POOLS = {"tcp": 20, "listen": 8, "udp": 12}

DTE = {
    "id": 0,
    "baudrate": 115200,
    "tx": 0,
    "rx": 1,
    "cts": 2,
    "rts": 3,
    "flow": True,
    "dtr": 8,
    "dcd": 9,
    "dsr": 10,
    "ri": 11,
    "active": 0,
    "txbuf": 1024,
    "rxbuf": 1024,
    # Address of UART0's register RSR, which reports receive errors.
    "rsr": 0x40034004,
}
RADIO = {
    "id": 1,
    "baudrate": 115200,
    "tx": 4,
    "rx": 5,
    "cts": 6,
    "rts": 7,
    "flow": True,
    "dtr": 12,
    "dcd": 13,
    "reset": 15,
    "power": 14,
    "active": 0,
    "txbuf": 5120,
    "rxbuf": 2048,
    "boot_ms": 500,
    "press_ms": 1000,
    "init": (b"ATE0V1", b"AT&C1&D2"),
    "dial": b"ATD#777",
    "probe_s": 60,
    "redial_s": 5,
}


class PicoSizes(Sizes):
    recorder_at = 0x20040000  # address of the RAM bank SCRATCH_X, which MicroPython does not use
    block = 256
    burst_blocks = 3  # a first block and 3 further blocks fill `txbuf` of the DTE table
    rx = 1472
    tx = 640


class Board(Mcu):
    name = b"pico"
    sizes = PicoSizes()
    Net = Net
    stack_lock = StackLock()
    DTE = DTE
    RADIO = RADIO
    make_bearer = make_bearer
