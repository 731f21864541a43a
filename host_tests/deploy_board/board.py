"""The stand-in as a board: all that a chip shares is the firmware's own."""

from net_micropython import Net
from wipmodem.contract import Sizes
from wipmodem.ports.mcu import Mcu

PLATFORM = "linux"
FIRMWARE = (1, 26)
BEARER = "ppp"
DTE = {"id": 0, "baudrate": 115200, "flow": False, "txbuf": 1024, "rxbuf": 1024}


class NoBearer:
    radio = None
    state = 0

    def poll(self):
        return False

    def tick(self, now_ms):
        return 1000


class Board(Mcu):
    name = b"stand_in"
    sizes = Sizes()
    Net = Net
    DTE = DTE

    def make_bearer(self):
        return NoBearer()
