"""The PC as a board: descriptors from the command line, the system's sockets, a bearer that is
always on or, with a radio, dialled.

Runs under MicroPython and CPython. Started by serve.py, which owns the pty or the listening port:
main.py --dte FD --lines FD [--trail FD] [--radio FD --radio-lines FD] [--console FD]
        [--dns IP[:PORT],...] [--hosts FILE] [--resolv FILE] [--profile FILE] [--dialect wipsoft]
        [--bind IP] [--speed N] [--verbose] [--trace]
"""

import sys

from bearer import LOOPBACK, AlwaysOn, parse_servers
from consoleport import NO_CONSOLE, Console
from dialled import Dialled
from dteport import Dte
from ptyevents import Trail
from radioport import RadioPort
from system import Net, Poller, entropy, heap_free, ticks_ms
from tracing import TracedDte, TracedRadioPort, tell_line
from wipmodem.contract import C1, IN, WIPSOFT
from wipmodem.ports.net import ANY_ADDR
from wipmodem.ports.store import Store
from wipmodem.sizes import Sizes
from wipmodem.sockets.address import parse


def options(argv):
    """The command line as a dict; a lone option is True, words that follow another are joined."""
    given = {}
    name = None
    for word in argv:
        if word.startswith("--"):
            name = word[2:]
            given[name] = True
        elif name:
            given[name] = word if given[name] is True else given[name] + word
    return given


class PcSizes(Sizes):
    run = 128  # a pass costs more than a block


class NoCrash:
    """On the PC a crash ends the process, and the launcher shows it."""

    def lines(self):
        return []

    def clear(self):
        """There is nothing to forget."""


class Board:
    name = b"host"
    label = ""  # before what is told of it
    home = LOOPBACK  # what it says its address is
    serial_number = b"000000000000000"
    sizes = PcSizes()
    crash = NoCrash()
    reset_cause = b"power_on"
    ticks_ms = staticmethod(ticks_ms)
    entropy = staticmethod(entropy)
    heap_free = staticmethod(heap_free)

    def __init__(self, argv=None):
        self._build(options(sys.argv[1:] if argv is None else argv), Poller(), Net)

    def _build(self, given, poller, kind):
        """`kind`: of the net port."""
        self._poller = poller
        self.recorder = bytearray(self.sizes.recorder)
        self.store = Store(given.get("profile"))
        self.dialect = WIPSOFT if given.get("dialect") == "wipsoft" else C1
        self.console = Console(int(given["console"])) if "console" in given else NO_CONSOLE
        self.serial = self._serial(given)
        self.net = kind(poller, entropy, self.sizes.handles)
        self.net.home = self._listens_at(given)
        system = AlwaysOn(
            parse_servers(given["dns"]) if "dns" in given else None,
            given.get("resolv", "/etc/resolv.conf"),
            given.get("hosts", "/etc/hosts"),
        )
        system.home = self.home
        self.bearer = self._dialled(given, system) if "radio" in given else system

    def _listens_at(self, given):
        """Where servers listen. It is our address as well, unless it stands for all there are."""
        addr = parse(given["bind"].encode()) if "bind" in given else None
        if addr and addr != ANY_ADDR:
            self.home = addr
        return addr or self.home

    def _serial(self, given):
        serial = self._open(given, "dte", "lines", Dte, TracedDte)
        serial.rate = int(given.get("speed", Dte.rate))
        serial.label = self.label
        if "trail" in given:
            line = Poller()
            line.register(int(given["dte"]), IN)
            serial.follow(Trail(self._poller, int(given["trail"]), line))
        if "verbose" in given or "trace" in given:
            serial.say = lambda words: tell_line(self.label + words)
        return serial

    def _dialled(self, given, system):
        port = self._open(given, "radio", "radio-lines", RadioPort, TracedRadioPort)
        return Dialled(port, self.net, system, ticks_ms())

    def _open(self, given, data, lines, plain, traced):
        kind = traced if "trace" in given else plain
        return kind(self._poller, int(given[data]), int(given[lines]))

    def started(self, modem):
        """The launcher learns it by how the lines stand, whether any of them is on or not."""
        if isinstance(self.serial, TracedDte):
            self.serial.attach(modem)
        self.serial.tell()

    def alive(self):
        return not self.serial.gone

    @staticmethod
    def held():
        return False

    @staticmethod
    def interrupted():
        raise KeyboardInterrupt

    @staticmethod
    def crashed(error):
        """The launcher shows the traceback, and what it was that ended."""
        raise error
