"""The modem, or a fleet of them, with everything around it, from its start to its end."""

import signal

from .consolepty import NoConsole, open_console
from .eventloop import EventLoop
from .failure import ModemDied, Refused, is_short
from .fleet import home_of, lines_of, make_room
from .journal import Journal, open_log
from .parent import Parent
from .port import Port
from .process import ModemProcess
from .profile import Profiles
from .radio import NoRadio, open_radio

_START_MS = 10_000
_START_EACH_MS = 50
_SHORT_MS = 100  # when descriptors are short: until the next try


def open_journal(options):
    if not options.log:
        return Journal(options.verbose)
    try:
        return Journal(options.verbose, open_log(options.log))
    except OSError as error:
        raise Refused(f"--log {options.log}: {error.strerror}") from error


class Service:
    """run(): modems serve their lines until a signal, stop() or the end of the process that
    --until names.

    run() returns at a wanted end and raises ModemDied at any other; close() leaves no trace,
    whatever has happened before. SIGUSR1 cuts the power of modem and radio, and gives it back: the
    line stays, and on_up() is called again.
    """

    def __init__(self, options, journal):
        self._options = options
        self._journal = journal
        self._process = None
        self._ports = []
        self._profiles = Profiles()
        self._radio = NoRadio()
        self._console = NoConsole()
        self._on_up = None
        self._waiting = 0  # for so many modems that have not started yet
        self._limit = None
        self.loop = EventLoop()
        self._parent = Parent(options.until, options.scratch, self.loop, self.loop.stop)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup asks for SIGHUP to be ignored, and means it.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                self.loop.on_signal(number, self.loop.stop)

    def run(self, on_up):
        """Call on_up(place) for each modem once all are up, then serve."""
        options = self._options
        self._on_up = on_up
        self._radio = open_radio(options.radio, self._journal)
        self._profiles.take(options)
        if options.count > 1:
            make_room(options.count)
        for number, dte in enumerate(lines_of(options.dte, options.count), 1):
            self._ports.append(self._port(number, dte))
        self._console = open_console(options, self.loop)
        self.loop.on_signal(signal.SIGCHLD, self._on_child)
        self.loop.on_signal(signal.SIGUSR1, self._cycle_power)
        self._power_on()
        self.loop.run()

    def close(self):
        """Hosts go first; then the modem, which is to see no error on its port; then the rest."""
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
        port = Port(self._options, dte, self.loop, journal, self._on_port, self._on_lines_closed)
        if self._options.count > 1 or self._options.bind:
            port.place += f"; servers on {self._options.bind or home_of(number)}"
        return port

    def _power_on(self):
        self._waiting = len(self._ports)
        fds = [port.fds for port in self._ports]
        fds += [self._radio.modem_fds, self._console.modem_fds]
        self._radio.start()
        self._process = ModemProcess(self._options, fds, self._journal)
        for owner in (*self._ports, self._radio):
            owner.handed_over()
        limit_ms = _START_MS + _START_EACH_MS * len(self._ports)
        self._limit = self.loop.after(limit_ms, lambda: self._on_start_timeout(limit_ms))

    def _cycle_power(self):
        """One that is still starting is left alone: it has just got its power."""
        if self._waiting:
            return
        self._journal.debug("the power is off and on")
        self._waiting = len(self._ports)
        self._process.lose_power()
        self._process = None
        self._radio.close()
        self._radio = NoRadio()
        for port in self._ports:
            port.lose_power()
        self._console.forget()
        self._power_back(told=False)

    def _power_back(self, told):
        """Hosts may have taken the descriptors that this needs: then it waits for them."""
        try:
            for port in self._ports:
                port.lines.renew()
            self._radio = open_radio(self._options.radio, self._journal)
            self._power_on()
        except (OSError, Refused) as error:
            if not is_short(error):
                raise
            self._radio.close()
            self._radio = NoRadio()
            if not told:
                self._journal.info(f"the modem has no power yet: {error.__cause__ or error}")
            self.loop.after(_SHORT_MS, lambda: self._power_back(told=True))

    def _on_port(self):
        self._waiting -= 1
        if self._waiting:
            return
        self.loop.cancel(self._limit)
        for port in self._ports:
            port.start()
            self._on_up(port.place + self._radio.place)

    def _on_lines_closed(self):
        """Most often the process is ending: its exit status says more than this does."""
        if not self._process.wait_for_end():
            raise ModemDied("the modem closed its control lines and went on running")
        self._on_child()

    def _on_child(self):
        self._radio.look()
        if self._process and self._process.ended():
            raise ModemDied(f"the modem ended by itself ({self._process.how_it_ended()})")

    def _on_start_timeout(self, limit_ms):
        raise ModemDied(f"the modem is not up after {limit_ms // 1000} s")
