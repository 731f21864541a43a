"""A microcontroller whose bearer is its own Wi-Fi."""

from network import STA_IF, WLAN

from .mcu import Mcu
from .wlan import Wlan


class WlanBoard(Mcu):
    """`WLAN`: the table of the board file."""

    WLAN = {}

    def make_bearer(self):
        return Wlan(WLAN(STA_IF), self.WLAN)
