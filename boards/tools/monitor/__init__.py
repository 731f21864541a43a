"""Show a running modem in a terminal, from the reports on its console.

    python -m boards.tools.monitor --port /dev/ttyACM0

The console is the USB port of a board, or /tmp/modem.console on a PC. The tool does not use the
host's line, so the host continues to work. The tool only sends `?`, because Ctrl-C would stop a
board.

    link.py      requests reports, and opens the port again after it was lost
    report.py    parses one report
    history.py   combines successive reports: rates, growing counters, the log
    view.py      draws a frame of the screen, with header.py, sockets.py and log.py
"""


class Failure(Exception):
    """An error that ends the tool. Its text is one line for the user."""
