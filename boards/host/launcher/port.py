"""The serial line of one modem: its DTE and its control lines."""

from .controllines import ControlLines
from .dte import open_dte


class Port:
    """The serial line as the launcher sees it. Hosts cannot connect before start()."""

    def __init__(self, options, dte, loop, journal, on_up, on_end):
        """Open the line that `dte` names, such as `tcp:7000`. Raises Refused.

        on_up() is called when the modem first reports its lines after its start, on_end() when the
        modem closes its lines.
        """
        self.up = False  # True if the modem has reported its lines
        self._started = False
        self._on_up = on_up
        self.lines = ControlLines(loop, journal, self._on_lines, on_end)
        try:
            alone = options.count == 1
            self.dte = open_dte(dte, options.speed, loop, self.lines, journal, alone)
        except BaseException:
            self.lines.close()
            raise
        self.place = self.dte.place  # text for the ready line

    @property
    def fds(self):
        """Descriptors for the modem, as a dict {option of the modem: descriptor}."""
        fds = {"dte": self.dte.modem_fd, "lines": self.lines.modem_end.fileno()}
        return fds | self.dte.more_fds

    def handed_over(self):
        """Close the launcher's copies of descriptors that the modem has inherited."""
        self.dte.handed_over()
        self.lines.handed_over()

    def start(self):
        """Let hosts connect.

        Report the modem's lines to hosts that kept the line in a power cycle.
        """
        if self._started:
            self.dte.lines_changed()
        self._started = True
        self.dte.start()

    def lose_power(self):
        """Reset the line after the modem process was killed. Hosts stay connected."""
        self.up = False
        self.dte.lose_power()
        self.lines.lose_power()
        self.dte.lines_changed()

    def withdraw(self):
        """Disconnect the hosts. After that the modem can end without an error on its port."""
        self.dte.withdraw()
        self.lines.shut_down()

    def close(self):
        """Close all descriptors, after the modem has ended."""
        self.dte.close()
        self.lines.close()

    def _on_lines(self):
        if self.up:
            self.dte.lines_changed()
        else:
            # The first report of the lines means that the modem has started.
            self.up = True
            self._on_up()
