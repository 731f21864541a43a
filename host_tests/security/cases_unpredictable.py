"""DNS ids and local ports hang on the board's random numbers and on nothing else, and these on all
that their source gave. Both interpreters."""

import os

from chip_modules import Machine, RingUART, Select, Time, load
from dns_kit import Bench, reply
from system import Net, Poller, entropy

RandomSource = load("mcu", machine=Machine(RingUART), select=Select, time=Time).RandomSource

_LOOPBACK = b"\x7f\0\0\1"
_FIRST_PORT = 49152
_DRAWS = 4096


class Dice:
    """What the board's entropy() is; `given` says what comes, then zeros."""

    def __init__(self, *given):
        self._given = list(given)
        self.thrown = 0

    def __call__(self):
        self.thrown += 1
        return self._given.pop(0) if self._given else 0


def case_each_bit_of_an_id_is_random():
    """The 16 bits are the board's, as they are; each attempt has its own."""
    for bit in range(16):
        bench = Bench()
        dice = Dice(1 << bit, 0xFFFF ^ 1 << bit)
        bench.resolver._entropy = dice
        first = bench.ask(b"a.b")
        bench.after(2000)
        second = bench.net.sent[-1][3]
        assert first[0] << 8 | first[1] == 1 << bit
        assert second[0] << 8 | second[1] == 0xFFFF ^ 1 << bit
        assert dice.thrown == 2


def case_each_attempt_has_a_socket_of_its_own():
    """A fresh one, on a port that the net port chooses (it is asked for 0); the last is closed."""
    bench = Bench()
    bench.ask(b"a.b")
    for _ in range(5):
        bench.after(20000)
        assert len(bench.net.open) <= 1
    assert len(bench.net.sent) == 6


def case_each_bit_of_a_local_port_is_random():
    """Of UDP and TCP, on real sockets: 14 bits of the board's. A port that is taken costs another
    number."""
    server = Net(Poller(), Dice(1234), 2)
    listener = server.listen(0, 4)
    for bit in range(14):
        for kind in ("open_udp", "connect"):
            dice = Dice(0xC000 | 1 << bit, 0x1555, 0x2AAA, 0x0F0F, 0x30F0)
            net = Net(Poller(), dice, 2)
            handle = _open(net, kind, server.local_port[listener])
            assert handle >= 0
            chosen = (1 << bit, 0x1555, 0x2AAA, 0x0F0F, 0x30F0)[dice.thrown - 1]
            assert net.local_port[handle] == _FIRST_PORT + chosen
            net.close(handle)
    server.close(listener)


def _open(net, kind, port):
    return net.open_udp(0) if kind == "open_udp" else net.connect(_LOOPBACK, port)


def case_an_answer_has_to_fit_in_all():
    """Id and question; one bit of either that is wrong, and it is ignored and counted."""
    bench = Bench()
    query = bench.ask(b"a.b")
    right = reply(query)
    for i in list(range(2)) + list(range(12, len(query))):
        for bit in (1, 128):
            wrong = bytearray(right)
            wrong[i] ^= bit
            bench.comes(bytes(wrong))
    assert not bench.results
    assert bench.resolver.ignored == 2 * (2 + len(query) - 12)
    bench.comes(right)
    assert bench.ended((0, None))


def _balanced(draw):
    """No bit is at one side more often than chance has it once in 10 to the 30, no number is had
    more often."""
    ones = [0] * 16
    seen = {}
    for _ in range(_DRAWS):
        number = draw()
        assert 0 <= number < 1 << 16
        seen[number] = seen.get(number, 0) + 1
        for bit in range(16):
            ones[bit] += number >> bit & 1
    assert min(ones) > _DRAWS * 4 // 10 and max(ones) < _DRAWS * 6 // 10, ones
    assert len(seen) > _DRAWS * 9 // 10 and max(seen.values()) < 10


def case_the_pc_gives_good_numbers():
    _balanced(entropy)


def case_the_random_source_gives_good_numbers():
    _balanced(RandomSource(os.urandom, b"board").bits16)


def case_the_random_source_needs_little_entropy():
    """Of a source that gives one random byte, and says it all the time; or nothing but zeros."""
    byte = os.urandom(1)
    _balanced(RandomSource(lambda n: byte * n, b"board").bits16)
    _balanced(RandomSource(bytes, b"board").bits16)


def case_each_bit_of_the_source_counts():
    """One bit of any call changes all that comes after it; so does the board's own number."""
    base = _numbers(())
    seen = [base]
    for call in (0, 1):
        for place in (0, 13, 31):
            for bit in (1, 128):
                numbers = _numbers((call, place, bit))
                assert numbers[:call] == base[:call] and numbers[call:] != base[call:]
                seen.append(numbers)
    seen.append(_numbers((), b"other"))
    assert all(seen.count(each) == 1 for each in seen)


def _numbers(fault, own=b"board"):
    calls = []

    def source(n):
        came = bytearray(n)
        if fault and fault[0] == len(calls):
            came[fault[1]] ^= fault[2]
        calls.append(n)
        return bytes(came)

    random = RandomSource(source, own)
    return [random.bits16() for _ in range(6)]
