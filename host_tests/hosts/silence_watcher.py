"""Takes 50 ms without a byte for the end of an answer, and has no patience for a late one.

Silence is measured in the line's own time (paced.py), so that a busy machine makes none.
"""

import re

from . import Surprise

_END_S = 0.05
_BEGIN_S = 0.1  # after the CR, for what needs no net (H4)
_STOP_S = 0.5  # for AT+WIPCFG=0 with sockets open (H4)
_OUTCOME_S = 3
_LOOK_S = 0.005

_OK = rb"\r\nOK\r\n"
_LINES = rb"(\r\n[^\r\n]+\r\n)+" + _OK
_LISTINGS = (b"AT+WIPCREATE?", b"AT+WIPXSTAT?", b"AT+WIPBR?", b"AT+CMEE?", b"ATI3")


def run(port, place):
    """Returns the longest pauses, in s of the line's time: before an answer, inside one."""
    port.timeout = _LOOK_S
    watcher = Watcher(port)
    watcher.ask(b"ATE0", b"ATE0\r" + _OK)
    for _ in range(2):
        watcher.ask(b"AT+WIPCFG=1", _OK)
        watcher.ask(b"AT+WIPBR=4,6", _OK, rb"\r\n\+WIPBR: 6,1\r\n")
        client = b'AT+WIPCREATE=2,1,"%s",%d' % (place.address.encode(), place.port)
        watcher.ask(client, _OK, rb"\r\n\+WIPREADY: 2,1\r\n")
        watcher.ask(b"AT+WIPCREATE=1,1,0", _OK, rb"\r\n\+WIPREADY: 1,1\r\n")
        watcher.ask(b"AT+WIPCREATE=3,1,0,5,8", _OK)
        for command in _LISTINGS:
            watcher.ask(command, _LINES)
        watcher.ask(b"AT+NONSENSE", rb"\r\nERROR\r\n")
        watcher.ask(b"AT+WIPCFG=0", _OK, rb"\r\n\+WIPBR: 6,0\r\n", _STOP_S)
    return watcher.before_s, watcher.inside_s


class Watcher:
    def __init__(self, port):
        self.before_s = self.inside_s = 0.0
        self._port = port

    def ask(self, command, answer, outcome=b"", limit_s=_BEGIN_S):
        """An outcome is an unsolicited line: it follows the answer at once, or after a silence."""
        first = len(self._port.heard())
        self._port.write(command + b"\r")
        self._port.flush()
        came = self._hear(first, limit_s)
        if outcome and re.fullmatch(answer, came):
            came += self._hear(len(self._port.heard()), _OUTCOME_S)
        if not re.fullmatch(answer + outcome, came):
            raise Surprise(command, answer + outcome, came)

    def _hear(self, first, limit_s):
        """All from the first block on, up to a silence; nothing if it did not begin in time."""
        port = self._port
        heard = port.heard()
        since_s = port.line_s()
        came = b""
        while len(heard) == first:
            if port.line_s() - since_s > limit_s:
                return came
            came += port.read()
        while port.line_s() - heard[-1][0] <= _END_S:
            came += port.read(max(port.in_waiting, 1))
        self._note(since_s, [when_s for when_s, _ in heard[first:]])
        return came + port.read(port.in_waiting)

    def _note(self, since_s, times_s):
        """Where the longest pauses were."""
        pauses = (later - sooner for sooner, later in zip(times_s, times_s[1:], strict=False))
        self.before_s = max(self.before_s, times_s[0] - since_s)
        self.inside_s = max(self.inside_s, *pauses, 0.0)
