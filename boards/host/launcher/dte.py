"""The kinds of serial line that the launcher can make, by the name that the user gives.

Each kind has: `modem_fd`, the descriptor that the modem inherits, and `more_fds`, others by the
names of the modem's options; handed_over(), after the modem has got them; start(), when the modem
is up; lines_changed(), at every change of the modem's lines; `place`, for the ready line;
forget(), when the modem has lost its power; withdraw(), the end for the hosts; close(), after the
modem's end. The host's lines are off until a host comes.
"""

from .comport import ComPortDte
from .failure import Refused
from .ptydte import PtyDte
from .tcpdte import TcpDte

_EXAMPLES = "pty:/tmp/modem, tcp:7000 or rfc2217:7000"


def open_dte(spec, speed, loop, lines, journal, alone):
    """`alone`: the process has no other modem."""
    kind, _, where = spec.partition(":")
    if kind == "pty":
        return PtyDte(where, speed, loop, lines, journal, alone)
    if kind == "tcp":
        return TcpDte(where, speed, loop, lines, journal)
    if kind == "rfc2217":
        return ComPortDte(where, speed, loop, lines, journal)
    raise Refused(f"--dte {spec}: expected {_EXAMPLES}")
