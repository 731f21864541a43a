"""Shows a modem at work, in a terminal, from what it tells on its console.

    python -m boards.tools.monitor --port /dev/ttyACM0

On a board the console is its USB, on a PC /tmp/modem.console. The modem's own line is not touched:
its host goes on. Nothing but `?` is ever sent: Ctrl-C would stop a board.

    link.py      asks, and opens again what has gone
    report.py    what the modem tells at once
    history.py   what successive reports tell: rates, losses that grow, the log
    view.py      a frame of the screen, with sockets.py and log.py
"""


class Failure(Exception):
    """Ends the tool. The text is the line that the user reads."""
