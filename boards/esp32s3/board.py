"""ESP32-S3, stock MicroPython or the image of this folder: PPP over a radio, or its own Wi-Fi."""

from wipmodem.contract import Sizes
from wipmodem.ports.mcu import Mcu
from wipmodem.ports.net_esp32 import Net

PLATFORM = "esp32"
FIRMWARE = (1, 27)
BEARER = "ppp"  # or "wlan"
CONSOLE = "usb"
# Number of sockets in the stock IP stack: 10 in total, including listeners.
POOLS = {"tcp": 10, "listen": 10, "udp": 10, "all": 10}

DTE = {
    "id": 1,
    "baudrate": 115200,
    "tx": 17,
    "rx": 18,
    "cts": 16,
    "rts": 15,
    "flow": True,
    "dtr": 4,
    "dcd": 5,
    "dsr": 6,
    "ri": 7,
    "active": 0,
    "txbuf": 1024,
    "rxbuf": 1024,
    "whole": True,
}
RADIO = {
    "id": 2,
    "baudrate": 115200,
    "tx": 8,
    "rx": 9,
    "cts": 11,
    "rts": 10,
    "flow": True,
    "dtr": 12,
    "dcd": 13,
    "reset": 21,
    "power": 14,
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


# Only the modules of the selected bearer are imported, to save heap.
if BEARER == "ppp":
    from wipmodem.ports.ppp import make_bearer
else:
    from wipmodem.ports.wlan import make_bearer


class Board(Mcu):
    name = b"esp32s3"
    sizes = Sizes()
    Net = Net
    DTE = DTE
    RADIO = RADIO
    WLAN = WLAN
    make_bearer = make_bearer
