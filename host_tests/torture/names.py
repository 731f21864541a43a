"""Every answer of a name server's in the scenario comes cut, bent, late, or from somebody else."""

from fakes import FakeNet
from torture.rack import Rack
from wipmodem.contract import AGAIN

_SERVER_PORT = 53
_LARGEST = 48  # bytes, of the answers that the scenario has
_TC = 0x02  # of byte 2: there was more
# The right one comes behind it: to all but a counter nothing has happened.
SPOOFED = ("other id", "other address", "other port", "other name", "a question")


class _Net(FakeNet):
    """Gives answers of name servers by another door, where they can be met."""

    def recvfrom(self, handle, buf, n):
        if self.peer_port[handle] == _SERVER_PORT:
            return self.answer(handle, buf, n)
        return super().recvfrom(handle, buf, n)

    def answer(self, handle, buf, n):
        return super().recvfrom(handle, buf, n)


def _cut(length):
    return lambda port, call, given: min(call(*given), length)


def _bent(place):
    def bend(net, buf):
        buf[place] ^= 0xFF

    return _changed(bend)


def _changed(change):
    """Instead of the right one."""

    def call(net, call, given):
        n = call(*given)
        change(net, given[1])
        return n

    return call


def _before(change):
    """And then the right one."""

    def call(net, call, given):
        handle, buf, _ = given
        kept = net.socket(handle).inbox[0]
        n = call(*given)
        net.socket(handle).inbox.insert(0, kept)
        change(net, buf)
        return n

    return call


def _flag(place, bits):
    def change(net, buf):
        buf[place] ^= bits

    return change


def _other_address(net, buf):
    net.from_addr[3] ^= 1


def _other_port(net, buf):
    net.from_port += 1


def _late(net, call, given):
    """It comes to whoever asks next."""
    late = net.socket(given[0]).inbox.pop(0)
    net.open_udp = _opener(net, net.open_udp, late)
    return AGAIN


def _opener(net, open_udp, late):
    def opened(port, addr=None, peer_port=0):
        handle = open_udp(port, addr, peer_port)
        if peer_port == _SERVER_PORT:
            net.open_udp = open_udp
            net.socket(handle).inbox.append(late)
        return handle

    return opened


_ANSWERS: dict = {
    "late": _late,
    "cut short by the server": _changed(_flag(2, _TC)),
    "other id": _before(_flag(0, 1)),
    "other address": _before(_other_address),
    "other port": _before(_other_port),
    "other name": _before(_flag(13, 1)),
    "a question": _before(_flag(2, 0x80)),
}
for _n in range(_LARGEST):
    _ANSWERS["first %d bytes" % _n] = _cut(_n)
    _ANSWERS["byte %d inverted" % _n] = _bent(_n)


class Names(Rack):
    outcomes = {"dns": {"answer": _ANSWERS}}
    harmless = SPOOFED

    def __init__(self):
        super().__init__()
        self.faults.wrap("dns", self.net, ("answer",))

    def make_net(self):
        return _Net(self.sizes.handles)
