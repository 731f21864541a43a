"""The bearer that ports/ppp.py makes for a board: a radio on a UART, and PPP over that. Both
interpreters."""

from chip_modules import Machine, Poller, RingUART, StandIns, adapter
from radio_fakes import PppNet
from wipmodem.contract import DOWN


class Link:
    """network.PPP; `made` are all."""

    made = []

    def __init__(self, uart):
        Link.made.append(uart)

    def poll(self):
        """Nothing moves."""


class Network:
    PPP = Link


_MODULES = {"machine": Machine(RingUART), "network": Network}
_RADIO = {
    "id": 1,
    "baudrate": 230400,
    "txbuf": 64,
    "rxbuf": 64,
    "flow": False,
    "boot_ms": 700,
    "press_ms": 1500,
    "init": (b"ATE0V1",),
    "dial": b"ATD#777",
}


class Board:
    """As much of a board as a bearer asks for."""

    RADIO = _RADIO

    def __init__(self):
        self.poller = Poller()
        self.net = PppNet()

    def ticks_ms(self):
        return 1234


def case_board():
    """The radio of the board's table, woken once it has booted."""
    board = Board()
    with StandIns(_MODULES):
        bearer = adapter("ppp").make_bearer(board)
    (uart,) = Link.made
    assert uart.number == 1 and list(board.poller.masks) == [uart]
    assert bearer.state == DOWN and bearer.radio.dial_string == b"ATD#777"
    bearer.tick(1234 + 699)
    assert uart.sent == b""
    bearer.tick(1234 + 700)
    assert uart.sent == b"AT\r"
