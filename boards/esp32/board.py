"""ESP32 (WROOM, WROVER), stock MicroPython: PPP over a radio, or its own Wi-Fi."""

from wipmodem.contract import Sizes
from wipmodem.ports.mcu import Mcu
from wipmodem.ports.net_esp32 import Net

PLATFORM = "esp32"
FIRMWARE = (1, 27)
BEARER = "ppp"  # or "wlan"
CONSOLE = 0  # UART0, which is connected to the USB bridge of the board
# Number of sockets in the stock IP stack: 10 in total, including listeners.
POOLS = {"tcp": 10, "listen": 10, "udp": 10, "all": 10}

DTE = {
    "id": 2,
    "baudrate": 115200,
    "tx": 17,
    "rx": 16,
    "cts": 19,
    "rts": 18,
    "flow": True,
    "dtr": 21,
    "dcd": 22,
    "dsr": 23,
    "ri": 27,
    "active": 0,
    "txbuf": 1024,
    "rxbuf": 1024,
    "whole": True,
}
RADIO = {
    "id": 1,
    "baudrate": 115200,
    "tx": 25,
    "rx": 26,
    "cts": 33,
    "rts": 32,
    "flow": True,
    "dtr": 14,
    "dcd": 4,
    "power": 13,
    "active": 0,
    # Both buffers have room for two TCP windows of 5760 bytes: a PPP frame that does not fit is
    # lost.
    "txbuf": 8192,
    "rxbuf": 8192,
    "whole": True,
    "boot_ms": 500,
    "press_ms": 1000,
    "init": (b"ATE0V1", b"AT&C1&D2"),
    "dial": b"ATD#777",
    "probe_s": 60,
    "redial_s": 5,
}
WLAN = {"ssid": "", "key": ""}


class Esp32Sizes(Sizes):
    block = 256
    rx = 1472
    tx = 1024


# Only the modules of the selected bearer are imported, to save heap.
if BEARER == "ppp":
    from wipmodem.ports.ppp import make_bearer
else:
    from wipmodem.ports.wlan import make_bearer


class Board(Mcu):
    name = b"esp32"
    sizes = Esp32Sizes()
    Net = Net
    DTE = DTE
    RADIO = RADIO
    WLAN = WLAN
    make_bearer = make_bearer
