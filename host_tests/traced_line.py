"""A real modem behind the traced port of the PC, in this process and driven pass by pass, and the
host's end of its line. What it traces is kept.
"""

import contextlib
import io
import re
import socket
from ast import literal_eval

from board import Board
from wipmodem.modem import Modem

_DTR_ON, _DTR_OFF = b"\3", b"\0"  # with RTS, as it holds the modem


class TracedLine:
    """`trace` has what the modem has written to stderr, `said` what it has said."""

    def __init__(self):
        self.trace = io.StringIO()
        self.said = b""
        self._open = contextlib.ExitStack()

    def __enter__(self):
        self._open.enter_context(contextlib.redirect_stderr(self.trace))
        pairs = [socket.socketpair() for _ in range(2)]
        for pair in pairs:
            pair[0].setblocking(False)
            self._open.enter_context(pair[1])
        fds = [str(pair[0].detach()) for pair in pairs]
        self._line, self._lines = (pair[1] for pair in pairs)
        self.board = Board(
            ["--dte", fds[0], "--lines", fds[1], "--trace", "--resolv", "/dev/null"]
        )
        self._lines.send(_DTR_ON)
        self.modem = Modem(self.board)
        self.board.started(self.modem)
        self.settle()
        return self

    def __exit__(self, *_):
        self._open.close()

    def settle(self):
        """Passes until there is nothing more to do."""
        wait_ms = 0
        while wait_ms == 0:
            self.board.net.poll(0)
            wait_ms = self.modem.service(self.board.ticks_ms())
        with contextlib.suppress(BlockingIOError):
            self.said += self._line.recv(4096, socket.MSG_DONTWAIT)

    def type(self, data):
        self._line.send(data)
        self.settle()

    def drop_dtr(self):
        """Off, and on again."""
        for state in (_DTR_OFF, _DTR_ON):
            self._lines.send(state)
            self.settle()


def shown(trace, sign="[<>]"):
    """All bytes that a trace shows with this sign."""
    words = re.findall(rf"^ +\d+\.\d{{3}} {sign} (['\"].*)$", trace, re.MULTILINE)
    return b"".join(literal_eval("b" + word) for word in words)
