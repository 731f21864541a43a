"""The line of one modem, of the one or of many that a process runs: its DTE and control lines."""

from .controllines import ControlLines
from .dte import open_dte


class Port:
    """Made: hosts cannot come yet. on_up() is called when the modem says, for the first time since
    it has got its power, how its lines stand; on_end() when it closes them."""

    def __init__(self, options, dte, loop, journal, on_up, on_end):
        self.up = False
        self._started = False
        self._on_up = on_up
        self.lines = ControlLines(loop, journal, self._on_lines, on_end)
        try:
            alone = options.count == 1
            self.dte = open_dte(dte, options.speed, loop, self.lines, journal, alone)
        except BaseException:
            self.lines.close()
            raise
        self.place = self.dte.place  # for the ready line

    @property
    def fds(self):
        """By the names of the modem's options."""
        fds = {"dte": self.dte.modem_fd, "lines": self.lines.modem_end.fileno()}
        return fds | self.dte.more_fds

    def handed_over(self):
        """The modem has its descriptors."""
        self.dte.handed_over()
        self.lines.handed_over()

    def start(self):
        """Let hosts in. After a loss of power they are there, and see the modem's lines."""
        if self._started:
            self.dte.lines_changed()
        self._started = True
        self.dte.start()

    def lose_power(self):
        """The modem has ended, and another one will come."""
        self.up = False
        self.dte.forget()
        self.lines.fall()
        self.dte.lines_changed()

    def withdraw(self):
        """Hosts go first; then the modem sees the end of its lines, and no error on its port."""
        self.dte.withdraw()
        self.lines.hang_up()

    def close(self):
        """The modem has ended."""
        self.dte.close()
        self.lines.close()

    def _on_lines(self):
        if self.up:
            self.dte.lines_changed()
        else:  # the first that the modem says is that it has started
            self.up = True
            self._on_up()
