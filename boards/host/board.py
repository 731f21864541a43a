"""The PC as a board: serial ports on inherited descriptors, the operating system's sockets.

Without a radio the bearer is always up; with a radio the modem dials. Runs under MicroPython and
CPython.
The launcher (serve.py) owns the pty or the listening port and starts the modem as
main.py --dte FD --lines FD [--pty-events FD] [--radio FD --radio-lines FD] [--console FD]
        [--dns IP[:PORT],...] [--hosts FILE] [--resolv FILE] [--profile FILE] [--dialect wipsoft]
        [--bind IP] [--speed N] [--verbose] [--trace]
"""

import sys

from bearer import LOOPBACK, AlwaysOn, parse_servers
from consoleport import NO_CONSOLE, Console
from dialled import Dialled
from dteport import Dte
from ptyevents import PtyEvents
from radioport import RadioPort
from system import Net, Poller, entropy, heap_free, ticks_ms
from tracing import TracedDte, TracedRadioPort, log_line
from wipmodem.contract import C1, IN, WIPSOFT, Sizes
from wipmodem.ports.flash import Store
from wipmodem.ports.net import ANY_ADDR
from wipmodem.sockets.dns_message import parse_address


def options(argv):
    """Return the options of a command line as a dict. The keys are the names without `--`.

    The value of an option is the words after it, joined into one string, or True if no word
    follows the option.
    """
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
    """Buffer sizes of a modem on a PC."""

    # Blocks per pass of the loop. On a PC a pass costs more time than copying a block.
    burst_blocks = 128


class NoCrash:
    """An empty crash record: on the PC a crash ends the process, and the launcher reports it."""

    def lines(self):
        return []

    def clear(self):
        """Do nothing: no crash is stored."""


class Board:
    """The PC board.

    Its attributes and methods are those that wipmodem.contract requires of a board.
    """

    name = b"host"
    label = ""  # prefix of this modem's lines in the log
    home = LOOPBACK  # the IP address that the modem reports as its own
    serial_number = b"000000000000000"
    sizes = PcSizes()
    crash = NoCrash()
    reset_cause = b"power_on"
    ticks_ms = staticmethod(ticks_ms)
    entropy = staticmethod(entropy)
    heap_free = staticmethod(heap_free)

    def __init__(self, argv=None):
        self._build(options(sys.argv[1:] if argv is None else argv), Poller(), Net)

    def _build(self, given, poller, net_class):
        """Create all ports from the options `given`, a dict as options() returns it."""
        self._poller = poller
        self.recorder = bytearray(self.sizes.recorder)
        self.store = Store(given.get("profile"))
        self.dialect = WIPSOFT if given.get("dialect") == "wipsoft" else C1
        self.console = Console(int(given["console"])) if "console" in given else NO_CONSOLE
        self.serial = self._serial(given)
        self.net = net_class(poller, entropy, self.sizes.handles)
        self.net.home = self._listen_address(given)
        system = AlwaysOn(
            parse_servers(given["dns"]) if "dns" in given else None,
            given.get("resolv", "/etc/resolv.conf"),
            given.get("hosts", "/etc/hosts"),
        )
        system.home = self.home
        self.bearer = self._dialled(given, system) if "radio" in given else system

    def _listen_address(self, given):
        """Return the address on which servers listen.

        Also store it in `home`, unless the address is 0.0.0.0.
        """
        addr = parse_address(given["bind"].encode()) if "bind" in given else None
        if addr and addr != ANY_ADDR:
            self.home = addr
        return addr or self.home

    def _serial(self, given):
        serial = self._open(given, "dte", "lines", Dte, TracedDte)
        serial.rate = int(given.get("speed", Dte.rate))
        serial.label = self.label
        if "pty-events" in given:
            line = Poller()
            line.register(int(given["dte"]), IN)
            serial.use_events(PtyEvents(self._poller, int(given["pty-events"]), line))
        if "verbose" in given or "trace" in given:
            serial.log = lambda text: log_line(self.label + text)
        return serial

    def _dialled(self, given, system):
        port = self._open(given, "radio", "radio-lines", RadioPort, TracedRadioPort)
        return Dialled(port, self.net, system, ticks_ms())

    def _open(self, given, data, lines, plain, traced):
        port_class = traced if "trace" in given else plain
        return port_class(self._poller, int(given[data]), int(given[lines]))

    def started(self, modem):
        """Report the start to the launcher, by a first byte with the state of the lines."""
        if isinstance(self.serial, TracedDte):
            self.serial.attach(modem)
        self.serial.send_lines()

    def alive(self):
        """Return False, which ends the process, after the launcher closed the control lines."""
        return not self.serial.gone

    @staticmethod
    def held():
        return False

    @staticmethod
    def interrupted():
        raise KeyboardInterrupt

    @staticmethod
    def crashed(error):
        """End the process. The launcher logs the traceback and the exit status."""
        raise error
