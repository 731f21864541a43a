"""The kinds of serial line that the launcher offers to hosts: pty, tcp and rfc2217.

Each class of a serial line has the members below. The host's lines are off until a host connects.

modem_fd         descriptor that the modem inherits
more_fds         other inherited descriptors, as a dict {option of the modem: descriptor}
place            text for the ready line
handed_over()    close copies of descriptors that the modem has inherited
start()          let hosts connect, after the modem has started
lines_changed()  report a change of the modem's lines to the host
lose_power()     reset the line after the modem process was killed; another process follows
withdraw()       disconnect the hosts
close()          close all descriptors, after the modem has ended
"""

from .comport import ComPortDte
from .failure import Refused
from .ptydte import PtyDte
from .tcpdte import TcpDte

_EXAMPLES = "pty:/tmp/modem, tcp:7000 or rfc2217:7000"


def open_dte(spec, speed, loop, lines, journal, alone):
    """Return the serial line for a --dte option such as `tcp:7000`. Raises Refused.

    speed: bit/s; alone: True if the modem process runs no other modem.
    """
    kind, _, where = spec.partition(":")
    if kind == "pty":
        return PtyDte(where, speed, loop, lines, journal, alone)
    if kind == "tcp":
        return TcpDte(where, speed, loop, lines, journal)
    if kind == "rfc2217":
        return ComPortDte(where, speed, loop, lines, journal)
    raise Refused(f"--dte {spec}: expected {_EXAMPLES}")
