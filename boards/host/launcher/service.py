"""The modem with everything around it, from its start to its end."""

import signal

from .controllines import ControlLines
from .dte import open_dte
from .eventloop import EventLoop
from .failure import ModemDied, Refused
from .journal import Journal
from .process import ModemProcess
from .radio import open_radio

_START_MS = 10_000


def open_journal(options):
    if not options.log:
        return Journal(options.verbose)
    try:
        return Journal(options.verbose, open(options.log, "a", encoding="utf-8"))
    except OSError as error:
        raise Refused(f"--log {options.log}: {error.strerror}") from error


class Service:
    """Made: the serial line exists. run(): a modem serves it until a signal or stop().

    run() returns at a wanted end and raises ModemDied at any other; close() leaves no trace,
    whatever has happened before. SIGUSR1 cuts the power of modem and radio, and gives it back: the
    line stays, and on_up() is called again.
    """

    def __init__(self, options, journal):
        self._options = options
        self._journal = journal
        self._process = None
        self._dte = None
        self._radio = open_radio(options.radio, journal)
        self._on_up = None
        self._up = self._started = False
        self._limit = None
        self.loop = EventLoop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup asks for SIGHUP to be ignored, and means it.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                self.loop.on_signal(number, self.loop.stop)
        self._lines = ControlLines(self.loop, journal, self._on_lines, self._on_lines_closed)

    def run(self, on_up):
        """Call on_up(place) once the modem is up, then serve."""
        options = self._options
        self._on_up = on_up
        self._dte = open_dte(options.dte, options.speed, self.loop, self._lines, self._journal)
        self.loop.on_signal(signal.SIGCHLD, self._on_child)
        self.loop.on_signal(signal.SIGUSR1, self._cycle_power)
        self._lines.begin(self._dte.first_lines)
        self._power_on()
        self.loop.run()

    def _power_on(self):
        fds = {"dte": self._dte.modem_fd, "lines": self._lines.modem_end.fileno()}
        self._radio.start()
        self._process = ModemProcess(self._options, fds | self._radio.modem_fds, self._journal)
        self._dte.handed_over()
        self._lines.handed_over()
        self._radio.handed_over()
        self._limit = self.loop.after(_START_MS, self._on_start_timeout)

    def _cycle_power(self):
        """One that is still starting is left alone: it has just got its power."""
        if not self._up:
            return
        self._journal.detail("the power is off and on")
        self._up = False
        self._process.lose_power()
        self._radio.close()
        self._lines.renew()
        self._dte.lines_changed()
        self._dte.forget()
        self._radio = open_radio(self._options.radio, self._journal)
        self._power_on()

    def close(self):
        """Hosts go first; then the modem, which is to see no error on its port; then the rest."""
        if self._dte:
            self._dte.withdraw()
        self._lines.hang_up()
        if self._process:
            self._process.end()
        if self._dte:
            self._dte.close()
        self._radio.close()
        self._lines.close()
        self.loop.close()

    def _on_lines(self):
        if self._up:
            self._dte.lines_changed()
        else:  # the first that the modem says is that it has started
            self._up = True
            self.loop.cancel(self._limit)
            self._begin()

    def _begin(self):
        if self._started:
            self._dte.lines_changed()
        else:
            self._started = True
            self._dte.start()
        self._on_up(self._dte.place + self._radio.place)

    def _on_lines_closed(self):
        """Most often the process is ending: its exit status says more than this does."""
        if not self._process.wait_for_end():
            raise ModemDied("the modem closed its control lines and went on running")
        self._on_child()

    def _on_child(self):
        self._radio.look()
        if self._process and self._process.ended():
            raise ModemDied(f"the modem ended by itself ({self._process.how_it_ended()})")

    def _on_start_timeout(self):
        if not self._up:
            raise ModemDied(f"the modem is not up after {_START_MS // 1000} s")
