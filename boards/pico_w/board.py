"""Raspberry Pi Pico W, stock MicroPython 1.29 or newer: PPP over a radio, or its own Wi-Fi."""

from wipmodem.contract import Sizes
from wipmodem.ports.lock_rp2 import StackLock
from wipmodem.ports.mcu import Mcu
from wipmodem.ports.net_lwip import Net

PLATFORM = "rp2"
FIRMWARE = (1, 29)
BEARER = "ppp"  # or "wlan"
CONSOLE = "usb"
# Number of sockets in the stock IP stack. The stack's own DNS and DHCP clients use one UDP socket
# each.
POOLS = {"tcp": 5, "listen": 8, "udp": 4}

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
    # Both buffers have room for two TCP windows of 6400 bytes: a PPP frame that does not fit is
    # lost.
    "txbuf": 8192,
    "rxbuf": 8192,
    "boot_ms": 500,
    "press_ms": 1000,
    "init": (b"ATE0V1", b"AT&C1&D2"),
    "dial": b"ATD#777",
    "probe_s": 60,
    "redial_s": 5,
}
WLAN = {"ssid": "", "key": ""}


class PicoSizes(Sizes):
    recorder_at = 0x20040000  # address of the RAM bank SCRATCH_X, which MicroPython does not use
    block = 256
    burst_blocks = 3  # a first block and 3 further blocks fill `txbuf` of the DTE table
    rx = 1472
    tx = 1024


# Only the modules of the selected bearer are imported, to save heap.
if BEARER == "ppp":
    from wipmodem.ports.ppp import make_bearer
else:
    from wipmodem.ports.wlan import make_bearer


class Board(Mcu):
    name = b"pico_w"
    sizes = PicoSizes()
    Net = Net
    stack_lock = StackLock()
    DTE = DTE
    RADIO = RADIO
    WLAN = WLAN
    make_bearer = make_bearer
