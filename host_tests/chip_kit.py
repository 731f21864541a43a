"""The chips whose net ports are tested: a stand-in of the stack, the adapter loaded over it."""

from chip_modules import Machine, Poller, RingUART, load
from chip_sockets import LINUX, NEWLIB, Esp32Socket, LwipSocket, Stack
from wipmodem.contract import IN

ADDR = b"\x0a\0\0\x09"
PEER = ("10.0.0.9", 80)
PORT = 49153  # the first that the adapter chooses
ENFILE = 23
ENOMEM = 12
EACCES = 13
ECONNRESET = 104


class Chip:
    """A stack, and the adapter that has that chip's modules."""

    def __init__(self, adapter, make, errno, lock=None):
        self.errno = errno
        self.stack = Stack(make, errno)
        self.machine = Machine(RingUART)
        self.module = load(adapter, socket=self.stack, errno=errno)
        # What the port is given besides poller, entropy and the number of handles.
        self.more = [load(lock, machine=self.machine).StackLock()] if lock else []

    def net(self, handles=16):
        """A net port of its own for each case; random ports count up from PORT."""
        self.stack.begin(self.interrupts)
        self.poller = Poller()
        self.dice = 0xC000  # bits beyond the range count for nothing
        return self.module.Net(self.poller, self.entropy, handles, *self.more)

    def interrupts(self):
        """The chip's first four: which of them may come."""
        return self.machine.mem32.on

    def entropy(self):
        self.dice += 1
        return self.dice

    def last(self):
        return self.stack.sockets[-1]

    def empty(self):
        """No socket is open, none is watched."""
        return not self.stack.sockets and not self.poller.masks


ESP32 = Chip("net_esp32", Esp32Socket, NEWLIB)
LWIP = Chip("net_lwip", LwipSocket, LINUX, "lock_rp2")
BOTH = (ESP32, LWIP)


def events(net):
    """What a poll tells: (handle, bits) of each that is ready."""
    return [(net.ready[k], net.flags[net.ready[k]]) for k in range(net.poll(0))]


def connected_to_peer(chip, net):
    handle = net.connect(ADDR, 80)
    chip.last().answer()
    net.set_events(handle, IN)
    return handle, chip.last()
