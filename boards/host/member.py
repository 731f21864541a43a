"""One modem of a fleet: a PC board (board.py) that shares its poller and process with others.

Each modem has its own serial number and profile. The servers of a modem listen on the modem's own
address, 127.1.HI.LO, so that every modem can use port 7000, unless --bind names one address for
all modems. Runs on both interpreters.
"""

from board import Board, PcSizes
from system import Net


class MemberSizes(PcSizes):
    """Buffer sizes of a modem in a fleet, as small as on a Pico.

    Large buffers would bring little, because a thousand modems are seldom busy at the same time.
    """

    block = 256
    rx = 1472
    tx = 640
    burst_blocks = 8  # blocks per pass of the loop; few, so that busy modems take turns


class SharedPoller:
    """A poller that records which modem has registered a key."""

    def __init__(self, poller, owners, number):
        """poller: the fleet's poller; owners: dict {key: number}, updated by this object."""
        self._poller = poller
        self._owners = owners
        self._number = number
        self.modify = poller.modify

    def register(self, key, mask):
        """Register a key with the fleet's poller, for this modem."""
        self._poller.register(key, mask)
        self._owners[key] = self._number

    def unregister(self, key):
        """Remove a key from the fleet's poller."""
        self._poller.unregister(key)
        self._owners.pop(key, None)


class MemberNet(Net):
    """A net port that never polls: the fleet polls for all modems and passes events to note()."""

    note = Net._note

    def poll(self, timeout_ms):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the number of ready handles, without polling."""
        return self.count


class Member(Board):
    """The board of one modem in a fleet."""

    sizes = MemberSizes()

    @staticmethod
    def heap_free():
        """Return 0 (unknown). A garbage collection to count free heap would stop all modems."""
        return 0

    def __init__(self, given, poller, owners, number):
        """Create the ports of modem `number`, counted from 0.

        given: the options of board.py for this modem; poller, owners: as for SharedPoller.
        """
        self.label = "%d " % (number + 1)
        self.serial_number = b"%015d" % (number + 1)
        self.home = home_of(number + 1)
        self._build(given, SharedPoller(poller, owners, number), MemberNet)


def home_of(number):
    """Return the address 127.1.HI.LO of a modem, numbered from 1, as four bytes."""
    return bytes((127, 1, number >> 8, number & 255))
