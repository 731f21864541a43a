"""Run a modem or a fleet, with its serial lines, console, radio and profiles."""

import signal

from .consolepty import NoConsole, open_console
from .eventloop import EventLoop
from .failure import ModemDied, Refused, is_short
from .fleet import home_of, lines_of, raise_limit
from .journal import Journal, open_log
from .parent import Parent
from .port import Port
from .process import ModemProcess
from .profile import Profiles
from .radio import NoRadio, open_radio

_START_MS = 10_000  # time limit in ms for the start of the modem process
_START_EACH_MS = 50  # additional time in ms for each modem of a fleet
_RETRY_MS = 100  # pause in ms between two attempts when no descriptor is free


def open_journal(options):
    """Return the Journal for --log and --verbose. Raises Refused."""
    if not options.log:
        return Journal(options.verbose)
    try:
        return Journal(options.verbose, open_log(options.log))
    except OSError as error:
        raise Refused(f"--log {options.log}: {error.strerror}") from error


class Service:
    """The life of the modem process, from the creation of its lines to their removal.

    The service ends with SIGINT, SIGTERM, SIGHUP, loop.stop() or the process that --until names.
    SIGUSR1 is a power cycle of modem and radio, in which hosts stay connected.
    """

    def __init__(self, options, journal):
        """options: the namespace that parse_options() returns. Raises Refused."""
        self._options = options
        self._journal = journal
        self._process = None
        self._ports = []
        self._profiles = Profiles()
        self._radio = NoRadio()
        self._console = NoConsole()
        self._on_up = None
        self._starting = 0  # number of modems that are still starting
        self._start_timer = None
        self.loop = EventLoop()
        self._parent = Parent(options.until, options.scratch, self.loop, self.loop.stop)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup has made this process ignore SIGHUP, so the signal stays ignored.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                self.loop.on_signal(number, self.loop.stop)

    def run(self, on_up):
        """Run the modems until a signal, loop.stop() or the end of the --until process.

        Calls on_up(place) for each modem once all modems are up, and again after each power cycle.
        Raises ModemDied or Refused.
        """
        options = self._options
        self._on_up = on_up
        self._radio = open_radio(options.radio, self._journal)
        self._profiles.take(options)
        if options.count > 1:
            raise_limit(options.count)
        for number, dte in enumerate(lines_of(options.dte, options.count), 1):
            self._ports.append(self._port(number, dte))
        self._console = open_console(options, self.loop)
        self.loop.on_signal(signal.SIGCHLD, self._on_child)
        self.loop.on_signal(signal.SIGUSR1, self._cycle_power)
        self._power_on()
        self.loop.run()

    def close(self):
        """End the modem and remove everything that run() has created. May be called at any time.

        Hosts are disconnected first, so that the modem ends without an error on its port.
        """
        for port in (*self._ports, self._console):
            port.withdraw()
        if self._process:
            self._process.end()
        for port in (*self._ports, self._console):
            port.close()
        self._radio.close()
        self._profiles.close()
        self._parent.close()
        self.loop.close()

    def _port(self, number, dte):
        journal = self._journal
        if self._options.count > 1:
            journal = journal.labelled(f"modem {number}")
        callbacks = self._on_port_up, self._on_lines_closed
        port = Port(self._options, dte, self.loop, journal, *callbacks)
        if self._options.count > 1 or self._options.bind:
            port.place += f"; servers on {self._options.bind or home_of(number)}"
        return port

    def _power_on(self):
        self._starting = len(self._ports)
        fds = [port.fds for port in self._ports]
        fds += [self._radio.modem_fds, self._console.modem_fds]
        self._radio.start()
        self._process = ModemProcess(self._options, fds, self._journal)
        for owner in (*self._ports, self._radio):
            owner.handed_over()
        limit_ms = _START_MS + _START_EACH_MS * len(self._ports)
        self._start_timer = self.loop.after(limit_ms, lambda: self._on_start_timeout(limit_ms))

    def _cycle_power(self):
        """Switch modem and radio off and on again.

        Does nothing while a modem is still starting.
        """
        if self._starting:
            return
        self._journal.debug("power cycle")
        self._starting = len(self._ports)
        self._process.lose_power()
        self._process = None
        self._radio.close()
        self._radio = NoRadio()
        for port in self._ports:
            port.lose_power()
        self._console.lose_power()
        self._power_back(logged=False)

    def _power_back(self, logged):
        """Start modem and radio again.

        If hosts have used up the free descriptors, try again later.
        """
        try:
            for port in self._ports:
                port.lines.reopen()
            self._radio = open_radio(self._options.radio, self._journal)
            self._power_on()
        except (OSError, Refused) as error:
            if not is_short(error):
                raise
            self._radio.close()
            self._radio = NoRadio()
            if not logged:
                self._journal.info(f"the power cycle is delayed: {error.__cause__ or error}")
            self.loop.after(_RETRY_MS, lambda: self._power_back(logged=True))

    def _on_port_up(self):
        self._starting -= 1
        if self._starting:
            return
        self.loop.cancel(self._start_timer)
        for port in self._ports:
            port.start()
            self._on_up(port.place + self._radio.place)

    def _on_lines_closed(self):
        """Report the exit status of the modem process, which usually ends when its lines close."""
        if not self._process.wait_for_end():
            raise ModemDied("the modem closed its control lines but did not end")
        self._on_child()

    def _on_child(self):
        self._radio.check()
        if self._process and self._process.ended():
            raise ModemDied(f"the modem ended unexpectedly ({self._process.how_it_ended()})")

    def _on_start_timeout(self, limit_ms):
        raise ModemDied(f"the modem did not start within {limit_ms // 1000} s")
