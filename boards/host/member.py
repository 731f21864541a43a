"""One modem of a fleet: a board like the PC's (board.py) that shares poller and process.

It has a serial number, a profile and an address of its own: its servers listen on 127.1.HI.LO, so
that each may have port 7000, unless --bind names one address for all. Runs on both interpreters.
"""

from board import Board, PcSizes
from system import Net


class MemberSizes(PcSizes):
    """As a Pico's. A thousand modems are seldom busy at once, and take turns when they are."""

    block = 256
    rx = 1472
    tx = 640
    run = 8


class Share:
    """The part of the fleet's poller that one modem sees. `owners`: {key: number of the modem}."""

    def __init__(self, poller, owners, number):
        self._poller = poller
        self._owners = owners
        self._number = number
        self.modify = poller.modify

    def register(self, key, mask):
        self._poller.register(key, mask)
        self._owners[key] = self._number

    def unregister(self, key):
        self._poller.unregister(key)
        self._owners.pop(key, None)


class MemberNet(Net):
    """The fleet polls, and notes what is ready here."""

    note = Net._note

    def poll(self, timeout_ms):  # pyright: ignore[reportIncompatibleMethodOverride]
        return self.count


class Member(Board):
    sizes = MemberSizes()

    @staticmethod
    def heap_free():
        """The heap is everybody's: a collection for each modem would stop all of them."""
        return 0

    def __init__(self, given, poller, owners, number):
        """`given`: the options of board.py, of this modem alone; `number`: from 0."""
        self.label = "%d " % (number + 1)
        self.serial_number = b"%015d" % (number + 1)
        self.home = home_of(number + 1)
        self._build(given, Share(poller, owners, number), MemberNet)


def home_of(number):
    """127.1.HI.LO as four bytes."""
    return bytes((127, 1, number >> 8, number & 255))
